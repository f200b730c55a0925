// The memory of the simulated board, and the ELF files it is filled from.
#ifndef MEMORY_H
#define MEMORY_H
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

// What went wrong, in one line for the user.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One block of RAM that holds code, constants and data: little-endian, from `base` on.
class Memory {
public:
  static constexpr uint32_t base = 0x80000000, size = 8u << 20;

  // Fills it with the segments of a 32-bit RISC-V executable; throws Failure for any other file.
  void load(const std::string &path);

  // Where the executable starts.
  uint32_t entry() const { return entry_; }

  // Whether `length` bytes from `address` on lie inside.
  static bool holds(uint32_t address, uint64_t length) {
    return address >= base && address - base + length <= size;
  }

  // `length` bytes at `address`; throws Failure if they are not all inside.
  uint8_t *at(uint32_t address, uint64_t length);

  // The word that holds `address`; 0 outside.
  uint32_t word(uint32_t address) const {
    uint32_t offset = (address - base) & ~3u, value = 0;
    if (offset < size) {
      std::memcpy(&value, &bytes_[offset], 4);
    }
    return value;
  }

  // The four bytes from `address` on, which need not be aligned; 0 outside.
  uint32_t instruction(uint32_t address) const {
    uint32_t value = 0;
    if (holds(address, 4)) {
      std::memcpy(&value, &bytes_[address - base], 4);
    }
    return value;
  }

  // Writes the bytes of a word that `enabled` names, lowest address in bit 0.
  void store(uint32_t address, uint32_t value, uint8_t enabled) {
    uint32_t offset = (address - base) & ~3u;
    for (int byte = 0; byte < 4; byte++) {
      if (enabled >> byte & 1) {
        bytes_[offset + byte] = uint8_t(value >> 8 * byte);
      }
    }
  }

private:
  std::vector<uint8_t> bytes_ = std::vector<uint8_t>(size);
  uint32_t entry_ = 0;
};
#endif

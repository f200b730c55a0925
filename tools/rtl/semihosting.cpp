#include "semihosting.h"
#include <algorithm>

namespace {
enum Operation : uint32_t {
  OPEN = 0x01,
  CLOSE = 0x02,
  WRITE0 = 0x04,
  READ = 0x06,
  GET_COMMAND_LINE = 0x15,
  EXIT_EXTENDED = 0x20,
};
constexpr uint32_t read_binary = 1, application_exit = 0x20026, failed = 0xFFFFFFFF;

// slli x0, x0, 31; ebreak; srai x0, x0, 7
constexpr uint32_t sequence[3] = {0x01F01013, 0x00100073, 0x40705013};
// sw a0, -16(x0); sw a1, -12(x0); lw a0, -8(x0)
constexpr uint32_t replacement[3] = {0xFEA02823, 0xFEB02A23, 0xFF802503};
} // namespace

Semihosting::Semihosting(Memory &memory, std::string command_line)
    : memory_(memory), command_line_(std::move(command_line)) {}

Semihosting::~Semihosting() {
  for (std::FILE *open : files_) {
    if (open != nullptr) {
      std::fclose(open);
    }
  }
}

int Semihosting::patch() {
  uint8_t *start = memory_.at(Memory::base, Memory::size);
  int found = 0;
  for (uint32_t offset = 0; offset + sizeof sequence <= Memory::size; offset += 2) {
    if (std::memcmp(start + offset, sequence, sizeof sequence) == 0) {
      std::memcpy(start + offset, replacement, sizeof replacement);
      found++;
    }
  }
  return found;
}

void Semihosting::store(uint32_t address, uint32_t value) {
  if (address == operation_register) {
    operation_ = value;
  } else if (address == argument_register) {
    answer_ = call(value);
  }
}

uint32_t Semihosting::call(uint32_t argument) {
  switch (operation_) {
  case OPEN:
    return open(argument);
  case CLOSE: {
    std::FILE *closing = file(field(argument, 0));
    if (closing == nullptr) {
      return failed;
    }
    std::fclose(closing);
    files_[field(argument, 0) - 1] = nullptr;
    return 0;
  }
  case WRITE0:
    for (uint32_t at = argument; *memory_.at(at, 1) != 0; at++) {
      std::putchar(*memory_.at(at, 1));
    }
    return 0;
  case READ:
    return read(argument);
  case GET_COMMAND_LINE:
    return copy_command_line(argument);
  case EXIT_EXTENDED:
    exit_code_ = field(argument, 0) == application_exit ? int(field(argument, 1)) : 1;
    return 0;
  default:
    throw Failure("the program makes semihosting call " + std::to_string(operation_) +
                  ", which the testbench does not answer");
  }
}

std::FILE *Semihosting::file(uint32_t handle) {
  return handle >= 1 && handle <= files_.size() ? files_[handle - 1] : nullptr;
}

uint32_t Semihosting::open(uint32_t block) {
  uint32_t length = field(block, 2);
  const auto *name = reinterpret_cast<const char *>(memory_.at(field(block, 0), length));
  std::FILE *opened =
      field(block, 1) == read_binary ? std::fopen(std::string(name, length).c_str(), "rb") : nullptr;
  if (opened == nullptr) {
    return failed;
  }
  files_.push_back(opened);
  return uint32_t(files_.size());
}

uint32_t Semihosting::read(uint32_t block) {
  uint32_t length = field(block, 2);
  std::FILE *from = file(field(block, 0));
  if (from == nullptr) {
    return failed;
  }
  // The answer is the number of bytes that are missing.
  return length - uint32_t(std::fread(memory_.at(field(block, 1), length), 1, length, from));
}

uint32_t Semihosting::copy_command_line(uint32_t block) {
  uint32_t room = field(block, 1);
  if (command_line_.size() >= room) {
    return failed;
  }
  uint8_t *to = memory_.at(field(block, 0), room);
  std::copy(command_line_.begin(), command_line_.end(), to);
  to[command_line_.size()] = 0;
  memory_.store(block + 4, uint32_t(command_line_.size()), 0xF);
  return 0;
}

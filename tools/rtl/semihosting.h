// What the firmware asks of the machine that runs the simulation: files, console, command line, exit.
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H
#include "memory.h"
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

// Answers the calls of firmware/support/semihosting.c. Operation numbers and argument blocks are those of
// "Semihosting for AArch32 and AArch64" (Arm, 2.0); the calling sequence is that of the RISC-V semihosting
// specification (RISC-V International, 1.0): slli x0, x0, 31; ebreak; srai x0, x0, 7.
//
// A core without a debugger takes a trap at `ebreak`. So that the very program runs, as many instructions as
// in QEMU, those three become in memory: store a0, store a1, load a0, at addresses that belong to this
// device.
class Semihosting {
public:
  Semihosting(Memory &memory, std::string command_line);
  ~Semihosting();
  Semihosting(const Semihosting &) = delete;
  Semihosting &operator=(const Semihosting &) = delete;

  // Replaces the calling sequence wherever it stands in memory; returns how many there were.
  int patch();

  // Whether `address` is one of the device's registers.
  static bool owns(uint32_t address) { return address >= operation_register; }

  // A store to one of the registers; the second one makes the call.
  void store(uint32_t address, uint32_t value);

  // The answer of the last call.
  uint32_t answer() const { return answer_; }

  // The exit code, once the program has ended.
  std::optional<int> exit_code() const { return exit_code_; }

private:
  static constexpr uint32_t operation_register = 0xFFFFFFF0, argument_register = 0xFFFFFFF4;

  uint32_t call(uint32_t argument);
  uint32_t open(uint32_t block);
  uint32_t read(uint32_t block);
  uint32_t copy_command_line(uint32_t block);
  uint32_t field(uint32_t block, int index) { return memory_.word(block + 4 * index); }
  std::FILE *file(uint32_t handle);

  Memory &memory_;
  std::string command_line_;
  std::vector<std::FILE *> files_;
  uint32_t operation_ = 0, answer_ = 0;
  std::optional<int> exit_code_;
};
#endif

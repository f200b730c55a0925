// Runs a bare-metal program on the CV32E40P's own register-transfer description and says where its cycles
// went.
//
//     simulate [--profile FILE] [--limit CYCLES] PROGRAM.elf [ARGUMENT...]
//
// One memory behind both ports, which grants every request at once and answers in the next cycle. The
// exit code is the program's, or 2 if it could not be run to its end.
#include "Vcv32e40p_top.h"
#include "Vcv32e40p_top___024root.h"
#include "memory.h"
#include "profile.h"
#include "semihosting.h"
#include "verilated.h"

#define SIGNAL(name) cv32e40p_top__DOT__core_i__DOT__##name

namespace {
struct Options {
  std::string profile, program, command_line;
  uint64_t limit = 2'000'000'000;
};

Options parse(int count, char **words) {
  Options options;
  int index = 1;
  for (; index + 1 < count && words[index][0] == '-'; index += 2) {
    std::string name = words[index], value = words[index + 1];
    if (name == "--profile") {
      options.profile = value;
    } else if (name == "--limit") {
      char *end = nullptr;
      options.limit = std::strtoull(value.c_str(), &end, 10);
      if (*end != 0 || options.limit == 0) {
        throw Failure("--limit wants a number of cycles, not '" + value + "'");
      }
    } else {
      throw Failure("unknown option " + name + "; there are --profile and --limit");
    }
  }
  if (index >= count) {
    throw Failure("usage: simulate [--profile FILE] [--limit CYCLES] PROGRAM.elf [ARGUMENT...]");
  }
  options.program = words[index++];
  for (; index < count; index++) {
    options.command_line += (options.command_line.empty() ? "" : " ") + std::string(words[index]);
  }
  return options;
}

// The core with its memory and the devices of the board.
class Board {
public:
  Board(Memory &memory, Semihosting &host, Profile &profile)
      : memory_(memory), host_(host), profile_(profile), core_(&context_) {
    core_.pulp_clock_en_i = 1;
    core_.boot_addr_i = memory.entry();
    core_.mtvec_addr_i = Memory::base;
    core_.fetch_enable_i = 1;
    core_.instr_gnt_i = 1;
    core_.data_gnt_i = 1;
    core_.rst_ni = 0;
    for (int cycle = 0; cycle < 4; cycle++) {
      tick();
    }
    core_.rst_ni = 1;
    core_.eval();
  }

  // Runs until the program ends; its exit code.
  int run(uint64_t limit) {
    const auto &inside = *core_.rootp;
    for (uint64_t cycle = 1; cycle <= limit; cycle++) {
      if (inside.SIGNAL(id_stage_i__DOT__controller_i__DOT__csr_save_cause_o)) {
        trap(inside.SIGNAL(id_stage_i__DOT__pc_id_i),
             inside.SIGNAL(id_stage_i__DOT__controller_i__DOT__csr_cause_o));
      }
      uint32_t fetched = memory_.word(core_.instr_addr_o), loaded = 0;
      bool fetches = core_.instr_req_o, accesses = core_.data_req_o;
      if (accesses) {
        loaded = access();
        if (host_.exit_code()) {
          profile_.finish(cycle);
          return *host_.exit_code();
        }
      }
      if (inside.SIGNAL(id_stage_i__DOT__minstret)) {
        profile_.issued(inside.SIGNAL(id_stage_i__DOT__pc_id_i), cycle);
      }
      core_.clk_i = 1;
      core_.eval();
      core_.instr_rvalid_i = fetches;
      core_.instr_rdata_i = fetched;
      core_.data_rvalid_i = accesses;
      core_.data_rdata_i = loaded;
      core_.clk_i = 0;
      core_.eval();
    }
    profile_.finish(limit + 1);
    throw Failure("stopped: the program has not ended after " + std::to_string(limit) +
                  " cycles; --limit allows more");
  }

private:
  void tick() {
    core_.clk_i = 1;
    core_.eval();
    core_.clk_i = 0;
    core_.eval();
  }

  // What the data port asks for in this cycle; the value of a load.
  uint32_t access() {
    uint32_t address = core_.data_addr_o & ~3u;
    if (Semihosting::owns(address)) {
      if (core_.data_we_o) {
        host_.store(address, core_.data_wdata_o);
      }
      return host_.answer();
    }
    if (!Memory::holds(address, 4)) {
      char text[80];
      std::snprintf(text, sizeof text, "the program accesses address 0x%08x, where there is no memory",
                    address);
      throw Failure(text);
    }
    if (core_.data_we_o) {
      memory_.store(address, core_.data_wdata_o, core_.data_be_o);
      return 0;
    }
    return memory_.word(address);
  }

  [[noreturn]] static void trap(uint32_t address, int cause) {
    char text[80];
    std::snprintf(text, sizeof text, "the program traps at 0x%08x (cause %d)", address, cause);
    throw Failure(text);
  }

  Memory &memory_;
  Semihosting &host_;
  Profile &profile_;
  VerilatedContext context_;
  Vcv32e40p_top core_;
};
} // namespace

int main(int count, char **words) {
  try {
    Options options = parse(count, words);
    Memory memory;
    memory.load(options.program);
    Semihosting host(memory, options.command_line);
    if (host.patch() == 0) {
      throw Failure(options.program + " makes no semihosting calls, so it could not say when it is done");
    }
    Profile profile(memory);
    Board board(memory, host, profile);
    int code = board.run(options.limit);
    std::fflush(stdout);
    if (!options.profile.empty()) {
      std::FILE *file = std::fopen(options.profile.c_str(), "w");
      if (file == nullptr) {
        throw Failure(options.profile + " can't be written");
      }
      profile.write(file);
      std::fclose(file);
    }
    return code;
  } catch (const Failure &failure) {
    std::fflush(stdout);
    std::fprintf(stderr, "simulate: %s\n", failure.what());
    return 2;
  }
}

// Where the cycles of a run went: by address, and by what ran between two markers.
#ifndef PROFILE_H
#define PROFILE_H
#include "memory.h"
#include <cstdint>
#include <cstdio>
#include <map>
#include <utility>

// Counts instructions as they leave the decode stage, each with the cycles until the next one leaves it: its
// own and those for which it holds the pipeline up (a taken branch, a division, a load whose value is wanted
// at once).
class Profile {
public:
  explicit Profile(const Memory &memory) : memory_(memory), at_(Memory::size / 2) {}

  // The instruction at `address` leaves the decode stage in cycle `now`.
  void issued(uint32_t address, uint64_t now) {
    charge(now);
    if (first_ == 0) {
      first_ = now;
    }
    last_ = now;
    instructions_++;
    running_ = Memory::holds(address, 2) ? &at_[(address - Memory::base) / 2] : &elsewhere_;
    running_->count++;
    // A marker belongs to the stage that it begins.
    uint32_t bits = memory_.instruction(address);
    if ((bits & marker_mask) == marker_bits) {
      mark(int32_t(bits) >> 20);
    }
    stage_->second.instructions++;
  }

  // The run ends in cycle `now`.
  void finish(uint64_t now) {
    charge(now);
    last_ = now;
  }

  uint64_t instructions() const { return instructions_; }
  uint64_t cycles() const { return last_ - first_; }

  // Lines "at ADDRESS COUNT CYCLES" for every instruction that ran and "stage MARKER INDEX TIMES INSTRUCTIONS
  // CYCLES"; marker 0 is what came before the first, and the index tells layers apart: marker 3 means the
  // next one, or the first one after any other marker.
  void write(std::FILE *file) const {
    std::fprintf(file, "cycles %llu\ninstructions %llu\n", (unsigned long long)cycles(),
                 (unsigned long long)instructions_);
    for (const auto &[key, stage] : stages_) {
      std::fprintf(file, "stage %d %d %llu %llu %llu\n", key.first, key.second,
                   (unsigned long long)stage.times, (unsigned long long)stage.instructions,
                   (unsigned long long)stage.cycles);
    }
    for (size_t index = 0; index < at_.size(); index++) {
      if (at_[index].count != 0) {
        std::fprintf(file, "at %08x %llu %llu\n", uint32_t(Memory::base + 2 * index),
                     (unsigned long long)at_[index].count, (unsigned long long)at_[index].cycles);
      }
    }
  }

private:
  struct Place {
    uint64_t count = 0, cycles = 0;
  };
  struct Stage {
    uint64_t times = 0, instructions = 0, cycles = 0;
  };
  // slti x0, x0, N: a hint that does nothing.
  static constexpr uint32_t marker_mask = 0x000FFFFF, marker_bits = 0x00002013;
  static constexpr int next_layer = 3;

  void charge(uint64_t now) {
    if (running_ != nullptr) {
      running_->cycles += now - last_;
      stage_->second.cycles += now - last_;
    }
  }

  void mark(int marker) {
    auto [current, index] = stage_->first;
    int layer = marker == next_layer && marker == current ? index + 1 : 0;
    stage_ = stages_.try_emplace({marker, layer}).first;
    stage_->second.times++;
  }

  const Memory &memory_;
  std::vector<Place> at_;
  Place elsewhere_;
  Place *running_ = nullptr;
  std::map<std::pair<int, int>, Stage> stages_ = {{{0, 0}, {1, 0, 0}}};
  std::map<std::pair<int, int>, Stage>::iterator stage_ = stages_.begin();
  uint64_t first_ = 0, last_ = 0, instructions_ = 0;
};
#endif

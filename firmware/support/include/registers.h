// Registers of a device. Drivers reach them by these functions alone, so that a test on a host can stand in
// for the device: with REGISTERS_RECORDED, the test gives the functions whose names begin with `recorded`.
#ifndef REGISTERS_H
#define REGISTERS_H
#include <stdint.h>

#ifdef REGISTERS_RECORDED
uint32_t recorded_read(uint32_t address);
void recorded_write(uint32_t address, uint32_t value);
uint32_t recorded_address(const void *memory);

static inline uint32_t register_read(uint32_t address) { return recorded_read(address); }
static inline void register_write(uint32_t address, uint32_t value) { recorded_write(address, value); }
// Where memory lies, for a register that wants to know.
static inline uint32_t register_address(const void *memory) { return recorded_address(memory); }
#else
static inline uint32_t register_read(uint32_t address) { return *(volatile uint32_t *)(uintptr_t)address; }
static inline void register_write(uint32_t address, uint32_t value) {
  *(volatile uint32_t *)(uintptr_t)address = value;
}
static inline uint32_t register_address(const void *memory) { return (uint32_t)(uintptr_t)memory; }
#endif

// Clears the bits of `clear`, then sets those of `set`; the rest of the register stays.
static inline void register_change(uint32_t address, uint32_t clear, uint32_t set) {
  register_write(address, (register_read(address) & ~clear) | set);
}

// Waits until the bits of `mask` read as `value`.
static inline void register_await(uint32_t address, uint32_t mask, uint32_t value) {
  while ((register_read(address) & mask) != value) {
  }
}

#endif

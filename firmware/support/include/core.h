// Interrupts, and sleep until one comes.
#ifndef CORE_H
#define CORE_H

#if defined(__arm__)
static inline void interrupts_off(void) { __asm__ volatile("cpsid i" ::: "memory"); }
static inline void interrupts_on(void) { __asm__ volatile("cpsie i\n isb" ::: "memory"); }
// Also wakes for an interrupt that is held off, so that none is missed between a look and the sleep.
static inline void core_sleep(void) { __asm__ volatile("dsb\n wfi" ::: "memory"); }
#elif defined(__riscv)
// MIE is bit 3 of mstatus.
static inline void interrupts_off(void) { __asm__ volatile("csrci mstatus, 8" ::: "memory"); }
static inline void interrupts_on(void) { __asm__ volatile("fence\n csrsi mstatus, 8" ::: "memory"); }
// Not at all: the manual of the one core there is does not say that `wfi` ends while interrupts are off.
static inline void core_sleep(void) {}
#endif
#endif

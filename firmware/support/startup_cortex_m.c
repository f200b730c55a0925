// Reset of a Cortex-M: switch the floating-point and vector unit on, fill .data and .bss, run the
// application.
#include "support.h"

extern uint32_t __stack_top, __data_start, __data_end, __data_load, __bss_start, __bss_end;

intptr_t semihost(uintptr_t operation, uintptr_t argument) {
  register uintptr_t r0 __asm__("r0") = operation;
  register uintptr_t r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return (intptr_t)r0;
}

static void fault(void) { board_fault("processor fault (a Swift trap is one)"); }

__attribute__((noreturn)) void reset(void) {
#if defined(__ARM_ARCH_6M__)
  // CCR: words that are not aligned trap, as they always do on Armv6-M, on a larger core that runs its code
  // too.
  *(volatile uint32_t *)0xE000ED14 |= 1u << 3;
#else
  // CPACR: full access to coprocessors 10 and 11, before the first instruction that needs them.
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
  const uint32_t *from = &__data_load;
  for (uint32_t *to = &__data_start; to < &__data_end;) {
    *to++ = *from++;
  }
  for (uint32_t *to = &__bss_start; to < &__bss_end;) {
    *to++ = 0;
  }
  stack_paint();
  board_exit(application_main());
}

typedef union {
  void *stack;
  void (*handler)(void);
} vector;

// Initial stack, reset, NMI, hard fault, memory, bus and usage faults; interrupts are never switched on.
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    {&__stack_top},     {.handler = reset}, {.handler = fault}, {.handler = fault},
    {.handler = fault}, {.handler = fault}, {.handler = fault}};

// Reset of a real board with a Cortex-M: switch the floating-point unit on, fill .data and .bss, start the
// device, run the application. The build says which interrupt is the microphone's, MICROPHONE_IRQ, and which
// the console's, SERIAL_IRQ, if it has one.
#include "core.h"
#include "device.h"

extern uint32_t __stack_top, __data_start, __data_end, __data_load, __bss_start, __bss_end;
extern uint32_t __model_start, __model_end, __model_load;

// A processor fault, or an interrupt that nobody asked for: says so and stops.
static void fault(void) {
  interrupts_off();
  for (const char *text = "fault\n"; *text != 0; text++) {
    console_put((uint8_t)*text);
  }
  for (;;) {
    core_sleep();
  }
}

extern _Bool flash_forgive(void) __attribute__((weak));

// A flash memory with error correction complains this way of a unit that was cut off while it was written.
// What is read there is refused later, as any wrong content is.
static void not_maskable(void) {
  if (flash_forgive == 0 || !flash_forgive()) {
    fault();
  }
}

__attribute__((noreturn)) void reset(void) {
#if !defined(__ARM_ARCH_6M__)
  // CPACR: full access to coprocessors 10 and 11, before the first instruction that needs them.
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
  __asm__ volatile("dsb\n isb" ::: "memory");
#endif
  // No function may be called before it is where it runs.
  const uint32_t *from = &__data_load;
  for (uint32_t *to = &__data_start; to < &__data_end;) {
    *to++ = *from++;
  }
#if defined(MODEL_IN_RAM)
  from = &__model_load;
  for (uint32_t *to = &__model_start; to < &__model_end;) {
    *to++ = *from++;
  }
#endif
  for (uint32_t *to = &__bss_start; to < &__bss_end;) {
    *to++ = 0;
  }
  device_start();
  (void)main();
  for (;;) {
    core_sleep();
  }
}

typedef union {
  void *stack;
  void (*handler)(void);
} vector;

// Only firmware that takes models over its console has it; elsewhere its place is empty.
extern void console_interrupt(void) __attribute__((weak));
#if !defined(SERIAL_IRQ)
#define SERIAL_IRQ 0
#endif
enum { LAST_IRQ = MICROPHONE_IRQ > SERIAL_IRQ ? MICROPHONE_IRQ : SERIAL_IRQ };

// Initial stack, reset, NMI and faults, then the device's interrupts up to the last that is ever switched on.
__attribute__((section(".vectors"), used)) static const vector vectors[16 + LAST_IRQ + 1] = {
    {&__stack_top},
    {.handler = reset},
    {.handler = not_maskable},
    {.handler = fault},
    {.handler = fault},
    {.handler = fault},
    {.handler = fault},
    [16 + SERIAL_IRQ] = {.handler = console_interrupt},
    [16 + MICROPHONE_IRQ] = {.handler = microphone_interrupt}};

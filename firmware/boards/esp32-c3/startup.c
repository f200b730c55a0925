// Start-up of the ESP32-C3 after `_start` has set the stack: .data is where it belongs, .bss is to be
// cleared.
#include "core.h"
#include "device.h"

extern uint32_t __bss_start, __bss_end;

// An exception, or an interrupt that nobody asked for: says so and stops.
__attribute__((noreturn, used)) void trapped(void) {
  interrupts_off();
  for (const char *text = "fault\n"; *text != 0; text++) {
    console_put((uint8_t)*text);
  }
  for (;;) {
    core_sleep();
  }
}

// Interrupt number 1; the compiler saves what it changes and returns with mret.
__attribute__((interrupt("machine"), aligned(4), used)) void sound_came(void) { microphone_interrupt(); }

__attribute__((noreturn, used)) void startup(void) {
  for (uint32_t *to = &__bss_start; to < &__bss_end;) {
    *to++ = 0;
  }
  device_start();
  interrupts_on();
  (void)main();
  for (;;) {
    core_sleep();
  }
}

// Start-up of QEMU's `virt` after `_start` has set the stack: fill .data and .bss, run the application.
#include "support.h"

extern uint32_t __data_start, __data_end, __data_load, __bss_start, __bss_end;

__attribute__((noreturn, used)) void trapped(uint32_t cause) {
  board_fault(cause == 2 || cause == 3 ? "illegal instruction or breakpoint (a Swift trap is one)" : "trap");
}

__attribute__((noreturn, used)) void startup(void) {
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

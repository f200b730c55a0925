// The stack's high-water mark: fill it with a pattern at start-up, look later how much of the pattern is
// left.
#include "support.h"

extern uint32_t __stack_bottom, __stack_top;

static const uint32_t pattern = 0xD0A11CE5;

void stack_paint(void) {
  // Everything below this frame, less a margin for the call itself, is unused.
  uint32_t *end = (uint32_t *)((uintptr_t)__builtin_frame_address(0) - 64);
  for (volatile uint32_t *word = &__stack_bottom; word < end; word++) {
    *word = pattern;
  }
}

size_t stack_high_water(void) {
  const uint32_t *word = &__stack_bottom;
  while (word < &__stack_top && *word == pattern) {
    word++;
  }
  return (size_t)((uintptr_t)&__stack_top - (uintptr_t)word);
}

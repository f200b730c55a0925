/* A board that QEMU emulates: semihosting is the console, and the recording lies in flash. */
#include "board.h"
#include "recording.h"
#include "support.h"

static size_t position;

size_t board_read(int16_t *samples, size_t capacity) {
  size_t count = 0;
  while (count < capacity && position < RECORDING_LENGTH)
    samples[count++] = recording[position++];
  return count;
}

void board_rewind(void) { position = 0; }

void board_say(const char *text) { console_write(text); }

void board_say_line(const char *text) {
  board_say(text);
  board_say("\n");
}

void board_say_number(long number) {
  char digits[12];
  size_t first = sizeof digits - 1;
  unsigned long rest = number < 0 ? 0 - (unsigned long)number : (unsigned long)number;
  digits[first] = 0;
  do {
    digits[--first] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (number < 0)
    digits[--first] = '-';
  console_write(digits + first);
}

size_t board_stack(void) { return stack_high_water(); }

int main(void);

int32_t application_main(void) { return main(); }

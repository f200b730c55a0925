/* Lines and numbers on a console without a C library. */
#include "board.h"

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
  board_say(digits + first);
}

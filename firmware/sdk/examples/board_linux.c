/* A computer with a C library: the recording lies in the program. */
#include "board.h"
#include "recording.h"
#include <stdio.h>

static size_t position;

size_t board_read(int16_t *samples, size_t capacity) {
  size_t count = 0;
  while (count < capacity && position < RECORDING_LENGTH)
    samples[count++] = recording[position++];
  return count;
}

void board_rewind(void) { position = 0; }

void board_say(const char *text) { fputs(text, stdout); }

void board_say_line(const char *text) {
  board_say(text);
  board_say("\n");
}

void board_say_number(long number) { printf("%ld", number); }

void board_light(int on) { (void)on; }

long board_lost(void) { return 0; }

size_t board_stack(void) { return 0; }

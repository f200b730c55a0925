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

/* Nobody looks at the lights of an emulated board. */
void board_light(int on) { (void)on; }

long board_lost(void) { return 0; }

size_t board_stack(void) { return stack_high_water(); }

int main(void);

int32_t application_main(void) { return main(); }

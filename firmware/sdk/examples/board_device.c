/* A real board: a microphone, a serial console, a light. The device's drivers are in its folder. */
#include "board.h"
#include "core.h"
#include "device.h"

static _Bool listening;

size_t board_read(int16_t *samples, size_t capacity) {
  if (!listening) {
    listening = 1;
    interrupts_off();
    microphone_start();
    interrupts_on();
  }
  for (;;) {
    size_t count;
    /* Off while it looks: an interrupt that comes between the look and the sleep ends the sleep. */
    interrupts_off();
    count = microphone_read(samples, capacity);
    if (count == 0)
      core_sleep();
    interrupts_on();
    if (count > 0)
      return count;
  }
}

void board_rewind(void) {}

void board_say(const char *text) {
  for (; *text != 0; text++)
    console_put((uint8_t)*text);
}

void board_light(int on) { light_set(on != 0); }

long board_lost(void) { return (long)microphone_lost(); }

size_t board_stack(void) { return 0; }

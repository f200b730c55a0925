// The Pico's flash memory is read where firmware takes its models from, and is written by a probe or the boot
// ROM alone: to write it, firmware would have to switch off the interface that it is read by. No models come
// over the serial line.
#include "device.h"

void console_listen(void) {}

int32_t console_get(void) { return CONSOLE_CLOSED; }

_Bool flash_erase(uint32_t address) {
  (void)address;
  return 0;
}

_Bool flash_program(uint32_t address, const uint32_t *source) {
  (void)address;
  (void)source;
  return 0;
}

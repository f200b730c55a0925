// Says that it listens, and sends every byte back that comes over the serial port, until a zero.
#include "flash_file.h"
#include "support.h"

int32_t application_main(void) {
  int32_t byte;
  uart_start();
  uart_write('!');
  do {
    while ((byte = uart_read()) < 0) {
    }
    uart_write((uint8_t)byte);
  } while (byte != 0);
  return 0;
}

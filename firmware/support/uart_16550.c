// The serial port of QEMU's `virt` board: a 16550 (National Semiconductor PC16550D, registers of a byte).
#include "flash_file.h"

#define UART ((volatile uint8_t *)0x10000000u)

enum { DATA = 0, FIFO_CONTROL = 2, LINE_CONTROL = 3, LINE_STATUS = 5, RX_READY = 1, TX_EMPTY = 0x20 };

void uart_start(void) {
  // 8 data bits; FIFOs on. The emulated port has no rate.
  UART[LINE_CONTROL] = 3;
  UART[FIFO_CONTROL] = 1;
}

int32_t uart_read(void) { return UART[LINE_STATUS] & RX_READY ? UART[DATA] : -1; }

void uart_write(uint8_t byte) {
  while (!(UART[LINE_STATUS] & TX_EMPTY)) {
  }
  UART[DATA] = byte;
}

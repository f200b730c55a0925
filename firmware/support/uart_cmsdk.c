// UART0 of the MPS2 and MPS3 boards: Arm's CMSDK APB UART (Cortex-M System Design Kit, Technical Reference
// Manual, APB UART).
#include "flash_file.h"

#ifndef UART_BASE
#define UART_BASE 0x40004000u
#endif
#define UART ((volatile uint32_t *)UART_BASE)

enum { DATA, STATE, CTRL, STATUS, BAUDDIV, TX_FULL = 1, RX_FULL = 2, TX_ENABLE = 1, RX_ENABLE = 2 };

void uart_start(void) {
  // 25 MHz over 115200.
  UART[BAUDDIV] = 217;
  UART[CTRL] = TX_ENABLE | RX_ENABLE;
}

int32_t uart_read(void) { return UART[STATE] & RX_FULL ? (int32_t)(UART[DATA] & 0xFF) : -1; }

void uart_write(uint8_t byte) {
  while (UART[STATE] & TX_FULL) {
  }
  UART[DATA] = byte;
}

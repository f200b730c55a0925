// The other direction of LPUART1. Sections are those of RM0432 (STM32L4+ reference manual).
#include "device.h"
#include "registers.h"
#include "ring.h"

enum {
  // Low-power universal asynchronous receiver transmitter: LPUART registers.
  LPUART1_CR1 = 0x40008000,
  LPUART1_ISR = 0x4000801C,
  LPUART1_ICR = 0x40008020,
  LPUART1_RDR = 0x40008024,
  GPIOG_MODER = 0x48001800,
  GPIOG_AFRH = 0x48001824,
  NVIC_ISER2 = 0xE000E108,
};
enum {
  RXD = 8,
  RE = 1 << 2,
  RXNEIE = 1 << 5,
  RXNE = 1 << 5,
  ORE = 1 << 3,
  LPUART1_IRQ = 70,
};

static ring line;

void console_listen(void) {
  // PG8 is LPUART1_RX as its alternate function 8.
  register_change(GPIOG_AFRH, 0xFu << (4 * (RXD - 8)), 8u << (4 * (RXD - 8)));
  register_change(GPIOG_MODER, 3u << (2 * RXD), 2u << (2 * RXD));
  // "Character reception procedure".
  register_change(LPUART1_CR1, 0, RE | RXNEIE);
  register_write(NVIC_ISER2, 1u << (LPUART1_IRQ - 64));
}

void console_interrupt(void) {
  const uint32_t flags = register_read(LPUART1_ISR);
  if ((flags & RXNE) != 0) {
    ring_put(&line, (uint8_t)register_read(LPUART1_RDR));
  }
  // "Overrun error": it holds up the interrupt until it is cleared.
  if ((flags & ORE) != 0) {
    register_write(LPUART1_ICR, ORE);
  }
}

int32_t console_get(void) { return ring_get(&line); }

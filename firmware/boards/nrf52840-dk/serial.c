// The other direction of UARTE0: bytes by EasyDMA, one at a time into two places in turn. Sections are those
// of "UARTE: Universal asynchronous receiver/transmitter with EasyDMA" in the nRF52840 Product Specification.
#include "device.h"
#include "registers.h"
#include "ring.h"

enum {
  UARTE0_TASKS_STARTRX = 0x40002000,
  UARTE0_EVENTS_ENDRX = 0x40002110,
  UARTE0_EVENTS_RXSTARTED = 0x4000214C,
  UARTE0_SHORTS = 0x40002200,
  UARTE0_INTENSET = 0x40002304,
  UARTE0_ENABLE = 0x40002500,
  UARTE0_PSEL_RXD = 0x40002514,
  UARTE0_RXD_PTR = 0x40002534,
  UARTE0_RXD_MAXCNT = 0x40002538,
  P0_DIRCLR = 0x5000051C,
  P0_PIN_CNF_8 = 0x50000720,
  NVIC_ISER0 = 0xE000E100,
};
enum {
  UARTE_ENABLED = 8,
  RXD_PIN = 8,
  // Reception goes on by itself.
  ENDRX_STARTRX = 1 << 5,
  INT_ENDRX = 1 << 4,
  INT_RXSTARTED = 1 << 19,
  UARTE0_IRQ = 2,
};

static volatile uint8_t came[2];
// The place whose byte comes next, and the one that EasyDMA is told of next.
static uint32_t done, next;
static ring line;

void console_listen(void) {
  // "Pin configuration": an input; pins are chosen while the peripheral is off.
  register_write(P0_DIRCLR, 1u << RXD_PIN);
  register_write(P0_PIN_CNF_8, 0);
  register_write(UARTE0_ENABLE, 0);
  register_write(UARTE0_PSEL_RXD, RXD_PIN);
  register_write(UARTE0_ENABLE, UARTE_ENABLED);
  // "EasyDMA": the first place; the second is named when the first has been taken over.
  register_write(UARTE0_RXD_PTR, register_address((const void *)&came[0]));
  register_write(UARTE0_RXD_MAXCNT, 1);
  done = 0;
  next = 1;
  register_write(UARTE0_SHORTS, ENDRX_STARTRX);
  register_write(UARTE0_EVENTS_RXSTARTED, 0);
  register_write(UARTE0_EVENTS_ENDRX, 0);
  register_write(UARTE0_INTENSET, INT_ENDRX | INT_RXSTARTED);
  register_write(NVIC_ISER0, 1u << UARTE0_IRQ);
  register_write(UARTE0_TASKS_STARTRX, 1);
}

void console_interrupt(void) {
  if (register_read(UARTE0_EVENTS_ENDRX) != 0) {
    register_write(UARTE0_EVENTS_ENDRX, 0);
    // An event is cleared when the write has arrived: read back, lest the interrupt comes again at once.
    (void)register_read(UARTE0_EVENTS_ENDRX);
    ring_put(&line, came[done]);
    done ^= 1;
  }
  if (register_read(UARTE0_EVENTS_RXSTARTED) != 0) {
    register_write(UARTE0_EVENTS_RXSTARTED, 0);
    (void)register_read(UARTE0_EVENTS_RXSTARTED);
    register_write(UARTE0_RXD_PTR, register_address((const void *)&came[next]));
    next ^= 1;
  }
}

int32_t console_get(void) { return ring_get(&line); }

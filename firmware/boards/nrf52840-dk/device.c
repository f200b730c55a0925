// nRF52840-DK: the crystal oscillator, UARTE0 to the debugger's serial port, LED 1. Sections are those of the
// nRF52840 Product Specification; pins are those of the nRF52840 DK's User Guide.
#include "device.h"
#include "registers.h"

enum {
  // CLOCK: Clock control, Registers.
  CLOCK_TASKS_HFCLKSTART = 0x40000000,
  CLOCK_EVENTS_HFCLKSTARTED = 0x40000100,
  // UARTE: Universal asynchronous receiver/transmitter with EasyDMA, Registers.
  UARTE0_TASKS_STARTTX = 0x40002008,
  UARTE0_EVENTS_ENDTX = 0x40002120,
  UARTE0_ENABLE = 0x40002500,
  UARTE0_PSEL_TXD = 0x4000250C,
  UARTE0_BAUDRATE = 0x40002524,
  UARTE0_TXD_PTR = 0x40002544,
  UARTE0_TXD_MAXCNT = 0x40002548,
  UARTE0_CONFIG = 0x4000256C,
  // NVMC: Non-volatile memory controller, Registers.
  NVMC_ICACHECNF = 0x4001E540,
  // GPIO: General purpose input/output, Registers, port 0.
  P0_OUTSET = 0x50000508,
  P0_OUTCLR = 0x5000050C,
  P0_DIRSET = 0x50000518,
};
enum { UARTE_ENABLED = 8, BAUD_115200 = 0x01D60000, TXD_PIN = 6, LED1 = 1 << 13 };

void device_start(void) {
  // Code and model are read from flash, with wait states: the instruction cache hides most of them.
  register_write(NVMC_ICACHECNF, 1);
  // The microphone's clock and the console's are divided from HFCLK: from the crystal, for their rates to be
  // right.
  register_write(CLOCK_EVENTS_HFCLKSTARTED, 0);
  register_write(CLOCK_TASKS_HFCLKSTART, 1);
  register_await(CLOCK_EVENTS_HFCLKSTARTED, 1, 1);
  // LED 1 shines when its pin is low.
  register_write(P0_OUTSET, LED1);
  register_write(P0_DIRSET, LED1);
  // "Pin configuration": a pin has its level while the peripheral is off from its GPIO registers: high is an
  // idle line.
  register_write(P0_OUTSET, 1u << TXD_PIN);
  register_write(P0_DIRSET, 1u << TXD_PIN);
  register_write(UARTE0_PSEL_TXD, TXD_PIN);
  register_write(UARTE0_BAUDRATE, BAUD_115200);
  // Neither parity nor flow control, one stop bit.
  register_write(UARTE0_CONFIG, 0);
  register_write(UARTE0_ENABLE, UARTE_ENABLED);
}

void console_put(uint8_t byte) {
  // EasyDMA reads RAM alone.
  static uint8_t buffer;
  buffer = byte;
  register_write(UARTE0_TXD_PTR, register_address(&buffer));
  register_write(UARTE0_TXD_MAXCNT, 1);
  register_write(UARTE0_EVENTS_ENDTX, 0);
  register_write(UARTE0_TASKS_STARTTX, 1);
  register_await(UARTE0_EVENTS_ENDTX, 1, 1);
}

void light_set(_Bool on) { register_write(on ? P0_OUTCLR : P0_OUTSET, LED1); }

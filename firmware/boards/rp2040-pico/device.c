// Raspberry Pi Pico: 102.4 MHz from the crystal, UART0, the LED on GPIO 25. Sections are those of the RP2040
// Datasheet.
#include "device.h"
#include "registers.h"

enum {
  // "Clocks", list of registers.
  CLK_REF_CTRL = 0x40008030,
  CLK_REF_SELECTED = 0x40008038,
  CLK_SYS_CTRL = 0x4000803C,
  CLK_SYS_SELECTED = 0x40008044,
  CLK_PERI_CTRL = 0x40008048,
  // "Subsystem Resets"; at 2000h and 3000h a register's bits are set and cleared ("Atomic Register Access").
  RESETS_DONE = 0x4000C008,
  RESETS_SET = 0x4000E000,
  RESETS_CLR = 0x4000F000,
  // "GPIO", IO user bank.
  GPIO0_CTRL = 0x40014004,
  GPIO25_CTRL = 0x400140CC,
  // "Crystal Oscillator".
  XOSC_CTRL = 0x40024000,
  XOSC_STATUS = 0x40024004,
  XOSC_STARTUP = 0x4002400C,
  // "PLL".
  PLL_SYS_CS = 0x40028000,
  PLL_SYS_PWR = 0x40028004,
  PLL_SYS_FBDIV_INT = 0x40028008,
  PLL_SYS_PRIM = 0x4002800C,
  // "UART".
  UART0_DR = 0x40034000,
  UART0_FR = 0x40034018,
  UART0_IBRD = 0x40034024,
  UART0_FBRD = 0x40034028,
  UART0_LCR_H = 0x4003402C,
  UART0_CR = 0x40034030,
};
// "SIO", list of registers.
enum { SIO_GPIO_OUT_SET = 0xD0000014, SIO_GPIO_OUT_CLR = 0xD0000018, SIO_GPIO_OE_SET = 0xD0000024 };
enum {
  IO_BANK0 = 1 << 5,
  PADS_BANK0 = 1 << 8,
  PLL_SYS = 1 << 12,
  UART0 = 1 << 22,
  RANGE_1_15MHZ = 0xAA0,
  XOSC_ENABLED = 0xFAB << 12,
  // A millisecond, in units of 256 periods of 12 MHz.
  XOSC_DELAY = 47,
  XOSC_SELECTED = 2,
  AUX_SELECTED = 1,
  PERI_ENABLED = 1 << 11,
  // 12 MHz times 128, over 5 and 3: 102.4 MHz, which is a hundred times the microphone's clock.
  REFDIV = 1,
  FBDIV = 128,
  POSTDIVS = 5 << 16 | 3 << 12,
  // Bits of PWR switch off: all (PD, DSMPD, POSTDIVPD, VCOPD); all but PD and VCOPD; the unused modulator
  // alone.
  ALL_OFF = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 5,
  VCO_ON = 1 << 2 | 1 << 3,
  ALL_ON = 1 << 2,
  FUNCTION_UART = 2,
  FUNCTION_SIO = 5,
  // 102.4 MHz over 16 times 115200: 55 and 36 of 64.
  BAUD_INTEGER = 55,
  BAUD_FRACTION = 36,
  EIGHT_BITS = 3 << 5,
  FIFOS = 1 << 4,
  UARTEN = 1 << 0,
  TXE = 1 << 8,
  TXFF = 1 << 5,
  LED = 1 << 25,
};
static const uint32_t locked = 1u << 31, stable = 1u << 31;

static void clock_start(void) {
  // "Crystal Oscillator", startup delay: then enabled, and waited for.
  register_write(XOSC_STARTUP, XOSC_DELAY);
  register_write(XOSC_CTRL, XOSC_ENABLED | RANGE_1_15MHZ);
  register_await(XOSC_STATUS, stable, stable);
  // "Clock generators", glitchless multiplexers: off the PLL while it is set up; each switch is waited for.
  register_write(CLK_REF_CTRL, XOSC_SELECTED);
  register_await(CLK_REF_SELECTED, 1 << XOSC_SELECTED, 1 << XOSC_SELECTED);
  register_write(CLK_SYS_CTRL, 0);
  register_await(CLK_SYS_SELECTED, 1, 1);
  // "PLL", configuration: dividers, power of the oscillator, lock, dividers behind it, their power.
  register_write(RESETS_SET, PLL_SYS);
  register_write(RESETS_CLR, PLL_SYS);
  register_await(RESETS_DONE, PLL_SYS, PLL_SYS);
  register_write(PLL_SYS_PWR, ALL_OFF);
  register_write(PLL_SYS_CS, REFDIV);
  register_write(PLL_SYS_FBDIV_INT, FBDIV);
  register_write(PLL_SYS_PWR, VCO_ON);
  register_await(PLL_SYS_CS, locked, locked);
  register_write(PLL_SYS_PRIM, POSTDIVS);
  register_write(PLL_SYS_PWR, ALL_ON);
  // The PLL is the first auxiliary source; the system's clock is the peripherals' too.
  register_write(CLK_SYS_CTRL, AUX_SELECTED);
  register_await(CLK_SYS_SELECTED, 1 << AUX_SELECTED, 1 << AUX_SELECTED);
  register_write(CLK_PERI_CTRL, PERI_ENABLED);
}

void device_start(void) {
  clock_start();
  register_write(RESETS_CLR, IO_BANK0 | PADS_BANK0 | UART0);
  register_await(RESETS_DONE, IO_BANK0 | PADS_BANK0 | UART0, IO_BANK0 | PADS_BANK0 | UART0);
  register_write(SIO_GPIO_OUT_CLR, LED);
  register_write(SIO_GPIO_OE_SET, LED);
  register_write(GPIO25_CTRL, FUNCTION_SIO);
  // "UART", programmer's model: the rate takes effect with the write of LCR_H behind it; then it is enabled.
  register_write(UART0_IBRD, BAUD_INTEGER);
  register_write(UART0_FBRD, BAUD_FRACTION);
  register_write(UART0_LCR_H, EIGHT_BITS | FIFOS);
  register_write(UART0_CR, UARTEN | TXE);
  register_write(GPIO0_CTRL, FUNCTION_UART);
}

void console_put(uint8_t byte) {
  register_await(UART0_FR, TXFF, 0);
  register_write(UART0_DR, byte);
}

void light_set(_Bool on) { register_write(on ? SIO_GPIO_OUT_SET : SIO_GPIO_OUT_CLR, LED); }

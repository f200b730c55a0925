// ESP32-C3: watchdogs off, 160 MHz from the PLL, UART0, a light on GPIO 7. Sections are those of the ESP32-C3
// Technical Reference Manual, version 1.3.
#include "device.h"
#include "registers.h"

enum {
  // "UART Controller", register summary.
  UART0_FIFO = 0x60000000,
  UART0_CLKDIV = 0x60000014,
  UART0_STATUS = 0x6000001C,
  UART0_CLK_CONF = 0x60000078,
  UART0_ID = 0x60000080,
  // "IO MUX and GPIO Matrix", register summary.
  GPIO_OUT_W1TS = 0x60004008,
  GPIO_OUT_W1TC = 0x6000400C,
  GPIO_ENABLE_W1TS = 0x60004024,
  GPIO_FUNC7_OUT_SEL_CFG = 0x60004554 + 4 * 7,
  IO_MUX_GPIO7 = 0x60009004 + 4 * 7,
  // "Low-power Management", register summary: the watchdogs of the RTC.
  RTC_CNTL_WDTCONFIG0 = 0x60008090,
  RTC_CNTL_WDTWPROTECT = 0x600080A8,
  RTC_CNTL_SWD_CONF = 0x600080AC,
  RTC_CNTL_SWD_WPROTECT = 0x600080B0,
  // "Timer Group", register summary.
  TIMG0_WDTCONFIG0 = 0x6001F048,
  TIMG0_WDTWPROTECT = 0x6001F064,
  // "System Registers", register summary.
  SYSTEM_CPU_PER_CONF = 0x600C0008,
  SYSTEM_SYSCLK_CONF = 0x600C0058,
};
enum {
  WDT_KEY = 0x50D83AA1,
  CPUPERIOD_SEL = 3,
  CPUPERIOD_160MHZ = 1,
  PLL_480MHZ = 1 << 2,
  SOC_CLK_SEL = 3 << 10,
  SOC_CLK_PLL = 1 << 10,
  // The crystal's clock, undivided, for the whole UART.
  SCLK_XTAL = 3 << 20 | 1 << 22 | 1 << 24 | 1 << 25,
  // 40 MHz over 115200 is 347 and 3 of 16.
  CLKDIV_115200 = 347 | 3 << 20,
  TXFIFO_CNT = 0x3FF << 16,
  TXFIFO_FULL = 127 << 16,
  MCU_SEL_GPIO = 1 << 12,
  FUN_DRV = 2 << 10,
  SIG_GPIO_OUT = 128,
  LED = 1 << 7,
};
static const uint32_t swd_key = 0x8F1D312A, swd_auto_feed = 1u << 31, uart_update = 1u << 31;

// "Watchdog Timers", Flash Boot Protection: two run since the boot, and the super watchdog always; each
// register is written between its key and another value.
static void watchdogs_stop(void) {
  register_write(TIMG0_WDTWPROTECT, WDT_KEY);
  register_write(TIMG0_WDTCONFIG0, 0);
  register_write(TIMG0_WDTWPROTECT, 0);
  register_write(RTC_CNTL_WDTWPROTECT, WDT_KEY);
  register_write(RTC_CNTL_WDTCONFIG0, 0);
  register_write(RTC_CNTL_WDTWPROTECT, 0);
  register_write(RTC_CNTL_SWD_WPROTECT, swd_key);
  register_change(RTC_CNTL_SWD_CONF, 0, swd_auto_feed);
  register_write(RTC_CNTL_SWD_WPROTECT, 0);
}

void device_start(void) {
  watchdogs_stop();
  // "CPU Clock": what the PLL is divided by, then the switch to it.
  register_change(SYSTEM_CPU_PER_CONF, CPUPERIOD_SEL, CPUPERIOD_160MHZ | PLL_480MHZ);
  register_change(SYSTEM_SYSCLK_CONF, SOC_CLK_SEL, SOC_CLK_PLL);
  // "Configuring UARTn Communication": the ROM has started UART0 on its pins; its clock must not depend on
  // the CPU's.
  register_await(UART0_ID, uart_update, 0);
  register_write(UART0_CLK_CONF, SCLK_XTAL);
  register_write(UART0_CLKDIV, CLKDIV_115200);
  register_change(UART0_ID, 0, uart_update);
  register_await(UART0_ID, uart_update, 0);
  register_write(GPIO_OUT_W1TC, LED);
  register_write(GPIO_FUNC7_OUT_SEL_CFG, SIG_GPIO_OUT);
  register_write(IO_MUX_GPIO7, MCU_SEL_GPIO | FUN_DRV);
  register_write(GPIO_ENABLE_W1TS, LED);
}

void console_put(uint8_t byte) {
  while ((register_read(UART0_STATUS) & TXFIFO_CNT) >= TXFIFO_FULL) {
  }
  register_write(UART0_FIFO, byte);
}

void light_set(_Bool on) { register_write(on ? GPIO_OUT_W1TS : GPIO_OUT_W1TC, LED); }

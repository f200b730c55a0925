// Nucleo-L4R5ZI: 80 MHz from the internal oscillator, LPUART1 to the debugger's serial port, LD2. Sections
// are those of RM0432 (STM32L4+ reference manual); pins are those of UM2179 (STM32 Nucleo-144 boards).
#include "device.h"
#include "registers.h"

enum {
  // Power control: PWR registers.
  PWR_CR2 = 0x40007004,
  // Low-power universal asynchronous receiver transmitter: LPUART registers.
  LPUART1_CR1 = 0x40008000,
  LPUART1_BRR = 0x4000800C,
  LPUART1_ISR = 0x4000801C,
  LPUART1_TDR = 0x40008028,
  // Reset and clock control: RCC registers.
  RCC_CR = 0x40021000,
  RCC_CFGR = 0x40021008,
  RCC_PLLCFGR = 0x4002100C,
  RCC_AHB2ENR = 0x4002104C,
  RCC_APB1ENR1 = 0x40021058,
  RCC_APB1ENR2 = 0x4002105C,
  // Embedded flash memory: FLASH registers.
  FLASH_ACR = 0x40022000,
  // General-purpose I/Os: GPIO registers.
  GPIOB_MODER = 0x48000400,
  GPIOB_BSRR = 0x48000418,
  GPIOG_MODER = 0x48001800,
  GPIOG_AFRL = 0x48001820,
};
enum {
  HSION = 1 << 8,
  HSIRDY = 1 << 10,
  PLLON = 1 << 24,
  PLLRDY = 1 << 25,
  // 16 MHz over 2, times 20, over 2.
  PLL_80MHZ = 2 | 1 << 4 | 20 << 8 | 0 << 25 | 1 << 24,
  LATENCY = 0xF,
  // "Read access latency": 80 MHz in the voltage range after reset, 1 without boost.
  LATENCY_80MHZ = 3,
  SW_PLL = 3,
  SWS = 3 << 2,
  SWS_PLL = 3 << 2,
  GPIOBEN = 1 << 1,
  GPIOGEN = 1 << 6,
  PWREN = 1 << 28,
  LPUART1EN = 1 << 0,
  IOSV = 1 << 9,
  UE = 1 << 0,
  TE = 1 << 3,
  TXE = 1 << 7,
  LED = 7,
  TXD = 7,
};

// Rounded: 256 times 80 MHz over 115200.
static const uint32_t baud_115200 = (256ull * 80000000 + 115200 / 2) / 115200;

static void clock_start(void) {
  // "Increasing the CPU frequency": wait states first, and look that they are in force.
  register_change(FLASH_ACR, LATENCY, LATENCY_80MHZ);
  register_await(FLASH_ACR, LATENCY, LATENCY_80MHZ);
  register_change(RCC_CR, 0, HSION);
  register_await(RCC_CR, HSIRDY, HSIRDY);
  // "PLL": configured while it is off.
  register_write(RCC_PLLCFGR, PLL_80MHZ);
  register_change(RCC_CR, 0, PLLON);
  register_await(RCC_CR, PLLRDY, PLLRDY);
  register_change(RCC_CFGR, 3, SW_PLL);
  register_await(RCC_CFGR, SWS, SWS_PLL);
}

void device_start(void) {
  clock_start();
  register_change(RCC_AHB2ENR, 0, GPIOBEN | GPIOGEN);
  register_change(RCC_APB1ENR1, 0, PWREN);
  register_change(RCC_APB1ENR2, 0, LPUART1EN);
  // Two cycles after a peripheral's clock is on it may be used: a read takes them.
  (void)register_read(RCC_APB1ENR2);
  register_change(GPIOB_MODER, 3u << (2 * LED), 1u << (2 * LED));
  // "Independent I/O supply rail": PG2 to PG15 are dead until VDDIO2 is declared valid.
  register_change(PWR_CR2, 0, IOSV);
  // PG7 is LPUART1_TX as its alternate function 8.
  register_change(GPIOG_AFRL, 0xFu << (4 * TXD), 8u << (4 * TXD));
  register_change(GPIOG_MODER, 3u << (2 * TXD), 2u << (2 * TXD));
  // "Character transmission procedure": the rate, then the transmitter.
  register_write(LPUART1_BRR, baud_115200);
  register_write(LPUART1_CR1, UE);
  register_write(LPUART1_CR1, UE | TE);
}

void console_put(uint8_t byte) {
  register_await(LPUART1_ISR, TXE, TXE);
  register_write(LPUART1_TDR, byte);
}

void light_set(_Bool on) { register_write(GPIOB_BSRR, 1u << (on ? LED : LED + 16)); }

// A PDM microphone on the STM32L4R5's DFSDM1, which decimates by itself; DMA1 writes words to two blocks in a
// circle. Sections are those of RM0432 (STM32L4+ reference manual).
#include "blocks.h"
#include "device.h"
#include "registers.h"

enum {
  // Digital filter for sigma delta modulators: DFSDM channel y and filter x module registers.
  DFSDM1_CH0CFGR1 = 0x40016000,
  DFSDM1_CH2CFGR1 = 0x40016040,
  DFSDM1_CH2CFGR2 = 0x40016044,
  DFSDM1_FLT0CR1 = 0x40016100,
  DFSDM1_FLT0FCR = 0x40016114,
  DFSDM1_FLT0RDATAR = 0x4001611C,
  // Direct memory access controller: DMA registers.
  DMA1_ISR = 0x40020000,
  DMA1_IFCR = 0x40020004,
  DMA1_CCR1 = 0x40020008,
  DMA1_CNDTR1 = 0x4002000C,
  DMA1_CPAR1 = 0x40020010,
  DMA1_CMAR1 = 0x40020014,
  // DMA request multiplexer: DMAMUX registers; its channel 0 is for DMA1's channel 1.
  DMAMUX1_C0CR = 0x40020800,
  RCC_AHB1ENR = 0x40021048,
  RCC_AHB2ENR = 0x4002104C,
  RCC_APB2ENR = 0x40021060,
  GPIOE_MODER = 0x48001000,
  GPIOE_AFRL = 0x48001020,
  GPIOE_AFRH = 0x48001024,
  NVIC_ISER0 = 0xE000E100,
};
enum {
  DMA1EN = 1 << 0,
  DMAMUX1EN = 1 << 2,
  GPIOEEN = 1 << 4,
  DFSDM1EN = 1 << 24,
  DATIN_PIN = 7,
  CKOUT_PIN = 9,
  AF_DFSDM1 = 6,
  DFSDMEN = 1u << 31,
  // 80 MHz over 40: a microphone's clock of 2 MHz, over 125: 16,000 samples a second.
  CKOUTDIV = (40 - 1) << 16,
  CHEN = 1 << 7,
  SPICKSEL_CKOUT = 1 << 2,
  SITP_RISING = 0,
  // A sinc of order 4 over 125 reaches 125^4, 28 bits: 5 fewer are the register's 24 with sign.
  DTRBS = 5 << 3,
  FORD_SINC4 = 4u << 29,
  FOSR = (125 - 1) << 16,
  IOSR = 1 - 1,
  DFEN = 1 << 0,
  RSWSTART = 1 << 17,
  RCONT = 1 << 18,
  RDMAEN = 1 << 21,
  RCH_2 = 2 << 24,
  // "Fast continuous conversions": the filter is not filled anew for each sample.
  FAST = 1 << 29,
  REQUEST_DFSDM1_FLT0 = 86,
  EN = 1 << 0,
  TCIE = 1 << 1,
  HTIE = 1 << 2,
  CIRC = 1 << 5,
  MINC = 1 << 7,
  PSIZE_32 = 2 << 8,
  MSIZE_32 = 2 << 10,
  TCIF1 = 1 << 1,
  HTIF1 = 1 << 2,
  DMA1_CHANNEL1_IRQ = 11,
  // A word's upper 24 bits are the sample; the upper 16 of these would do, but microphones are quiet: 12 dB
  // louder.
  TO_16_BITS = 16 - 2,
};

static int32_t sound[2][BLOCK_LENGTH];
static blocks pair;

static void pins_start(void) {
  register_change(RCC_AHB2ENR, 0, GPIOEEN);
  (void)register_read(RCC_AHB2ENR);
  register_change(GPIOE_AFRL, 0xFu << (4 * DATIN_PIN), (uint32_t)AF_DFSDM1 << (4 * DATIN_PIN));
  register_change(GPIOE_AFRH, 0xFu << (4 * (CKOUT_PIN - 8)), AF_DFSDM1 << (4 * (CKOUT_PIN - 8)));
  register_change(GPIOE_MODER, 3u << (2 * DATIN_PIN) | 3u << (2 * CKOUT_PIN),
                  2u << (2 * DATIN_PIN) | 2u << (2 * CKOUT_PIN));
}

// "Channel configuration procedure": all but the enable bit while it is off.
static void dma_start(void) {
  register_change(RCC_AHB1ENR, 0, DMA1EN | DMAMUX1EN);
  (void)register_read(RCC_AHB1ENR);
  register_write(DMA1_CPAR1, DFSDM1_FLT0RDATAR);
  register_write(DMA1_CMAR1, register_address(sound));
  register_write(DMA1_CNDTR1, 2 * BLOCK_LENGTH);
  register_write(DMA1_CCR1, PSIZE_32 | MSIZE_32 | MINC | CIRC | HTIE | TCIE);
  register_write(DMAMUX1_C0CR, REQUEST_DFSDM1_FLT0);
  register_write(NVIC_ISER0, 1u << DMA1_CHANNEL1_IRQ);
  register_change(DMA1_CCR1, 0, EN);
}

void microphone_start(void) {
  pins_start();
  dma_start();
  register_change(RCC_APB2ENR, 0, DFSDM1EN);
  (void)register_read(RCC_APB2ENR);
  // "Output serial clock": its divider changes only while the interface is off.
  register_write(DFSDM1_CH0CFGR1, CKOUTDIV);
  register_write(DFSDM1_CH0CFGR1, CKOUTDIV | DFSDMEN);
  // "Channel configuration", while the channel is off.
  register_write(DFSDM1_CH2CFGR2, DTRBS);
  register_write(DFSDM1_CH2CFGR1, SPICKSEL_CKOUT | SITP_RISING);
  register_write(DFSDM1_CH2CFGR1, SPICKSEL_CKOUT | SITP_RISING | CHEN);
  // "Digital filter configuration", while the filter is off.
  register_write(DFSDM1_FLT0FCR, FORD_SINC4 | FOSR | IOSR);
  register_write(DFSDM1_FLT0CR1, FAST | RCH_2 | RDMAEN | RCONT);
  register_write(DFSDM1_FLT0CR1, FAST | RCH_2 | RDMAEN | RCONT | DFEN);
  register_write(DFSDM1_FLT0CR1, FAST | RCH_2 | RDMAEN | RCONT | DFEN | RSWSTART);
}

void microphone_interrupt(void) {
  const uint32_t flags = register_read(DMA1_ISR) & (HTIF1 | TCIF1);
  register_write(DMA1_IFCR, flags);
  // Half the transfer is the first block, all of it the second; both if the interrupt came late.
  if ((flags & HTIF1) != 0) {
    blocks_fill(&pair);
  }
  if ((flags & TCIF1) != 0) {
    blocks_fill(&pair);
  }
}

static int16_t sample(int block, size_t index) { return block_sample(sound[block][index], TO_16_BITS); }

size_t microphone_read(int16_t *samples, size_t capacity) {
  return blocks_read(&pair, samples, capacity, sample);
}

uint32_t microphone_lost(void) { return pair.lost; }

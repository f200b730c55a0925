// A PDM microphone on the RP2040: a state machine of PIO gives the clock and collects bits, DMA writes words
// of them to two blocks in turn, pdm.h makes samples of them. Sections are those of the RP2040 Datasheet.
#include "blocks.h"
#include "device.h"
#include "pdm.h"
#include "registers.h"

enum {
  RESETS_DONE = 0x4000C008,
  RESETS_CLR = 0x4000F000,
  GPIO2_CTRL = 0x40014014,
  GPIO3_CTRL = 0x4001401C,
  // "DMA", list of registers.
  DMA_CH0 = 0x50000000,
  DMA_CH1 = 0x50000040,
  DMA_READ_ADDR = 0x00,
  DMA_WRITE_ADDR = 0x04,
  DMA_TRANS_COUNT = 0x08,
  DMA_AL1_CTRL = 0x10,
  DMA_INTE0 = 0x50000404,
  DMA_INTS0 = 0x5000040C,
  DMA_MULTI_CHAN_TRIGGER = 0x50000430,
  // "PIO", list of registers.
  PIO0_CTRL = 0x50200000,
  PIO0_RXF0 = 0x50200020,
  PIO0_INSTR_MEM0 = 0x50200048,
  PIO0_INSTR_MEM1 = 0x5020004C,
  PIO0_SM0_CLKDIV = 0x502000C8,
  PIO0_SM0_EXECCTRL = 0x502000CC,
  PIO0_SM0_SHIFTCTRL = 0x502000D0,
  PIO0_SM0_INSTR = 0x502000D8,
  PIO0_SM0_PINCTRL = 0x502000DC,
  NVIC_ISER = 0xE000E100,
};
enum {
  DMA = 1 << 2,
  PIO0 = 1 << 10,
  CLK_PIN = 2,
  DAT_PIN = 3,
  FUNCTION_PIO0 = 6,
  // "Instruction Set": in pins, 1 side 1 [1]; nop (mov y, y) side 0 [1]; set pindirs, 1. A bit is taken as
  // the clock rises, at the end of its low half; each takes four cycles.
  IN_PINS_1_HIGH = 0x4000 | 1 << 12 | 1 << 8 | 1,
  NOP_LOW = 0xA042 | 1 << 8,
  SET_PINDIRS_1 = 0xE081,
  // 102.4 MHz over 25, over 4: 1.024 MHz, 64 bits a sample.
  CLKDIV = 25 << 16,
  WRAP_TOP = 1 << 12,
  FJOIN_RX = 1u << 31,
  // Words of 32 bits are pushed as they are full; the first bit becomes the highest.
  AUTOPUSH = 1 << 16,
  SIDESET_COUNT = 1 << 29,
  SET_COUNT = 1 << 26,
  PINS = DAT_PIN << 15 | CLK_PIN << 10 | CLK_PIN << 5,
  DREQ_PIO0_RX0 = 4,
  DMA_WORDS = 1 << 0 | 2 << 2 | 1 << 5 | DREQ_PIO0_RX0 << 15,
  CHAIN_TO = 11,
  DMA_IRQ_0 = 11,
  // Microphones are quiet: 12 dB louder.
  GAIN_BITS = 2,
  BLOCK_WORDS = 2 * BLOCK_LENGTH,
};

static uint32_t bits[2][BLOCK_WORDS];
static blocks pair;
static pdm_decimator decimator;

static void state_machine_start(void) {
  register_write(PIO0_INSTR_MEM0, IN_PINS_1_HIGH);
  register_write(PIO0_INSTR_MEM1, NOP_LOW);
  register_write(PIO0_SM0_CLKDIV, CLKDIV);
  register_write(PIO0_SM0_EXECCTRL, WRAP_TOP);
  register_write(PIO0_SM0_SHIFTCTRL, FJOIN_RX | AUTOPUSH);
  register_write(PIO0_SM0_PINCTRL, SIDESET_COUNT | SET_COUNT | PINS);
  register_write(PIO0_SM0_INSTR, SET_PINDIRS_1);
  register_write(GPIO2_CTRL, FUNCTION_PIO0);
  register_write(GPIO3_CTRL, FUNCTION_PIO0);
}

// Written by a register that does not trigger; each channel starts the other when it has filled its block.
static void channel_start(uint32_t channel, const uint32_t *block, uint32_t other) {
  register_write(channel + DMA_READ_ADDR, PIO0_RXF0);
  register_write(channel + DMA_WRITE_ADDR, register_address(block));
  register_write(channel + DMA_TRANS_COUNT, BLOCK_WORDS);
  register_write(channel + DMA_AL1_CTRL, DMA_WORDS | other << CHAIN_TO);
}

void microphone_start(void) {
  pdm_begin(&decimator);
  register_write(RESETS_CLR, DMA | PIO0);
  register_await(RESETS_DONE, DMA | PIO0, DMA | PIO0);
  state_machine_start();
  channel_start(DMA_CH0, bits[0], 1);
  channel_start(DMA_CH1, bits[1], 0);
  register_write(DMA_INTE0, 1 << 0 | 1 << 1);
  register_write(NVIC_ISER, 1 << DMA_IRQ_0);
  register_write(DMA_MULTI_CHAN_TRIGGER, 1 << 0);
  register_write(PIO0_CTRL, 1 << 0);
}

// A channel has filled its block, and the other has begun: it is given the start of its block again.
static void rewind(uint32_t channel, const uint32_t *block) {
  register_write(channel + DMA_WRITE_ADDR, register_address(block));
  blocks_fill(&pair);
}

void microphone_interrupt(void) {
  const uint32_t done = register_read(DMA_INTS0);
  register_write(DMA_INTS0, done);
  if ((done & 1) != 0) {
    rewind(DMA_CH0, bits[0]);
  }
  if ((done & 2) != 0) {
    rewind(DMA_CH1, bits[1]);
  }
}

static int16_t sample(int block, size_t index) {
  return pdm_sample(&decimator, &bits[block][2 * index], GAIN_BITS);
}

size_t microphone_read(int16_t *samples, size_t capacity) {
  return blocks_read(&pair, samples, capacity, sample);
}

uint32_t microphone_lost(void) { return pair.lost; }

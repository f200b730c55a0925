// An I2S microphone on the ESP32-C3: the I2S unit is the master and keeps the left channel alone, GDMA writes
// its words to two blocks in a circle. Sections are those of the ESP32-C3 Technical Reference Manual,
// version 1.3.
#include "blocks.h"
#include "device.h"
#include "registers.h"

enum {
  // "IO MUX and GPIO Matrix", register summary; signal 15 is the microphone's data.
  GPIO_ENABLE_W1TS = 0x60004024,
  GPIO_FUNC15_IN_SEL_CFG = 0x60004154 + 4 * 15,
  GPIO_FUNC4_OUT_SEL_CFG = 0x60004554 + 4 * 4,
  GPIO_FUNC5_OUT_SEL_CFG = 0x60004554 + 4 * 5,
  IO_MUX_GPIO4 = 0x60009004 + 4 * 4,
  IO_MUX_GPIO5 = 0x60009004 + 4 * 5,
  IO_MUX_GPIO6 = 0x60009004 + 4 * 6,
  // "I2S Controller", register summary.
  I2S_RX_CONF = 0x6002D020,
  I2S_RX_CONF1 = 0x6002D028,
  I2S_RX_CLKM_CONF = 0x6002D030,
  I2S_TX_CLKM_CONF = 0x6002D034,
  I2S_RX_CLKM_DIV_CONF = 0x6002D038,
  I2S_RX_TDM_CTRL = 0x6002D050,
  I2S_RXEOF_NUM = 0x6002D064,
  // "GDMA Controller", register summary: channel 0.
  GDMA_INT_ST_CH0 = 0x6003F004,
  GDMA_INT_ENA_CH0 = 0x6003F008,
  GDMA_INT_CLR_CH0 = 0x6003F00C,
  GDMA_IN_CONF0_CH0 = 0x6003F070,
  GDMA_IN_LINK_CH0 = 0x6003F080,
  GDMA_IN_PERI_SEL_CH0 = 0x6003F0A0,
  // "System Registers", register summary.
  SYSTEM_PERIP_CLK_EN0 = 0x600C0010,
  SYSTEM_PERIP_CLK_EN1 = 0x600C0014,
  SYSTEM_PERIP_RST_EN0 = 0x600C0018,
  SYSTEM_PERIP_RST_EN1 = 0x600C001C,
  // "Interrupt Matrix", register summary.
  INTERRUPT_DMA_CH0_INT_MAP = 0x600C20B0,
  INTERRUPT_CPU_INT_ENABLE = 0x600C2104,
  INTERRUPT_CPU_INT_TYPE = 0x600C2108,
  INTERRUPT_CPU_INT_PRI_1 = 0x600C2118,
  INTERRUPT_CPU_INT_THRESH = 0x600C2194,
};
enum {
  SCK_PIN = 4,
  WS_PIN = 5,
  SD_PIN = 6,
  I2SI_BCK_OUT = 16,
  I2SI_WS_OUT = 17,
  OEN_FROM_GPIO = 1 << 9,
  SIG_IN_FROM_MATRIX = 1 << 6,
  MCU_SEL_GPIO = 1 << 12,
  FUN_DRV = 2 << 10,
  FUN_IE = 1 << 9,
  I2S_CLOCK = 1 << 21,
  DMA_CLOCK = 1 << 6,
  CLK_EN = 1 << 29,
  // 160 MHz over 39 1/16 is 4.096 MHz; over 4 it is the serial clock: 64 bits a sample, 16,000 samples a
  // second.
  RX_CLOCK = 2 << 27 | 1 << 26 | 39,
  RX_SIXTEENTH = 15 << 18 | 0 << 9 | 1,
  // Philips standard: 32 bits a channel, the word select low for 32 of 64, and a bit ahead of the data.
  RX_FORMAT = 1 << 29 | 31 << 24 | 31 << 18 | 31 << 13 | 3 << 7 | 31,
  // Two channels, of which the first is kept.
  RX_CHANNELS = 1 << 16 | 1 << 0,
  RX_RESET = 1 << 0,
  RX_FIFO_RESET = 1 << 1,
  RX_START = 1 << 2,
  RX_UPDATE = 1 << 8,
  // TDM mode, words as they come, to the left of 32 bits.
  RX_MODE = 1 << 19 | 1 << 15 | 1 << 12,
  IN_RST = 1 << 0,
  INLINK_ADDRESS = 0xFFFFF,
  INLINK_START = 1 << 22,
  PERIPHERAL_I2S = 3,
  IN_DONE = 1 << 0,
  BLOCK_BYTES = 4 * BLOCK_LENGTH,
  CPU_INTERRUPT = 1,
  // A word's upper 24 bits are the sample; of these the upper 16 would do, but microphones are quiet: 12 dB
  // louder.
  TO_16_BITS = 16 - 2,
};

// "Linked List": an owner, the bytes received, the bytes that there is room for; where; the next one.
typedef struct {
  uint32_t state, buffer, next;
} descriptor;

static int32_t sound[2][BLOCK_LENGTH];
static descriptor list[2];
static blocks pair;

static void pins_start(void) {
  register_write(IO_MUX_GPIO4, MCU_SEL_GPIO | FUN_DRV);
  register_write(IO_MUX_GPIO5, MCU_SEL_GPIO | FUN_DRV);
  register_write(IO_MUX_GPIO6, MCU_SEL_GPIO | FUN_DRV | FUN_IE);
  register_write(GPIO_FUNC4_OUT_SEL_CFG, I2SI_BCK_OUT | OEN_FROM_GPIO);
  register_write(GPIO_FUNC5_OUT_SEL_CFG, I2SI_WS_OUT | OEN_FROM_GPIO);
  register_write(GPIO_ENABLE_W1TS, 1 << SCK_PIN | 1 << WS_PIN);
  register_write(GPIO_FUNC15_IN_SEL_CFG, SD_PIN | SIG_IN_FROM_MATRIX);
}

static void change_mode(uint32_t bits) { register_write(I2S_RX_CONF, RX_MODE | bits); }

// What was written takes effect.
static void update(void) {
  change_mode(RX_UPDATE);
  register_await(I2S_RX_CONF, RX_UPDATE, 0);
}

// "Configure I2S as RX Mode", steps 1 to 5: clock, pins, master, format, reset.
static void i2s_start(void) {
  register_change(SYSTEM_PERIP_CLK_EN0, 0, I2S_CLOCK);
  register_change(SYSTEM_PERIP_RST_EN0, I2S_CLOCK, 0);
  register_write(I2S_TX_CLKM_CONF, CLK_EN);
  register_write(I2S_RX_CLKM_DIV_CONF, RX_SIXTEENTH);
  register_write(I2S_RX_CLKM_CONF, RX_CLOCK);
  pins_start();
  register_write(I2S_RX_CONF1, RX_FORMAT);
  register_write(I2S_RX_TDM_CTRL, RX_CHANNELS);
  update();
  change_mode(RX_RESET | RX_FIFO_RESET);
  change_mode(0);
}

// "Configuration Procedure" of the CPU's interrupts: level, priority, enabled.
static void interrupt_start(void) {
  register_write(INTERRUPT_DMA_CH0_INT_MAP, CPU_INTERRUPT);
  register_change(INTERRUPT_CPU_INT_TYPE, 1 << CPU_INTERRUPT, 0);
  register_write(INTERRUPT_CPU_INT_PRI_1, 1);
  register_write(INTERRUPT_CPU_INT_THRESH, 1);
  register_change(INTERRUPT_CPU_INT_ENABLE, 0, 1 << CPU_INTERRUPT);
}

static void describe(int block) {
  list[block].state = 1u << 31 | BLOCK_BYTES;
  list[block].buffer = register_address(sound[block]);
  list[block].next = register_address(&list[block ^ 1]);
}

// "Programming Procedures for GDMA's Receive Channel".
static void dma_start(void) {
  register_change(SYSTEM_PERIP_CLK_EN1, 0, DMA_CLOCK);
  register_change(SYSTEM_PERIP_RST_EN1, DMA_CLOCK, 0);
  register_write(GDMA_IN_CONF0_CH0, IN_RST);
  register_write(GDMA_IN_CONF0_CH0, 0);
  describe(0);
  describe(1);
  register_write(GDMA_IN_LINK_CH0, register_address(&list[0]) & INLINK_ADDRESS);
  register_write(GDMA_IN_PERI_SEL_CH0, PERIPHERAL_I2S);
  register_write(GDMA_INT_CLR_CH0, IN_DONE);
  register_write(GDMA_INT_ENA_CH0, IN_DONE);
  register_write(GDMA_IN_LINK_CH0, (register_address(&list[0]) & INLINK_ADDRESS) | INLINK_START);
}

void microphone_start(void) {
  i2s_start();
  interrupt_start();
  dma_start();
  // A segment ends where a block does, whether this counts bytes, as public drivers have it, or words, as the
  // manual says.
  register_write(I2S_RXEOF_NUM, BLOCK_BYTES - 1);
  update();
  change_mode(RX_START);
}

void microphone_interrupt(void) {
  const uint32_t done = register_read(GDMA_INT_ST_CH0) & IN_DONE;
  register_write(GDMA_INT_CLR_CH0, done);
  if (done != 0) {
    blocks_fill(&pair);
  }
}

static int16_t sample(int block, size_t index) { return block_sample(sound[block][index], TO_16_BITS); }

size_t microphone_read(int16_t *samples, size_t capacity) {
  return blocks_read(&pair, samples, capacity, sample);
}

uint32_t microphone_lost(void) { return pair.lost; }

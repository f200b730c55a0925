// A PDM microphone on the nRF52840's PDM interface, which decimates by itself and writes samples by EasyDMA.
// Sections are those of "PDM: Pulse density modulation interface" in the nRF52840 Product Specification.
#include "blocks.h"
#include "device.h"
#include "registers.h"

enum {
  PDM_TASKS_START = 0x4001D000,
  PDM_EVENTS_STARTED = 0x4001D100,
  PDM_EVENTS_END = 0x4001D108,
  PDM_INTENSET = 0x4001D304,
  PDM_ENABLE = 0x4001D500,
  PDM_PDMCLKCTRL = 0x4001D504,
  PDM_MODE = 0x4001D508,
  PDM_GAINL = 0x4001D518,
  PDM_RATIO = 0x4001D520,
  PDM_PSEL_CLK = 0x4001D540,
  PDM_PSEL_DIN = 0x4001D544,
  PDM_SAMPLE_PTR = 0x4001D560,
  PDM_SAMPLE_MAXCNT = 0x4001D564,
  P0_OUTCLR = 0x5000050C,
  P0_DIRSET = 0x50000518,
  P0_DIRCLR = 0x5000051C,
  P0_PIN_CNF_30 = 0x50000778,
  NVIC_ISER0 = 0xE000E100,
};
enum {
  CLK_PIN = 31,
  DIN_PIN = 30,
  // 32 MHz over 25, and over 80 again: 16,000 samples a second exactly.
  FREQ_1280K = 0x0A000000,
  RATIO_80 = 1,
  // Left is on the falling edge (bit 1 is 0), where a microphone with its select pin low answers; mono is bit
  // 0.
  MONO_FALLING = 1,
  GAIN_DEFAULT = 0x28,
  INT_STARTED = 1 << 0,
  INT_END = 1 << 2,
  PDM_IRQ = 29,
};

static int16_t sound[2][BLOCK_LENGTH];
static blocks pair;
// Which block EasyDMA is told of next.
static uint32_t next;

void microphone_start(void) {
  // "Pin configuration": the clock is an output that is low while the interface is off, data is an input.
  register_write(P0_OUTCLR, 1u << CLK_PIN);
  register_write(P0_DIRSET, 1u << CLK_PIN);
  register_write(P0_DIRCLR, 1u << DIN_PIN);
  register_write(P0_PIN_CNF_30, 0);
  register_write(PDM_PSEL_CLK, CLK_PIN);
  register_write(PDM_PSEL_DIN, DIN_PIN);
  // "Master clock generator" and "Decimation filter".
  register_write(PDM_PDMCLKCTRL, FREQ_1280K);
  register_write(PDM_RATIO, RATIO_80);
  register_write(PDM_MODE, MONO_FALLING);
  register_write(PDM_GAINL, GAIN_DEFAULT);
  // "EasyDMA": the first block; the second is named when the first has been started.
  register_write(PDM_SAMPLE_PTR, register_address(sound[0]));
  register_write(PDM_SAMPLE_MAXCNT, BLOCK_LENGTH);
  next = 1;
  register_write(PDM_EVENTS_STARTED, 0);
  register_write(PDM_EVENTS_END, 0);
  register_write(PDM_INTENSET, INT_STARTED | INT_END);
  register_write(NVIC_ISER0, 1u << PDM_IRQ);
  register_write(PDM_ENABLE, 1);
  register_write(PDM_TASKS_START, 1);
}

void microphone_interrupt(void) {
  if (register_read(PDM_EVENTS_END) != 0) {
    register_write(PDM_EVENTS_END, 0);
    // An event is cleared when the write has arrived: read back, lest the interrupt comes again at once.
    (void)register_read(PDM_EVENTS_END);
    blocks_fill(&pair);
  }
  // "EasyDMA": the pointer has been taken over, and may be set to the block after this one.
  if (register_read(PDM_EVENTS_STARTED) != 0) {
    register_write(PDM_EVENTS_STARTED, 0);
    (void)register_read(PDM_EVENTS_STARTED);
    register_write(PDM_SAMPLE_PTR, register_address(sound[next]));
    next ^= 1;
  }
}

static int16_t sample(int block, size_t index) { return sound[block][index]; }

size_t microphone_read(int16_t *samples, size_t capacity) {
  return blocks_read(&pair, samples, capacity, sample);
}

uint32_t microphone_lost(void) { return pair.lost; }

// Two blocks of sound that a microphone's DMA fills in turn: it writes one while the application reads the
// other. Only counts are kept here; whose elements a block has is the driver's affair.
#ifndef BLOCKS_H
#define BLOCKS_H
#include <stddef.h>
#include <stdint.h>

// Samples of a block: 40 ms, in which the longest work that one block may cause, an inference, has to be
// done.
enum { BLOCK_LENGTH = 640 };

typedef struct {
  volatile uint32_t filled; // blocks that DMA has completed since the start
  volatile uint32_t freed;  // blocks that the application is done with
  volatile uint32_t lost;   // blocks that DMA began to overwrite before the application was done with them
  uint32_t position;        // samples of the block being read that the application has taken
} blocks;

// For the interrupt at the end of a block, when DMA goes on with the other: nobody may need that one any
// longer.
static inline void blocks_fill(blocks *pair) {
  pair->filled++;
  if (pair->filled - pair->freed > 1) {
    pair->lost++;
  }
}

// Which block may be read now, 0 or 1; negative if there is none yet. Blocks that were lost are passed over.
static inline int blocks_full(blocks *pair) {
  const uint32_t filled = pair->filled;
  if (filled == pair->freed) {
    return -1;
  }
  if (filled - pair->freed > 1) {
    pair->freed = filled - 1;
    pair->position = 0;
  }
  return (int)(pair->freed & 1);
}

// The application has taken `count` samples of the block that `blocks_full` named, and is done with it at its
// end.
static inline void blocks_take(blocks *pair, uint32_t count) {
  pair->position += count;
  if (pair->position == BLOCK_LENGTH) {
    pair->position = 0;
    pair->freed++;
  }
}

// Gives at most `capacity` samples of the block that is full, and how many: `sample` makes the one at `index`
// of block 0 or 1, and is asked for each once, in order.
static inline size_t blocks_read(blocks *pair, int16_t *samples, size_t capacity,
                                 int16_t (*sample)(int block, size_t index)) {
  const int full = blocks_full(pair);
  size_t count = 0;
  if (full < 0) {
    return 0;
  }
  for (; count < capacity && pair->position + count < BLOCK_LENGTH; count++) {
    samples[count] = sample(full, pair->position + count);
  }
  blocks_take(pair, (uint32_t)count);
  return count;
}

// A sample of 16 bits from a word that has `bits` more; what is too loud is cut.
static inline int16_t block_sample(int32_t word, int bits) {
  const int32_t value = word >> bits;
  return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}
#endif

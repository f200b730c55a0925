// Words of bits, 32 signs each: 1 stands for +1, 0 for -1.
//
// The product of two signs is -1 where they differ, so a dot product of n signs is n - 2 * popcount(x ^ w).
// Bits past the last element are 0 in both operands and count for nothing.
#ifndef DORMOUSE_XNOR_PORTABLE_H
#define DORMOUSE_XNOR_PORTABLE_H
#include "dormouse_base.h"

// Ones in fields of four bits: 0 to 4. Pairs are counted first.
DM_INLINE uint32_t dm_ones_in_nibbles(uint32_t word) {
  word -= word >> 1 & 0x55555555u;
  return (word & 0x33333333u) + (word >> 2 & 0x33333333u);
}

// Ones in bytes: 0 to 8.
DM_INLINE uint32_t dm_ones_in_bytes(uint32_t word) {
  word = dm_ones_in_nibbles(word);
  return (word + (word >> 4)) & 0x0F0F0F0Fu;
}

// Ones in a word, for cores without an instruction that counts them (Warren, Hacker's Delight, 5-1).
DM_INLINE uint32_t dm_ones(uint32_t word) { return dm_ones_in_bytes(word) * 0x01010101u >> 24; }

// `dm_popcount`.
DM_SHARED int32_t dm_popcount_portable(const uint32_t *x, int32_t words) {
  uint32_t sum = 0;
  for (int32_t i = 0; i < words; i++) {
    sum += dm_ones(x[i]);
  }
  return (int32_t)sum;
}

// `dm_xnor_dot`.
DM_SHARED void dm_xnor_dot_portable(const uint32_t *x, const uint32_t *w, intptr_t row_stride, int32_t rows,
                                    int32_t words, int32_t *sums) {
  for (int32_t r = 0; r < rows; r++) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < words; i++) {
      sum += dm_ones(x[i] ^ w[i]);
    }
    sums[r] = (int32_t)sum;
    w = (const uint32_t *)((const char *)w + row_stride);
  }
}

// `dm_binarize`. Turning all bits over turns the order around.
DM_SHARED void dm_binarize_portable(const int32_t *sums, int32_t valid, const int32_t *thresholds,
                                    const int32_t *polarities, int32_t count, uint32_t *out) {
  uint32_t word = 0;
  for (int32_t c = 0; c < count; c++) {
    const int32_t turn = polarities[c] >> 31, dot = (valid - 2 * sums[c]) ^ turn;
    word |= (uint32_t)(dot >= (thresholds[c] ^ turn)) << (c & 31);
    if ((c & 31) == 31 || c == count - 1) {
      *out++ = word;
      word = 0;
    }
  }
}

#endif

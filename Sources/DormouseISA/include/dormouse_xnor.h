// Words of bits, 32 signs each: 1 stands for +1, 0 for -1.
//
// The product of two signs is -1 where they differ, so a dot product of n signs is n - 2 * popcount(x ^ w).
// Bits past the last element are 0 in both operands and count for nothing.
#ifndef DORMOUSE_XNOR_H
#define DORMOUSE_XNOR_H
#include "dormouse_base.h"

// Ones in a word, for cores without an instruction that counts them.
DM_INLINE uint32_t dm_ones(uint32_t word) {
  word -= word >> 1 & 0x55555555u;
  word = (word & 0x33333333u) + (word >> 2 & 0x33333333u);
  word = (word + (word >> 4)) & 0x0F0F0F0Fu;
  return word * 0x01010101u >> 24;
}

// Ones in `words` words.
DM_SHARED int32_t dm_popcount(int32_t set, const uint32_t *x, int32_t words) {
  (void)set;
  uint32_t sum = 0;
  for (int32_t i = 0; i < words; i++) {
    sum += dm_ones(x[i]);
  }
  return (int32_t)sum;
}

// sums[r] = popcount(x ^ row r) for `rows` rows of `words` words, `row_stride` bytes apart.
DM_SHARED void dm_xnor_dot(int32_t set, const uint32_t *x, const uint32_t *w, intptr_t row_stride,
                           int32_t rows, int32_t words, int32_t *sums) {
  (void)set;
  for (int32_t r = 0; r < rows; r++) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < words; i++) {
      sum += dm_ones(x[i] ^ w[i]);
    }
    sums[r] = (int32_t)sum;
    w = (const uint32_t *)((const char *)w + row_stride);
  }
}

// Bit c of `out` says whether valid - 2 * sums[c], the dot product of `valid` signs, reaches thresholds[c];
// where polarities[c] is negative, whether it doesn't exceed it. The last word's unused bits become 0.
DM_SHARED void dm_binarize(int32_t set, const int32_t *sums, int32_t valid, const int32_t *thresholds,
                           const int32_t *polarities, int32_t count, uint32_t *out) {
  (void)set;
  uint32_t word = 0;
  for (int32_t c = 0; c < count; c++) {
    int32_t dot = valid - 2 * sums[c];
    uint32_t bit = polarities[c] < 0 ? dot <= thresholds[c] : dot >= thresholds[c];
    word |= bit << (c & 31);
    if ((c & 31) == 31 || c == count - 1) {
      *out++ = word;
      word = 0;
    }
  }
}

#endif

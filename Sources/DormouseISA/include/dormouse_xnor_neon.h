// Words of bits on 64-bit Arm: CNT counts the ones of 16 bytes.
#ifndef DORMOUSE_XNOR_NEON_H
#define DORMOUSE_XNOR_NEON_H
#include "dormouse_neon.h"
#include "dormouse_xnor_adders.h"

#if DM_HAS_NEON

// The first `count` of four words, 1 to 3, then zeros.
DM_INLINE uint32x4_t dm_first_words_neon(const uint32_t *x, int32_t count) {
  uint32_t words[4] = {x[0], 0, 0, 0};
  if (count > 1) {
    words[1] = x[1];
  }
  if (count > 2) {
    words[2] = x[2];
  }
  return vld1q_u32(words);
}

// Adds the ones of four words to sums in eight lanes.
DM_INLINE uint16x8_t dm_add_ones_neon(uint16x8_t ones, uint32x4_t words) {
  return vpadalq_u8(ones, vcntq_u8(vreinterpretq_u8_u32(words)));
}

// `dm_popcount` for up to `DM_XNOR_WORDS` words.
DM_SHARED int32_t dm_popcount_neon(const uint32_t *x, int32_t words) {
  uint16x8_t ones = vdupq_n_u16(0);
  for (; words >= 4; words -= 4) {
    ones = dm_add_ones_neon(ones, vld1q_u32(x));
    x += 4;
  }
  if (words > 0) {
    ones = dm_add_ones_neon(ones, dm_first_words_neon(x, words));
  }
  return (int32_t)vaddlvq_u16(ones);
}

// Rows, whose number is a constant.
DM_INLINE void dm_xnor_rows_neon(const int rows, const uint32_t *x, const uint32_t *w, intptr_t row_stride,
                                 int32_t words, int32_t *sums) {
  uint16x8_t ones[4];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    ones[r] = vdupq_n_u16(0);
  }
  int32_t i = 0;
#pragma clang loop unroll(disable)
  for (; i + 4 <= words; i += 4) {
    const uint32x4_t vector = vld1q_u32(x + i);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const uint32_t *row = (const uint32_t *)((const char *)w + r * row_stride);
      ones[r] = dm_add_ones_neon(ones[r], veorq_u32(vector, vld1q_u32(row + i)));
    }
  }
  if (i < words) {
    const uint32x4_t vector = dm_first_words_neon(x + i, words - i);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const uint32_t *row = (const uint32_t *)((const char *)w + r * row_stride);
      ones[r] = dm_add_ones_neon(ones[r], veorq_u32(vector, dm_first_words_neon(row + i, words - i)));
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    sums[r] = (int32_t)vaddlvq_u16(ones[r]);
  }
}

// `dm_xnor_dot` for up to `DM_XNOR_WORDS` words.
DM_SHARED void dm_xnor_dot_neon(const uint32_t *x, const uint32_t *w, intptr_t row_stride, int32_t rows,
                                int32_t words, int32_t *sums) {
  for (; rows >= 4; rows -= 4) {
    dm_xnor_rows_neon(4, x, w, row_stride, words, sums);
    w = (const uint32_t *)((const char *)w + 4 * row_stride);
    sums += 4;
  }
  for (; rows > 0; rows--) {
    dm_xnor_rows_neon(1, x, w, row_stride, words, sums++);
    w = (const uint32_t *)((const char *)w + row_stride);
  }
}

#endif
#endif

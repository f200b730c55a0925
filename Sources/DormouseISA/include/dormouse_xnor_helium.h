// Words of bits on Helium, which has no count of ones: a full adder makes two vectors of three (as in
// `dormouse_xnor_adders.h`), and fields that grow are counted in those.
#ifndef DORMOUSE_XNOR_HELIUM_H
#define DORMOUSE_XNOR_HELIUM_H
#include "dormouse_helium.h"

#if DM_HAS_HELIUM

// Ones in fields of four bits: 0 to 4.
DM_INLINE uint8x16_t dm_nibbles_helium(uint8x16_t v) {
  const uint8x16_t threes = vdupq_n_u8(0x33);
  v = vsubq_u8(v, vandq_u8(vshrq_n_u8(v, 1), vdupq_n_u8(0x55)));
  return vaddq_u8(vandq_u8(v, threes), vandq_u8(vshrq_n_u8(v, 2), threes));
}

// sum + the nibbles of v.
DM_INLINE uint32_t dm_add_nibbles_helium(uint32_t sum, uint8x16_t v) {
  sum = vaddvaq_u8(sum, vandq_u8(v, vdupq_n_u8(15)));
  return vaddvaq_u8(sum, vshrq_n_u8(v, 4));
}

// The next four words of both, or as many as are `inside`, where they differ.
DM_INLINE uint8x16_t dm_differences_helium(const uint32_t *x, const uint32_t *w) {
  return vreinterpretq_u8_u32(veorq_u32(vld1q_u32(x), vld1q_u32(w)));
}
DM_INLINE uint8x16_t dm_last_differences_helium(const uint32_t *x, const uint32_t *w, mve_pred16_t inside) {
  return vreinterpretq_u8_u32(veorq_u32(vldrwq_z_u32(x, inside), vldrwq_z_u32(w, inside)));
}

// `dm_xnor_dot`.
DM_SHARED void dm_xnor_dot_helium(const uint32_t *x, const uint32_t *w, intptr_t row_stride, int32_t rows,
                                  int32_t words, int32_t *sums) {
  for (; rows > 0; rows--) {
    const uint32_t *vector = x, *row = w;
    uint32_t sum = 0;
    int32_t left = words;
#pragma clang loop unroll(disable)
    for (; left >= 12; left -= 12) {
      uint8x16_t a = dm_differences_helium(vector, row), b = dm_differences_helium(vector + 4, row + 4);
      uint8x16_t c = dm_differences_helium(vector + 8, row + 8), half = veorq_u8(a, b);
      uint8x16_t twos = vorrq_u8(vandq_u8(a, b), vandq_u8(half, c));
      uint8x16_t nibbles = dm_nibbles_helium(veorq_u8(half, c));
      twos = dm_nibbles_helium(twos);
      sum = dm_add_nibbles_helium(sum, vaddq_u8(nibbles, vaddq_u8(twos, twos)));
      vector += 12;
      row += 12;
    }
#pragma clang loop unroll(disable)
    for (; left > 0; left -= 4) {
      sum = dm_add_nibbles_helium(
          sum, dm_nibbles_helium(dm_last_differences_helium(vector, row, vctp32q((uint32_t)left))));
      vector += 4;
      row += 4;
    }
    *sums++ = (int32_t)sum;
    w = (const uint32_t *)((const char *)w + row_stride);
  }
}

#endif
#endif

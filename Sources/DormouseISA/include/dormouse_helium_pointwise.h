// Many vectors against the rows of a small matrix on Helium: convolutions of short windows, requantized at
// once.
//
// A vector of up to 64 elements stays in registers, and the rows, which follow one another, flow past it
// through a single pointer: two instructions for 16 columns of a row, and four sums are a vector without a
// way through memory.
#ifndef DORMOUSE_HELIUM_POINTWISE_H
#define DORMOUSE_HELIUM_POINTWISE_H
#include "dormouse_helium.h"
#include "dormouse_helium_scaling.h"

#if DM_HAS_HELIUM

// Registers for n elements.
#define DM_BLOCKS(n) (((n) + 15) / 16)

// A vector of n elements, a constant, times one row. The last 16 columns may overlap those before; the
// vector's last register is zero where they do.
DM_INLINE int32_t dm_row_helium(const int n, const int8x16_t *x, const int8_t *w) {
  int32_t sum = vmladavq_s8(x[0], vldrbq_s8(w));
#pragma clang loop unroll(full)
  for (int b = 1; b < DM_BLOCKS(n); b++) {
    sum = vmladavaq_s8(sum, x[b], vldrbq_s8(w + (16 * b < n - 16 ? 16 * b : n - 16)));
  }
  return sum;
}

// `positions` vectors of n elements with rows of as many.
DM_INLINE void dm_points_helium(const int n, const int8_t *x, int32_t positions, const int8_t *w,
                                int32_t rows, const dm_rescale *rescale, dm_scaling scaling, int8_t *y) {
  const int32x4_t minimum = vdupq_n_s32(rescale->minimum), maximum = vdupq_n_s32(rescale->maximum);
  const mve_pred16_t fresh = (mve_pred16_t)(0xFFFF << (16 * DM_BLOCKS(n) - n));
  const int32_t zero_point = rescale->zero_point;
  for (; positions > 0; positions--) {
    int8x16_t vector[4];
#pragma clang loop unroll(full)
    for (int b = 0; b < DM_BLOCKS(n) - 1; b++) {
      vector[b] = vldrbq_s8(x + 16 * b);
    }
    vector[DM_BLOCKS(n) - 1] = vpselq_s8(vldrbq_s8(x + n - 16), vdupq_n_s8(0), fresh);
    const int8_t *row = w;
    const int32_t *bias = rescale->biases, *multiplier = rescale->multipliers, *shift = rescale->shifts;
    for (int32_t left = rows; left > 0; left -= 4) {
      int32_t dots[4];
#pragma clang loop unroll(full)
      for (int r = 0; r < 4; r++) {
        dots[r] = dm_row_helium(n, vector, row);
        row += n;
      }
      int32x4_t sum = {dots[0], dots[1], dots[2], dots[3]};
      const int32x4_t factor = vld1q_s32(multiplier);
      sum = vaddq_s32(sum, vld1q_s32(bias));
      bias += 4;
      multiplier += 4;
      dm_multiply_helium(&sum, &factor, 1, scaling);
      sum = vaddq_n_s32(vrshlq_s32(sum, vld1q_s32(shift)), zero_point);
      shift += 4;
      vstrbq_s32(y, vminq_s32(vmaxq_s32(sum, minimum), maximum));
      y += 4;
    }
    x += n;
  }
}

// y[p][o] = requantize(sum_i x[p][i] * w[o][i]) for n of 32, 40, 48 or 64 and rows in fours.
DM_SHARED void dm_pointwise_helium(const int8_t *x, int32_t positions, const int8_t *w, int32_t rows,
                                   int32_t n, dm_rescale rescale, int8_t *y) {
  const dm_scaling scaling = dm_scaling_helium(&rescale, rows);
  switch (n) {
  case 32:
    dm_points_helium(32, x, positions, w, rows, &rescale, scaling, y);
    break;
  case 40:
    dm_points_helium(40, x, positions, w, rows, &rescale, scaling, y);
    break;
  case 48:
    dm_points_helium(48, x, positions, w, rows, &rescale, scaling, y);
    break;
  default:
    dm_points_helium(64, x, positions, w, rows, &rescale, scaling, y);
  }
}

#endif
#endif

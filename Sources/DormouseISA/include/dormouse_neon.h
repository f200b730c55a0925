// 64-bit Arm: 16 byte products an instruction with dot products (Armv8.2 and later), 8 without (Cortex-A53).
//
// SDOT sums four products a lane. Without it SMULL makes 16-bit products, and SADALP adds neighbours to
// 32-bit lanes: one instruction more than adding two products before (SMLAL), whose sum 2 * (-128)^2 is too
// large for 16 bits.
#ifndef DORMOUSE_NEON_H
#define DORMOUSE_NEON_H
#include "dormouse_portable.h"

#if defined(__AARCH64EL__) && defined(__ARM_NEON)
#define DM_HAS_NEON 1
#if defined(__ARM_FEATURE_DOTPROD)
#define DM_HAS_NEON_DOT 1
#endif
#include <arm_neon.h>

// `dots`, whose lanes are parts of one sum, plus 16 products.
DM_INLINE int32x4_t dm_accumulate_neon(int32x4_t dots, int8x16_t x, int8x16_t w) {
#if DM_HAS_NEON_DOT
  return vdotq_s32(dots, x, w);
#else
  dots = vpadalq_s16(dots, vmull_s8(vget_low_s8(x), vget_low_s8(w)));
  return vpadalq_s16(dots, vmull_high_s8(x, w));
#endif
}

// The last `left` bytes of a vector, 1 to 15, then zeros.
DM_INLINE int8x16_t dm_rest_neon(const int8_t *x, int32_t left) {
  int8_t rest[16] = {0};
#pragma clang loop vectorize(disable) unroll(disable)
  for (int32_t i = 0; i < left; i++) {
    rest[i] = x[i];
  }
  return vld1q_s8(rest);
}

// The last `left` bytes of a row, 1 to 15, to the next multiple of 4, then zeros.
DM_INLINE int8x16_t dm_rest_of_row_neon(const int8_t *w, int32_t left) {
  uint32_t words[4] = {0};
  __builtin_memcpy(&words[0], w, 4);
  if (left > 4) {
    __builtin_memcpy(&words[1], w + 4, 4);
  }
  if (left > 8) {
    __builtin_memcpy(&words[2], w + 8, 4);
  }
  if (left > 12) {
    __builtin_memcpy(&words[3], w + 12, 4);
  }
  return vreinterpretq_s8_u32(vld1q_u32(words));
}

// A tile of dot products: `positions` vectors, a constant, times four rows, so that all sums stay in
// registers. `rests` is the end of each vector.
DM_INLINE void dm_tile_neon(const int8_t *x, intptr_t x_stride, const int8x16_t *rests, const int positions,
                            const int8_t *const *rows, int32_t n, int32_t *sums, intptr_t sum_stride) {
  int32x4_t dots[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 4 * positions; i++) {
    dots[i] = vdupq_n_s32(0);
  }
  int32_t i = 0;
#pragma clang loop unroll(disable)
  for (; i + 16 <= n; i += 16) {
    int8x16_t vectors[4];
#pragma clang loop unroll(full)
    for (int p = 0; p < positions; p++) {
      vectors[p] = vld1q_s8(x + p * x_stride + i);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
      int8x16_t weights = vld1q_s8(rows[r] + i);
#pragma clang loop unroll(full)
      for (int p = 0; p < positions; p++) {
        dots[4 * p + r] = dm_accumulate_neon(dots[4 * p + r], vectors[p], weights);
      }
    }
  }
  if (i < n) {
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
      int8x16_t weights = dm_rest_of_row_neon(rows[r] + i, n - i);
#pragma clang loop unroll(full)
      for (int p = 0; p < positions; p++) {
        dots[4 * p + r] = dm_accumulate_neon(dots[4 * p + r], rests[p], weights);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < positions; p++) {
    int32x4_t *four = dots + 4 * p;
    vst1q_s32(sums + p * sum_stride, vpaddq_s32(vpaddq_s32(four[0], four[1]), vpaddq_s32(four[2], four[3])));
  }
}

// `dm_dot` for 1 to 4 vectors: tiles of 4 x 4 or 1 x 4. Where fewer than four rows are left, the last one is
// computed several times.
DM_SHARED void dm_dot_neon(const int8_t *x, intptr_t x_stride, int32_t positions, const int8_t *w,
                           intptr_t row_stride, int32_t rows, int32_t n, int32_t *sums, intptr_t sum_stride) {
  int8x16_t rests[4];
  if ((n & 15) != 0) {
    for (int32_t p = 0; p < positions; p++) {
      rests[p] = dm_rest_neon(x + p * x_stride + (n & ~15), n & 15);
    }
  }
  for (int32_t row = 0; row < rows; row += 4) {
    const int8_t *four[4];
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
      four[r] = w + (row + r < rows ? row + r : rows - 1) * row_stride;
    }
    if (positions == 4) {
      dm_tile_neon(x, x_stride, rests, 4, four, n, sums + row, sum_stride);
    } else {
      for (int32_t p = 0; p < positions; p++) {
        dm_tile_neon(x + p * x_stride, 0, rests + p, 1, four, n, sums + p * sum_stride + row, 0);
      }
    }
  }
}

// `dm_taps` for 16 channels, or 8: `width`, a constant.
DM_INLINE void dm_taps_tile_neon(const int8_t *x, intptr_t x_step, const int8_t *w, intptr_t w_step,
                                 int32_t taps, const int width, int32_t *sums) {
  int32x4_t parts[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < width / 4; i++) {
    parts[i] = vld1q_s32(sums + 4 * i);
  }
#pragma clang loop unroll(disable)
  for (; taps > 0; taps--) {
#pragma clang loop unroll(full)
    for (int i = 0; i < width / 8; i++) {
      int16x8_t products = vmull_s8(vld1_s8(x + 8 * i), vld1_s8(w + 8 * i));
      parts[2 * i] = vaddw_s16(parts[2 * i], vget_low_s16(products));
      parts[2 * i + 1] = vaddw_high_s16(parts[2 * i + 1], products);
    }
    x += x_step;
    w += w_step;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < width / 4; i++) {
    vst1q_s32(sums + 4 * i, parts[i]);
  }
}

DM_SHARED void dm_taps_neon(const int8_t *x, intptr_t x_step, const int8_t *w, intptr_t w_step, int32_t taps,
                            int32_t channels, int32_t *sums) {
  for (; channels >= 16; channels -= 16) {
    dm_taps_tile_neon(x, x_step, w, w_step, taps, 16, sums);
    x += 16;
    w += 16;
    sums += 16;
  }
  if (channels >= 8) {
    dm_taps_tile_neon(x, x_step, w, w_step, taps, 8, sums);
    x += 8;
    w += 8;
    sums += 8;
    channels -= 8;
  }
  if (channels > 0) {
    dm_taps_portable(x, x_step, w, w_step, taps, channels, sums);
  }
}

// The lowest bytes of 8 lanes.
DM_INLINE void dm_store_neon(int8_t *y, int32x4_t low, int32x4_t high) {
  vst1_s8(y, vmovn_s16(vmovn_high_s32(vmovn_s32(low), high)));
}

// `dm_scale` in 4 lanes. SRSHL shifts to the right by a negative amount, rounding to nearest, halves upwards,
// as if no bit of the intermediate sum were lost.
DM_INLINE int32x4_t dm_scale_neon(int32x4_t x, int32x4_t multiplier, int32x4_t shift) {
  const int32x4_t left = vsubq_s32(shift, vdupq_n_s32(31));
  int64x2_t low = vmull_s32(vget_low_s32(x), vget_low_s32(multiplier));
  int64x2_t high = vmull_high_s32(x, multiplier);
  low = vrshlq_s64(low, vmovl_s32(vget_low_s32(left)));
  high = vrshlq_s64(high, vmovl_high_s32(left));
  return vmovn_high_s64(vmovn_s64(low), high);
}

DM_SHARED void dm_requantize_neon(const int32_t *sums, dm_rescale rescale, int32_t count, int8_t *y) {
  if (dm_rounds_twice(&rescale)) {
    dm_requantize_twice_portable(sums, rescale, count, y);
    return;
  }
  const int32x4_t zero_point = vdupq_n_s32(rescale.zero_point);
  const int32x4_t minimum = vdupq_n_s32(rescale.minimum), maximum = vdupq_n_s32(rescale.maximum);
  for (; count >= 8; count -= 8) {
    int32x4_t halves[2];
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; i++) {
      int32x4_t sum = vaddq_s32(vld1q_s32(sums + 4 * i), vld1q_s32(rescale.biases + 4 * i));
      sum = dm_scale_neon(sum, vld1q_s32(rescale.multipliers + 4 * i), vld1q_s32(rescale.shifts + 4 * i));
      halves[i] = vminq_s32(vmaxq_s32(vaddq_s32(sum, zero_point), minimum), maximum);
    }
    dm_store_neon(y, halves[0], halves[1]);
    sums += 8;
    rescale.biases += 8;
    rescale.multipliers += 8;
    rescale.shifts += 8;
    y += 8;
  }
  if (count > 0) {
    dm_requantize_portable(sums, rescale, count, y);
  }
}

// `dm_add`, the arithmetic of `dm_add_portable` in 8 lanes. SQDMULH takes the upper word of the doubled
// product, so its factors are shifted by one bit less.
DM_SHARED void dm_add_neon(const int8_t *a, const int8_t *b, const dm_sum *sum, int32_t count, int8_t *y) {
  int32x4_t multipliers[3], shifts[3];
#pragma clang loop unroll(full)
  for (int i = 0; i < 3; i++) {
    multipliers[i] = vdupq_n_s32(sum->multipliers[i]);
    shifts[i] = vdupq_n_s32(sum->shifts[i] - 1);
  }
  const int32x4_t z0 = vdupq_n_s32(sum->first_zero_point), z1 = vdupq_n_s32(sum->second_zero_point);
  const int32x4_t zero_point = vdupq_n_s32(sum->zero_point);
  const int32x4_t minimum = vdupq_n_s32(sum->minimum), maximum = vdupq_n_s32(sum->maximum);
  for (; count >= 8; count -= 8) {
    const int16x8_t a_words = vmovl_s8(vld1_s8(a)), b_words = vmovl_s8(vld1_s8(b));
    int32x4_t first[2] = {vmovl_s16(vget_low_s16(a_words)), vmovl_high_s16(a_words)};
    int32x4_t second[2] = {vmovl_s16(vget_low_s16(b_words)), vmovl_high_s16(b_words)};
    int32x4_t halves[2];
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; i++) {
      int32x4_t left = vqdmulhq_s32(vshlq_n_s32(vsubq_s32(first[i], z0), 21), multipliers[0]);
      int32x4_t right = vqdmulhq_s32(vshlq_n_s32(vsubq_s32(second[i], z1), 21), multipliers[1]);
      int32x4_t total = vaddq_s32(vrshlq_s32(left, shifts[0]), vrshlq_s32(right, shifts[1]));
      total = vrshlq_s32(vqdmulhq_s32(vshlq_n_s32(total, 1), multipliers[2]), shifts[2]);
      halves[i] = vminq_s32(vmaxq_s32(vaddq_s32(total, zero_point), minimum), maximum);
    }
    dm_store_neon(y, halves[0], halves[1]);
    a += 8;
    b += 8;
    y += 8;
  }
  if (count > 0) {
    dm_add_portable(a, b, sum, count, y);
  }
}

#endif
#endif

// The portable twin of every primitive: plain C, the definition that the others must match bit for bit.
// All sums wrap modulo 2^32, so the order of summation doesn't matter.
#ifndef DORMOUSE_PORTABLE_H
#define DORMOUSE_PORTABLE_H
#include "dormouse_base.h"

// Adds to four sums the products of `columns`, a constant, with four rows.
DM_INLINE void dm_columns_portable(const int8_t *x, const int8_t *const *rows, const int columns,
                                   uint32_t *sums) {
#pragma clang loop unroll(full)
  for (int c = 0; c < columns; c++) {
    int32_t value = x[c];
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
      sums[r] += (uint32_t)(value * rows[r][c]);
    }
    dm_settle(sums);
  }
}

// One vector times four rows, which share its loads.
DM_INLINE void dm_four_rows_portable(const int8_t *x, const int8_t **rows, int32_t n, int32_t *results) {
  uint32_t sums[4] = {0};
#pragma clang loop unroll(disable) vectorize(disable)
  for (; n >= DM_UNROLLED(2, 8); n -= DM_UNROLLED(2, 8)) {
    dm_columns_portable(x, rows, DM_UNROLLED(2, 8), sums);
    x += DM_UNROLLED(2, 8);
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
      rows[r] += DM_UNROLLED(2, 8);
    }
  }
#pragma clang loop unroll(disable) vectorize(disable)
  for (; n > 0; n--) {
    dm_columns_portable(x++, rows, 1, sums);
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
      rows[r]++;
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < 4; r++) {
    results[r] = (int32_t)sums[r];
  }
}

// sums[p * sum_stride + r] = sum_i x[p * x_stride + i] * w[r * row_stride + i], i < n. Where fewer than four
// rows are left, the last one is computed several times: each position has room for a multiple of 4 sums.
DM_SHARED void dm_dot_portable(const int8_t *x, intptr_t x_stride, int32_t positions, const int8_t *w,
                               intptr_t row_stride, int32_t rows, int32_t n, int32_t *sums,
                               intptr_t sum_stride) {
  for (int32_t p = 0; p < positions; p++) {
    for (int32_t row = 0; row < rows; row += 4) {
      const int8_t *four[4];
#pragma clang loop unroll(full)
      for (int r = 0; r < 4; r++) {
        four[r] = w + (row + r < rows ? row + r : rows - 1) * row_stride;
      }
      dm_four_rows_portable(x, four, n, sums + row);
    }
    x += x_stride;
    sums += sum_stride;
  }
}

// sums[c] += sum_t x[t * x_step + c] * w[t * w_step + c], c < channels, t < taps.
DM_SHARED void dm_taps_portable(const int8_t *x, intptr_t x_step, const int8_t *w, intptr_t w_step,
                                int32_t taps, int32_t channels, int32_t *sums) {
  for (int32_t c = 0; c < channels; c++) {
    const int8_t *element = x + c;
    const int8_t *weight = w + c;
    uint32_t sum = (uint32_t)sums[c];
    for (int32_t t = 0; t < taps; t++) {
      sum += (uint32_t)(*element * *weight);
      element += x_step;
      weight += w_step;
    }
    sums[c] = (int32_t)sum;
  }
}

// sums[c] = sum_t taps[t][c] * w[t * w_step + c], c < channels, t < count; count is 1 or more.
DM_INLINE void dm_window_portable(const int8_t *const *taps, const int8_t *w, intptr_t w_step, int32_t count,
                                  int32_t first, int32_t channels, int32_t *sums) {
  for (int32_t c = first; c < channels; c++) {
    const int8_t *weight = w + c;
    int32_t sum = 0;
    for (int32_t t = 0; t < count; t++) {
      sum += taps[t][c] * *weight;
      weight += w_step;
    }
    sums[c] = sum;
  }
}

// Copies `rows` rows of n bytes each, which start `x_step` bytes apart, to where they start `y_step` bytes
// apart. Rows of windows are short: not worth a call.
DM_SHARED void dm_copy_rows_portable(const int8_t *x, intptr_t x_step, int32_t rows, int32_t n, int8_t *y,
                                     intptr_t y_step) {
#pragma clang loop unroll(disable) vectorize(disable)
  for (; n == 4 && rows > 0; rows--) {
    __builtin_memcpy(y, x, 4);
    x += x_step;
    y += y_step;
  }
  for (; rows > 0; rows--) {
    int32_t i = 0;
#pragma clang loop unroll(disable) vectorize(disable)
    for (; n - i >= 4; i += 4) {
      __builtin_memcpy(y + i, x + i, 4);
    }
#pragma clang loop unroll(disable) vectorize(disable)
    for (; i < n; i++) {
      y[i] = x[i];
    }
    x += x_step;
    y += y_step;
  }
}

// floor(x * multiplier * 2^(shift - 31) + 1/2) modulo 2^32; multiplier >= 0, -31 <= shift <= 30.
DM_INLINE int32_t dm_scale(int32_t x, int32_t multiplier, int32_t shift) {
  int64_t product = (int64_t)x * multiplier;
  uint32_t low = (uint32_t)product, high = (uint32_t)(product >> 32);
  if (shift <= -2) {
    // Half the last place, dropped bits below it: the high word holds all that is needed.
    return dm_shift_right_rounding((int32_t)high, -1 - shift);
  }
  // The product moves up to where the high word is the result, and the bit below rounds it.
  const int32_t up = shift + 1;
  return (int32_t)((high << up | low >> 1 >> (31 - up)) + (low << up >> 31));
}

// The product rounded to a whole number, halves upwards, and that, where it is shifted right, rounded again,
// halves away from zero; |x| < 2^30, multiplier >= 0, -31 <= shift <= 30.
DM_INLINE int32_t dm_scale_twice(int32_t x, int32_t multiplier, int32_t shift) {
  if (shift >= 0) {
    return dm_scale(x, multiplier, shift);
  }
  int32_t whole;
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP && defined(__thumb2__)
  __asm__("smmulr %0, %1, %2" : "=r"(whole) : "r"(2 * x), "r"(multiplier));
#else
  whole = (int32_t)(((int64_t)x * multiplier + (1 << 30)) >> 31);
#endif
  return dm_shift_right_rounding(whole + (whole >> 31), -shift);
}

// y[i] = clamp(zero_point + scale_twice(sums[i] + biases[i])), i < count, for constant bounds or the layer's.
DM_INLINE void dm_requantize_twice_within(const int32_t *sums, const dm_rescale *rescale, int32_t minimum,
                                          int32_t maximum, int32_t count, int8_t *y) {
#pragma clang loop unroll(disable)
  for (int32_t i = 0; i < count; i++) {
    int32_t scaled =
        dm_scale_twice(sums[i] + rescale->biases[i], rescale->multipliers[i], rescale->shifts[i]);
    y[i] = (int8_t)dm_clamp(scaled + rescale->zero_point, minimum, maximum);
  }
}

// The same. Where outputs take all of int8, as after most rectifiers, Arm has one instruction to clamp them.
DM_SHARED void dm_requantize_twice_portable(const int32_t *sums, dm_rescale rescale, int32_t count,
                                            int8_t *y) {
  if (rescale.minimum == -128 && rescale.maximum == 127) {
    dm_requantize_twice_within(sums, &rescale, -128, 127, count, y);
  } else {
    dm_requantize_twice_within(sums, &rescale, rescale.minimum, rescale.maximum, count, y);
  }
}

// y[i] = clamp(zero_point + scale(sums[i] + biases[i])), i < count.
DM_SHARED void dm_requantize_portable(const int32_t *sums, dm_rescale rescale, int32_t count, int8_t *y) {
  if (dm_rounds_twice(&rescale)) {
    dm_requantize_twice_portable(sums, rescale, count, y);
    return;
  }
  for (int32_t i = 0; i < count; i++) {
    int32_t sum = (int32_t)((uint32_t)sums[i] + (uint32_t)rescale.biases[i]);
    uint32_t scaled = (uint32_t)dm_scale(sum, rescale.multipliers[i], rescale.shifts[i]);
    y[i] =
        (int8_t)dm_clamp((int32_t)(scaled + (uint32_t)rescale.zero_point), rescale.minimum, rescale.maximum);
  }
}

// y[i] = one addition (see `dm_sum`), i < count; all three shifts in -30 ... 0.
//
// |a - zero_a| < 2^8, so two more bits fit above the 20 and every result lies in the high word of its
// product.
DM_SHARED void dm_add_portable(const int8_t *a, const int8_t *b, const dm_sum *sum, int32_t count,
                               int8_t *y) {
  const int32_t m0 = sum->multipliers[0], m1 = sum->multipliers[1], m2 = sum->multipliers[2];
  const int32_t r0 = 1 - sum->shifts[0], r1 = 1 - sum->shifts[1], r2 = 1 - sum->shifts[2];
  const int32_t h0 = 1 << (r0 - 1), h1 = 1 << (r1 - 1), h2 = 1 << (r2 - 1);
  const int32_t z0 = sum->first_zero_point, z1 = sum->second_zero_point, zero_point = sum->zero_point;
  const int32_t minimum = sum->minimum, maximum = sum->maximum;
  for (int32_t i = 0; i < count; i++) {
    int32_t first = (int32_t)(((int64_t)((a[i] - z0) * (1 << 22)) * m0) >> 32);
    int32_t second = (int32_t)(((int64_t)((b[i] - z1) * (1 << 22)) * m1) >> 32);
    int32_t total = ((first + h0) >> r0) + ((second + h1) >> r1);
    int32_t scaled = (int32_t)(((int64_t)(total * 4) * m2) >> 32);
    y[i] = (int8_t)dm_clamp(((scaled + h2) >> r2) + zero_point, minimum, maximum);
  }
}

#endif

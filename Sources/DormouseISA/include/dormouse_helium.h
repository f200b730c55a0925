// Armv8.1-M with Helium (Cortex-M55, M85): 16 byte products an instruction, summed into a general register.
//
// Loops are tail-predicated: the lanes past the end load zeros and store nothing, so nothing is padded or
// cleaned up.
#ifndef DORMOUSE_HELIUM_H
#define DORMOUSE_HELIUM_H
#include "dormouse_portable.h"

#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
#define DM_HAS_HELIUM 1
#include <arm_mve.h>

// One row: its next 16 columns times the vector in q0.
#define DM_HELIUM_ROW(row, sum) "vldrb.u8 q1, [%[" row "]], #16\n\tvmladava.s8 %[" sum "], q0, q1\n\t"

// Four rows: the next 16 columns of all.
#define DM_HELIUM_FOUR_ROWS                                                                                  \
  "vldrb.u8 q0, [%[x]], #16\n\t" DM_HELIUM_ROW("w0", "s0") DM_HELIUM_ROW("w1", "s1")                         \
      DM_HELIUM_ROW("w2", "s2") DM_HELIUM_ROW("w3", "s3")

// `dm_dot` for one vector, four rows at a time: 37 instructions for 64 columns, 256 multiply-accumulates,
// then a tail-predicated loop for the rest. Assembly, because the compiler puts the sums of so many rows on
// the stack.
DM_SHARED void dm_dot_helium(const int8_t *x, const int8_t *w, intptr_t row_stride, int32_t rows, int32_t n,
                             int32_t *sums) {
  for (; rows >= 4; rows -= 4) {
    const int8_t *vector = x, *w0 = w, *w1 = w0 + row_stride, *w2 = w1 + row_stride, *w3 = w2 + row_stride;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    w = w3 + row_stride;
    __asm__("wls lr, %[blocks], 2f\n"
            "1:\n\t" DM_HELIUM_FOUR_ROWS DM_HELIUM_FOUR_ROWS DM_HELIUM_FOUR_ROWS DM_HELIUM_FOUR_ROWS
            "le lr, 1b\n"
            "2:\n\twlstp.8 lr, %[rest], 4f\n"
            "3:\n\t" DM_HELIUM_FOUR_ROWS "letp lr, 3b\n4:\n\t"
            : [x] "+r"(vector), [w0] "+r"(w0), [w1] "+r"(w1), [w2] "+r"(w2), [w3] "+r"(w3), [s0] "+Te"(s0),
              [s1] "+Te"(s1), [s2] "+Te"(s2), [s3] "+Te"(s3)
            : [blocks] "r"(n >> 6), [rest] "r"(n & 63)
            : "lr", "q0", "q1", "cc", "memory");
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    sums += 4;
  }
  for (; rows > 0; rows--) {
    const int8_t *vector = x, *row = w;
    int32_t sum = 0;
    w += row_stride;
    __asm__("dlstp.8 lr, %[n]\n"
            "1:\n\t"
            "vldrb.u8 q0, [%[x]], #16\n\t" DM_HELIUM_ROW("row", "sum") "letp lr, 1b\n\t"
            : [x] "+r"(vector), [row] "+r"(row), [sum] "+Te"(sum)
            : [n] "r"(n)
            : "lr", "q0", "q1", "cc", "memory");
    *sums++ = sum;
  }
}

// `dm_taps`, eight channels at a time: products of even and odd 16-bit lanes, whose sums interleaved stores
// bring back into order.
DM_SHARED void dm_taps_helium(const int8_t *x, intptr_t x_step, const int8_t *w, intptr_t w_step,
                              int32_t taps, int32_t channels, int32_t *sums) {
  for (; channels >= 8; channels -= 8) {
    const int8_t *element = x, *weight = w;
    int32x4x2_t sum = vld2q_s32(sums);
    for (int32_t t = taps; t > 0; t--) {
      int16x8_t elements = vldrbq_s16(element), weights = vldrbq_s16(weight);
      sum.val[0] = vaddq_s32(sum.val[0], vmullbq_int_s16(elements, weights));
      sum.val[1] = vaddq_s32(sum.val[1], vmulltq_int_s16(elements, weights));
      element += x_step;
      weight += w_step;
    }
    vst2q_s32(sums, sum);
    sums += 8;
    x += 8;
    w += 8;
  }
  if (channels > 0) {
    dm_taps_portable(x, x_step, w, w_step, taps, channels, sums);
  }
}

// `dm_window`, eight channels at a time.
DM_SHARED void dm_window_helium(const int8_t *const *taps, const int8_t *w, intptr_t w_step, int32_t count,
                                int32_t channels, int32_t *sums) {
  int32_t c = 0;
  for (; c + 8 <= channels; c += 8) {
    const int8_t *weight = w + c;
    const int8_t *const *tap = taps;
    int32x4x2_t sum = {{vdupq_n_s32(0), vdupq_n_s32(0)}};
    for (int32_t t = count; t > 0; t--) {
      int16x8_t elements = vldrbq_s16(*tap++ + c), weights = vldrbq_s16(weight);
      sum.val[0] = vaddq_s32(sum.val[0], vmullbq_int_s16(elements, weights));
      sum.val[1] = vaddq_s32(sum.val[1], vmulltq_int_s16(elements, weights));
      weight += w_step;
    }
    vst2q_s32(sums + c, sum);
  }
  dm_window_portable(taps, w, w_step, count, c, channels, sums);
}

// `dm_requantize_helium` with two roundings: VQRDMULH is the first, and after a step down of what is negative
// VRSHL the second.
DM_SHARED void dm_requantize_twice_helium(const int32_t *sums, dm_rescale rescale, int32_t count, int8_t *y) {
  const int32x4_t minimum = vdupq_n_s32(rescale.minimum), maximum = vdupq_n_s32(rescale.maximum);
  for (; count >= 4; count -= 4) {
    int32x4_t shift = vld1q_s32(rescale.shifts);
    if (vcmpgtq_n_s32(shift, -1)) {
      break;
    }
    int32x4_t sum = vaddq_s32(vld1q_s32(sums), vld1q_s32(rescale.biases));
    int32x4_t whole = vqrdmulhq_s32(sum, vld1q_s32(rescale.multipliers));
    whole = vaddq_s32(whole, vshrq_n_s32(whole, 31));
    int32x4_t scaled = vaddq_n_s32(vrshlq_s32(whole, shift), rescale.zero_point);
    vstrbq_s32(y, vminq_s32(vmaxq_s32(scaled, minimum), maximum));
    sums += 4;
    rescale.biases += 4;
    rescale.multipliers += 4;
    rescale.shifts += 4;
    y += 4;
  }
  if (count > 0) {
    dm_requantize_twice_portable(sums, rescale, count, y);
  }
}

// Four at a time: the high word of the product, then a rounding shift, which is exact for shifts up to -2.
// From the first greater one on, rare in networks, all go the portable way, and so does the rest.
DM_SHARED void dm_requantize_helium(const int32_t *sums, dm_rescale rescale, int32_t count, int8_t *y) {
  if (dm_rounds_twice(&rescale)) {
    dm_requantize_twice_helium(sums, rescale, count, y);
    return;
  }
  const int32x4_t minimum = vdupq_n_s32(rescale.minimum), maximum = vdupq_n_s32(rescale.maximum);
  for (; count >= 4; count -= 4) {
    int32x4_t shift = vld1q_s32(rescale.shifts);
    if (vcmpgtq_n_s32(shift, -2)) {
      break;
    }
    int32x4_t sum = vaddq_s32(vld1q_s32(sums), vld1q_s32(rescale.biases));
    int32x4_t high = vmulhq_s32(sum, vld1q_s32(rescale.multipliers));
    int32x4_t scaled = vaddq_n_s32(vrshlq_s32(high, vaddq_n_s32(shift, 1)), rescale.zero_point);
    vstrbq_s32(y, vminq_s32(vmaxq_s32(scaled, minimum), maximum));
    sums += 4;
    rescale.biases += 4;
    rescale.multipliers += 4;
    rescale.shifts += 4;
    y += 4;
  }
  if (count > 0) {
    dm_requantize_portable(sums, rescale, count, y);
  }
}

// `dm_add`, the arithmetic of `dm_add_portable` in 4 lanes.
DM_SHARED void dm_add_helium(const int8_t *a, const int8_t *b, const dm_sum *sum, int32_t count, int8_t *y) {
  const int32x4_t m0 = vdupq_n_s32(sum->multipliers[0]), m1 = vdupq_n_s32(sum->multipliers[1]);
  const int32x4_t m2 = vdupq_n_s32(sum->multipliers[2]);
  const int32x4_t minimum = vdupq_n_s32(sum->minimum), maximum = vdupq_n_s32(sum->maximum);
  const int32_t r0 = sum->shifts[0] - 1, r1 = sum->shifts[1] - 1, r2 = sum->shifts[2] - 1;
  const int32_t z0 = sum->first_zero_point, z1 = sum->second_zero_point, zero_point = sum->zero_point;
  for (; count > 0; count -= 4) {
    mve_pred16_t inside = vctp32q((uint32_t)count);
    int32x4_t first = vshlq_n_s32(vsubq_n_s32(vldrbq_z_s32(a, inside), z0), 22);
    int32x4_t second = vshlq_n_s32(vsubq_n_s32(vldrbq_z_s32(b, inside), z1), 22);
    int32x4_t total =
        vaddq_s32(vrshlq_n_s32(vmulhq_s32(first, m0), r0), vrshlq_n_s32(vmulhq_s32(second, m1), r1));
    total = vaddq_n_s32(vrshlq_n_s32(vmulhq_s32(vshlq_n_s32(total, 2), m2), r2), zero_point);
    vstrbq_p_s32(y, vminq_s32(vmaxq_s32(total, minimum), maximum), inside);
    a += 4;
    b += 4;
    y += 4;
  }
}

#endif
#endif

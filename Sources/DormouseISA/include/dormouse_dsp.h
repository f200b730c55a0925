// Armv7E-M and Armv8-M with the DSP extension (Cortex-M4, M7, M33): two 16-bit products an instruction.
//
// SMLAD multiplies halfwords, so bytes are widened first: SXTB16 takes bytes 0 and 2 of a word, after a
// rotation 1 and 3. Vectors are widened once, ahead of their products (`dm_widen_dsp`), weights as they
// stream by. The dot products are inline assembly, because the compiler forms neither the multiple loads nor
// the rotated extensions. A multiply-accumulate costs 1.22 instructions with one vector, 0.97 with two
// (limits: 1.19 and 0.94).
#ifndef DORMOUSE_DSP_H
#define DORMOUSE_DSP_H
#include "dormouse_base.h"

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP && !defined(__ARM_FEATURE_MVE)
#define DM_HAS_DSP 1
#include <arm_acle.h>

// For every 4 elements two words: the even pair, the odd pair. With two positions theirs alternate. Elements
// past n are zero.
DM_SHARED void dm_widen_dsp(const int8_t *x, int32_t n, int32_t position, int32_t positions, int8_t *wide) {
  uint32_t *target = (uint32_t *)(void *)wide + 2 * position;
  int32_t step = 2 * positions;
#pragma clang loop unroll(disable)
  for (; n >= 4; n -= 4) {
    uint32_t bytes;
    __builtin_memcpy(&bytes, x, 4);
    x += 4;
    target[0] = (uint32_t)__sxtb16(bytes);
    target[1] = (uint32_t)__sxtb16(__ror(bytes, 8));
    target += step;
  }
  if (n > 0) {
    uint32_t first = (uint16_t)x[0];
    target[1] = n > 1 ? (uint16_t)x[1] : 0;
    target[0] = n > 2 ? first | (uint32_t)x[2] << 16 : first;
  }
}

// Widens the four weights in `w`: the odd ones to t, the even ones in place.
#define DM_WIDEN(w) "sxtb16 %[t], %[" w "], ror #8\n\tsxtb16 %[" w "], %[" w "]\n\t"
// sum += the widened weights times the widened elements `even`, `odd`.
#define DM_SMLAD(sum, w, even, odd)                                                                          \
  "smlad %[" sum "], %[t], %[" odd "], %[" sum "]\n\tsmlad %[" sum "], %[" w "], %[" even "], %[" sum "]\n"  \
  "\t"

// 8 columns of one row: 2 words of weights.
#define DM_EIGHT_OF_ROW(row, sum)                                                                            \
  "ldrd %[v0], %[v1], [%[" row "]], #8\n\t" DM_WIDEN("v0") DM_SMLAD(sum, "v0", "x0", "x1") DM_WIDEN("v1")    \
      DM_SMLAD(sum, "v1", "x2", "x3")
// 8 columns of two rows and one vector: 4 words of the vector.
#define DM_EIGHT                                                                                             \
  "ldm %[x]!, {%[x0], %[x1], %[x2], %[x3]}\n\t" DM_EIGHT_OF_ROW("first", "a") DM_EIGHT_OF_ROW("second", "b")
// 4 columns of two rows and one vector.
#define DM_FOUR                                                                                              \
  "ldm %[x]!, {%[x0], %[x1]}\n\t"                                                                            \
  "ldr %[v0], [%[first]], #4\n\t" DM_WIDEN("v0")                                                             \
      DM_SMLAD("a", "v0", "x0", "x1") "ldr %[v1], [%[second]], #4\n\t" DM_WIDEN("v1")                        \
          DM_SMLAD("b", "v1", "x0", "x1")
// 4 columns of two rows and two vectors, which share the widening of the weights.
#define DM_FOUR_BY_TWO                                                                                       \
  "ldm %[x]!, {%[x0], %[x1], %[x2], %[x3]}\n\t"                                                              \
  "ldr %[v], [%[first]], #4\n\t" DM_WIDEN("v") DM_SMLAD("a", "v", "x0", "x1")                                \
      DM_SMLAD("c", "v", "x2", "x3") "ldr %[v], [%[second]], #4\n\t" DM_WIDEN("v")                           \
          DM_SMLAD("b", "v", "x0", "x1") DM_SMLAD("d", "v", "x2", "x3")
// Repeats `body`, which leaves the flags alone, i times; i is above 0.
#define DM_LOOP(body) "1:\n\tsubs %[i], %[i], #1\n\t" body "bne 1b\n\t"

// Rows with one vector, two rows at a time, over 4 * groups columns; an odd last row is computed twice.
DM_SHARED void dm_dot_1_dsp(const int8_t *wide, const int8_t *w, intptr_t row_stride, int32_t rows,
                            int32_t groups, int32_t *sums) {
  // LDM wants its registers in ascending order.
  register uint32_t x0 __asm__("r0"), x1 __asm__("r1"), x2 __asm__("r2"), x3 __asm__("r3");
  uint32_t v0, v1, t;
  for (; rows > 0; rows -= 2) {
    const int8_t *x = wide, *first = w, *second = rows > 1 ? w + row_stride : w;
    int32_t a = 0, b = 0, i = groups >> DM_UNROLLED(1, 3);
    w = second + row_stride;
    if (i > 0) {
      __asm__(DM_LOOP(DM_UNROLLED(DM_EIGHT, DM_EIGHT DM_EIGHT DM_EIGHT DM_EIGHT))
              : [x] "+r"(x), [first] "+r"(first), [second] "+r"(second), [a] "+r"(a), [b] "+r"(b),
                [i] "+r"(i), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3), [v0] "=&r"(v0),
                [v1] "=&r"(v1), [t] "=&r"(t)
              :
              : "cc", "memory");
    }
    i = groups & DM_UNROLLED(1, 7);
    if (i > 0) {
      __asm__(DM_LOOP(DM_FOUR)
              : [x] "+r"(x), [first] "+r"(first), [second] "+r"(second), [a] "+r"(a), [b] "+r"(b),
                [i] "+r"(i), [x0] "=&r"(x0), [x1] "=&r"(x1), [v0] "=&r"(v0), [v1] "=&r"(v1), [t] "=&r"(t)
              :
              : "cc", "memory");
    }
    sums[0] = a;
    sums[1] = b;
    sums += 2;
  }
}

// Rows with two vectors; the sums of the second are sum_stride on.
DM_SHARED void dm_dot_2_dsp(const int8_t *wide, const int8_t *w, intptr_t row_stride, int32_t rows,
                            int32_t groups, int32_t *sums, intptr_t sum_stride) {
  register uint32_t x0 __asm__("r0"), x1 __asm__("r1"), x2 __asm__("r2"), x3 __asm__("r3");
  uint32_t v, t;
  for (; rows > 0; rows -= 2) {
    const int8_t *x = wide, *first = w, *second = rows > 1 ? w + row_stride : w;
    int32_t a = 0, b = 0, c = 0, d = 0, i = groups >> 2;
    w = second + row_stride;
#define DM_OPERANDS                                                                                          \
  [x] "+r"(x), [first] "+r"(first), [second] "+r"(second), [a] "+r"(a), [b] "+r"(b), [c] "+r"(c),            \
      [d] "+r"(d), [i] "+r"(i), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3),              \
      [v] "=&r"(v), [t] "=&r"(t)
    if (i > 0) {
      __asm__(DM_LOOP(DM_FOUR_BY_TWO DM_FOUR_BY_TWO DM_FOUR_BY_TWO DM_FOUR_BY_TWO)
              : DM_OPERANDS
              :
              : "cc", "memory");
    }
    i = groups & 3;
    if (i > 0) {
      __asm__(DM_LOOP(DM_FOUR_BY_TWO) : DM_OPERANDS : : "cc", "memory");
    }
#undef DM_OPERANDS
    sums[0] = a;
    sums[1] = b;
    sums[sum_stride] = c;
    sums[sum_stride + 1] = d;
    sums += 2;
  }
}

// `dm_dot` for one or two vectors that `dm_widen_dsp` has prepared; rows are zero from n to the next multiple
// of 4.
DM_INLINE void dm_dot_dsp(const int8_t *wide, int32_t positions, const int8_t *w, intptr_t row_stride,
                          int32_t rows, int32_t n, int32_t *sums, intptr_t sum_stride) {
  int32_t groups = (n + 3) >> 2;
  if (DM_POSITIONS(positions) == 1) {
    dm_dot_1_dsp(wide, w, row_stride, rows, groups, sums);
  } else {
    dm_dot_2_dsp(wide, w, row_stride, rows, groups, sums, sum_stride);
  }
}

// `dm_window`, four channels at a time.
DM_SHARED void dm_window_dsp(const int8_t *const *taps, const int8_t *w, intptr_t w_step, int32_t count,
                             int32_t channels, int32_t *sums) {
  int32_t c = 0;
  for (; c + 4 <= channels; c += 4) {
    const int8_t *weight = w + c;
    const int8_t *const *tap = taps;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma clang loop unroll(disable)
    for (int32_t t = count; t > 0; t--) {
      uint32_t values, weights;
      __builtin_memcpy(&values, *tap++ + c, 4);
      __builtin_memcpy(&weights, weight, 4);
      weight += w_step;
      int32_t even = (int32_t)__sxtb16(values), odd = (int32_t)__sxtb16(__ror(values, 8));
      int32_t even_weights = (int32_t)__sxtb16(weights), odd_weights = (int32_t)__sxtb16(__ror(weights, 8));
      s0 = __smlabb(even, even_weights, s0);
      s1 = __smlabb(odd, odd_weights, s1);
      s2 = __smlatt(even, even_weights, s2);
      s3 = __smlatt(odd, odd_weights, s3);
    }
    sums[c] = s0;
    sums[c + 1] = s1;
    sums[c + 2] = s2;
    sums[c + 3] = s3;
  }
  dm_window_portable(taps, w, w_step, count, c, channels, sums);
}

// `dm_taps`, four channels at a time: SMLABB and SMLATT take the halves of the widened words apart.
DM_SHARED void dm_taps_dsp(const int8_t *x, intptr_t x_step, const int8_t *w, intptr_t w_step, int32_t taps,
                           int32_t channels, int32_t *sums) {
  for (; channels >= 4; channels -= 4) {
    const int8_t *element = x, *weight = w;
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
#pragma clang loop unroll(disable)
    for (int32_t t = taps; t > 0; t--) {
      uint32_t values, weights;
      __builtin_memcpy(&values, element, 4);
      __builtin_memcpy(&weights, weight, 4);
      element += x_step;
      weight += w_step;
      int32_t even = (int32_t)__sxtb16(values), odd = (int32_t)__sxtb16(__ror(values, 8));
      int32_t even_weights = (int32_t)__sxtb16(weights), odd_weights = (int32_t)__sxtb16(__ror(weights, 8));
      s0 = __smlabb(even, even_weights, s0);
      s1 = __smlabb(odd, odd_weights, s1);
      s2 = __smlatt(even, even_weights, s2);
      s3 = __smlatt(odd, odd_weights, s3);
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    sums += 4;
    x += 4;
    w += 4;
  }
  for (; channels > 0; channels--) {
    const int8_t *element = x++, *weight = w++;
    int32_t sum = *sums;
    for (int32_t t = taps; t > 0; t--) {
      sum = __smlabb(*element, *weight, sum);
      element += x_step;
      weight += w_step;
    }
    *sums++ = sum;
  }
}

#endif
#endif

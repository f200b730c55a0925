// One vector against many rows on x86-64 with AVX-512, requantized at once.
//
// Weights are used once, so all that counts is to keep them flowing from the second-level cache: between
// layers' rows there is no pause for requantization, which hides behind the loads of the next rows.
#ifndef DORMOUSE_AVX512_DENSE_H
#define DORMOUSE_AVX512_DENSE_H
#include "dormouse_avx512.h"
#include "dormouse_avx512_fields.h"

#if defined(__x86_64__) && __STDC_HOSTED__

// The sums of 16 vectors, given the results of `dm_fold_avx512` for each four of them.
DM_AVX512_TARGET DM_INLINE __m512i dm_finish_four_avx512(const __m512i *folded) {
  __m512i first = _mm512_add_epi32(_mm512_shuffle_i32x4(folded[0], folded[1], 0x44),
                                   _mm512_shuffle_i32x4(folded[0], folded[1], 0xEE));
  __m512i second = _mm512_add_epi32(_mm512_shuffle_i32x4(folded[2], folded[3], 0x44),
                                    _mm512_shuffle_i32x4(folded[2], folded[3], 0xEE));
  return _mm512_add_epi32(_mm512_shuffle_i32x4(first, second, 0x88),
                          _mm512_shuffle_i32x4(first, second, 0xDD));
}

// Adds the products of up to 64 columns of 16 rows to `dots`, and 128 times the elements to `excess`.
//
// `quarters` point to every fourth row: a pointer for each would not fit in registers.
DM_AVX512_TARGET DM_INLINE void dm_multiply_16_avx512(__mmask64 inside, const int8_t *x,
                                                      const int8_t *const *quarters, intptr_t row_stride,
                                                      __m512i *dots, __m512i *excess) {
  const __m512i offset = _mm512_set1_epi8((char)0x80);
  __m512i vector = _mm512_maskz_loadu_epi8(inside, x);
  *excess = _mm512_dpbusd_epi32(*excess, offset, vector);
#pragma clang loop unroll(full)
  for (int r = 0; r < 16; r++) {
    __m512i weights = _mm512_maskz_loadu_epi8(inside, quarters[r / 4] + r % 4 * row_stride);
    dots[r] = _mm512_dpbusd_epi32(dots[r], _mm512_xor_si512(weights, offset), vector);
  }
}

// Dot products with 16 rows, or with 4, 8 or 12, the last four of which are then read again.
DM_AVX512_TARGET DM_INLINE __m512i dm_dot_16_avx512(const int8_t *x, const int8_t *w, intptr_t row_stride,
                                                    int32_t n, int32_t rows) {
  __m512i dots[16], folded[4], excess = _mm512_setzero_si512();
#pragma clang loop unroll(full)
  for (int r = 0; r < 16; r++) {
    dots[r] = _mm512_setzero_si512();
  }
  const int8_t *quarters[4];
#pragma clang loop unroll(full)
  for (int q = 0; q < 4; q++) {
    quarters[q] = w + (4 * q < rows ? 4 * q : rows - 4) * row_stride;
  }
  __mmask64 inside = ~(__mmask64)0;
  const int32_t lead = (int32_t)((uintptr_t)w & 63);
  if (lead != 0) {
    // Loads start at a cache line, masked up to the row's start.
    __mmask64 first = (lead + n < 64 ? ((__mmask64)1 << (lead + n)) - 1 : inside) & inside << lead;
#pragma clang loop unroll(full)
    for (int q = 0; q < 4; q++) {
      quarters[q] -= lead;
    }
    dm_multiply_16_avx512(first, x - lead, quarters, row_stride, dots, &excess);
#pragma clang loop unroll(full)
    for (int q = 0; q < 4; q++) {
      quarters[q] += 64;
    }
    x += 64 - lead;
    n -= 64 - lead;
  }
  for (; n > 0; n -= 64) {
    if (n < 64) {
      inside = ((__mmask64)1 << n) - 1;
    }
    dm_multiply_16_avx512(inside, x, quarters, row_stride, dots, &excess);
    x += 64;
#pragma clang loop unroll(full)
    for (int q = 0; q < 4; q++) {
      quarters[q] += 64;
      // Or the compiler would make sixteen pointers of the four.
      __asm__("" : "+r"(quarters[q]));
    }
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++) {
    folded[k] = dm_fold_avx512(dots + 4 * k);
  }
  return _mm512_sub_epi32(dm_finish_four_avx512(folded), _mm512_set1_epi32(_mm512_reduce_add_epi32(excess)));
}

// y[o] = requantize(sum_i x[i] * w[o * row_stride + i]).
DM_AVX512_TARGET DM_SHARED void dm_dense_avx512(const int8_t *x, const int8_t *w, intptr_t row_stride,
                                                int32_t rows, int32_t n, dm_rescale rescale, int8_t *y) {
  int32_t i = 0;
  for (; rows - i >= 16; i += 16) {
    dm_rescale_avx512(dm_dot_16_avx512(x, w, row_stride, n, 16), &rescale, i, (__mmask16)0xFFFF, 0, y);
    w += 16 * row_stride;
  }
  if (i < rows) {
    __m512i sums;
    if ((rows - i) % 4 == 0) {
      sums = dm_dot_16_avx512(x, w, row_stride, n, rows - i);
    } else {
      int32_t rest[16];
      dm_dot_avx512(x, 0, 1, w, row_stride, rows - i, n, rest, 0);
      sums = _mm512_loadu_si512(rest);
    }
    dm_rescale_avx512(sums, &rescale, i, (__mmask16)((1 << (rows - i)) - 1), 0, y);
  }
}

// Dot products with 8 row pairs of packed fields.
DM_AVX512_TARGET DM_INLINE __m512i dm_dot_8_pairs_avx512(const int bits, const int8_t *prepared,
                                                         intptr_t plane, const int8_t *w,
                                                         intptr_t pair_stride) {
  __m512i dots[8], folded[4];
#pragma clang loop unroll(full)
  for (int pair = 0; pair < 8; pair += DM_FIELD_PAIRS(bits)) {
    dm_field_tile_avx512(bits, prepared, plane, 1, w + pair * pair_stride, pair_stride, DM_FIELD_PAIRS(bits),
                         dots + pair);
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++) {
    folded[k] = dm_fold_pairs_avx512(dots[2 * k], dots[2 * k + 1]);
  }
  return dm_finish_four_avx512(folded);
}

DM_AVX512_TARGET DM_INLINE void dm_dense_bits_avx512(const int bits, dm_fields fields, const int8_t *prepared,
                                                     int32_t total, const int8_t *w, intptr_t pair_stride,
                                                     int32_t rows, int32_t n, const dm_rescale *rescale,
                                                     int8_t *y) {
  const intptr_t plane = dm_field_plane(bits, n);
  const __m512i correction = _mm512_set1_epi32((int32_t)((uint32_t)fields.offset * (uint32_t)total));
  const __m128i doubling = _mm_cvtsi32_si128(fields.doubling);
  for (int32_t i = 0; i < rows; i += 16) {
    __mmask16 inside = (__mmask16)0xFFFF;
    __m512i sums;
    if (rows - i >= 15) {
      sums = dm_dot_8_pairs_avx512(bits, prepared, plane, w, pair_stride);
    } else {
      int32_t rest[16] = {0};
      dm_dot_bits_avx512(bits, prepared, 1, w, pair_stride, rows - i, n, rest, 0);
      sums = _mm512_loadu_si512(rest);
    }
    if (rows - i < 16) {
      inside = (__mmask16)((1 << (rows - i)) - 1);
    }
    sums = _mm512_sub_epi32(_mm512_sll_epi32(sums, doubling), correction);
    dm_rescale_avx512(sums, rescale, i, inside, 0, y);
    w += 8 * pair_stride;
  }
}

// y[o] = requantize(sum_i x[i] * w[o][i]), of packed fields.
DM_AVX512_TARGET DM_SHARED void dm_dense_fields_avx512(dm_fields fields, const int8_t *prepared,
                                                       int32_t total, const int8_t *w, intptr_t pair_stride,
                                                       int32_t rows, int32_t n, dm_rescale rescale,
                                                       int8_t *y) {
#define DM_CASE(bits)                                                                                        \
  case bits:                                                                                                 \
    dm_dense_bits_avx512(bits, fields, prepared, total, w, pair_stride, rows, n, &rescale, y);               \
    break;
  switch (fields.bits) { DM_CASE(1) DM_CASE(2) DM_CASE(3) DM_CASE(4) DM_CASE(5) DM_CASE(6) DM_CASE(7) }
#undef DM_CASE
}

#endif
#endif

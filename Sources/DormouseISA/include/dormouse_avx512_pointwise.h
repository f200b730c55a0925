// Many vectors against the rows of a small matrix on x86-64 with AVX-512: convolutions of 1 x 1.
//
// 16 rows lie in registers, four columns of all in each. So a product of four elements, broadcast from
// memory, with 16 rows is one instruction, sums stand side by side as requantization wants them, and nothing
// has to be added up across lanes.
#ifndef DORMOUSE_AVX512_POINTWISE_H
#define DORMOUSE_AVX512_POINTWISE_H
#include "dormouse_avx512.h"

#if defined(__x86_64__) && __STDC_HOSTED__

// Positions between which the rows stay in registers.
#define DM_POINTS 64

// Four columns of 16 rows from `w` on, 128 added to each weight.
DM_AVX512_TARGET DM_INLINE __m512i dm_columns_avx512(const int8_t *w, __m512i rows, __mmask16 inside) {
  __m512i weights = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), inside, rows, w, 1);
  return _mm512_xor_si512(weights, _mm512_set1_epi8((char)0x80));
}

// `positions` vectors of 4 * groups elements, a constant, with up to 16 rows; `excess` is what to take away
// from the sums of each.
DM_AVX512_TARGET DM_INLINE void dm_points_avx512(const int groups, const int8_t *x, int32_t positions,
                                                 const int32_t *excess, const int8_t *w, intptr_t row_stride,
                                                 const dm_rescale *rescale, int32_t row, int32_t outputs,
                                                 int8_t *y) {
  const __mmask16 inside = dm_inside_avx512(outputs, row);
  const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i rows = _mm512_mullo_epi32(lanes, _mm512_set1_epi32((int32_t)row_stride));
  __m512i weights[16];
#pragma clang loop unroll(full)
  for (int k = 0; k < groups; k++) {
    weights[k] = dm_columns_avx512(w + row * row_stride + 4 * k, rows, inside);
  }
  for (int32_t p = 0; p < positions; p++) {
    __m512i even = _mm512_set1_epi32(-excess[p]), odd = _mm512_setzero_si512();
#pragma clang loop unroll(full)
    for (int k = 0; k < groups; k++) {
      int32_t four;
      __builtin_memcpy(&four, x + 4 * k, 4);
      if (k % 2 == 0) {
        even = _mm512_dpbusd_epi32(even, weights[k], _mm512_set1_epi32(four));
      } else {
        odd = _mm512_dpbusd_epi32(odd, weights[k], _mm512_set1_epi32(four));
      }
    }
    even = _mm512_add_epi32(even, odd);
    if (dm_rounds_twice(rescale)) {
      dm_rescale_avx512(even, rescale, row, inside, 1, y);
    } else {
      dm_rescale_avx512(even, rescale, row, inside, 0, y);
    }
    x += 4 * groups;
    y += outputs;
  }
}

// y[p][o] = requantize(sum_i x[p][i] * w[o * row_stride + i]) for n of 32, 40, 48 or 64.
DM_AVX512_TARGET DM_SHARED void dm_pointwise_avx512(const int8_t *x, int32_t positions, const int8_t *w,
                                                    intptr_t row_stride, int32_t outputs, int32_t n,
                                                    dm_rescale rescale, int8_t *y) {
  const __mmask64 elements = n == 64 ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1;
  int32_t excess[DM_POINTS];
  for (; positions > 0; positions -= DM_POINTS) {
    const int32_t count = positions < DM_POINTS ? positions : DM_POINTS;
    for (int32_t p = 0; p < count; p++) {
      __m512i vector = _mm512_maskz_loadu_epi8(elements, x + p * n);
      __m512i sums = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8((char)0x80), vector);
      excess[p] = _mm512_reduce_add_epi32(sums);
    }
    for (int32_t row = 0; row < outputs; row += 16) {
      switch (n) {
      case 32:
        dm_points_avx512(8, x, count, excess, w, row_stride, &rescale, row, outputs, y);
        break;
      case 40:
        dm_points_avx512(10, x, count, excess, w, row_stride, &rescale, row, outputs, y);
        break;
      case 48:
        dm_points_avx512(12, x, count, excess, w, row_stride, &rescale, row, outputs, y);
        break;
      default:
        dm_points_avx512(16, x, count, excess, w, row_stride, &rescale, row, outputs, y);
      }
    }
    x += (intptr_t)count * n;
    y += (intptr_t)count * outputs;
  }
}

#endif
#endif

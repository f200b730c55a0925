// Many vectors against the rows of a small matrix on x86-64 with AVX-512: convolutions of 1 x 1.
//
// 16 rows lie in registers, four columns of all in each. So a product of four elements, broadcast from
// memory, with 16 rows is one instruction, sums stand side by side as requantization wants them, and nothing
// has to be added up across lanes. Elements are made unsigned, and 128 times the weights is part of the
// biases.
#ifndef DORMOUSE_AVX512_POINTWISE_H
#define DORMOUSE_AVX512_POINTWISE_H
#include "dormouse_avx512.h"
#include "dormouse_avx512_scaling.h"

#if defined(__x86_64__) && __STDC_HOSTED__

// Positions between which the rows stay in registers.
#define DM_POINTS 128
// Elements of a vector at most.
#define DM_POINT_ELEMENTS 64

// Transposes 16 vectors of 16 words.
DM_AVX512_TARGET DM_INLINE void dm_transpose_avx512(__m512i *v) {
  __m512i t[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 4) {
    v[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    v[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    v[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    v[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  // Now 128 bits of v[4 * q + c] are rows 4 * q to 4 * q + 3 of column c, c + 4, c + 8 and c + 12.
#pragma clang loop unroll(full)
  for (int c = 0; c < 4; c++) {
    t[c] = _mm512_shuffle_i32x4(v[c], v[4 + c], 0x44);
    t[4 + c] = _mm512_shuffle_i32x4(v[c], v[4 + c], 0xEE);
    t[8 + c] = _mm512_shuffle_i32x4(v[8 + c], v[12 + c], 0x44);
    t[12 + c] = _mm512_shuffle_i32x4(v[8 + c], v[12 + c], 0xEE);
  }
#pragma clang loop unroll(full)
  for (int c = 0; c < 4; c++) {
    v[c] = _mm512_shuffle_i32x4(t[c], t[8 + c], 0x88);
    v[4 + c] = _mm512_shuffle_i32x4(t[c], t[8 + c], 0xDD);
    v[8 + c] = _mm512_shuffle_i32x4(t[4 + c], t[12 + c], 0x88);
    v[12 + c] = _mm512_shuffle_i32x4(t[4 + c], t[12 + c], 0xDD);
  }
}

// Requantizes the sums of one position, whose biases are in them; `kind` is a constant: 0 where
// `dm_scale_avx512` can, 1 where it steps down, 2 where it can't.
DM_AVX512_TARGET DM_INLINE void dm_finish_point_avx512(__m512i sums, const dm_scaler *scaler,
                                                       const dm_rescale *rescale, int32_t row,
                                                       __mmask16 inside, const int kind, int8_t *y) {
  if (kind == 2) {
    // Biases are added there.
    sums = _mm512_sub_epi32(sums, _mm512_maskz_loadu_epi32(inside, rescale->biases + row));
    if (dm_rounds_twice(rescale)) {
      dm_rescale_avx512(sums, rescale, row, inside, 1, y);
    } else {
      dm_rescale_avx512(sums, rescale, row, inside, 0, y);
    }
    return;
  }
  __m128i results = _mm512_cvtsepi32_epi8(dm_scale_avx512(sums, scaler, kind));
  results = _mm_max_epi8(results, _mm_set1_epi8((char)rescale->minimum));
  results = _mm_min_epi8(results, _mm_set1_epi8((char)rescale->maximum));
  if (inside == 0xFFFF) {
    _mm_storeu_si128((__m128i *)(void *)(y + row), results);
  } else {
    _mm_mask_storeu_epi8(y + row, inside, results);
  }
}

// `positions` vectors of 4 * groups elements, a constant, 128 added to each, with up to 16 rows.
DM_AVX512_TARGET DM_INLINE void dm_points_avx512(const int groups, const int kind, const int8_t *x,
                                                 int32_t positions, const int8_t *w, intptr_t row_stride,
                                                 const dm_rescale *rescale, int32_t row, int32_t outputs,
                                                 int8_t *y) {
  const __mmask16 inside = dm_inside_avx512(outputs, row);
  const __mmask16 columns = (__mmask16)(0xFFFF >> (16 - groups));
  __m512i weights[16];
#pragma clang loop unroll(full)
  for (int r = 0; r < 16; r++) {
    const __mmask16 read = inside >> r & 1 ? columns : 0;
    weights[r] = _mm512_maskz_loadu_epi32(read, w + (row + r) * row_stride);
  }
  dm_transpose_avx512(weights);
  __m512i bias = _mm512_maskz_loadu_epi32(inside, rescale->biases + row), excess = _mm512_setzero_si512();
#pragma clang loop unroll(full)
  for (int k = 0; k < groups; k++) {
    excess = _mm512_dpbusd_epi32(excess, _mm512_set1_epi8((char)0x80), weights[k]);
  }
  bias = _mm512_sub_epi32(bias, excess);
  const dm_scaler scaler = dm_scaler_of(_mm512_maskz_loadu_epi32(inside, rescale->multipliers + row),
                                        _mm512_maskz_loadu_epi32(inside, rescale->shifts + row), rescale);
  for (int32_t p = 0; p < positions; p++) {
    // Four sums, because a product has to wait for the one before.
    __m512i sums[4] = {bias, _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
#pragma clang loop unroll(full)
    for (int k = 0; k < groups; k++) {
      int32_t four;
      __builtin_memcpy(&four, x + 4 * k, 4);
      sums[k % 4] = _mm512_dpbusd_epi32(sums[k % 4], _mm512_set1_epi32(four), weights[k]);
    }
    sums[0] = _mm512_add_epi32(_mm512_add_epi32(sums[0], sums[1]), _mm512_add_epi32(sums[2], sums[3]));
    dm_finish_point_avx512(sums[0], &scaler, rescale, row, inside, kind, y);
    x += 4 * groups;
    y += outputs;
  }
}

// The same with all rows.
DM_AVX512_TARGET DM_INLINE void dm_all_points_avx512(const int groups, const int8_t *x, int32_t positions,
                                                     const int8_t *w, intptr_t row_stride,
                                                     const dm_rescale *rescale, int32_t outputs, int8_t *y) {
  const int32_t kind = !dm_scales_avx512(rescale->shifts, outputs) ? 2 : dm_steps_down(rescale);
  for (int32_t row = 0; row < outputs; row += 16) {
    if (kind == 0) {
      dm_points_avx512(groups, 0, x, positions, w, row_stride, rescale, row, outputs, y);
    } else if (kind == 1) {
      dm_points_avx512(groups, 1, x, positions, w, row_stride, rescale, row, outputs, y);
    } else {
      dm_points_avx512(groups, 2, x, positions, w, row_stride, rescale, row, outputs, y);
    }
  }
}

// y[p][o] = requantize(sum_i x[p][i] * w[o * row_stride + i]) for n of 32, 40, 48 or 64.
DM_AVX512_TARGET DM_SHARED void dm_pointwise_avx512(const int8_t *x, int32_t positions, const int8_t *w,
                                                    intptr_t row_stride, int32_t outputs, int32_t n,
                                                    dm_rescale rescale, int8_t *y) {
  int8_t elements[DM_POINTS * DM_POINT_ELEMENTS];
  for (; positions > 0; positions -= DM_POINTS) {
    const int32_t count = positions < DM_POINTS ? positions : DM_POINTS;
    for (int32_t i = 0; i < count * n; i += 64) {
      const __mmask64 inside = count * n - i >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << (count * n - i)) - 1;
      const __m512i signed_elements = _mm512_maskz_loadu_epi8(inside, x + i);
      _mm512_storeu_si512(elements + i, _mm512_xor_si512(signed_elements, _mm512_set1_epi8((char)0x80)));
    }
    switch (n) {
    case 32:
      dm_all_points_avx512(8, elements, count, w, row_stride, &rescale, outputs, y);
      break;
    case 40:
      dm_all_points_avx512(10, elements, count, w, row_stride, &rescale, outputs, y);
      break;
    case 48:
      dm_all_points_avx512(12, elements, count, w, row_stride, &rescale, outputs, y);
      break;
    default:
      dm_all_points_avx512(16, elements, count, w, row_stride, &rescale, outputs, y);
    }
    x += (intptr_t)count * n;
    y += (intptr_t)count * outputs;
  }
}

#endif
#endif

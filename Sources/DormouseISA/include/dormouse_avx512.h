// x86-64 with AVX-512 and VNNI: 64 byte products an instruction.
//
// VPDPBUSD multiplies unsigned by signed bytes. So 128 is added to the weights (by flipping their top bits),
// and 128 times the sum of the vector, one number for all rows, is taken away.
#ifndef DORMOUSE_AVX512_H
#define DORMOUSE_AVX512_H
#include "dormouse_base.h"

#if defined(__x86_64__) && __STDC_HOSTED__
#include <immintrin.h>

#define DM_AVX512_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

// Adds up the lanes of four vectors: lane i of every 128 bits of the result holds a part of the sum of vector
// i.
DM_AVX512_TARGET DM_INLINE __m512i dm_fold_avx512(const __m512i *v) {
  __m512i first = _mm512_add_epi32(_mm512_unpacklo_epi32(v[0], v[1]), _mm512_unpackhi_epi32(v[0], v[1]));
  __m512i second = _mm512_add_epi32(_mm512_unpacklo_epi32(v[2], v[3]), _mm512_unpackhi_epi32(v[2], v[3]));
  return _mm512_add_epi32(_mm512_unpacklo_epi64(first, second), _mm512_unpackhi_epi64(first, second));
}

// The four sums that `dm_fold_avx512` began.
DM_AVX512_TARGET DM_INLINE __m128i dm_finish_avx512(__m512i folded) {
  __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(folded), _mm512_extracti64x4_epi64(folded, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

// Adds the products of up to 64 columns to `dots[positions][rows]`, and 128 times the elements to
// `excess[positions]`.
DM_AVX512_TARGET DM_INLINE void dm_multiply_avx512(__mmask64 inside, const int8_t *x, intptr_t x_stride,
                                                   const int positions, const int8_t *w, intptr_t row_stride,
                                                   const int rows, __m512i *dots, __m512i *excess) {
  const __m512i offset = _mm512_set1_epi8((char)0x80);
  __m512i vectors[4];
#pragma clang loop unroll(full)
  for (int p = 0; p < positions; p++) {
    vectors[p] = _mm512_maskz_loadu_epi8(inside, x + p * x_stride);
    excess[p] = _mm512_dpbusd_epi32(excess[p], offset, vectors[p]);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    __m512i weights = _mm512_xor_si512(_mm512_maskz_loadu_epi8(inside, w + r * row_stride), offset);
#pragma clang loop unroll(full)
    for (int p = 0; p < positions; p++) {
      dots[p * rows + r] = _mm512_dpbusd_epi32(dots[p * rows + r], weights, vectors[p]);
    }
  }
}

// A tile of dot products: `positions` vectors times `rows` rows, both constant, so that all sums stay in
// registers.
//
// Loads are masked even where they need not be: with plain ones, Zen 5 prefetches into its first-level cache
// what is thrown out again before its use, and rows take half as long again to stream in.
DM_AVX512_TARGET DM_INLINE void dm_tile_avx512(const int8_t *x, intptr_t x_stride, const int positions,
                                               const int8_t *w, intptr_t row_stride, const int rows,
                                               int32_t n, int32_t *sums, intptr_t sum_stride) {
  __m512i dots[16], excess[4];
#pragma clang loop unroll(full)
  for (int k = 0; k < positions * rows; k++) {
    dots[k] = _mm512_setzero_si512();
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < positions; p++) {
    excess[p] = _mm512_setzero_si512();
  }
  __mmask64 inside = ~(__mmask64)0;
  int32_t i = 0, lead = (int32_t)((uintptr_t)w & 63);
  // A single vector is bound by the loads of the weights: they start at a cache line, masked up to the row's
  // start.
  if (positions == 1 && lead != 0) {
    __mmask64 first = (lead + n < 64 ? ((__mmask64)1 << (lead + n)) - 1 : inside) & inside << lead;
    dm_multiply_avx512(first, x - lead, 0, 1, w - lead, row_stride, rows, dots, excess);
    i = 64 - lead;
  }
  for (; i < n; i += 64) {
    if (n - i < 64) {
      inside = ((__mmask64)1 << (n - i)) - 1;
    }
    dm_multiply_avx512(inside, x + i, x_stride, positions, w + i, row_stride, rows, dots, excess);
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < positions; p++) {
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r += 4) {
      __m512i parts[4];
#pragma clang loop unroll(full)
      for (int k = 0; k < 4; k++) {
        parts[k] =
            r + k < rows ? _mm512_sub_epi32(dots[p * rows + r + k], excess[p]) : _mm512_setzero_si512();
      }
      __m128i four = dm_finish_avx512(dm_fold_avx512(parts));
      if (rows == 1) {
        sums[p * sum_stride] = _mm_cvtsi128_si32(four);
      } else {
        _mm_storeu_si128((__m128i *)(void *)(sums + p * sum_stride + r), four);
      }
    }
  }
}

// `dm_dot` for 1 to 4 vectors: tiles of 4 x 4, or 1 x 8 where weights are used once and many streams hide
// latency.
DM_AVX512_TARGET DM_SHARED void dm_dot_avx512(const int8_t *x, intptr_t x_stride, int32_t positions,
                                              const int8_t *w, intptr_t row_stride, int32_t rows, int32_t n,
                                              int32_t *sums, intptr_t sum_stride) {
  if (positions == 4) {
    for (; rows >= 4; rows -= 4) {
      dm_tile_avx512(x, x_stride, 4, w, row_stride, 4, n, sums, sum_stride);
      w += 4 * row_stride;
      sums += 4;
    }
  }
  for (; positions > 0; positions--) {
    const int8_t *row = w;
    int32_t *sum = sums, left = rows;
    for (; left >= 8; left -= 8) {
      dm_tile_avx512(x, 0, 1, row, row_stride, 8, n, sum, 0);
      row += 8 * row_stride;
      sum += 8;
    }
    if (left >= 4) {
      dm_tile_avx512(x, 0, 1, row, row_stride, 4, n, sum, 0);
      row += 4 * row_stride;
      sum += 4;
      left -= 4;
    }
    for (; left > 0; left--) {
      dm_tile_avx512(x, 0, 1, row, row_stride, 1, n, sum++, 0);
      row += row_stride;
    }
    x += x_stride;
    sums += sum_stride;
  }
}

// `dm_taps`, 16 channels at a time. Of the two halves of a 32-bit lane, the weights' upper one is cleared, so
// that the 16-bit product sum is the product of one pair.
DM_AVX512_TARGET DM_SHARED void dm_taps_avx512(const int8_t *x, intptr_t x_step, const int8_t *w,
                                               intptr_t w_step, int32_t taps, int32_t channels,
                                               int32_t *sums) {
  const __m512i low = _mm512_set1_epi32(0xFFFF);
  for (; channels > 0; channels -= 16) {
    __mmask16 inside = channels >= 16 ? (__mmask16)0xFFFF : (__mmask16)((1 << channels) - 1);
    __m512i sum = _mm512_maskz_loadu_epi32(inside, sums);
    const int8_t *element = x, *weight = w;
    for (int32_t t = 0; t < taps; t++) {
      __m512i elements = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(inside, element));
      __m512i weights = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(inside, weight));
      sum = _mm512_dpwssd_epi32(sum, elements, _mm512_and_si512(weights, low));
      element += x_step;
      weight += w_step;
    }
    _mm512_mask_storeu_epi32(sums, inside, sum);
    sums += 16;
    x += 16;
    w += 16;
  }
}

// `dm_window`, 16 channels at a time, as `dm_taps_avx512` multiplies.
DM_AVX512_TARGET DM_SHARED void dm_window_avx512(const int8_t *const *taps, const int8_t *w, intptr_t w_step,
                                                 int32_t count, int32_t channels, int32_t *sums) {
  const __m512i low = _mm512_set1_epi32(0xFFFF);
  for (int32_t c = 0; c < channels; c += 16) {
    __mmask16 inside = channels - c >= 16 ? (__mmask16)0xFFFF : (__mmask16)((1 << (channels - c)) - 1);
    __m512i sum = _mm512_setzero_si512();
    const int8_t *weight = w + c;
    for (int32_t t = 0; t < count; t++) {
      __m512i elements = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(inside, taps[t] + c));
      __m512i weights = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(inside, weight));
      sum = _mm512_dpwssd_epi32(sum, elements, _mm512_and_si512(weights, low));
      weight += w_step;
    }
    _mm512_mask_storeu_epi32(sums + c, inside, sum);
  }
}

// Lanes of two vectors that hold 32-bit results in the lower halves of 64 bits: `even` and `odd` lanes.
DM_AVX512_TARGET DM_INLINE __m512i dm_merge_avx512(__m512i even, __m512i odd) {
  return _mm512_mask_blend_epi32(0xAAAA, even, _mm512_slli_epi64(odd, 32));
}

// 16 sums scaled with two roundings, all shifts below 0: to a whole product first, halves upwards; then,
// after a step down of what is negative, by a rounding shift.
DM_AVX512_TARGET DM_INLINE __m512i dm_scale_twice_avx512(__m512i sum, __m512i multiplier, __m512i shift) {
  const __m512i half = _mm512_set1_epi64(1 << 30), one = _mm512_set1_epi32(1);
  __m512i even = _mm512_mul_epi32(sum, multiplier);
  __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(sum, 32), _mm512_srli_epi64(multiplier, 32));
  even = _mm512_srli_epi64(_mm512_add_epi64(even, half), 31);
  odd = _mm512_slli_epi64(_mm512_add_epi64(odd, half), 1);
  __m512i whole = _mm512_mask_blend_epi32(0xAAAA, even, odd);
  whole = _mm512_add_epi32(whole, _mm512_srai_epi32(whole, 31));
  // One less than the shift to the right is what the complement of the shift says.
  __m512i before_last = _mm512_srav_epi32(whole, _mm512_xor_si512(shift, _mm512_set1_epi32(-1)));
  return _mm512_srai_epi32(_mm512_add_epi32(before_last, one), 1);
}

// `dm_requantize` of outputs `i` to `i + 15`, as many of them as are `inside`; `twice` is a constant.
DM_AVX512_TARGET DM_INLINE void dm_rescale_avx512(__m512i sums, const dm_rescale *rescale, int32_t i,
                                                  __mmask16 inside, const int twice, int8_t *y) {
  const __m512i one = _mm512_set1_epi64(1), lower = _mm512_set1_epi64(0xFFFFFFFF);
  __m512i sum = _mm512_add_epi32(sums, _mm512_maskz_loadu_epi32(inside, rescale->biases + i));
  __m512i multiplier = _mm512_maskz_loadu_epi32(inside, rescale->multipliers + i);
  __m512i shift = _mm512_maskz_loadu_epi32(inside, rescale->shifts + i), scaled;
  // Shifts to the left, rare in networks, round once in any case.
  __mmask16 left = _mm512_mask_cmpgt_epi32_mask(inside, shift, _mm512_set1_epi32(-1));
  if (twice && left == 0) {
    scaled = dm_scale_twice_avx512(sum, multiplier, shift);
  } else {
    __m512i right = _mm512_sub_epi32(_mm512_set1_epi32(30), shift);
    __m512i even = _mm512_mul_epi32(sum, multiplier);
    __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(sum, 32), _mm512_srli_epi64(multiplier, 32));
    even = _mm512_srav_epi64(even, _mm512_and_si512(right, lower));
    odd = _mm512_srav_epi64(odd, _mm512_srli_epi64(right, 32));
    even = _mm512_srli_epi64(_mm512_add_epi64(even, one), 1);
    odd = _mm512_srli_epi64(_mm512_add_epi64(odd, one), 1);
    scaled = dm_merge_avx512(even, odd);
    if (twice) {
      scaled = _mm512_mask_blend_epi32(left, dm_scale_twice_avx512(sum, multiplier, shift), scaled);
    }
  }
  scaled = _mm512_add_epi32(scaled, _mm512_set1_epi32(rescale->zero_point));
  scaled = _mm512_max_epi32(scaled, _mm512_set1_epi32(rescale->minimum));
  scaled = _mm512_min_epi32(scaled, _mm512_set1_epi32(rescale->maximum));
  _mm_mask_storeu_epi8(y + i, inside, _mm512_cvtepi32_epi8(scaled));
}

// Lanes of the 16 from `i` on that are below `count`.
DM_AVX512_TARGET DM_INLINE __mmask16 dm_inside_avx512(int32_t count, int32_t i) {
  return count - i >= 16 ? (__mmask16)0xFFFF : (__mmask16)((1 << (count - i)) - 1);
}

DM_AVX512_TARGET DM_SHARED void dm_requantize_avx512(const int32_t *sums, dm_rescale rescale, int32_t count,
                                                     int8_t *y) {
  if (dm_rounds_twice(&rescale)) {
    for (int32_t i = 0; i < count; i += 16) {
      __mmask16 inside = dm_inside_avx512(count, i);
      dm_rescale_avx512(_mm512_maskz_loadu_epi32(inside, sums + i), &rescale, i, inside, 1, y);
    }
    return;
  }
  for (int32_t i = 0; i < count; i += 16) {
    __mmask16 inside = dm_inside_avx512(count, i);
    dm_rescale_avx512(_mm512_maskz_loadu_epi32(inside, sums + i), &rescale, i, inside, 0, y);
  }
}

// Upper words of the products of 16 lanes.
DM_AVX512_TARGET DM_INLINE __m512i dm_high_avx512(__m512i a, __m512i multiplier) {
  __m512i even = _mm512_mul_epi32(a, multiplier);
  __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(a, 32), multiplier);
  return _mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64(even, 32), odd);
}

// `dm_add`, the arithmetic of `dm_add_portable` in 16 lanes.
DM_AVX512_TARGET DM_SHARED void dm_add_avx512(const int8_t *a, const int8_t *b, const dm_sum *sum,
                                              int32_t count, int8_t *y) {
  __m512i multipliers[3], halves[3];
  __m128i shifts[3];
  for (int i = 0; i < 3; i++) {
    multipliers[i] = _mm512_set1_epi32(sum->multipliers[i]);
    halves[i] = _mm512_set1_epi32(1 << -sum->shifts[i]);
    shifts[i] = _mm_cvtsi32_si128(1 - sum->shifts[i]);
  }
  const __m512i z0 = _mm512_set1_epi32(sum->first_zero_point), z1 = _mm512_set1_epi32(sum->second_zero_point);
  const __m512i zero_point = _mm512_set1_epi32(sum->zero_point);
  const __m512i minimum = _mm512_set1_epi32(sum->minimum), maximum = _mm512_set1_epi32(sum->maximum);
  for (int32_t i = 0; i < count; i += 16) {
    __mmask16 inside = count - i >= 16 ? (__mmask16)0xFFFF : (__mmask16)((1 << (count - i)) - 1);
    __m512i first = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(inside, a + i));
    __m512i second = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(inside, b + i));
    first = dm_high_avx512(_mm512_slli_epi32(_mm512_sub_epi32(first, z0), 22), multipliers[0]);
    second = dm_high_avx512(_mm512_slli_epi32(_mm512_sub_epi32(second, z1), 22), multipliers[1]);
    first = _mm512_sra_epi32(_mm512_add_epi32(first, halves[0]), shifts[0]);
    second = _mm512_sra_epi32(_mm512_add_epi32(second, halves[1]), shifts[1]);
    __m512i total = dm_high_avx512(_mm512_slli_epi32(_mm512_add_epi32(first, second), 2), multipliers[2]);
    total = _mm512_add_epi32(_mm512_sra_epi32(_mm512_add_epi32(total, halves[2]), shifts[2]), zero_point);
    total = _mm512_min_epi32(_mm512_max_epi32(total, minimum), maximum);
    _mm_mask_storeu_epi8(y + i, inside, _mm512_cvtepi32_epi8(total));
  }
}

#endif
#endif

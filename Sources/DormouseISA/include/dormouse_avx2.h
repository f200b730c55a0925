// x86-64 with AVX2: 16 products of widened bytes an instruction.
//
// VPMADDUBSW would multiply bytes, but saturates; VPMADDWD on widened ones is exact.
#ifndef DORMOUSE_AVX2_H
#define DORMOUSE_AVX2_H
#include "dormouse_portable.h"

#if defined(__x86_64__) && __STDC_HOSTED__
#include <immintrin.h>

#define DM_AVX2_TARGET __attribute__((target("avx2")))

// Sum of the lanes.
DM_AVX2_TARGET DM_INLINE int32_t dm_total_avx2(__m256i v) {
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1)));
}

// One vector times `rows` rows, a constant. Rows are zero from n to the next multiple of 4.
DM_AVX2_TARGET DM_INLINE void dm_tile_avx2(const int8_t *x, const int8_t *w, intptr_t row_stride,
                                           const int rows, int32_t n, int32_t *sums) {
  __m256i dots[4];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    dots[r] = _mm256_setzero_si256();
  }
  int32_t i = 0;
  for (; i + 16 <= n; i += 16) {
    __m256i vector = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(x + i)));
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      __m128i weights = _mm_loadu_si128((const __m128i *)(const void *)(w + r * row_stride + i));
      dots[r] = _mm256_add_epi32(dots[r], _mm256_madd_epi16(vector, _mm256_cvtepi8_epi16(weights)));
    }
  }
  if (i < n) {
    // Word by word: a loop over bytes would become a call of memcpy.
    uint32_t rest[4] = {0};
    for (int32_t k = i; k < n; k++) {
      rest[(k - i) >> 2] |= (uint32_t)(uint8_t)x[k] << (8 * ((k - i) & 3));
    }
    __m256i vector = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)rest));
    __m128i mask = _mm_cmpgt_epi32(_mm_set1_epi32((n - i + 3) >> 2), _mm_set_epi32(3, 2, 1, 0));
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      __m128i weights = _mm_maskload_epi32((const int *)(const void *)(w + r * row_stride + i), mask);
      dots[r] = _mm256_add_epi32(dots[r], _mm256_madd_epi16(vector, _mm256_cvtepi8_epi16(weights)));
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    sums[r] = dm_total_avx2(dots[r]);
  }
}

// `dm_dot` for one vector.
DM_AVX2_TARGET DM_SHARED void dm_dot_avx2(const int8_t *x, const int8_t *w, intptr_t row_stride, int32_t rows,
                                          int32_t n, int32_t *sums) {
  for (; rows >= 4; rows -= 4) {
    dm_tile_avx2(x, w, row_stride, 4, n, sums);
    w += 4 * row_stride;
    sums += 4;
  }
  for (; rows > 0; rows--) {
    dm_tile_avx2(x, w, row_stride, 1, n, sums++);
    w += row_stride;
  }
}

// `dm_taps`, 8 channels at a time. Of the two halves of a 32-bit lane, the weights' upper one is cleared, so
// that the 16-bit product sum is the product of one pair.
DM_AVX2_TARGET DM_SHARED void dm_taps_avx2(const int8_t *x, intptr_t x_step, const int8_t *w, intptr_t w_step,
                                           int32_t taps, int32_t channels, int32_t *sums) {
  const __m256i low = _mm256_set1_epi32(0xFFFF);
  for (; channels >= 8; channels -= 8) {
    __m256i sum = _mm256_loadu_si256((const __m256i *)(const void *)sums);
    const int8_t *element = x, *weight = w;
    for (int32_t t = 0; t < taps; t++) {
      __m256i elements = _mm256_cvtepi8_epi32(_mm_loadu_si64(element));
      __m256i weights = _mm256_cvtepi8_epi32(_mm_loadu_si64(weight));
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(elements, _mm256_and_si256(weights, low)));
      element += x_step;
      weight += w_step;
    }
    _mm256_storeu_si256((__m256i *)(void *)sums, sum);
    sums += 8;
    x += 8;
    w += 8;
  }
  if (channels > 0) {
    dm_taps_portable(x, x_step, w, w_step, taps, channels, sums);
  }
}

// 64-bit arithmetic shift, which AVX2 lacks: 2^62 makes the products, all above -2^62, positive.
DM_AVX2_TARGET DM_INLINE __m256i dm_shift_avx2(__m256i product, __m256i right) {
  const __m256i offset = _mm256_set1_epi64x((int64_t)1 << 62);
  __m256i shifted = _mm256_srlv_epi64(_mm256_add_epi64(product, offset), right);
  return _mm256_sub_epi64(shifted, _mm256_srlv_epi64(offset, right));
}

// The lowest bytes of 8 lanes that fit in a byte.
DM_AVX2_TARGET DM_INLINE void dm_store_avx2(int8_t *y, __m256i v) {
  __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  _mm_storeu_si64(y, _mm_packs_epi16(words, words));
}

DM_AVX2_TARGET DM_SHARED void dm_requantize_avx2(const int32_t *sums, dm_rescale rescale, int32_t count,
                                                 int8_t *y) {
  if (dm_rounds_twice(&rescale)) {
    dm_requantize_twice_portable(sums, rescale, count, y);
    return;
  }
  const __m256i zero_point = _mm256_set1_epi32(rescale.zero_point);
  const __m256i minimum = _mm256_set1_epi32(rescale.minimum), maximum = _mm256_set1_epi32(rescale.maximum);
  const __m256i thirty = _mm256_set1_epi32(30), one = _mm256_set1_epi64x(1);
  const __m256i lower = _mm256_set1_epi64x(0xFFFFFFFF);
  for (; count >= 8; count -= 8) {
    __m256i sum = _mm256_add_epi32(_mm256_loadu_si256((const __m256i *)(const void *)sums),
                                   _mm256_loadu_si256((const __m256i *)(const void *)rescale.biases));
    __m256i multiplier = _mm256_loadu_si256((const __m256i *)(const void *)rescale.multipliers);
    __m256i right =
        _mm256_sub_epi32(thirty, _mm256_loadu_si256((const __m256i *)(const void *)rescale.shifts));
    __m256i even = _mm256_mul_epi32(sum, multiplier);
    __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64(sum, 32), _mm256_srli_epi64(multiplier, 32));
    even = dm_shift_avx2(even, _mm256_and_si256(right, lower));
    odd = dm_shift_avx2(odd, _mm256_srli_epi64(right, 32));
    even = _mm256_srli_epi64(_mm256_add_epi64(even, one), 1);
    odd = _mm256_slli_epi64(_mm256_srli_epi64(_mm256_add_epi64(odd, one), 1), 32);
    __m256i scaled = _mm256_add_epi32(_mm256_blend_epi32(even, odd, 0xAA), zero_point);
    dm_store_avx2(y, _mm256_min_epi32(_mm256_max_epi32(scaled, minimum), maximum));
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

// Upper words of the products of 8 lanes.
DM_AVX2_TARGET DM_INLINE __m256i dm_high_avx2(__m256i a, __m256i multiplier) {
  __m256i even = _mm256_mul_epi32(a, multiplier);
  __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64(a, 32), multiplier);
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}

// `dm_add`, the arithmetic of `dm_add_portable` in 8 lanes.
DM_AVX2_TARGET DM_SHARED void dm_add_avx2(const int8_t *a, const int8_t *b, const dm_sum *sum, int32_t count,
                                          int8_t *y) {
  __m256i multipliers[3], halves[3];
  __m128i shifts[3];
  for (int i = 0; i < 3; i++) {
    multipliers[i] = _mm256_set1_epi32(sum->multipliers[i]);
    halves[i] = _mm256_set1_epi32(1 << -sum->shifts[i]);
    shifts[i] = _mm_cvtsi32_si128(1 - sum->shifts[i]);
  }
  const __m256i z0 = _mm256_set1_epi32(sum->first_zero_point), z1 = _mm256_set1_epi32(sum->second_zero_point);
  const __m256i zero_point = _mm256_set1_epi32(sum->zero_point);
  const __m256i minimum = _mm256_set1_epi32(sum->minimum), maximum = _mm256_set1_epi32(sum->maximum);
  for (; count >= 8; count -= 8) {
    __m256i first = _mm256_sub_epi32(_mm256_cvtepi8_epi32(_mm_loadu_si64(a)), z0);
    __m256i second = _mm256_sub_epi32(_mm256_cvtepi8_epi32(_mm_loadu_si64(b)), z1);
    first = dm_high_avx2(_mm256_slli_epi32(first, 22), multipliers[0]);
    second = dm_high_avx2(_mm256_slli_epi32(second, 22), multipliers[1]);
    first = _mm256_sra_epi32(_mm256_add_epi32(first, halves[0]), shifts[0]);
    second = _mm256_sra_epi32(_mm256_add_epi32(second, halves[1]), shifts[1]);
    __m256i total = dm_high_avx2(_mm256_slli_epi32(_mm256_add_epi32(first, second), 2), multipliers[2]);
    total = _mm256_add_epi32(_mm256_sra_epi32(_mm256_add_epi32(total, halves[2]), shifts[2]), zero_point);
    dm_store_avx2(y, _mm256_min_epi32(_mm256_max_epi32(total, minimum), maximum));
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

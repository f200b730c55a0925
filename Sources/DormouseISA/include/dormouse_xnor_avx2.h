// Words of bits on x86-64 with AVX2: ones are counted by looking nibbles up in a register (Mula, Kurz and
// Lemire, "Faster Population Counts Using AVX2 Instructions", 2018).
#ifndef DORMOUSE_XNOR_AVX2_H
#define DORMOUSE_XNOR_AVX2_H
#include "dormouse_avx2.h"

#if defined(__x86_64__) && __STDC_HOSTED__

// Ones of every eight bytes.
DM_AVX2_TARGET DM_INLINE __m256i dm_ones_avx2(__m256i v) {
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i table =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(v, nibble));
  __m256i high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));
  return _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
}

// The first `count` of eight words, then zeros.
DM_AVX2_TARGET DM_INLINE __m256i dm_load_signs_avx2(const uint32_t *x, int32_t count) {
  __m256i inside = _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  return _mm256_maskload_epi32((const int *)(const void *)x, inside);
}

// `dm_popcount`.
DM_AVX2_TARGET DM_SHARED int32_t dm_popcount_avx2(const uint32_t *x, int32_t words) {
  __m256i ones = _mm256_setzero_si256();
  for (int32_t i = 0; i < words; i += 8) {
    ones = _mm256_add_epi32(ones, dm_ones_avx2(dm_load_signs_avx2(x + i, words - i)));
  }
  return dm_total_avx2(ones);
}

// Rows, whose number is a constant.
DM_AVX2_TARGET DM_INLINE void dm_xnor_rows_avx2(const uint32_t *x, const uint32_t *w, intptr_t row_stride,
                                                const int rows, int32_t words, int32_t *sums) {
  __m256i ones[4];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    ones[r] = _mm256_setzero_si256();
  }
  for (int32_t i = 0; i < words; i += 8) {
    const __m256i vector = dm_load_signs_avx2(x + i, words - i);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const uint32_t *row = (const uint32_t *)((const char *)w + r * row_stride);
      __m256i differences = _mm256_xor_si256(vector, dm_load_signs_avx2(row + i, words - i));
      ones[r] = _mm256_add_epi32(ones[r], dm_ones_avx2(differences));
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    sums[r] = dm_total_avx2(ones[r]);
  }
}

// `dm_xnor_dot`.
DM_AVX2_TARGET DM_SHARED void dm_xnor_dot_avx2(const uint32_t *x, const uint32_t *w, intptr_t row_stride,
                                               int32_t rows, int32_t words, int32_t *sums) {
  for (; rows >= 4; rows -= 4) {
    dm_xnor_rows_avx2(x, w, row_stride, 4, words, sums);
    w = (const uint32_t *)((const char *)w + 4 * row_stride);
    sums += 4;
  }
  for (; rows > 0; rows--) {
    dm_xnor_rows_avx2(x, w, row_stride, 1, words, sums++);
    w = (const uint32_t *)((const char *)w + row_stride);
  }
}

#endif
#endif

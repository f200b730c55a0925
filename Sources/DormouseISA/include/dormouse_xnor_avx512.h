// Words of bits on x86-64 with AVX-512 and VPOPCNTDQ: 512 binary products an instruction.
//
// Sixteen rows at a time, because adding up the lanes of a vector costs as much as counting 512 bits: rows
// are packed together, 16 bits a count, until a lane holds four of them.
#ifndef DORMOUSE_XNOR_AVX512_H
#define DORMOUSE_XNOR_AVX512_H
#include "dormouse_avx512_dense.h"

#if defined(__x86_64__) && __STDC_HOSTED__

#define DM_VPOPCNT_TARGET                                                                                    \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512vpopcntdq")))

// Whether this core counts the ones of vectors; some that have the other extensions don't.
DM_INLINE int32_t dm_has_vpopcnt(void) { return __builtin_cpu_supports("avx512vpopcntdq") != 0; }

DM_INLINE __mmask16 dm_first_lanes(int32_t count) {
  return count >= 16 ? (__mmask16)0xFFFF : (__mmask16)((1 << count) - 1);
}

// `dm_popcount`.
DM_VPOPCNT_TARGET DM_SHARED int32_t dm_popcount_avx512(const uint32_t *x, int32_t words) {
  __m512i ones = _mm512_setzero_si512();
  for (; words > 0; words -= 16) {
    ones = _mm512_add_epi32(ones, _mm512_popcnt_epi32(_mm512_maskz_loadu_epi32(dm_first_lanes(words), x)));
    x += 16;
  }
  return _mm512_reduce_add_epi32(ones);
}

// Adds the ones of eight 64-bit lanes, below 2^16 each: four lanes of 32 bits in every 128 bits, one a
// vector.
DM_VPOPCNT_TARGET DM_INLINE __m512i dm_fold_counts_avx512(const __m512i *v) {
  __m512i first = _mm512_packus_epi32(v[0], v[1]), second = _mm512_packus_epi32(v[2], v[3]);
  return _mm512_madd_epi16(_mm512_packus_epi32(first, second), _mm512_set1_epi16(1));
}

// Counts the ones of up to 16 words of 16 rows; adds them to what is there unless these are the first.
// `quarters` point to every fourth row, and move on: a pointer for each row would not fit in registers.
DM_VPOPCNT_TARGET DM_INLINE void dm_count_16_avx512(const int first, __mmask16 inside, const uint32_t *x,
                                                    const char **quarters, intptr_t row_stride,
                                                    __m512i *ones) {
  const __m512i vector = _mm512_maskz_loadu_epi32(inside, x);
#pragma clang loop unroll(full)
  for (int r = 0; r < 16; r++) {
    __m512i row = _mm512_maskz_loadu_epi32(inside, quarters[r / 4] + r % 4 * row_stride);
    __m512i count = _mm512_popcnt_epi64(_mm512_xor_si512(vector, row));
    ones[r] = first ? count : _mm512_add_epi64(ones[r], count);
  }
#pragma clang loop unroll(full)
  for (int q = 0; q < 4; q++) {
    quarters[q] += 64;
    // Or the compiler would make sixteen pointers of the four.
    __asm__("" : "+r"(quarters[q]));
  }
}

// The sums of 16 rows.
DM_VPOPCNT_TARGET DM_INLINE __m512i dm_xnor_16_avx512(const uint32_t *x, const uint32_t *w,
                                                      intptr_t row_stride, int32_t words) {
  __m512i ones[16], folded[4];
  const __mmask16 all = 0xFFFF;
  const char *quarters[4];
#pragma clang loop unroll(full)
  for (int q = 0; q < 4; q++) {
    quarters[q] = (const char *)w + 4 * q * row_stride;
  }
  if (words >= 16) {
    dm_count_16_avx512(1, all, x, quarters, row_stride, ones);
    for (x += 16, words -= 16; words >= 16; x += 16, words -= 16) {
      dm_count_16_avx512(0, all, x, quarters, row_stride, ones);
    }
    if (words > 0) {
      dm_count_16_avx512(0, dm_first_lanes(words), x, quarters, row_stride, ones);
    }
  } else {
    dm_count_16_avx512(1, dm_first_lanes(words), x, quarters, row_stride, ones);
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++) {
    folded[k] = dm_fold_counts_avx512(ones + 4 * k);
  }
  return dm_finish_four_avx512(folded);
}

// `dm_xnor_dot` for up to `DM_XNOR_WORDS` words.
DM_VPOPCNT_TARGET DM_SHARED void dm_xnor_dot_avx512(const uint32_t *x, const uint32_t *w, intptr_t row_stride,
                                                    int32_t rows, int32_t words, int32_t *sums) {
  for (; rows >= 16; rows -= 16) {
    _mm512_storeu_si512(sums, dm_xnor_16_avx512(x, w, row_stride, words));
    w = (const uint32_t *)((const char *)w + 16 * row_stride);
    sums += 16;
  }
  for (; rows > 0; rows--) {
    __m512i ones = _mm512_setzero_si512();
    for (int32_t i = 0; i < words; i += 16) {
      const __mmask16 inside = dm_first_lanes(words - i);
      __m512i vector = _mm512_maskz_loadu_epi32(inside, x + i);
      __m512i row = _mm512_maskz_loadu_epi32(inside, w + i);
      ones = _mm512_add_epi64(ones, _mm512_popcnt_epi64(_mm512_xor_si512(vector, row)));
    }
    *sums++ = (int32_t)_mm512_reduce_add_epi64(ones);
    w = (const uint32_t *)((const char *)w + row_stride);
  }
}

// 16 outputs of `dm_binarize`, as many of them as are `inside`.
DM_AVX512_TARGET DM_INLINE uint32_t dm_binarize_16_avx512(const int32_t *sums, int32_t valid,
                                                          const int32_t *thresholds,
                                                          const int32_t *polarities, __mmask16 inside) {
  __m512i turn = _mm512_srai_epi32(_mm512_maskz_loadu_epi32(inside, polarities), 31);
  __m512i threshold = _mm512_xor_si512(_mm512_maskz_loadu_epi32(inside, thresholds), turn);
  __m512i sum = _mm512_maskz_loadu_epi32(inside, sums);
  __m512i dot = _mm512_sub_epi32(_mm512_set1_epi32(valid), _mm512_add_epi32(sum, sum));
  return _mm512_mask_cmpge_epi32_mask(inside, _mm512_xor_si512(dot, turn), threshold);
}

// `dm_binarize`.
DM_AVX512_TARGET DM_SHARED void dm_binarize_avx512(const int32_t *sums, int32_t valid,
                                                   const int32_t *thresholds, const int32_t *polarities,
                                                   int32_t count, uint32_t *out) {
  for (; count >= 32; count -= 32) {
    const uint32_t low = dm_binarize_16_avx512(sums, valid, thresholds, polarities, 0xFFFF);
    *out++ = low | dm_binarize_16_avx512(sums + 16, valid, thresholds + 16, polarities + 16, 0xFFFF) << 16;
    sums += 32;
    thresholds += 32;
    polarities += 32;
  }
  if (count > 0) {
    *out = dm_binarize_16_avx512(sums, valid, thresholds, polarities, dm_first_lanes(count));
  }
  if (count > 16) {
    *out |=
        dm_binarize_16_avx512(sums + 16, valid, thresholds + 16, polarities + 16, dm_first_lanes(count - 16))
        << 16;
  }
}

#endif
#endif

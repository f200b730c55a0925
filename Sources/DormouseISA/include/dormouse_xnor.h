// Products of words of bits: which core computes them how.
//
// Instructions for a binary multiply-accumulate of a dense layer 1024 -> 256, bits to bits, all included:
// 0.27 on Armv7E-M, 0.35 on RV32IMC, 0.15 with Zbb.
#ifndef DORMOUSE_XNOR_H
#define DORMOUSE_XNOR_H
#include "dormouse_xnor_adders.h"
#include "dormouse_xnor_avx2.h"
#include "dormouse_xnor_avx512.h"
#include "dormouse_xnor_cpop.h"
#include "dormouse_xnor_dsp.h"
#include "dormouse_xnor_helium.h"
#include "dormouse_xnor_neon.h"
#include "dormouse_xnor_portable.h"

// Ones in `words` words.
DM_INLINE int32_t dm_popcount(int32_t set, const uint32_t *x, int32_t words) {
#if DM_CHOOSES
  if (set == DM_AVX512 && dm_has_vpopcnt()) {
    return dm_popcount_avx512(x, words);
  }
  if (set == DM_AVX512 || set == DM_AVX2) {
    return dm_popcount_avx2(x, words);
  }
#endif
#if DM_HAS_CPOP
  return dm_popcount_cpop(x, words);
#elif DM_HAS_NEON
  return words <= DM_XNOR_WORDS ? dm_popcount_neon(x, words) : dm_popcount_portable(x, words);
#else
  return dm_popcount_portable(x, words);
#endif
}

// sums[r] = popcount(x ^ row r) for `rows` rows of `words` words, `row_stride` bytes apart.
DM_INLINE void dm_xnor_dot(int32_t set, const uint32_t *x, const uint32_t *w, intptr_t row_stride,
                           int32_t rows, int32_t words, int32_t *sums) {
#if DM_CHOOSES
  if (set == DM_AVX512 && words <= DM_XNOR_WORDS && dm_has_vpopcnt()) {
    dm_xnor_dot_avx512(x, w, row_stride, rows, words, sums);
    return;
  }
  if (set == DM_AVX512 || set == DM_AVX2) {
    dm_xnor_dot_avx2(x, w, row_stride, rows, words, sums);
    return;
  }
#endif
#if DM_HAS_CPOP
  dm_xnor_dot_cpop(x, w, row_stride, rows, words, sums);
#elif DM_HAS_HELIUM
  dm_xnor_dot_helium(x, w, row_stride, rows, words, sums);
#else
  if (words > DM_XNOR_WORDS) {
    dm_xnor_dot_portable(x, w, row_stride, rows, words, sums);
    return;
  }
#if DM_HAS_DSP
  dm_xnor_dot_dsp(x, w, row_stride, rows, words, sums);
#elif DM_HAS_NEON
  dm_xnor_dot_neon(x, w, row_stride, rows, words, sums);
#else
  dm_xnor_dot_adders(x, w, row_stride, rows, words, sums);
#endif
#endif
}

// Bit c of `out` says whether valid - 2 * sums[c], the dot product of `valid` signs, reaches thresholds[c];
// where polarities[c] is negative, whether it doesn't exceed it. The last word's unused bits become 0.
DM_INLINE void dm_binarize(int32_t set, const int32_t *sums, int32_t valid, const int32_t *thresholds,
                           const int32_t *polarities, int32_t count, uint32_t *out) {
#if DM_CHOOSES
  if (set == DM_AVX512) {
    dm_binarize_avx512(sums, valid, thresholds, polarities, count, out);
    return;
  }
#endif
#if DM_HAS_DSP
  dm_binarize_dsp(sums, valid, thresholds, polarities, count, out);
#else
  dm_binarize_words(sums, valid, thresholds, polarities, count, out);
#endif
}

#endif

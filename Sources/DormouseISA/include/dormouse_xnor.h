// Products of words of bits: which core computes them how.
#ifndef DORMOUSE_XNOR_H
#define DORMOUSE_XNOR_H
#include "dormouse_xnor_adders.h"
#include "dormouse_xnor_cpop.h"
#include "dormouse_xnor_dsp.h"
#include "dormouse_xnor_portable.h"

// Ones in `words` words.
DM_INLINE int32_t dm_popcount(int32_t set, const uint32_t *x, int32_t words) {
#if DM_HAS_CPOP
  return dm_popcount_cpop(x, words);
#else
  return dm_popcount_portable(x, words);
#endif
}

// sums[r] = popcount(x ^ row r) for `rows` rows of `words` words, `row_stride` bytes apart.
DM_INLINE void dm_xnor_dot(int32_t set, const uint32_t *x, const uint32_t *w, intptr_t row_stride,
                           int32_t rows, int32_t words, int32_t *sums) {
#if DM_HAS_DSP
  dm_xnor_dot_dsp(x, w, row_stride, rows, words, sums);
#elif DM_HAS_CPOP
  dm_xnor_dot_cpop(x, w, row_stride, rows, words, sums);
#else
  dm_xnor_dot_adders(x, w, row_stride, rows, words, sums);
#endif
}

// Bit c of `out` says whether valid - 2 * sums[c], the dot product of `valid` signs, reaches thresholds[c];
// where polarities[c] is negative, whether it doesn't exceed it. The last word's unused bits become 0.
DM_INLINE void dm_binarize(int32_t set, const int32_t *sums, int32_t valid, const int32_t *thresholds,
                           const int32_t *polarities, int32_t count, uint32_t *out) {
#if DM_HAS_DSP
  dm_binarize_dsp(sums, valid, thresholds, polarities, count, out);
#else
  dm_binarize_words(sums, valid, thresholds, polarities, count, out);
#endif
}

#endif

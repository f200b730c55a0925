// Requantization of many positions of the same channels on x86-64 with AVX-512.
//
// Products are rounded in 64 bits: halves, the zero point and, if it rounds twice, the half of the first
// rounding are one constant a channel. For rounding down twice, with a whole number added in between, is
// rounding down once. Shifts to the right of 32 and more take the upper words, which are side by side again
// after one shuffle.
#ifndef DORMOUSE_AVX512_SCALING_H
#define DORMOUSE_AVX512_SCALING_H
#include "dormouse_avx512.h"

#if defined(__x86_64__) && __STDC_HOSTED__

// Constants of 16 channels, those of odd lanes apart.
typedef struct {
  __m512i even_multiplier;
  __m512i odd_multiplier;
  __m512i even_half;
  __m512i odd_half;
  // Of the upper word, to the right.
  __m512i shift;
} dm_scaler;

// Whether `dm_scale_avx512` can scale channels of these shifts: to the right, but not so far that a zero
// point would leave the 64 bits.
DM_INLINE int32_t dm_scales_avx512(const int32_t *shifts, int32_t count) {
  int32_t outside = 0;
  for (int32_t i = 0; i < count; i++) {
    outside |= shifts[i] > -1 || shifts[i] < -22;
  }
  return !outside;
}

// Whether negative results have to step down between two roundings. Where none lies below the zero point,
// they don't matter.
DM_INLINE int32_t dm_steps_down(const dm_rescale *rescale) {
  return dm_rounds_twice(rescale) && rescale->minimum < rescale->zero_point;
}

// The constants that round products of 8 lanes, given the shifts to the right of whole products.
DM_AVX512_TARGET DM_INLINE __m512i dm_half_avx512(__m512i right, const dm_rescale *rescale) {
  // zero_point + 1/2, moved up.
  __m512i half = _mm512_sllv_epi64(_mm512_set1_epi64(2 * rescale->zero_point + 1),
                                   _mm512_add_epi64(right, _mm512_set1_epi64(30)));
  return _mm512_add_epi64(half, _mm512_set1_epi64(dm_rounds_twice(rescale) ? 1 << 30 : 0));
}

DM_AVX512_TARGET DM_INLINE dm_scaler dm_scaler_of(__m512i multipliers, __m512i shifts,
                                                  const dm_rescale *rescale) {
  const __m512i right = _mm512_sub_epi32(_mm512_setzero_si512(), shifts);
  const __m512i lower = _mm512_set1_epi64(0xFFFFFFFF);
  dm_scaler scaler;
  scaler.even_multiplier = multipliers;
  scaler.odd_multiplier = _mm512_srli_epi64(multipliers, 32);
  scaler.even_half = dm_half_avx512(_mm512_and_si512(right, lower), rescale);
  scaler.odd_half = dm_half_avx512(_mm512_srli_epi64(right, 32), rescale);
  scaler.shift = _mm512_sub_epi32(right, _mm512_set1_epi32(1));
  return scaler;
}

// Takes 2^31 from what a first rounding would make negative.
DM_AVX512_TARGET DM_INLINE __m512i dm_step_avx512(__m512i product, __m512i half) {
  const __m512i first = _mm512_set1_epi64(1 << 30);
  __mmask8 negative = _mm512_movepi64_mask(_mm512_add_epi64(product, first));
  return _mm512_mask_sub_epi64(_mm512_add_epi64(product, half), negative, _mm512_add_epi64(product, half),
                               _mm512_set1_epi64(1ll << 31));
}

// 16 sums, biases included, scaled, and the zero point added; `steps` is a constant.
DM_AVX512_TARGET DM_INLINE __m512i dm_scale_avx512(__m512i sums, const dm_scaler *scaler, const int steps) {
  __m512i even = _mm512_mul_epi32(sums, scaler->even_multiplier);
  __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(sums, 32), scaler->odd_multiplier);
  if (steps) {
    even = dm_step_avx512(even, scaler->even_half);
    odd = dm_step_avx512(odd, scaler->odd_half);
  } else {
    even = _mm512_add_epi64(even, scaler->even_half);
    odd = _mm512_add_epi64(odd, scaler->odd_half);
  }
  __m512i upper = _mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_CDAB);
  return _mm512_srav_epi32(upper, scaler->shift);
}

#endif
#endif

// How Helium scales the sums of a whole layer: what depends on the layer alone is found out once.
#ifndef DORMOUSE_HELIUM_SCALING_H
#define DORMOUSE_HELIUM_SCALING_H
#include "dormouse_portable.h"

#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
#include <arm_mve.h>

// How sums of a layer are scaled with vector instructions alone.
typedef enum {
  // A rounding high product and a rounding shift; what is negative steps down in between.
  DM_TWICE = 0,
  // The same without the step: no result lies below the zero point, so those of negative sums don't matter.
  DM_TWICE_RECTIFIED = 1,
  // A high product, doubled, and a rounding shift: rounding down twice is rounding down once.
  DM_ONCE = 2,
  // Some shift is too great for that.
  DM_NEITHER = 3,
} dm_scaling;

DM_INLINE dm_scaling dm_scaling_helium(const dm_rescale *rescale, int32_t count) {
  const int32_t twice = dm_rounds_twice(rescale);
  int32_t greatest = -32;
  for (int32_t i = 0; i < count; i++) {
    greatest = rescale->shifts[i] > greatest ? rescale->shifts[i] : greatest;
  }
  if (greatest > -1) {
    return DM_NEITHER;
  }
  return !twice ? DM_ONCE : rescale->minimum >= rescale->zero_point ? DM_TWICE_RECTIFIED : DM_TWICE;
}

// `count` vectors of sums, a constant, their biases included, multiplied; `scaling` is not DM_NEITHER.
DM_INLINE void dm_multiply_helium(int32x4_t *sums, const int32x4_t *multipliers, const int count,
                                  dm_scaling scaling) {
  if (scaling == DM_ONCE) {
#pragma clang loop unroll(full)
    for (int k = 0; k < count; k++) {
      sums[k] = vqdmulhq_s32(sums[k], multipliers[k]);
    }
    return;
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < count; k++) {
    sums[k] = vqrdmulhq_s32(sums[k], multipliers[k]);
  }
  if (scaling == DM_TWICE) {
#pragma clang loop unroll(full)
    for (int k = 0; k < count; k++) {
      sums[k] = vaddq_s32(sums[k], vshrq_n_s32(sums[k], 31));
    }
  }
}

#endif
#endif

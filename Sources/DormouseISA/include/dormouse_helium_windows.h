// Windows of depthwise convolutions on Helium, 16 channels at a time, requantized at once.
//
// Products of bytes are 16-bit lanes of even and of odd channels, widened into four vectors of sums, each of
// every fourth channel: so constants are loaded with a stride of four, and narrowing brings the channels back
// into order.
#ifndef DORMOUSE_HELIUM_WINDOWS_H
#define DORMOUSE_HELIUM_WINDOWS_H
#include "dormouse_helium.h"
#include "dormouse_helium_scaling.h"

#if DM_HAS_HELIUM

// 16 channels of one window, from the first that the constants are of.
DM_INLINE void dm_window_16_helium(const int8_t *const *taps, intptr_t first, const int8_t *w,
                                   intptr_t w_step, int32_t count, const dm_rescale *rescale,
                                   dm_scaling scaling, int8_t *y) {
  int32x4x4_t sums = vld4q_s32(rescale->biases + first);
  w += first;
  for (int32_t t = count; t > 0; t--) {
    int8x16_t elements = vldrbq_s8(*taps++ + first), weights = vldrbq_s8(w);
    int16x8_t even = vmullbq_int_s8(elements, weights), odd = vmulltq_int_s8(elements, weights);
    sums.val[0] = vaddq_s32(sums.val[0], vmovlbq_s16(even));
    sums.val[2] = vaddq_s32(sums.val[2], vmovltq_s16(even));
    sums.val[1] = vaddq_s32(sums.val[1], vmovlbq_s16(odd));
    sums.val[3] = vaddq_s32(sums.val[3], vmovltq_s16(odd));
    w += w_step;
  }
  const int32x4x4_t multipliers = vld4q_s32(rescale->multipliers + first);
  dm_multiply_helium(sums.val, multipliers.val, 4, scaling);
  const int32x4x4_t shifts = vld4q_s32(rescale->shifts + first);
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++) {
    sums.val[k] = vrshlq_s32(sums.val[k], shifts.val[k]);
  }
  int16x8_t even = vqmovntq_s32(vqmovnbq_s32(vuninitializedq_s16(), sums.val[0]), sums.val[2]);
  int16x8_t odd = vqmovntq_s32(vqmovnbq_s32(vuninitializedq_s16(), sums.val[1]), sums.val[3]);
  even = vqaddq_n_s16(even, (int16_t)rescale->zero_point);
  odd = vqaddq_n_s16(odd, (int16_t)rescale->zero_point);
  int8x16_t narrow = vqmovntq_s16(vqmovnbq_s16(vuninitializedq_s8(), even), odd);
  narrow = vmaxq_s8(narrow, vdupq_n_s8((int8_t)rescale->minimum));
  vstrbq_s8(y + first, vminq_s8(narrow, vdupq_n_s8((int8_t)rescale->maximum)));
}

// `dm_windows_run`.
DM_SHARED void dm_windows_helium(const dm_windows *windows, const int8_t *const *table, int32_t pitch,
                                 int32_t positions, int8_t *y, intptr_t y_step) {
  const dm_rescale *rescale = &windows->rescale;
  const int32_t channels = windows->channels, count = dm_window_taps(windows);
  const dm_scaling scaling = (dm_scaling)windows->scaling;
  for (; positions > 0; positions--) {
    const int8_t *taps[DM_WINDOW_TAPS];
    dm_list_taps(windows, table, pitch, taps);
    if (channels % 16 == 0 && scaling != DM_NEITHER) {
      for (int32_t first = 0; first < channels; first += 16) {
        dm_window_16_helium(taps, first, windows->w, windows->w_step, count, rescale, scaling, y);
      }
    } else {
      int32_t sums[DM_WINDOW_CHANNELS];
      dm_window_helium(taps, windows->w, windows->w_step, count, channels, sums);
      dm_requantize_helium(sums, *rescale, channels, y);
    }
    table += windows->stride;
    y += y_step;
  }
}

// `dm_copy_rows_portable`.
DM_SHARED void dm_copy_rows_helium(const int8_t *x, intptr_t x_step, int32_t rows, int32_t n, int8_t *y,
                                   intptr_t y_step) {
  for (; rows > 0; rows--) {
    const int8_t *source = x;
    int8_t *target = y;
    for (int32_t left = n; left > 0; left -= 16) {
      mve_pred16_t inside = vctp8q((uint32_t)left);
      vstrbq_p_s8(target, vldrbq_z_s8(source, inside), inside);
      source += 16;
      target += 16;
    }
    x += x_step;
    y += y_step;
  }
}

#endif
#endif

// Windows of depthwise convolutions on x86-64 with AVX-512: all channels of four taps at a time.
//
// Unpacking the bytes of four taps brings those of a channel together, as VPDPBUSD multiplies them; the
// weights lie so from the start. Of the four vectors of sums, each holds four channels of every 16; packing
// them puts channels back into order. Elements are made unsigned, and 128 times the weights is part of the
// biases.
#ifndef DORMOUSE_AVX512_WINDOWS_H
#define DORMOUSE_AVX512_WINDOWS_H
#include "dormouse_avx512.h"
#include "dormouse_avx512_scaling.h"

#if defined(__x86_64__) && __STDC_HOSTED__

// Brings together the bytes of four taps, `first` to `fourth`, of which channel.
DM_AVX512_TARGET DM_INLINE void dm_unpack_avx512(const __m512i *taps, __m512i *channels) {
  __m512i low = _mm512_unpacklo_epi8(taps[0], taps[1]), high = _mm512_unpackhi_epi8(taps[0], taps[1]);
  __m512i low2 = _mm512_unpacklo_epi8(taps[2], taps[3]), high2 = _mm512_unpackhi_epi8(taps[2], taps[3]);
  channels[0] = _mm512_unpacklo_epi16(low, low2);
  channels[1] = _mm512_unpackhi_epi16(low, low2);
  channels[2] = _mm512_unpacklo_epi16(high, high2);
  channels[3] = _mm512_unpackhi_epi16(high, high2);
}

// Where unpacking takes a channel.
DM_INLINE int32_t dm_unpacked(int32_t channel) {
  return channel % 16 / 4 * 16 + channel / 16 * 4 + channel % 4;
}

DM_AVX512_TARGET DM_INLINE __mmask64 dm_channels_avx512(const dm_windows *windows) {
  return ~(__mmask64)0 >> (DM_WINDOW_CHANNELS - windows->channels);
}

// `dm_windows_prepare`.
DM_AVX512_TARGET DM_SHARED void dm_windows_prepare_avx512(dm_windows *windows) {
  const dm_rescale *rescale = &windows->rescale;
  const int32_t taps = dm_window_taps(windows);
  windows->is_prepared = dm_scales_avx512(rescale->shifts, windows->channels);
  if (!windows->is_prepared) {
    return;
  }
  __m512i excess[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(),
                       _mm512_setzero_si512()};
  for (int32_t tap = 0; tap < taps; tap += 4) {
    __m512i four[4], unpacked[4];
    for (int32_t t = 0; t < 4; t++) {
      const __mmask64 inside = tap + t < taps ? dm_channels_avx512(windows) : 0;
      four[t] = _mm512_maskz_loadu_epi8(inside, windows->w + (tap + t) * windows->w_step);
    }
    dm_unpack_avx512(four, unpacked);
    for (int k = 0; k < 4; k++) {
      excess[k] = _mm512_dpbusd_epi32(excess[k], _mm512_set1_epi8((char)0x80), unpacked[k]);
      _mm512_storeu_si512(windows->weights + (tap + k) * DM_WINDOW_CHANNELS, unpacked[k]);
    }
  }
  int32_t biases[DM_WINDOW_CHANNELS] = {0}, multipliers[DM_WINDOW_CHANNELS] = {0};
  int32_t shifts[DM_WINDOW_CHANNELS] = {0};
  for (int32_t c = 0; c < windows->channels; c++) {
    biases[dm_unpacked(c)] = rescale->biases[c];
    multipliers[dm_unpacked(c)] = rescale->multipliers[c];
    shifts[dm_unpacked(c)] = rescale->shifts[c];
  }
  for (int k = 0; k < 4; k++) {
    const __m512i sums = _mm512_sub_epi32(_mm512_loadu_si512(biases + 16 * k), excess[k]);
    _mm512_storeu_si512(windows->biases + 16 * k, sums);
    const dm_scaler scaler =
        dm_scaler_of(_mm512_loadu_si512(multipliers + 16 * k), _mm512_loadu_si512(shifts + 16 * k), rescale);
    __builtin_memcpy(windows->scalers + 5 * 16 * k, &scaler, sizeof scaler);
  }
}

// `dm_windows_run` for prepared ones; `steps` is a constant.
DM_AVX512_TARGET DM_INLINE void dm_windows_of_avx512(const dm_windows *windows, const int8_t *const *table,
                                                     int32_t pitch, int32_t positions, const int steps,
                                                     int8_t *y, intptr_t y_step) {
  const __m512i offset = _mm512_set1_epi8((char)0x80);
  const __m512i minimum = _mm512_set1_epi8((char)windows->rescale.minimum);
  const __m512i maximum = _mm512_set1_epi8((char)windows->rescale.maximum);
  const __mmask64 inside = dm_channels_avx512(windows);
  const int32_t count = dm_window_taps(windows);
  dm_scaler scalers[4];
  __builtin_memcpy(scalers, windows->scalers, sizeof scalers);
  for (; positions > 0; positions--) {
    const int8_t *taps[DM_WINDOW_TAPS + 3];
    dm_list_taps(windows, table, pitch, taps);
    // The weights of those past the last are zero.
    taps[count] = taps[count + 1] = taps[count + 2] = taps[count - 1];
    __m512i sums[4];
#pragma clang loop unroll(full)
    for (int k = 0; k < 4; k++) {
      sums[k] = _mm512_loadu_si512(windows->biases + 16 * k);
    }
    for (int32_t tap = 0; tap < count; tap += 4) {
      __m512i four[4], unpacked[4];
#pragma clang loop unroll(full)
      for (int t = 0; t < 4; t++) {
        four[t] = _mm512_xor_si512(_mm512_maskz_loadu_epi8(inside, taps[tap + t]), offset);
      }
      dm_unpack_avx512(four, unpacked);
#pragma clang loop unroll(full)
      for (int k = 0; k < 4; k++) {
        const __m512i weights = _mm512_loadu_si512(windows->weights + (tap + k) * DM_WINDOW_CHANNELS);
        sums[k] = _mm512_dpbusd_epi32(sums[k], unpacked[k], weights);
      }
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < 4; k++) {
      sums[k] = dm_scale_avx512(sums[k], &scalers[k], steps);
    }
    __m512i results =
        _mm512_packs_epi16(_mm512_packs_epi32(sums[0], sums[1]), _mm512_packs_epi32(sums[2], sums[3]));
    results = _mm512_min_epi8(_mm512_max_epi8(results, minimum), maximum);
    _mm512_mask_storeu_epi8(y, inside, results);
    table += windows->stride;
    y += y_step;
  }
}

DM_AVX512_TARGET DM_SHARED void dm_windows_avx512(const dm_windows *windows, const int8_t *const *table,
                                                  int32_t pitch, int32_t positions, int8_t *y,
                                                  intptr_t y_step) {
  if (dm_steps_down(&windows->rescale)) {
    dm_windows_of_avx512(windows, table, pitch, positions, 1, y, y_step);
  } else {
    dm_windows_of_avx512(windows, table, pitch, positions, 0, y, y_step);
  }
}

#endif
#endif

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

// What windows need beside their taps, each vector as unpacking orders channels.
typedef struct {
  __m512i weights[DM_WINDOW_TAPS];
  __m512i biases[4];
  dm_scaler scalers[4];
} dm_prepared_windows;

DM_INLINE dm_prepared_windows *dm_prepared_avx512(const dm_windows *windows) {
  _Static_assert(sizeof(dm_prepared_windows) + 63 <= sizeof windows->room, "no room");
  return (dm_prepared_windows *)(((uintptr_t)windows->room + 63) & ~(uintptr_t)63);
}

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
  dm_prepared_windows *prepared = dm_prepared_avx512(windows);
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
      prepared->weights[tap + k] = unpacked[k];
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
    prepared->biases[k] = _mm512_sub_epi32(_mm512_loadu_si512(biases + 16 * k), excess[k]);
    prepared->scalers[k] =
        dm_scaler_of(_mm512_loadu_si512(multipliers + 16 * k), _mm512_loadu_si512(shifts + 16 * k), rescale);
  }
}

// One window; `steps`, `height` and `width` are constants, 0 where they are not known.
DM_AVX512_TARGET DM_INLINE __m512i dm_window_sums_avx512(const dm_windows *windows,
                                                         const dm_prepared_windows *prepared,
                                                         const int8_t *const *table, int32_t pitch,
                                                         const int steps, const int height, const int width,
                                                         __mmask64 inside) {
  const __m512i offset = _mm512_set1_epi8((char)0x80);
  const int8_t *taps[DM_WINDOW_TAPS + 3];
  const int32_t count = height ? height * width : dm_window_taps(windows);
  if (height) {
#pragma clang loop unroll(full)
    for (int t = 0; t < height * width; t++) {
      taps[t] = table[t / width * pitch + t % width * windows->dilation];
    }
  } else {
    dm_list_taps(windows, table, pitch, taps);
  }
  // The weights of those past the last are zero.
  taps[count] = taps[count + 1] = taps[count + 2] = taps[count - 1];
  __m512i sums[4];
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++) {
    sums[k] = prepared->biases[k];
  }
#pragma clang loop unroll(full)
  for (int32_t tap = 0; tap < count; tap += 4) {
    __m512i four[4], unpacked[4];
#pragma clang loop unroll(full)
    for (int t = 0; t < 4; t++) {
      four[t] = _mm512_xor_si512(_mm512_maskz_loadu_epi8(inside, taps[tap + t]), offset);
    }
    dm_unpack_avx512(four, unpacked);
#pragma clang loop unroll(full)
    for (int k = 0; k < 4; k++) {
      sums[k] = _mm512_dpbusd_epi32(sums[k], unpacked[k], prepared->weights[tap + k]);
    }
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++) {
    sums[k] = dm_scale_avx512(sums[k], &prepared->scalers[k], steps);
  }
  return _mm512_packs_epi16(_mm512_packs_epi32(sums[0], sums[1]), _mm512_packs_epi32(sums[2], sums[3]));
}

// `dm_windows_run` for prepared ones.
DM_AVX512_TARGET DM_INLINE void dm_windows_of_avx512(const dm_windows *windows, const int8_t *const *table,
                                                     int32_t pitch, int32_t positions, const int steps,
                                                     const int height, const int width, int8_t *y,
                                                     intptr_t y_step) {
  const dm_prepared_windows *prepared = dm_prepared_avx512(windows);
  const __m512i minimum = _mm512_set1_epi8((char)windows->rescale.minimum);
  const __m512i maximum = _mm512_set1_epi8((char)windows->rescale.maximum);
  const __mmask64 inside = dm_channels_avx512(windows);
  for (; positions > 0; positions--) {
    __m512i results = dm_window_sums_avx512(windows, prepared, table, pitch, steps, height, width, inside);
    results = _mm512_min_epi8(_mm512_max_epi8(results, minimum), maximum);
    if (windows->channels == DM_WINDOW_CHANNELS) {
      _mm512_storeu_si512(y, results);
    } else {
      _mm512_mask_storeu_epi8(y, inside, results);
    }
    table += windows->stride;
    y += y_step;
  }
}

DM_AVX512_TARGET DM_SHARED void dm_windows_avx512(const dm_windows *windows, const int8_t *const *table,
                                                  int32_t pitch, int32_t positions, int8_t *y,
                                                  intptr_t y_step) {
  if (dm_steps_down(&windows->rescale)) {
    dm_windows_of_avx512(windows, table, pitch, positions, 1, 0, 0, y, y_step);
  } else if (windows->height == 3 && windows->width == 3) {
    dm_windows_of_avx512(windows, table, pitch, positions, 0, 3, 3, y, y_step);
  } else {
    dm_windows_of_avx512(windows, table, pitch, positions, 0, 0, 0, y, y_step);
  }
}

#endif
#endif

// The instructions that Swift cannot spell, each with a portable twin that computes the same.
//
// The primitives from which the kernels are made: dot products of a few vectors against the rows of a matrix,
// of bytes or of packed fields, and the preparation of the vectors before them; taps multiplied and
// accumulated over channels; requantization of accumulators; an addition of two scales. One header an
// instruction set; this one selects. On a microcontroller and on 64-bit Arm the set is fixed when compiling;
// on x86-64 it is an argument, chosen at start-up.
#ifndef DORMOUSE_ISA_H
#define DORMOUSE_ISA_H
#include "dormouse_avx2.h"
#include "dormouse_avx2_fields.h"
#include "dormouse_avx512.h"
#include "dormouse_avx512_dense.h"
#include "dormouse_avx512_fields.h"
#include "dormouse_avx512_pointwise.h"
#include "dormouse_avx512_scaling.h"
#include "dormouse_avx512_windows.h"
#include "dormouse_base.h"
#include "dormouse_dsp.h"
#include "dormouse_dsp_fields.h"
#include "dormouse_fields.h"
#include "dormouse_fields_portable.h"
#include "dormouse_helium.h"
#include "dormouse_helium_fields.h"
#include "dormouse_helium_pointwise.h"
#include "dormouse_helium_scaling.h"
#include "dormouse_helium_windows.h"
#include "dormouse_markers.h"
#include "dormouse_neon.h"
#include "dormouse_neon_fields.h"
#include "dormouse_planes_cpop.h"
#include "dormouse_portable.h"
#include "dormouse_shorts.h"
#include "dormouse_thumb1.h"

// Raw values of `InstructionSet`.
enum {
  DM_PORTABLE = 0,
  DM_AVX2 = 1,
  DM_AVX512 = 2,
  DM_DSP = 3,
  DM_HELIUM = 4,
  DM_NEON = 5,
  DM_NEON_DOT = 6,
};

// What the compiler was told to build for: the only set, except on x86-64.
#if DM_HAS_DSP
#define DM_COMPILED DM_DSP
#elif DM_HAS_NEON_DOT
#define DM_COMPILED DM_NEON_DOT
#elif DM_HAS_NEON
#define DM_COMPILED DM_NEON
#elif DM_HAS_HELIUM
#define DM_COMPILED DM_HELIUM
#else
#define DM_COMPILED DM_PORTABLE
#endif
#if defined(__x86_64__) && __STDC_HOSTED__
#define DM_CHOOSES 1
#endif

// Whether this build on this core can run `set`.
DM_INLINE int32_t dm_supports(int32_t set) {
#if DM_CHOOSES
  if (set == DM_AVX512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni");
  }
  if (set == DM_AVX2) {
    return __builtin_cpu_supports("avx2") != 0;
  }
#endif
  return set == DM_COMPILED;
}

// The best instruction set of the core that runs this.
DM_INLINE int32_t dm_best_set(void) {
  return dm_supports(DM_AVX512) ? DM_AVX512 : dm_supports(DM_AVX2) ? DM_AVX2 : DM_COMPILED;
}

// Vectors that one call of `dm_dot` takes at most, 1 to 4: more share the loads of the weights.
DM_INLINE int32_t dm_positions(int32_t set) {
  return set == DM_AVX512 || set == DM_NEON || set == DM_NEON_DOT ? 4 : DM_COMPILED == DM_DSP ? 2 : 1;
}

// Whether `dm_dot` wants vectors prepared by `dm_widen`.
DM_INLINE int32_t dm_widens(int32_t set) { return DM_COMPILED == DM_DSP; }

// Prepares vector `position` of `positions` in `wide`, 2 * positions * (n rounded up to 4) bytes, 4-byte
// aligned.
DM_INLINE void dm_widen(const int8_t *x, int32_t n, int32_t position, int32_t positions, int8_t *wide) {
#if DM_HAS_DSP
  dm_widen_dsp(x, n, position, positions, wide);
#endif
}

// sums[p * sum_stride + r] = sum_i x[p * x_stride + i] * w[r * row_stride + i]; at most `dm_positions`
// positions. Rows are zero from n to the next multiple of 4, which row_stride is. Each position has room for
// a multiple of 4 sums; those past the last row are undefined.
DM_INLINE void dm_dot(int32_t set, const int8_t *x, intptr_t x_stride, int32_t positions, const int8_t *w,
                      intptr_t row_stride, int32_t rows, int32_t n, int32_t *sums, intptr_t sum_stride) {
#if DM_CHOOSES
  if (set == DM_AVX512) {
    dm_dot_avx512(x, x_stride, positions, w, row_stride, rows, n, sums, sum_stride);
    return;
  }
  if (set == DM_AVX2) {
    dm_dot_avx2(x, w, row_stride, rows, n, sums);
    return;
  }
#endif
#if DM_HAS_DSP
  dm_dot_dsp(x, positions, w, row_stride, rows, n, sums, sum_stride);
#elif DM_HAS_NEON
  dm_dot_neon(x, x_stride, positions, w, row_stride, rows, n, sums, sum_stride);
#elif DM_HAS_HELIUM
  dm_dot_helium(x, w, row_stride, rows, n, sums);
#elif DM_HAS_THUMB1
  dm_dot_thumb1(x, x_stride, positions, w, row_stride, rows, n, sums, sum_stride);
#else
  dm_dot_portable(x, x_stride, positions, w, row_stride, rows, n, sums, sum_stride);
#endif
}

// Vectors that one call of `dm_dot_fields` takes at most, 1 or 2.
DM_INLINE int32_t dm_field_positions(int32_t set) { return 2; }

// Prepares vector `position` of up to two in `prepared` for fields of `bits`; returns the sum of its
// elements.
//
// `prepared`, 16-byte aligned, has room for `dm_prepared_group(bits)` bytes a group and position. What is
// written there is the core's own affair.
DM_INLINE int32_t dm_prepare_fields(int32_t set, int32_t bits, const int8_t *x, int32_t n, int32_t position,
                                    int32_t positions, int8_t *prepared) {
#if DM_CHOOSES
  if (set == DM_AVX512 || set == DM_AVX2) {
    return dm_prepare_fields_avx2(bits, x, n, position, prepared);
  }
#endif
#if DM_HAS_DSP
  return dm_prepare_fields_dsp(bits, x, n, position, positions, prepared);
#elif DM_HAS_HELIUM
  return dm_prepare_fields_helium(bits, x, n, position, prepared);
#elif DM_HAS_NEON
  dm_prepare_words(bits, x, n, position, prepared);
  return dm_total(x, n);
#else
#if DM_HAS_CPOP
  if (bits == 1) {
    dm_prepare_planes_cpop(x, n, position, prepared);
    return dm_total(x, n);
  }
#endif
  dm_prepare_fields_portable(bits, x, n, position, prepared);
  return dm_total(x, n);
#endif
}

// sums[p * sum_stride + r] = sum_i x[p][i] * w[r][i], where `w = (u << doubling) - offset`; totals[p] is what
// `dm_prepare_fields` returned.
//
// `w` starts at an even row; row pairs are `pair_stride` bytes apart, 8 * bits a group. Each position has
// room for a multiple of 4 sums; those past the last row are undefined.
DM_INLINE void dm_dot_fields(int32_t set, dm_fields fields, const int8_t *prepared, const int32_t *totals,
                             int32_t positions, const int8_t *w, intptr_t pair_stride, int32_t rows,
                             int32_t n, int32_t *sums, intptr_t sum_stride) {
#if DM_CHOOSES
  if (set == DM_AVX512) {
    dm_dot_fields_avx512(fields.bits, prepared, positions, w, pair_stride, rows, n, sums, sum_stride);
    dm_finish_fields(fields, totals, positions, rows, sums, sum_stride);
    return;
  }
  if (set == DM_AVX2) {
    dm_dot_fields_avx2(fields.bits, prepared, positions, w, pair_stride, rows, n, sums, sum_stride);
    dm_finish_fields(fields, totals, positions, rows, sums, sum_stride);
    return;
  }
#endif
#if DM_HAS_DSP
  dm_dot_fields_dsp(fields, prepared, totals, positions, w, pair_stride, rows, n, sums, sum_stride);
#elif DM_HAS_THUMB1
  dm_dot_fields_thumb1(fields.bits, prepared, positions, w, pair_stride, rows, n, sums, sum_stride);
  dm_finish_fields(fields, totals, positions, rows, sums, sum_stride);
#elif DM_HAS_HELIUM
  dm_dot_fields_helium(fields, prepared, totals, positions, w, pair_stride, rows, n, sums, sum_stride);
#elif DM_HAS_NEON
  dm_dot_fields_neon(fields, prepared, totals, positions, w, pair_stride, rows, n, sums, sum_stride);
#else
#if DM_HAS_CPOP
  if (fields.bits == 1) {
    dm_dot_planes_cpop(prepared, positions, w, pair_stride, rows, n, sums, sum_stride);
    dm_finish_fields(fields, totals, positions, rows, sums, sum_stride);
    return;
  }
#endif
  dm_dot_fields_portable(fields.bits, prepared, positions, w, pair_stride, rows, n, sums, sum_stride);
  dm_finish_fields(fields, totals, positions, rows, sums, sum_stride);
#endif
}

// sums[c] += sum_t x[t * x_step + c] * w[t * w_step + c].
DM_INLINE void dm_taps(int32_t set, const int8_t *x, intptr_t x_step, const int8_t *w, intptr_t w_step,
                       int32_t taps, int32_t channels, int32_t *sums) {
#if DM_CHOOSES
  if (set == DM_AVX512) {
    dm_taps_avx512(x, x_step, w, w_step, taps, channels, sums);
    return;
  }
  if (set == DM_AVX2) {
    dm_taps_avx2(x, x_step, w, w_step, taps, channels, sums);
    return;
  }
#endif
#if DM_HAS_DSP
  dm_taps_dsp(x, x_step, w, w_step, taps, channels, sums);
#elif DM_HAS_NEON
  dm_taps_neon(x, x_step, w, w_step, taps, channels, sums);
#elif DM_HAS_HELIUM
  dm_taps_helium(x, x_step, w, w_step, taps, channels, sums);
#else
  dm_taps_portable(x, x_step, w, w_step, taps, channels, sums);
#endif
}

// sums[c] = sum_t taps[t][c] * w[t * w_step + c]: a window whose taps lie anywhere.
DM_INLINE void dm_window(int32_t set, const int8_t *const *taps, const int8_t *w, intptr_t w_step,
                         int32_t count, int32_t channels, int32_t *sums) {
#if DM_CHOOSES
  if (set == DM_AVX512) {
    dm_window_avx512(taps, w, w_step, count, channels, sums);
    return;
  }
#endif
#if DM_HAS_DSP
  dm_window_dsp(taps, w, w_step, count, channels, sums);
#elif DM_HAS_HELIUM
  dm_window_helium(taps, w, w_step, count, channels, sums);
#else
  dm_window_portable(taps, w, w_step, count, 0, channels, sums);
#endif
}

// y[i] = clamp(zero_point + scale(sums[i] + biases[i])).
DM_INLINE void dm_requantize(int32_t set, const int32_t *sums, dm_rescale rescale, int32_t count, int8_t *y) {
#if DM_CHOOSES
  if (set == DM_AVX512) {
    dm_requantize_avx512(sums, rescale, count, y);
    return;
  }
  if (set == DM_AVX2) {
    dm_requantize_avx2(sums, rescale, count, y);
    return;
  }
#endif
#if DM_HAS_NEON
  dm_requantize_neon(sums, rescale, count, y);
#elif DM_HAS_HELIUM
  dm_requantize_helium(sums, rescale, count, y);
#else
  dm_requantize_portable(sums, rescale, count, y);
#endif
}

// Prepares `windows`, whose members are set, but for those of an instruction set.
DM_INLINE void dm_windows_prepare(int32_t set, dm_windows *windows) {
#if DM_HAS_HELIUM
  windows->scaling = dm_scaling_helium(&windows->rescale, windows->channels);
#elif DM_CHOOSES
  if (set == DM_AVX512) {
    dm_windows_prepare_avx512(windows);
  }
#endif
}

// y[p * y_step + c] = requantize(sum_ij table[i * pitch + p * stride + j * dilation][c] * w[i][j][c]), where
// the weights of tap (i, j) are i * width + j steps from the first.
DM_INLINE void dm_windows_run(int32_t set, const dm_windows *windows, const int8_t *const *table,
                              int32_t pitch, int32_t positions, int8_t *y, intptr_t y_step) {
#if DM_HAS_HELIUM
  dm_windows_helium(windows, table, pitch, positions, y, y_step);
#else
#if DM_CHOOSES
  if (set == DM_AVX512 && windows->is_prepared) {
    dm_windows_avx512(windows, table, pitch, positions, y, y_step);
    return;
  }
#endif
  for (; positions > 0; positions--) {
    const int8_t *taps[DM_WINDOW_TAPS];
    int32_t sums[DM_WINDOW_CHANNELS];
    dm_list_taps(windows, table, pitch, taps);
    dm_window(set, taps, windows->w, windows->w_step, dm_window_taps(windows), windows->channels, sums);
    dm_requantize(set, sums, windows->rescale, windows->channels, y);
    table += windows->stride;
    y += y_step;
  }
#endif
}

// Copies `rows` rows of n bytes each, which start `x_step` bytes apart, to where they start `y_step` bytes
// apart.
DM_INLINE void dm_copy_rows(const int8_t *x, intptr_t x_step, int32_t rows, int32_t n, int8_t *y,
                            intptr_t y_step) {
#if DM_HAS_HELIUM
  dm_copy_rows_helium(x, x_step, rows, n, y, y_step);
#else
  dm_copy_rows_portable(x, x_step, rows, n, y, y_step);
#endif
}

// Whether the set has the two functions below, which multiply one vector with rows and requantize the sums.
DM_INLINE int32_t dm_has_dense(int32_t set) {
#if DM_CHOOSES
  return set == DM_AVX512;
#else
  (void)set;
  return 0;
#endif
}

// Whether the set has `dm_pointwise` for vectors of n elements, and many of them make it worth while.
DM_INLINE int32_t dm_has_pointwise(int32_t set, int32_t n, int32_t rows, int32_t positions) {
#if DM_CHOOSES
  return set == DM_AVX512 && positions >= 8 && (n == 32 || n == 40 || n == 48 || n == 64);
#elif DM_HAS_HELIUM
  return rows % 4 == 0 && (n == 32 || n == 40 || n == 48 || n == 64);
#else
  (void)set, (void)n, (void)rows, (void)positions;
  return 0;
#endif
}

// `dm_dot` of vectors that follow one another, then `dm_requantize`.
DM_INLINE void dm_pointwise(const int8_t *x, int32_t positions, const int8_t *w, intptr_t row_stride,
                            int32_t rows, int32_t n, dm_rescale rescale, int8_t *y) {
#if DM_CHOOSES
  dm_pointwise_avx512(x, positions, w, row_stride, rows, n, rescale, y);
#elif DM_HAS_HELIUM
  dm_pointwise_helium(x, positions, w, rows, n, rescale, y);
#endif
}

// `dm_dot` of one vector, then `dm_requantize`.
DM_INLINE void dm_dense(const int8_t *x, const int8_t *w, intptr_t row_stride, int32_t rows, int32_t n,
                        dm_rescale rescale, int8_t *y) {
#if DM_CHOOSES
  dm_dense_avx512(x, w, row_stride, rows, n, rescale, y);
#endif
}

// `dm_dot_fields` of one vector, then `dm_requantize`.
DM_INLINE void dm_dense_fields(dm_fields fields, const int8_t *prepared, int32_t total, const int8_t *w,
                               intptr_t pair_stride, int32_t rows, int32_t n, dm_rescale rescale, int8_t *y) {
#if DM_CHOOSES
  dm_dense_fields_avx512(fields, prepared, total, w, pair_stride, rows, n, rescale, y);
#endif
}

// y[i] = one addition.
DM_INLINE void dm_add(int32_t set, const int8_t *a, const int8_t *b, const dm_sum *sum, int32_t count,
                      int8_t *y) {
#if DM_CHOOSES
  if (set == DM_AVX512) {
    dm_add_avx512(a, b, sum, count, y);
    return;
  }
  if (set == DM_AVX2) {
    dm_add_avx2(a, b, sum, count, y);
    return;
  }
#endif
#if DM_HAS_NEON
  dm_add_neon(a, b, sum, count, y);
#elif DM_HAS_HELIUM
  dm_add_helium(a, b, sum, count, y);
#else
  dm_add_portable(a, b, sum, count, y);
#endif
}

// Binary products choose the same way.
#include "dormouse_xnor.h"

#endif

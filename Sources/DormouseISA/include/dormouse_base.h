// What every header of the room shares.
#ifndef DORMOUSE_BASE_H
#define DORMOUSE_BASE_H
#include <stddef.h>
#include <stdint.h>

// Part of its caller: the small things, and what is called in one place.
#define DM_INLINE static inline __attribute__((always_inline))
// One copy, however many callers: inner loops worth a call.
#define DM_SHARED static inline __attribute__((noinline))

// Where code is to be small, loops are unrolled less.
#if DORMOUSE_SMALL
#define DM_UNROLLED(small, fast) small
#else
#define DM_UNROLLED(small, fast) fast
#endif

// Vectors that are multiplied together: without convolutions always one.
#if DORMOUSE_WITHOUT_CONVOLUTIONS
#define DM_POSITIONS(count) 1
#else
#define DM_POSITIONS(count) (count)
#endif

// One step of an addition: `clamp(zero_point + m2 * (m0 * ((a - zero_a) << 20) + m1 * ((b - zero_b) <<
// 20)))`.
typedef struct {
  const int32_t *multipliers;
  const int32_t *shifts;
  int32_t first_zero_point;
  int32_t second_zero_point;
  int32_t zero_point;
  int32_t minimum;
  int32_t maximum;
} dm_sum;

// From accumulators to outputs: channel `i` of `count` has a bias, a Q31 multiplier and a shift.
typedef struct {
  const int32_t *biases;
  const int32_t *multipliers;
  const int32_t *shifts;
  int32_t zero_point;
  int32_t minimum;
  int32_t maximum;
#ifndef DORMOUSE_WITHOUT_IMPORTED
  // Not zero: products are rounded twice, see `dm_scale_twice`.
  int32_t twice;
#endif
} dm_rescale;

// Whether products are rounded twice.
DM_INLINE int32_t dm_rounds_twice(const dm_rescale *rescale) {
#ifdef DORMOUSE_WITHOUT_IMPORTED
  (void)rescale;
  return 0;
#else
  return rescale->twice;
#endif
}

// Channels and taps of a window at most.
#define DM_WINDOW_CHANNELS 64
#define DM_WINDOW_TAPS 32

// What all windows of a depthwise convolution share. Its taps are `height` rows of `width`, `dilation`
// columns of the input apart, the windows `stride`; weights of taps are `w_step` bytes apart.
typedef struct {
  const int8_t *w;
  intptr_t w_step;
  int32_t height;
  int32_t width;
  int32_t dilation;
  int32_t stride;
  int32_t channels;
  dm_rescale rescale;
#if defined(__ARM_FEATURE_MVE)
  // How Helium scales the sums.
  int32_t scaling;
#elif defined(__x86_64__) && __STDC_HOSTED__
  // Whether AVX-512 has made room for what it needs in its own order. That is aligned there: the structure
  // has to stay in its place.
  int32_t is_prepared;
  int8_t room[57 * DM_WINDOW_CHANNELS];
#endif
} dm_windows;

// Taps of a window.
DM_INLINE int32_t dm_window_taps(const dm_windows *windows) { return windows->height * windows->width; }

// Lists the taps of a window whose first one `table` points to; the next row of the input is `pitch` pointers
// on.
DM_INLINE void dm_list_taps(const dm_windows *windows, const int8_t *const *table, int32_t pitch,
                            const int8_t **taps) {
  for (int32_t i = windows->height; i > 0; i--) {
    const int8_t *const *next = table;
#pragma clang loop unroll(disable) vectorize(disable)
    for (int32_t j = windows->width; j > 0; j--) {
      *taps++ = *next;
      next += windows->dilation;
    }
    table += pitch;
  }
}

// Says that four sums are needed now. Small cores run out of registers where the compiler collects the
// products of many columns before it adds any; hosts are to vectorize.
DM_INLINE void dm_settle(uint32_t *sums) {
#if !__STDC_HOSTED__
  __asm__ volatile("" : "+r"(sums[0]), "+r"(sums[1]), "+r"(sums[2]), "+r"(sums[3]));
#endif
}

// value / 2^right to the nearest integer, halves upwards; right is 1 to 31.
DM_INLINE int32_t dm_shift_right_rounding(int32_t value, int32_t right) {
#if defined(__thumb2__)
  // The carry is the last bit that went out.
  __asm__("asrs %0, %0, %1\n\tadc %0, %0, #0" : "+r"(value) : "r"(right) : "cc");
  return value;
#else
  return ((value >> (right - 1)) + 1) >> 1;
#endif
}

DM_INLINE int32_t dm_clamp(int32_t value, int32_t minimum, int32_t maximum) {
  value = value < minimum ? minimum : value;
  return value > maximum ? maximum : value;
}

#endif

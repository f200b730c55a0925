// Words of bits on RISC-V with an instruction that counts them (CPOP of Zbb).
//
// Four rows share the loads of the vector: 17 instructions for four words, 0.14 a binary multiply-accumulate
// with the loop.
#ifndef DORMOUSE_XNOR_CPOP_H
#define DORMOUSE_XNOR_CPOP_H
#include "dormouse_base.h"

#if defined(__riscv_zbb)
#define DM_HAS_CPOP 1

// `dm_popcount`.
DM_SHARED int32_t dm_popcount_cpop(const uint32_t *x, int32_t words) {
  int32_t sum = 0;
  for (int32_t i = 0; i < words; i++) {
    sum += __builtin_popcount(x[i]);
  }
  return sum;
}

// sums[r] += popcount of the differences of 1 or 16 words in 1 or 4 rows, constants.
DM_INLINE void dm_differences_cpop(const int words, const int rows, const uint32_t *x,
                                   const uint32_t *const *w, int32_t *sums) {
#pragma clang loop unroll(full)
  for (int i = 0; i < words; i++) {
    const uint32_t word = x[i];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      sums[r] += __builtin_popcount(word ^ w[r][i]);
      // Or the compiler would load many words ahead and run out of registers.
      __asm__ volatile("" : "+r"(sums[r]));
    }
  }
}

// Moves to the next words; hides from the compiler that the pointers go in step, or it would add them up
// anew.
DM_INLINE void dm_next_cpop(const int words, const int rows, const uint32_t **x, const uint32_t **w) {
  *x += words;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    w[r] += words;
    __asm__("" : "+r"(w[r]));
  }
}

// `dm_xnor_dot` for 1 or 4 rows, a constant.
DM_INLINE void dm_xnor_rows_cpop(const int rows, const uint32_t *x, const uint32_t *w, intptr_t row_stride,
                                 int32_t words, int32_t *sums) {
  const uint32_t *next[4], *many = x + (words & ~15), *end = x + words;
  int32_t ones[4];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    next[r] = w;
    ones[r] = 0;
    w = (const uint32_t *)((const char *)w + row_stride);
  }
#pragma clang loop unroll(disable)
  while (x != many) {
    dm_differences_cpop(16, rows, x, next, ones);
    dm_next_cpop(16, rows, &x, next);
  }
#pragma clang loop unroll(disable)
  while (x != end) {
    dm_differences_cpop(1, rows, x, next, ones);
    dm_next_cpop(1, rows, &x, next);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    sums[r] = ones[r];
  }
}

// `dm_xnor_dot`.
DM_SHARED void dm_xnor_dot_cpop(const uint32_t *x, const uint32_t *w, intptr_t row_stride, int32_t rows,
                                int32_t words, int32_t *sums) {
  for (; rows >= 4; rows -= 4) {
    dm_xnor_rows_cpop(4, x, w, row_stride, words, sums);
    w = (const uint32_t *)((const char *)w + 4 * row_stride);
    sums += 4;
  }
  for (; rows > 0; rows--) {
    dm_xnor_rows_cpop(1, x, w, row_stride, words, sums++);
    w = (const uint32_t *)((const char *)w + row_stride);
  }
}

#endif
#endif

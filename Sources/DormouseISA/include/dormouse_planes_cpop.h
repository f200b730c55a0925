// Bytes times bits on RISC-V with an instruction that counts ones (CPOP of Zbb): a vector of bytes as eight
// planes of bits.
//
// Plane b of a group holds bit b of its 32 columns, each where a word of 1-bit fields has that column, so
//
//   sum_i x[i] * u[i] = sum_b 2^b * popcount(plane b & u), where bit 7 counts -2^7.
//
// Two rows share the loads of the planes: 58 instructions for their two words, 0.91 a multiply-accumulate.
// Without the instruction, counting takes too many: eight times what a product of bits does.
#ifndef DORMOUSE_PLANES_CPOP_H
#define DORMOUSE_PLANES_CPOP_H
#include "dormouse_fields.h"
#include "dormouse_xnor_cpop.h"

#if DM_HAS_CPOP

// The planes of eight words of four bytes: in each byte, bit f of plane b is bit b of word f.
DM_INLINE void dm_planes_of_group(uint32_t *words) {
  static const uint32_t masks[] = {0x0F0F0F0Fu, 0x33333333u, 0x55555555u};
#pragma clang loop unroll(full)
  for (int step = 0; step < 3; step++) {
    const int distance = 4 >> step;
#pragma clang loop unroll(full)
    for (int f = 0; f < 8; f++) {
      if ((f & distance) == 0) {
        const uint32_t differences = ((words[f] >> distance) ^ words[f + distance]) & masks[step];
        words[f + distance] ^= differences;
        words[f] ^= differences << distance;
      }
    }
  }
}

// Prepares vector `position`: eight words a group.
DM_SHARED void dm_prepare_planes_cpop(const int8_t *x, int32_t n, int32_t position, int8_t *prepared) {
  prepared += position * ((n + DM_GROUP - 1) / DM_GROUP) * DM_GROUP;
#pragma clang loop unroll(disable)
  for (; n > 0; n -= DM_GROUP) {
    uint32_t words[8] = {0};
    __builtin_memcpy(words, x, n < DM_GROUP ? (size_t)n : DM_GROUP);
    dm_planes_of_group(words);
    __builtin_memcpy(prepared, words, DM_GROUP);
    prepared += DM_GROUP;
    x += DM_GROUP;
  }
}

// One vector times two rows.
DM_SHARED void dm_row_pair_planes_cpop(const uint32_t *x, const uint32_t *w, int32_t groups, int32_t *sums) {
  uint32_t ones[2][8] = {{0}};
#pragma clang loop unroll(disable)
  for (; groups > 0; groups--) {
    const uint32_t first = w[0], second = w[1];
#pragma clang loop unroll(full)
    for (int b = 0; b < 8; b++) {
      const uint32_t plane = x[b];
      ones[0][b] += (uint32_t)__builtin_popcount(plane & first);
      ones[1][b] += (uint32_t)__builtin_popcount(plane & second);
      // Or the compiler would load all planes ahead and run out of registers.
      __asm__ volatile("" : "+r"(ones[0][b]), "+r"(ones[1][b]));
    }
    x += 8;
    w += 2;
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < 2; r++) {
    uint32_t total = 0 - ones[r][7];
#pragma clang loop unroll(full)
    for (int b = 6; b >= 0; b--) {
      total = 2 * total + ones[r][b];
    }
    sums[r] = (int32_t)total;
  }
}

// `dm_dot_fields_portable` for fields of 1 bit.
DM_SHARED void dm_dot_planes_cpop(const int8_t *prepared, int32_t positions, const int8_t *w,
                                  intptr_t pair_stride, int32_t rows, int32_t n, int32_t *sums,
                                  intptr_t sum_stride) {
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP;
  for (int32_t p = 0; p < positions; p++) {
    const int8_t *pair = w;
    for (int32_t r = 0; r < rows; r += 2) {
      dm_row_pair_planes_cpop((const uint32_t *)(const void *)prepared, (const uint32_t *)(const void *)pair,
                              groups, sums + r);
      pair += pair_stride;
    }
    prepared += groups * DM_GROUP;
    sums += sum_stride;
  }
}

#endif
#endif

// Vectors for packed fields on Armv7E-M: pairs of columns, widened, in the order in which the words of a row
// use them.
//
// So a kernel loads them four at a time, and takes the fields out of a word one after the other. A spare bit
// of word j is bit j of its field: its pair goes with word j, multiplied by 2^j.
#ifndef DORMOUSE_DSP_PREPARE_H
#define DORMOUSE_DSP_PREPARE_H
#include "dormouse_dsp.h"
#include "dormouse_fields.h"

#if DM_HAS_DSP

// Whether two prepared vectors alternate, pair by pair, to be multiplied with the same fields.
DM_INLINE int32_t dm_alternates_dsp(int32_t bits, int32_t positions) { return bits == 4 && positions == 2; }

// A chunk of 4 columns, widened to two pairs `step` words apart; returns `total` plus the columns' sum.
DM_INLINE int32_t dm_widen_chunk_dsp(const int8_t *x, uint32_t *pairs, int32_t step, int32_t total) {
  uint32_t bytes;
  __builtin_memcpy(&bytes, x, 4);
  const int16x2_t even = __sxtb16((int8x4_t)bytes), odd = __sxtb16((int8x4_t)__ror(bytes, 8));
  pairs[0] = (uint32_t)even;
  pairs[step] = (uint32_t)odd;
  return __smlad(odd, 0x10001, __smlad(even, 0x10001, total));
}

// A group for fields of 1, 2 or 4 bits: word j takes the chunks j, j + bits, and so on.
DM_INLINE int32_t dm_prepare_bytes_dsp(int32_t bits, const int8_t *x, uint32_t *target, int32_t step,
                                       int32_t total) {
  for (int32_t j = 0; j < bits; j++) {
    const int8_t *chunk = x + 4 * j;
#pragma clang loop unroll(disable)
    for (int32_t f = 8 / bits; f > 0; f--) {
      total = dm_widen_chunk_dsp(chunk, target, step, total);
      chunk += 4 * bits;
      target += 2 * step;
    }
  }
  return total;
}

// A group for other fields: word j takes the pairs j, j + bits, and so on, then all spare ones.
DM_INLINE int32_t dm_prepare_lanes_dsp(int32_t bits, const int8_t *x, uint32_t *target, int32_t total) {
  uint32_t pairs[16];
  const int32_t direct = bits * DM_DIRECT(bits);
#pragma clang loop unroll(disable)
  for (int32_t m = 0; m < 8; m++) {
    total = dm_widen_chunk_dsp(x + 4 * m, pairs + 2 * m, 1, total);
  }
  for (int32_t j = 0; j < bits; j++) {
#pragma clang loop unroll(disable)
    for (int32_t q = j; q < direct; q += bits) {
      *target++ = pairs[q];
    }
#pragma clang loop unroll(disable)
    for (int32_t q = direct; q < 16; q++) {
      *target++ = pairs[q];
      pairs[q] = (uint32_t)__sadd16((int16x2_t)pairs[q], (int16x2_t)pairs[q]);
    }
  }
  return total;
}

// `dm_prepare_fields`.
DM_SHARED int32_t dm_prepare_fields_dsp(int32_t bits, const int8_t *x, int32_t n, int32_t position,
                                        int32_t positions, int8_t *prepared) {
  const int32_t alternates = dm_alternates_dsp(bits, positions), step = 1 + alternates;
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP, words = dm_prepared_group(bits) / 4;
  uint32_t *target = (uint32_t *)(void *)prepared + position * (alternates ? 1 : groups * words);
  int32_t total = 0;
  for (; n > 0; n -= DM_GROUP) {
    int8_t rest[DM_GROUP];
    if (n < DM_GROUP) {
      __builtin_memset(rest, 0, DM_GROUP);
      __builtin_memcpy(rest, x, (size_t)n);
      x = rest;
    }
    total = DM_SPARE(bits) == 0 ? dm_prepare_bytes_dsp(bits, x, target, step, total)
                                : dm_prepare_lanes_dsp(bits, x, target, total);
    x += DM_GROUP;
    target += words * step;
  }
  return total;
}

#endif
#endif

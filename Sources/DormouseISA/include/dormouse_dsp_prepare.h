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

// Whether two prepared vectors alternate, two pairs each, to be multiplied with the same fields.
DM_INLINE int32_t dm_alternates_dsp(int32_t bits, int32_t positions) { return bits == 4 && positions == 2; }

// Widens a group in chunks of four columns, each to two pairs; `step` is two, or four where other pairs go in
// between. The chunks come in the order 0, interval, 2 * interval and so on, then 1, 1 + interval and so on.
// Returns `total` plus the sum of all columns.
DM_INLINE int32_t dm_widen_group_dsp(const int8_t *x, int32_t interval, uint32_t *pairs, int32_t step,
                                     int32_t total) {
  int32_t column = 0;
#pragma clang loop unroll(disable)
  for (int32_t count = DM_GROUP / 4; count > 0; count--) {
    uint32_t bytes;
    __builtin_memcpy(&bytes, x + column, 4);
    const int16x2_t even = __sxtb16((int8x4_t)bytes), odd = __sxtb16((int8x4_t)__ror(bytes, 8));
    pairs[0] = (uint32_t)even;
    pairs[1] = (uint32_t)odd;
    pairs += step;
    total = __smlad(odd, 0x10001, __smlad(even, 0x10001, total));
    column += 4 * interval;
    if (column >= DM_GROUP) {
      column -= DM_GROUP - 4;
    }
  }
  return total;
}

// The pairs of a group in the order of fields in halves: word j takes pairs j, j + bits and so on, then all
// spare ones.
DM_INLINE void dm_order_pairs_dsp(int32_t bits, uint32_t *pairs, uint32_t *target) {
  const int32_t direct = bits * DM_DIRECT(bits);
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
}

// `dm_prepare_fields`.
DM_SHARED int32_t dm_prepare_fields_dsp(int32_t bits, const int8_t *x, int32_t n, int32_t position,
                                        int32_t positions, int8_t *prepared) {
  bits = DM_WIDTH(bits);
  positions = DM_POSITIONS(positions);
  const int32_t alternates = dm_alternates_dsp(bits, positions), in_bytes = DM_SPARE(bits) == 0;
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP, words = dm_prepared_group(bits) / 4;
  uint32_t *target = (uint32_t *)(void *)prepared + position * (alternates ? 2 : groups * words);
  int32_t total = 0;
  for (; n > 0; n -= DM_GROUP) {
    uint32_t pairs[16];
    int8_t rest[DM_GROUP];
    if (n < DM_GROUP) {
      __builtin_memset(rest, 0, DM_GROUP);
      __builtin_memcpy(rest, x, (size_t)n);
      x = rest;
    }
    total = dm_widen_group_dsp(x, in_bytes ? bits : 1, in_bytes ? target : pairs, 2 + 2 * alternates, total);
    if (!in_bytes) {
      dm_order_pairs_dsp(bits, pairs, target);
    }
    x += DM_GROUP;
    target += words << alternates;
  }
  return total;
}

#endif
#endif

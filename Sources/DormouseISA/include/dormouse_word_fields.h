// Vectors for packed fields where a register holds four words of a row (Helium, NEON).
//
// The words of a row are taken four at a time, whatever their groups: a step, the last one at times of fewer
// words. A prepared vector has, for every step, every field of a word, and every word of the step, the
// columns of that field: four bytes, or two numbers of 16 bits where fields lie in halves. So one load gets
// what a field of four words is multiplied with.
#ifndef DORMOUSE_WORD_FIELDS_H
#define DORMOUSE_WORD_FIELDS_H
#include "dormouse_fields.h"

// Fields of a word, spare bits included.
#define DM_WORD_FIELDS(bits) (DM_SPARE(bits) == 0 ? 8 / (bits) : DM_DIRECT(bits) + DM_SPARE(bits))

// Bytes of a prepared vector; `dm_prepared_group` makes room for them.
DM_INLINE int32_t dm_prepared_words(int32_t bits, int32_t groups) {
  return 4 * DM_WORD_FIELDS(bits) * bits * groups;
}

// Stores pair q of a group, its columns times `factor`.
DM_INLINE void dm_store_pair(const int8_t *x, int32_t q, int32_t factor, int8_t *target) {
  const int8_t *first = x + 4 * (q >> 1) + (q & 1);
  const int16_t pair[2] = {(int16_t)(first[0] * factor), (int16_t)(first[2] * factor)};
  __builtin_memcpy(target, pair, 4);
}

// The columns of word j of a group, field after field, `step` bytes apart.
DM_INLINE void dm_prepare_word(int32_t bits, const int8_t *x, int32_t j, int32_t step, int8_t *target) {
  if (DM_SPARE(bits) == 0) {
#pragma clang loop unroll(disable)
    for (int32_t column = 4 * j; column < DM_GROUP; column += 4 * bits) {
      __builtin_memcpy(target, x + column, 4);
      target += step;
    }
    return;
  }
  const int32_t direct = bits * DM_DIRECT(bits);
#pragma clang loop unroll(disable)
  for (int32_t q = j; q < direct; q += bits) {
    dm_store_pair(x, q, 1, target);
    target += step;
  }
#pragma clang loop unroll(disable)
  for (int32_t q = direct; q < 16; q++) {
    dm_store_pair(x, q, 1 << j, target);
    target += step;
  }
}

// Prepares vector `position`.
DM_SHARED void dm_prepare_words(int32_t bits, const int8_t *x, int32_t n, int32_t position,
                                int8_t *prepared) {
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP;
  int32_t words = bits * groups, word = 0;
  prepared += position * dm_prepared_words(bits, groups);
  for (; n > 0; n -= DM_GROUP) {
    int8_t rest[DM_GROUP];
    if (n < DM_GROUP) {
      __builtin_memset(rest, 0, DM_GROUP);
      __builtin_memcpy(rest, x, (size_t)n);
      x = rest;
    }
    for (int32_t j = 0; j < bits; j++) {
      const int32_t together = words < 4 ? words : 4;
      dm_prepare_word(bits, x, j, 4 * together, prepared + 4 * word++);
      if (word == together) {
        prepared += 4 * together * DM_WORD_FIELDS(bits);
        words -= 4;
        word = 0;
      }
    }
    x += DM_GROUP;
  }
}

#endif

// Packed fields on NEON: an interleaved load takes four words of two rows apart, shifts and masks the fields
// of the words; fields of up to 7 bits are positive as signed bytes, too.
//
// Four rows share the loads of the vector. Fields in halves (3, 5, 6 and 7 bits) are multiplied as 16-bit
// numbers, spare bits on their own.
#ifndef DORMOUSE_NEON_FIELDS_H
#define DORMOUSE_NEON_FIELDS_H
#include "dormouse_neon.h"
#include "dormouse_word_fields.h"

#if DM_HAS_NEON

// `dots` plus the products of one field of four words with its columns; `words` move on to the next field.
DM_INLINE int32x4_t dm_field_neon(const int bits, const int spare, uint32x4_t *words, int8x16_t x,
                                  int32x4_t dots) {
  if (DM_SPARE(bits) == 0) {
    uint8x16_t bytes = vreinterpretq_u8_u32(*words);
    const uint8x16_t mask = vdupq_n_u8((uint8_t)((1 << bits) - 1));
    *words = vreinterpretq_u32_u8(bytes >> bits);
    return dm_accumulate_neon(dots, x, vreinterpretq_s8_u8(vandq_u8(bytes, mask)));
  }
  const int width = spare ? 1 : bits;
  uint16x8_t halves = vreinterpretq_u16_u32(*words);
  *words = vreinterpretq_u32_u16(halves >> width);
  const int16x8_t fields =
      vreinterpretq_s16_u16(vandq_u16(halves, vdupq_n_u16((uint16_t)((1 << width) - 1))));
  const int16x8_t columns = vreinterpretq_s16_s8(x);
  return vmlal_high_s16(vmlal_s16(dots, vget_low_s16(fields), vget_low_s16(columns)), fields, columns);
}

// A step: all fields of four words of two pairs of rows.
DM_INLINE void dm_step_neon(const int bits, const int8_t *x, const int8_t *first, const int8_t *second,
                            int32x4_t *dots) {
  const uint32x4x2_t pair = vld2q_u32((const uint32_t *)(const void *)first);
  const uint32x4x2_t next = vld2q_u32((const uint32_t *)(const void *)second);
  uint32x4_t words[4] = {pair.val[0], pair.val[1], next.val[0], next.val[1]};
#pragma clang loop unroll(full)
  for (int f = 0; f < DM_WORD_FIELDS(bits); f++) {
    const int8x16_t columns = vld1q_s8(x + 16 * f);
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
      dots[r] = dm_field_neon(bits, f >= DM_DIRECT(bits), words + r, columns, dots[r]);
    }
  }
}

// Copies the last words of a pair of rows, one to three of each; what follows in `rest` is left alone.
DM_INLINE void dm_rest_of_pair_neon(const int8_t *w, int32_t words, int8_t *rest) {
  if (words > 1) {
    vst1q_s8(rest, vld1q_s8(w));
    w += 16;
    rest += 16;
  }
  if (words != 2) {
    vst1q_s8(rest, dm_rest_of_row_neon(w, 8));
  }
}

// `dm_dot_fields` for one vector, four rows at a time; an odd last pair is computed twice. `bits` is a
// constant.
DM_INLINE void dm_dot_words_neon(const int bits, const dm_field_product *product) {
  const int32_t words = bits * product->groups, left = words & 3, count = DM_WORD_FIELDS(bits);
  const int32x4_t correction = vdupq_n_s32(product->fields.offset * product->total);
  const int32x4_t doubling = vdupq_n_s32(product->fields.doubling);
  const int8_t *w = product->w;
  // The last step of a row where that has fewer than four words, filled up with zeros.
  int8_t rest_of_x[128] = {0}, rests[64] = {0};
  for (int32_t f = 0; left > 0 && f < count; f++) {
    const int8_t *columns = product->prepared + 4 * ((words - left) * count + left * f);
    vst1q_s8(rest_of_x + 16 * f, dm_rest_of_row_neon(columns, 4 * left));
  }
  for (int32_t row = 0; row < product->rows; row += 4) {
    const int8_t *x = product->prepared, *first = w;
    const int8_t *second = row + 2 < product->rows ? w + product->pair_stride : w;
    int32x4_t dots[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
    w = second + product->pair_stride;
#pragma clang loop unroll(disable)
    for (int32_t step = words >> 2; step > 0; step--) {
      dm_step_neon(bits, x, first, second, dots);
      x += 16 * count;
      first += 32;
      second += 32;
    }
    if (left > 0) {
      dm_rest_of_pair_neon(first, left, rests);
      dm_rest_of_pair_neon(second, left, rests + 32);
      dm_step_neon(bits, rest_of_x, rests, rests + 32, dots);
    }
    const int32x4_t sums = vpaddq_s32(vpaddq_s32(dots[0], dots[1]), vpaddq_s32(dots[2], dots[3]));
    vst1q_s32(product->sums + row, vsubq_s32(vshlq_s32(sums, doubling), correction));
  }
}

// One function for all widths.
DM_SHARED void dm_dot_words_of_neon(const dm_field_product *product) {
  switch (product->fields.bits) {
  case 1:
    dm_dot_words_neon(1, product);
    break;
  case 2:
    dm_dot_words_neon(2, product);
    break;
  case 3:
    dm_dot_words_neon(3, product);
    break;
  case 4:
    dm_dot_words_neon(4, product);
    break;
  case 5:
    dm_dot_words_neon(5, product);
    break;
  case 6:
    dm_dot_words_neon(6, product);
    break;
  default:
    dm_dot_words_neon(7, product);
  }
}

// `dm_dot_fields`.
DM_SHARED void dm_dot_fields_neon(dm_fields fields, const int8_t *prepared, const int32_t *totals,
                                  int32_t positions, const int8_t *w, intptr_t pair_stride, int32_t rows,
                                  int32_t n, int32_t *sums, intptr_t sum_stride) {
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP;
  for (int32_t p = 0; p < positions; p++) {
    const int8_t *vector = prepared + p * dm_prepared_words(fields.bits, groups);
    const dm_field_product product = {fields,      vector, totals[p], w,
                                      pair_stride, rows,   groups,    sums + p * sum_stride};
    dm_dot_words_of_neon(&product);
  }
}

#endif
#endif

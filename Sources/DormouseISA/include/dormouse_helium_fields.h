// Packed fields on Helium: an interleaved load takes four words of two rows apart, shifts and masks the
// fields of the words; fields of up to 7 bits are positive as signed bytes, too.
//
// Four rows share the loads of the vector. Instructions for a multiply-accumulate: 0.20, 0.19 and 0.18 for 1,
// 2 and 4 bits. Fields in halves are multiplied as 16-bit numbers, spare bits on their own: 0.44, 0.48, 0.88
// and 0.67 for 3, 5, 6 and 7.
#ifndef DORMOUSE_HELIUM_FIELDS_H
#define DORMOUSE_HELIUM_FIELDS_H
#include "dormouse_helium.h"
#include "dormouse_word_fields.h"

#if DM_HAS_HELIUM

// Copies a vector, filled up with zeros: what fields of 4 bits want. Returns the sum of its elements.
DM_INLINE int32_t dm_copy_helium(const int8_t *x, int32_t n, int8_t *target) {
  int32_t total = 0;
  for (int32_t left = n; left > 0; left -= 16) {
    int8x16_t elements = vldrbq_z_s8(x, vctp8q((uint32_t)left));
    vst1q_s8(target, elements);
    total = vaddvaq_s8(total, elements);
    x += 16;
    target += 16;
  }
  if (((n + 15) & 16) != 0) {
    vst1q_s8(target, vdupq_n_s8(0));
  }
  return total;
}

// `dm_prepare_fields`.
DM_SHARED int32_t dm_prepare_fields_helium(int32_t bits, const int8_t *x, int32_t n, int32_t position,
                                           int8_t *prepared) {
  if (bits == 4) {
    return dm_copy_helium(x, n, prepared + position * dm_prepared_words(4, (n + DM_GROUP - 1) / DM_GROUP));
  }
  dm_prepare_words(bits, x, n, position, prepared);
  int32_t total = 0;
  for (; n > 0; n -= 16) {
    total = vaddvaq_s8(total, vldrbq_z_s8(x, vctp8q((uint32_t)n)));
    x += 16;
  }
  return total;
}

// q1 = a field of the word in `w`: the lowest, one in between, the highest.
#define DM_LOWEST(size, w, shift, mask) "vand q1, " w ", " mask "\n\t"
#define DM_BETWEEN(size, w, shift, mask) "vshr.u" size " q1, " w ", #" shift "\n\tvand q1, q1, " mask "\n\t"
#define DM_HIGHEST(size, w, shift, mask) "vshr.u" size " q1, " w ", #" shift "\n\t"
// Its products in four rows.
#define DM_ADD_PRODUCTS(size, sum) "vmladava.s" size " %[" sum "], q1, q0\n\t"
#define DM_FIELD(size, take, shift, mask)                                                                    \
  "vldrb.u8 q0, [%[x]], #16\n\t" take(size, "q2", shift, mask) DM_ADD_PRODUCTS(size, "s0")                   \
      take(size, "q3", shift, mask) DM_ADD_PRODUCTS(size, "s1") take(size, "q4", shift, mask)                \
          DM_ADD_PRODUCTS(size, "s2") take(size, "q5", shift, mask) DM_ADD_PRODUCTS(size, "s3")
#define DM_BYTE_FIELD(take, shift) DM_FIELD("8", take, shift, "q6")
#define DM_HALF_FIELD(take, shift) DM_FIELD("16", take, shift, "q6")
#define DM_SPARE_FIELD(take, shift) DM_FIELD("16", take, shift, "q7")

// What a step does with its words.
#define DM_STEP_1                                                                                            \
  DM_BYTE_FIELD(DM_LOWEST, "0")                                                                              \
  DM_BYTE_FIELD(DM_BETWEEN, "1")                                                                             \
  DM_BYTE_FIELD(DM_BETWEEN, "2")                                                                             \
  DM_BYTE_FIELD(DM_BETWEEN, "3")                                                                             \
  DM_BYTE_FIELD(DM_BETWEEN, "4")                                                                             \
  DM_BYTE_FIELD(DM_BETWEEN, "5") DM_BYTE_FIELD(DM_BETWEEN, "6") DM_BYTE_FIELD(DM_HIGHEST, "7")
#define DM_STEP_2                                                                                            \
  DM_BYTE_FIELD(DM_LOWEST, "0")                                                                              \
  DM_BYTE_FIELD(DM_BETWEEN, "2") DM_BYTE_FIELD(DM_BETWEEN, "4") DM_BYTE_FIELD(DM_HIGHEST, "6")
#define DM_STEP_3                                                                                            \
  DM_HALF_FIELD(DM_LOWEST, "0")                                                                              \
  DM_HALF_FIELD(DM_BETWEEN, "3")                                                                             \
  DM_HALF_FIELD(DM_BETWEEN, "6")                                                                             \
  DM_HALF_FIELD(DM_BETWEEN, "9") DM_HALF_FIELD(DM_BETWEEN, "12") DM_SPARE_FIELD(DM_HIGHEST, "15")
#define DM_STEP_4 DM_BYTE_FIELD(DM_LOWEST, "0") DM_BYTE_FIELD(DM_HIGHEST, "4")
#define DM_STEP_5                                                                                            \
  DM_HALF_FIELD(DM_LOWEST, "0")                                                                              \
  DM_HALF_FIELD(DM_BETWEEN, "5") DM_HALF_FIELD(DM_BETWEEN, "10") DM_SPARE_FIELD(DM_HIGHEST, "15")
#define DM_STEP_6                                                                                            \
  DM_HALF_FIELD(DM_LOWEST, "0")                                                                              \
  DM_HALF_FIELD(DM_BETWEEN, "6")                                                                             \
  DM_SPARE_FIELD(DM_BETWEEN, "12")                                                                           \
  DM_SPARE_FIELD(DM_BETWEEN, "13") DM_SPARE_FIELD(DM_BETWEEN, "14") DM_SPARE_FIELD(DM_HIGHEST, "15")
#define DM_STEP_7                                                                                            \
  DM_HALF_FIELD(DM_LOWEST, "0")                                                                              \
  DM_HALF_FIELD(DM_BETWEEN, "7") DM_SPARE_FIELD(DM_BETWEEN, "14") DM_SPARE_FIELD(DM_HIGHEST, "15")

// Four rows over `steps` steps; `mask` is that of a field.
#define DM_STEPS(mask, step)                                                                                 \
  __asm__("vmov." mask "\n\tvmov.i16 q7, #1\n\twls lr, %[steps], 2f\n"                                       \
          "1:\n\t"                                                                                           \
          "vld20.32 {q2, q3}, [%[first]]\n\tvld21.32 {q2, q3}, [%[first]]!\n\t"                              \
          "vld20.32 {q4, q5}, [%[second]]\n\tvld21.32 {q4, q5}, [%[second]]!\n\t" step "le lr, 1b\n2:\n\t"   \
          : [x] "+r"(x), [first] "+r"(first), [second] "+r"(second), [s0] "+Te"(s0), [s1] "+Te"(s1),         \
            [s2] "+Te"(s2), [s3] "+Te"(s3)                                                                   \
          : [steps] "r"(steps)                                                                               \
          : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory")

// The last step of a row where that has fewer than four words, filled up with zeros.
typedef struct {
  int8_t x[128];
  int8_t pairs[2][32];
} dm_last_step;

// Copies `count` bytes, up to 16, and fills up with zeros.
DM_INLINE void dm_fill_helium(const int8_t *from, int32_t count, int8_t *to) {
  vst1q_s8(to, vldrbq_z_s8(from, vctp8q((uint32_t)(count > 0 ? count : 0))));
}

// `dm_dot_fields` for one vector, four rows at a time; an odd last pair is computed twice. `bits` is a
// constant.
DM_INLINE void dm_dot_words_helium(const int32_t bits, dm_fields fields, const int8_t *prepared,
                                   int32_t total, const int8_t *w, intptr_t pair_stride, int32_t rows,
                                   int32_t groups, int32_t *sums) {
  const int32_t words = bits * groups, left = words & 3, count = DM_WORD_FIELDS(bits);
  const int32_t correction = fields.offset * total;
  dm_last_step last;
  const int8_t *rest_of_x = prepared + 4 * (words - left) * count;
  for (int32_t f = 0; left > 0 && f < count; f++) {
    dm_fill_helium(rest_of_x + 4 * left * f, 4 * left, last.x + 16 * f);
  }
  for (; rows > 0; rows -= 4) {
    const int8_t *x = prepared, *first = w, *second = rows > 2 ? w + pair_stride : w;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0, steps = words >> 2;
    w = second + pair_stride;
    for (int32_t rest = left;;) {
      if (bits == 1) {
        DM_STEPS("i8 q6, #1", DM_STEP_1);
      } else if (bits == 2) {
        DM_STEPS("i8 q6, #3", DM_STEP_2);
      } else if (bits == 3) {
        DM_STEPS("i16 q6, #7", DM_STEP_3);
      } else if (bits == 4) {
        DM_STEPS("i8 q6, #15", DM_STEP_4);
      } else if (bits == 5) {
        DM_STEPS("i16 q6, #31", DM_STEP_5);
      } else if (bits == 6) {
        DM_STEPS("i16 q6, #63", DM_STEP_6);
      } else {
        DM_STEPS("i16 q6, #127", DM_STEP_7);
      }
      if (rest == 0) {
        break;
      }
      // Once more, for the last step.
      for (int32_t i = 0; i < 32; i += 16) {
        dm_fill_helium(first + i, 8 * rest - i, last.pairs[0] + i);
        dm_fill_helium(second + i, 8 * rest - i, last.pairs[1] + i);
      }
      x = last.x;
      first = last.pairs[0];
      second = last.pairs[1];
      steps = 1;
      rest = 0;
    }
    sums[0] = dm_finish_field(fields, s0, correction);
    sums[1] = dm_finish_field(fields, s1, correction);
    sums[2] = dm_finish_field(fields, s2, correction);
    sums[3] = dm_finish_field(fields, s3, correction);
    sums += 4;
  }
}

// One copy a width.
#define DM_DOT_FIELDS(bits)                                                                                  \
  DM_SHARED void dm_dot_fields_##bits##_helium(dm_fields fields, const int8_t *prepared, int32_t total,      \
                                               const int8_t *w, intptr_t pair_stride, int32_t rows,          \
                                               int32_t groups, int32_t *sums) {                              \
    dm_dot_words_helium(bits, fields, prepared, total, w, pair_stride, rows, groups, sums);                  \
  }
DM_DOT_FIELDS(1)
DM_DOT_FIELDS(2)
DM_DOT_FIELDS(3)
DM_DOT_FIELDS(4)
DM_DOT_FIELDS(5)
DM_DOT_FIELDS(6)
DM_DOT_FIELDS(7)
#undef DM_DOT_FIELDS

// `dm_dot_fields`.
DM_SHARED void dm_dot_fields_helium(dm_fields fields, const int8_t *prepared, const int32_t *totals,
                                    int32_t positions, const int8_t *w, intptr_t pair_stride, int32_t rows,
                                    int32_t n, int32_t *sums, intptr_t sum_stride) {
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP;
  for (; positions > 0; positions--) {
#define DM_CASE(bits)                                                                                        \
  case bits:                                                                                                 \
    dm_dot_fields_##bits##_helium(fields, prepared, *totals, w, pair_stride, rows, groups, sums);            \
    break;
    switch (fields.bits) {
      DM_CASE(1)
      DM_CASE(2)
      DM_CASE(3)
      DM_CASE(4)
      DM_CASE(5)
      DM_CASE(6)
      DM_CASE(7)
    }
#undef DM_CASE
    prepared += dm_prepared_words(fields.bits, groups);
    totals++;
    sums += sum_stride;
  }
}

#endif
#endif

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
  DM_BYTE_FIELD(DM_BETWEEN, "1") DM_BYTE_FIELD(DM_BETWEEN, "2") DM_BYTE_FIELD(DM_BETWEEN, "3")               \
      DM_BYTE_FIELD(DM_BETWEEN, "4") DM_BYTE_FIELD(DM_BETWEEN, "5") DM_BYTE_FIELD(DM_BETWEEN, "6")           \
          DM_BYTE_FIELD(DM_HIGHEST, "7")
#define DM_STEP_2                                                                                            \
  DM_BYTE_FIELD(DM_LOWEST, "0")                                                                              \
  DM_BYTE_FIELD(DM_BETWEEN, "2") DM_BYTE_FIELD(DM_BETWEEN, "4") DM_BYTE_FIELD(DM_HIGHEST, "6")
#define DM_STEP_3                                                                                            \
  DM_HALF_FIELD(DM_LOWEST, "0")                                                                              \
  DM_HALF_FIELD(DM_BETWEEN, "3") DM_HALF_FIELD(DM_BETWEEN, "6") DM_HALF_FIELD(DM_BETWEEN, "9")               \
      DM_HALF_FIELD(DM_BETWEEN, "12") DM_SPARE_FIELD(DM_HIGHEST, "15")
#define DM_STEP_4 DM_BYTE_FIELD(DM_LOWEST, "0") DM_BYTE_FIELD(DM_HIGHEST, "4")
#define DM_STEP_5                                                                                            \
  DM_HALF_FIELD(DM_LOWEST, "0")                                                                              \
  DM_HALF_FIELD(DM_BETWEEN, "5") DM_HALF_FIELD(DM_BETWEEN, "10") DM_SPARE_FIELD(DM_HIGHEST, "15")
#define DM_STEP_6                                                                                            \
  DM_HALF_FIELD(DM_LOWEST, "0")                                                                              \
  DM_HALF_FIELD(DM_BETWEEN, "6") DM_SPARE_FIELD(DM_BETWEEN, "12") DM_SPARE_FIELD(DM_BETWEEN, "13")           \
      DM_SPARE_FIELD(DM_BETWEEN, "14") DM_SPARE_FIELD(DM_HIGHEST, "15")
#define DM_STEP_7                                                                                            \
  DM_HALF_FIELD(DM_LOWEST, "0")                                                                              \
  DM_HALF_FIELD(DM_BETWEEN, "7") DM_SPARE_FIELD(DM_BETWEEN, "14") DM_SPARE_FIELD(DM_HIGHEST, "15")

// Four rows over `steps` steps; `mask` is that of a field.
#define DM_STEPS(mask, step)                                                                                 \
  __asm__("vmov." mask "\n\tvmov.i16 q7, #1\n\twls lr, %[steps], 2f\n"                                       \
          "1:\n\t"                                                                                           \
          "vld20.32 {q2, q3}, [%[first]]\n\tvld21.32 {q2, q3}, [%[first]]!\n\t"                              \
          "vld20.32 {q4, q5}, [%[second]]\n\tvld21.32 {q4, q5}, [%[second]]!\n\t" step "le lr, 1b\n2:\n\t"   \
          : [x] "+r"(x), [first] "+r"(first), [second] "+r"(second), [s0] "+Te"(sums[0]),                    \
            [s1] "+Te"(sums[1]), [s2] "+Te"(sums[2]), [s3] "+Te"(sums[3])                                    \
          : [steps] "r"(steps)                                                                               \
          : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory")

// Adds the products of `steps` steps to the sums of two pairs of rows.
DM_INLINE void dm_steps_helium(int32_t bits, const int8_t *x, const int8_t *first, const int8_t *second,
                               int32_t steps, int32_t *sums) {
  switch (bits) {
  case 1:
    DM_STEPS("i8 q6, #1", DM_STEP_1);
    break;
  case 2:
    DM_STEPS("i8 q6, #3", DM_STEP_2);
    break;
  case 3:
    DM_STEPS("i16 q6, #7", DM_STEP_3);
    break;
  case 4:
    DM_STEPS("i8 q6, #15", DM_STEP_4);
    break;
  case 5:
    DM_STEPS("i16 q6, #31", DM_STEP_5);
    break;
  case 6:
    DM_STEPS("i16 q6, #63", DM_STEP_6);
    break;
  default:
    DM_STEPS("i16 q6, #127", DM_STEP_7);
  }
}

// `dm_dot_fields` for one vector, four rows at a time; an odd last pair is computed twice.
DM_SHARED void dm_dot_words_helium(dm_fields fields, const int8_t *prepared, int32_t total, const int8_t *w,
                                   intptr_t pair_stride, int32_t rows, int32_t words, int32_t *sums) {
  const int32_t bits = fields.bits, steps = words >> 2, left = words & 3;
  const int32_t whole = 16 * steps * DM_WORD_FIELDS(bits), correction = fields.offset * total;
  // The last step, filled up with zeros.
  int8_t vector[128], pairs[64];
  if (left > 0) {
    __builtin_memset(vector, 0, sizeof vector);
    __builtin_memset(pairs, 0, sizeof pairs);
    for (int32_t f = 0; f < DM_WORD_FIELDS(bits); f++) {
      __builtin_memcpy(vector + 16 * f, prepared + whole + 4 * left * f, 4 * (size_t)left);
    }
  }
  for (; rows > 0; rows -= 4) {
    const int8_t *next = rows > 2 ? w + pair_stride : w;
    int32_t four[4] = {0, 0, 0, 0};
    dm_steps_helium(bits, prepared, w, next, steps, four);
    if (left > 0) {
      __builtin_memcpy(pairs, w + 32 * steps, 8 * (size_t)left);
      __builtin_memcpy(pairs + 32, next + 32 * steps, 8 * (size_t)left);
      dm_steps_helium(bits, vector, pairs, pairs + 32, 1, four);
    }
    for (int32_t r = 0; r < 4; r++) {
      sums[r] = dm_finish_field(fields, four[r], correction);
    }
    sums += 4;
    w = next + pair_stride;
  }
}

// `dm_dot_fields`.
DM_SHARED void dm_dot_fields_helium(dm_fields fields, const int8_t *prepared, const int32_t *totals,
                                    int32_t positions, const int8_t *w, intptr_t pair_stride, int32_t rows,
                                    int32_t n, int32_t *sums, intptr_t sum_stride) {
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP;
  for (; positions > 0; positions--) {
    dm_dot_words_helium(fields, prepared, *totals++, w, pair_stride, rows, fields.bits * groups, sums);
    prepared += dm_prepared_words(fields.bits, groups);
    sums += sum_stride;
  }
}

#endif
#endif

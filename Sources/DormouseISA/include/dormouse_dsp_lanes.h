// Packed fields of 3, 5, 6 and 7 bits on Armv7E-M: AND takes a pair of fields out of a word, shifting it on
// the way, and SMLAD multiplies it with a pair of columns: two instructions for two products.
//
// Spare bits are pairs of their own. A multiply-accumulate costs 1.30, 1.44, 2.56 and 2.0 instructions with
// loads and loop.
#ifndef DORMOUSE_DSP_LANES_H
#define DORMOUSE_DSP_LANES_H
#include "dormouse_dsp_prepare.h"

#if DM_HAS_DSP

// Loads pairs of columns.
#define DM_TWO_PAIRS "ldm %[x]!, {%[x0], %[x1]}\n\t"
#define DM_FOUR_PAIRS "ldm %[x]!, {%[x0], %[x1], %[x2], %[x3]}\n\t"
// Loads the next word of both rows.
#define DM_TWO_WORDS "ldrd %[w0], %[w1], [%[row]], #8\n\t"
// sum += the fields of `w` that `mask` leaves after `shift`, times the pair x. The fields pass through r7.
#define DM_FIELDS(sum, w, mask, shift, x)                                                                    \
  "and r7, %[" mask "], %[" w "]" shift "\n\tsmlad %[" sum "], r7, %[" x "], %[" sum "]\n\t"
#define DM_DIRECT_FIELDS(shift, x)                                                                           \
  DM_FIELDS("a", "w0", "mask", shift, x) DM_FIELDS("b", "w1", "mask", shift, x)
#define DM_SPARE_FIELDS(shift, x) DM_FIELDS("a", "w0", "one", shift, x) DM_FIELDS("b", "w1", "one", shift, x)

#define DM_WORD_3                                                                                            \
  DM_TWO_WORDS DM_FOUR_PAIRS DM_DIRECT_FIELDS("", "x0") DM_DIRECT_FIELDS(", lsr #3", "x1")                   \
      DM_DIRECT_FIELDS(", lsr #6", "x2") DM_DIRECT_FIELDS(", lsr #9", "x3")                                  \
          DM_TWO_PAIRS DM_DIRECT_FIELDS(", lsr #12", "x0") DM_SPARE_FIELDS(", lsr #15", "x1")
#define DM_WORD_5                                                                                            \
  DM_TWO_WORDS DM_FOUR_PAIRS DM_DIRECT_FIELDS("", "x0") DM_DIRECT_FIELDS(", lsr #5", "x1")                   \
      DM_DIRECT_FIELDS(", lsr #10", "x2") DM_SPARE_FIELDS(", lsr #15", "x3")
#define DM_WORD_6                                                                                            \
  DM_TWO_WORDS DM_FOUR_PAIRS DM_DIRECT_FIELDS("", "x0") DM_DIRECT_FIELDS(", lsr #6", "x1")                   \
      DM_SPARE_FIELDS(", lsr #12", "x2") DM_SPARE_FIELDS(", lsr #13", "x3")                                  \
          DM_TWO_PAIRS DM_SPARE_FIELDS(", lsr #14", "x0") DM_SPARE_FIELDS(", lsr #15", "x1")
#define DM_WORD_7                                                                                            \
  DM_TWO_WORDS DM_FOUR_PAIRS DM_DIRECT_FIELDS("", "x0") DM_DIRECT_FIELDS(", lsr #7", "x1")                   \
      DM_SPARE_FIELDS(", lsr #14", "x2") DM_SPARE_FIELDS(", lsr #15", "x3")
// Both rows over i times `words`. Registers run out where r7 is the frame pointer; it is saved here.
#define DM_DOT_LANES(words)                                                                                  \
  __asm__("push {r7}\n"                                                                                      \
          "1:\n\t" words "subs %[i], %[i], #1\n\tbne 1b\n\t"                                                 \
          "pop {r7}\n\t"                                                                                     \
          : [x] "+r"(x), [row] "+r"(row), [a] "+r"(a), [b] "+r"(b), [i] "+r"(i), [x0] "=&r"(x0),             \
            [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3), [w0] "=&r"(w0), [w1] "=&r"(w1)                   \
          : [mask] "r"(mask), [one] "r"(one)                                                                 \
          : "cc", "memory")

// `dm_dot_fields` for one vector. Only 5 bits have a loop over whole groups; it is the width that models use.
DM_SHARED void dm_dot_lanes_dsp(const dm_field_product *product) {
  // None is r7. LDM wants its registers in ascending order.
  register uint32_t x0 __asm__("r0"), x1 __asm__("r1"), x2 __asm__("r2"), x3 __asm__("r3");
  register uint32_t w0 __asm__("r4"), w1 __asm__("r5"), mask __asm__("r6"), one __asm__("r8");
  register int32_t a __asm__("r9"), b __asm__("r10"), i __asm__("r11");
  register const int8_t *x __asm__("r12"), *row __asm__("lr");
  const dm_fields fields = product->fields;
  const int32_t correction = fields.offset * product->total;
  const int8_t *w = product->w;
  int32_t *sums = product->sums;
  for (int32_t rows = product->rows; rows > 0; rows -= 2) {
    one = 0x10001;
    mask = (one << fields.bits) - one;
    a = b = 0;
    i = product->groups;
    x = product->prepared;
    row = w;
    if (fields.bits == 5) {
      DM_DOT_LANES(DM_WORD_5 DM_WORD_5 DM_WORD_5 DM_WORD_5 DM_WORD_5);
    } else {
      i *= fields.bits;
      if (fields.bits == 3) {
        DM_DOT_LANES(DM_WORD_3);
      } else if (fields.bits == 6) {
        DM_DOT_LANES(DM_WORD_6);
      } else {
        DM_DOT_LANES(DM_WORD_7);
      }
    }
    sums[0] = dm_finish_field(fields, a, correction);
    sums[1] = dm_finish_field(fields, b, correction);
    sums += 2;
    w += product->pair_stride;
  }
}

#endif
#endif

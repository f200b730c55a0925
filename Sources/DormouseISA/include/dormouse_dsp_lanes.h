// Packed fields of 3, 5, 6 and 7 bits on Armv7E-M: AND takes a pair of fields out of a word, shifting it on
// the way, and SMLAD multiplies it with a pair of columns: two instructions for two products.
//
// Spare bits are pairs of their own. A multiply-accumulate costs 1.36, 1.44, 2.72 and 2.19 instructions with
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
// Of spare bits; v0 is a mask of one bit.
#define DM_SPARE_FIELDS(shift, x) DM_FIELDS("a", "w0", "v0", shift, x) DM_FIELDS("b", "w1", "v0", shift, x)

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
// Five words are a group; the other widths, which models rarely use, take a word a turn.
#define DM_GROUP_5 DM_WORD_5 DM_WORD_5 DM_WORD_5 DM_WORD_5 DM_WORD_5

#endif
#endif

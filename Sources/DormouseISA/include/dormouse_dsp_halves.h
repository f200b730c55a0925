// Packed fields of 1 and 2 bits on Armv7E-M: one multiplication serves two rows.
//
// SMLAD multiplies halves of 16 bits. With a field of the first row, u, at the bottom of a half and one of
// the second, v, at its top, a product is x * u + x * v * 2^k: one register sums up both rows, until the
// lower sum needs more than k bits. The words of two rows are merged for that, two by two: EOR and AND
// exchange fields between the first and the second, rotated so that the fields of one column lie at the two
// ends of a half. A multiply-accumulate costs 0.73 instructions for 1 bit, 0.94 for 2.
//
// The top of a half is signed: -v for 1 bit, and v - 2 for 2 bits, with the upper bit flipped.
#ifndef DORMOUSE_DSP_HALVES_H
#define DORMOUSE_DSP_HALVES_H
#include "dormouse_dsp_lanes.h"

#if DM_HAS_DSP

// w0, w1 = merged words: w1 has the fields with an even number of the first row, w0 those with an odd one.
#define DM_MERGE(rotation, even)                                                                             \
  "eor r7, %[w0], %[w1], ror #" rotation "\n\tand r7, r7, #" even "\n\t"                                     \
  "eor %[w0], %[w0], r7\n\teor %[w1], r7, %[w1], ror #" rotation "\n\t"
// v0 += the fields of both rows at the bottom of `w` after a rotation, times the pair x; or v0 = that.
#define DM_BOTH(w, rotation, x)                                                                              \
  "and r7, %[mask], %[" w "], ror #" rotation "\n\tsmlad %[v0], r7, %[" x "], %[v0]\n\t"
#define DM_BOTH_FIRST(w, x) "and r7, %[mask], %[" w "]\n\tsmuad %[v0], r7, %[" x "]\n\t"
// Four pairs: two of fields with an even number, two of the next.
#define DM_FOUR_BOTH_AFTER(first, second, third, fourth)                                                     \
  DM_FOUR_PAIRS first DM_BOTH("w1", second, "x1") DM_BOTH("w0", third, "x2") DM_BOTH("w0", fourth, "x3")
#define DM_FOUR_BOTH(first, second, third, fourth)                                                           \
  DM_FOUR_BOTH_AFTER(DM_BOTH("w1", first, "x0"), second, third, fourth)
#define DM_FOUR_BOTH_FIRST(second, third, fourth)                                                            \
  DM_FOUR_BOTH_AFTER(DM_BOTH_FIRST("w1", "x0"), second, third, fourth)
// Splits v0: its lowest k bits belong to a, the others to b, which `add` adds or subtracts.
#define DM_SPLIT(k, add)                                                                                     \
  "sbfx r7, %[v0], #0, #" k "\n\tadd %[a], %[a], r7\n\tsub %[v0], %[v0], r7\n\t" add                         \
  " %[b], %[b], %[v0], asr #" k "\n\t"

// 32 columns: the lower sum is at most 32 * 128 = 2^12.
#define DM_GROUP_1                                                                                           \
  DM_TWO_WORDS DM_MERGE("17", "0x55555555") DM_FOUR_BOTH_FIRST("8", "1", "9")                                \
      DM_FOUR_BOTH("2", "10", "3", "11") DM_FOUR_BOTH("4", "12", "5", "13")                                  \
          DM_FOUR_BOTH("6", "14", "7", "15") DM_SPLIT("15", "sub")
// 16 columns: it is at most 16 * 128 * 3 < 2^13.
#define DM_WORD_2                                                                                            \
  DM_TWO_WORDS "eor %[w1], %[w1], #0xAAAAAAAA\n\t" DM_MERGE("18", "0x33333333")                              \
      DM_FOUR_BOTH_FIRST("8", "2", "10") DM_FOUR_BOTH("4", "12", "6", "14") DM_SPLIT("14", "add")

#endif
#endif

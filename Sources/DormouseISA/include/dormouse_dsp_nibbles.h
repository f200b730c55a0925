// Packed fields of 4 bits on Armv7E-M: a word of a row is four pairs of fields.
//
// All of r0 to r12 and lr are used, so the end of the vector waits on the stack. A multiply-accumulate
// costs 1.14 instructions with one vector, 0.89 with two, which share each AND.
#ifndef DORMOUSE_DSP_NIBBLES_H
#define DORMOUSE_DSP_NIBBLES_H
#include "dormouse_dsp_lanes.h"

#if DM_HAS_DSP

// 8 columns of both rows, whose words are in w0 and w1, or in v0 and v1.
#define DM_NIBBLES(w0, w1, shift, x) DM_FIELDS("a", w0, "mask", shift, x) DM_FIELDS("b", w1, "mask", shift, x)
#define DM_EIGHT_NIBBLES(w0, w1)                                                                             \
  DM_FOUR_PAIRS DM_NIBBLES(w0, w1, "", "x0") DM_NIBBLES(w0, w1, ", lsr #8", "x1")                            \
      DM_NIBBLES(w0, w1, ", lsr #4", "x2") DM_NIBBLES(w0, w1, ", lsr #12", "x3")
#define DM_SIXTEEN_NIBBLES                                                                                   \
  "ldm %[row]!, {%[w0], %[w1], %[v0], %[v1]}\n\t" DM_EIGHT_NIBBLES("w0", "w1") DM_EIGHT_NIBBLES("v0", "v1")
#define DM_GROUP_4 DM_UNROLLED(DM_SIXTEEN_NIBBLES, DM_SIXTEEN_NIBBLES DM_SIXTEEN_NIBBLES)

// sum and other += the nibbles of `w` at `shift` times a pair of either vector.
#define DM_NIBBLES_BY_TWO(w, sum, other, shift, x, y)                                                        \
  "and r7, %[mask], %[" w "]" shift "\n\tsmlad %[" sum "], r7, %[" x "], %[" sum "]\n\tsmlad %[" other       \
  "], r7, %[" y "], %[" other "]\n\t"
#define DM_PAIRS_BY_TWO(first, second)                                                                       \
  DM_FOUR_PAIRS DM_NIBBLES_BY_TWO("w0", "a", "c", first, "x0", "x2")                                         \
      DM_NIBBLES_BY_TWO("w1", "b", "d", first, "x0", "x2")                                                   \
          DM_NIBBLES_BY_TWO("w0", "a", "c", second, "x1", "x3")                                              \
              DM_NIBBLES_BY_TWO("w1", "b", "d", second, "x1", "x3")
// 8 columns of both rows and both vectors.
#define DM_EIGHT_BY_TWO DM_TWO_WORDS DM_PAIRS_BY_TWO("", ", lsr #8") DM_PAIRS_BY_TWO(", lsr #4", ", lsr #12")

// `dm_dot_fields` for two vectors, prepared in turns; `totals` are theirs.
DM_SHARED void dm_dot_nibbles_2_dsp(const dm_field_product *product, const int32_t *totals,
                                    intptr_t sum_stride) {
  register uint32_t x0 __asm__("r0"), x1 __asm__("r1"), x2 __asm__("r2"), x3 __asm__("r3");
  register uint32_t w0 __asm__("r4"), w1 __asm__("r5"), mask __asm__("r6");
  register int32_t a __asm__("r8"), b __asm__("r9"), c __asm__("r10"), d __asm__("r11");
  register const int8_t *x __asm__("r12"), *row __asm__("lr");
  const dm_fields fields = product->fields;
  const int32_t correction = fields.offset * totals[0], other_correction = fields.offset * totals[1];
  const int8_t *w = product->w;
  int32_t *sums = product->sums;
  for (int32_t rows = product->rows; rows > 0; rows -= 2) {
    mask = 0xF000F;
    a = b = c = d = 0;
    x = product->prepared;
    row = w;
    w1 = (uint32_t)(x + 128 * product->groups);
    __asm__("push {r5, r7}\n"
            "1:\n\t" DM_EIGHT_BY_TWO DM_EIGHT_BY_TWO "ldr r7, [sp]\n\tcmp %[x], r7\n\tbne 1b\n\t"
            "pop {r5, r7}\n\t"
            : [x] "+r"(x), [row] "+r"(row), [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w1] "+r"(w1),
              [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3), [w0] "=&r"(w0)
            : [mask] "r"(mask)
            : "cc", "memory");
    sums[0] = dm_finish_field(fields, a, correction);
    sums[1] = dm_finish_field(fields, b, correction);
    sums[sum_stride] = dm_finish_field(fields, c, other_correction);
    sums[sum_stride + 1] = dm_finish_field(fields, d, other_correction);
    sums += 2;
    w += product->pair_stride;
  }
}

#endif
#endif

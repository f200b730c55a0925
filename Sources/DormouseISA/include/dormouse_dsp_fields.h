// Products of packed fields on Armv7E-M: the loop over rows that all widths share.
#ifndef DORMOUSE_DSP_FIELDS_H
#define DORMOUSE_DSP_FIELDS_H
#include "dormouse_dsp_halves.h"
#include "dormouse_dsp_lanes.h"
#include "dormouse_dsp_nibbles.h"
#include "dormouse_dsp_prepare.h"

#if DM_HAS_DSP

// Fields of `bits`: v1 turns for both rows.
#define DM_TURNS(bits, turn) #bits ":\n\t" turn "subs %[v1], %[v1], #1\n\tbne " #bits "b\n\tb 9b\n"
#define DM_GO_TO(bits) "cmp %[w0], #" #bits "\n\tbeq " #bits "f\n\t"

#if DORMOUSE_WITHOUT_WIDTHS
#define DM_OTHER_WIDTHS_ARE_AT_8 ""
#define DM_OTHER_WIDTHS ""
#else
#define DM_OTHER_WIDTHS_ARE_AT_8 "cmp %[w0], #4\n\tbne 8f\n"
#define DM_OTHER_WIDTHS                                                                                      \
  "b 10f\n8:\n\tmov %[v0], #0x10001\n\t" DM_GO_TO(1) DM_GO_TO(2) DM_GO_TO(3) DM_GO_TO(6) DM_GO_TO(7)         \
      DM_TURNS(5, DM_GROUP_5) DM_TURNS(1, DM_GROUP_1) DM_TURNS(2, DM_WORD_2) DM_TURNS(3, DM_WORD_3)          \
          DM_TURNS(6, DM_WORD_6) DM_TURNS(7, DM_WORD_7) "10:\n\t"
#endif

// What `mask` leaves of a word: a pair of fields; for 1 and 2 bits the fields at both ends of its halves.
DM_INLINE uint32_t dm_field_mask_dsp(int32_t bits) {
  return bits == 1 ? 0x80018001 : bits == 2 ? 0xC003C003 : ((1u << bits) - 1) * 0x10001;
}

// `dm_dot_fields` for one vector; pairs of rows follow each other without gaps.
DM_SHARED void dm_dot_field_rows_dsp(const dm_field_product *product) {
  // None is r7. LDM wants its registers in ascending order.
  register uint32_t x0 __asm__("r0"), x1 __asm__("r1"), x2 __asm__("r2"), x3 __asm__("r3");
  register uint32_t w0 __asm__("r4"), w1 __asm__("r5"), v0 __asm__("r8"), v1 __asm__("r11");
  register uint32_t mask __asm__("r6") = dm_field_mask_dsp(DM_WIDTH(product->fields.bits));
  register int32_t a __asm__("r9"), b __asm__("r10");
  register const int8_t *x __asm__("r12"), *row __asm__("lr") = product->w;
  const dm_fields fields = product->fields;
  const int32_t bits = DM_WIDTH(fields.bits), correction = fields.offset * product->total;
  // Of the second row in merged words of 2 bits each field is too small by two.
  const int32_t start = bits == 2 ? 2 * product->total : 0;
  const uint32_t turns = bits == 4
                             ? (uint32_t)product->prepared + 64 * (uint32_t)product->groups
                             : (uint32_t)product->groups * (uint32_t)(bits == 1 || bits == 5 ? 1 : bits);
  int32_t *sums = product->sums;
  const int32_t *end = sums + product->rows;
  for (; sums < end; sums += 2) {
    a = 0;
    b = start;
    x = product->prepared;
    w0 = (uint32_t)bits;
    v1 = turns;
    // Registers run out where r7 is the frame pointer: it is saved here, for the fields at hand. For 4 bits
    // v1 is the end of the vector, which waits on the stack.
    __asm__("push {r7, r11}\n\t" DM_OTHER_WIDTHS_ARE_AT_8 "4:\n\t" DM_GROUP_4
            "ldr r7, [sp, #4]\n\tcmp %[x], r7\n\tbne 4b\n"
            "9:\n\tpop {r7, r11}\n\t" DM_OTHER_WIDTHS
            : [x] "+r"(x), [row] "+r"(row), [a] "+r"(a), [b] "+r"(b), [w0] "+r"(w0), [v1] "+r"(v1),
              [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3), [w1] "=&r"(w1), [v0] "=&r"(v0)
            : [mask] "r"(mask)
            : "cc", "memory");
    sums[0] = dm_finish_field(fields, a, correction);
    sums[1] = dm_finish_field(fields, b, correction);
  }
}

// `dm_dot_fields`.
DM_SHARED void dm_dot_fields_dsp(dm_fields fields, const int8_t *prepared, const int32_t *totals,
                                 int32_t positions, const int8_t *w, intptr_t pair_stride, int32_t rows,
                                 int32_t n, int32_t *sums, intptr_t sum_stride) {
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP;
  dm_field_product product = {fields, prepared, *totals, w, pair_stride, rows, groups, sums};
  positions = DM_POSITIONS(positions);
  if (dm_alternates_dsp(DM_WIDTH(fields.bits), positions)) {
    dm_dot_nibbles_2_dsp(&product, totals, sum_stride);
    return;
  }
  for (;;) {
    dm_dot_field_rows_dsp(&product);
    if (--positions == 0) {
      return;
    }
    product.prepared += groups * dm_prepared_group(fields.bits);
    product.total = *++totals;
    product.sums += sum_stride;
  }
}

#endif
#endif

// Armv6-M and its like (Cortex-M0, M0+, M1, M23): scalar dot products that keep all they need in registers.
//
// Of the 14 registers only eight take part in most instructions; the others can be added to, compared and
// moved. There the sums live, which the compiler would keep in memory. A multiply-accumulate of bytes
// costs 3.6 instructions, one of 4-bit fields 2.5.
#ifndef DORMOUSE_THUMB1_H
#define DORMOUSE_THUMB1_H
#include "dormouse_fields_portable.h"

#if defined(__thumb__) && !defined(__thumb2__)
#define DM_HAS_THUMB1 1

// One column of one row; of four rows, which share the element.
#define DM_BYTE(row, sum)                                                                                    \
  "ldrsb %[t], [%[" row "], %[i]]\n\tmuls %[t], %[v], %[t]\n\tadd %[" sum "], %[t]\n\t"
#define DM_COLUMN                                                                                            \
  "ldrsb %[v], [%[x], %[i]]\n\t" DM_BYTE("w0", "s0") DM_BYTE("w1", "s1") DM_BYTE("w2", "s2")                 \
      DM_BYTE("w3", "s3") "adds %[i], #1\n\t"

// One vector times four rows.
DM_INLINE void dm_four_rows_thumb1(const int8_t *x, const int8_t *const *rows, int32_t n, int32_t *sums) {
  // Everything is addressed from its end, so that the index counts up to zero.
  const int8_t *end = x + n, *w0 = rows[0] + n, *w1 = rows[1] + n, *w2 = rows[2] + n, *w3 = rows[3] + n;
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0, i = -n, v, t;
#define DM_OPERANDS                                                                                          \
  [s0] "+h"(s0), [s1] "+h"(s1), [s2] "+h"(s2), [s3] "+h"(s3), [i] "+l"(i), [v] "=&l"(v),                     \
      [t] "=&l"(t) : [x] "l"(end), [w0] "l"(w0), [w1] "l"(w1), [w2] "l"(w2), [w3] "l"(w3)
  for (; (i & DM_UNROLLED(-1, 3)) != 0;) {
    __asm__ volatile(DM_COLUMN:DM_OPERANDS : "cc", "memory");
  }
  if (i < 0) {
    __asm__ volatile("1:\n\t" DM_COLUMN DM_COLUMN DM_COLUMN DM_COLUMN "bne 1b\n\t"
                     : DM_OPERANDS
                     : "cc", "memory");
  }
#undef DM_OPERANDS
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

// `dm_dot`, four rows at a time. Where fewer are left, the last one is computed several times.
DM_SHARED void dm_dot_thumb1(const int8_t *x, intptr_t x_stride, int32_t positions, const int8_t *w,
                             intptr_t row_stride, int32_t rows, int32_t n, int32_t *sums,
                             intptr_t sum_stride) {
  for (int32_t p = 0; p < positions; p++) {
    for (int32_t row = 0; row < rows; row += 4) {
      const int8_t *four[4];
      const int8_t *next = w + row * row_stride;
#pragma clang loop unroll(full)
      for (int r = 0; r < 4; r++) {
        four[r] = next;
        next += row + r + 1 < rows ? row_stride : 0;
      }
      dm_four_rows_thumb1(x, four, n, sums + row);
    }
    x += x_stride;
    sums += sum_stride;
  }
}

// The field of a row's word, moved down by `shift` and masked, times X in `v`.
#define DM_FIELD(row, move, shift, v, mask)                                                                  \
  move " %[t], %[" row "], #" shift "\n\tands %[t], %[" mask "]\n\tmuls %[t], %[" v "], %[t]\n\t"
// What becomes of the product: the first of an accumulator, one more, the last, which empties it, or the only
// one. It is emptied by ((it >> 15) + 1) >> 1, for which its D must be above -32768: so 127 is the most that
// the m of its pairs add up to here.
#define DM_FIRST(row) "mov %[p" row "], %[t]\n\t"
#define DM_MORE(row) "add %[p" row "], %[t]\n\t"
#define DM_LAST(row) "add %[t], %[p" row "]\n\t" DM_ONLY(row)
#define DM_ONLY(row)                                                                                         \
  "asrs %[t], %[t], #15\n\tadds %[t], #1\n\tasrs %[t], %[t], #1\n\tadd %[s" row "], %[t]\n\t"
// The same of both rows of a pair.
#define DM_FIELDS(then, move, shift, v, mask)                                                                \
  DM_FIELD("a", move, shift, v, mask) then("a") DM_FIELD("b", move, shift, v, mask) then("b")

// The next word of both rows.
#define DM_WORDS "ldmia %[w]!, {%[a], %[b]}\n\t"
// Without spare bits: two X, of the pairs at `i` and `j`.
#define DM_TWO(first, i, second, j)                                                                          \
  "ldmia %[x]!, {%[v], %[u]}\n\t" DM_FIELDS(first, "lsrs", #i, "v", "mask")                                  \
      DM_FIELDS(second, "lsrs", #j, "u", "mask")
#define DM_START(j)                                                                                          \
  "ldmia %[x]!, {%[v], %[u]}\n\t" DM_FIELDS(DM_FIRST, "lsls", "0", "v", "mask")                              \
      DM_FIELDS(DM_MORE, "lsrs", #j, "u", "mask")
// With spare bits: one X, and `u` is the mask of the spare bits.
#define DM_LOWEST(then) "ldmia %[x]!, {%[v]}\n\t" DM_FIELDS(then, "lsls", "0", "v", "mask")
#define DM_DIRECT_AT(then, i) "ldmia %[x]!, {%[v]}\n\t" DM_FIELDS(then, "lsrs", #i, "v", "mask")
#define DM_SPARE_AT(then, i) "ldmia %[x]!, {%[v]}\n\t" DM_FIELDS(then, "lsrs", #i, "v", "u")

// Repeats until the vector's end; a conditional branch reaches 256 bytes.
#define DM_NEAR(body) "1:\n\t" body "cmp %[x], %[end]\n\tbne 1b\n\t"
#define DM_FAR(body) "1:\n\t" body "cmp %[x], %[end]\n\tbeq 2f\n\tb 1b\n\t2:\n\t"

#define DM_LOOP_1                                                                                            \
  DM_FAR(DM_WORDS DM_START(1) DM_TWO(DM_MORE, 2, DM_MORE, 3) DM_TWO(DM_MORE, 4, DM_MORE, 5)                  \
             DM_TWO(DM_MORE, 6, DM_MORE, 7) DM_TWO(DM_MORE, 8, DM_MORE, 9) DM_TWO(DM_MORE, 10, DM_MORE, 11)  \
                 DM_TWO(DM_MORE, 12, DM_MORE, 13) DM_TWO(DM_MORE, 14, DM_LAST, 15))
#define DM_LOOP_2                                                                                            \
  DM_NEAR(DM_WORDS DM_START(2) DM_TWO(DM_MORE, 4, DM_MORE, 6) DM_TWO(DM_MORE, 8, DM_MORE, 10)                \
              DM_TWO(DM_MORE, 12, DM_LAST, 14))
#define DM_LOOP_3                                                                                            \
  DM_NEAR(DM_WORDS DM_LOWEST(DM_FIRST) DM_DIRECT_AT(DM_MORE, 3) DM_DIRECT_AT(DM_MORE, 6)                     \
              DM_DIRECT_AT(DM_MORE, 9) DM_DIRECT_AT(DM_MORE, 12) DM_SPARE_AT(DM_LAST, 15))
#define DM_LOOP_4                                                                                            \
  DM_NEAR(DM_WORDS DM_START(4) DM_TWO(DM_MORE, 8, DM_MORE, 12) DM_WORDS                                      \
          "ldmia %[x]!, {%[v], %[u]}\n\t" DM_FIELDS(DM_MORE, "lsls", "0", "v", "mask")                       \
              DM_FIELDS(DM_MORE, "lsrs", "4", "u", "mask") DM_TWO(DM_MORE, 8, DM_LAST, 12))
#define DM_LOOP_5                                                                                            \
  DM_NEAR(DM_WORDS DM_LOWEST(DM_FIRST) DM_DIRECT_AT(DM_MORE, 5) DM_DIRECT_AT(DM_MORE, 10)                    \
              DM_SPARE_AT(DM_LAST, 15))
#define DM_LOOP_6                                                                                            \
  DM_NEAR(DM_WORDS DM_LOWEST(DM_FIRST) DM_DIRECT_AT(DM_LAST, 6) DM_SPARE_AT(DM_FIRST, 12)                    \
              DM_SPARE_AT(DM_LAST, 13) DM_SPARE_AT(DM_FIRST, 14) DM_SPARE_AT(DM_LAST, 15))
#define DM_LOOP_7                                                                                            \
  DM_NEAR(DM_WORDS DM_LOWEST(DM_ONLY) DM_DIRECT_AT(DM_ONLY, 7) DM_SPARE_AT(DM_ONLY, 14)                      \
              DM_SPARE_AT(DM_ONLY, 15))

// One vector, from `x` to `end`, times the rows of one pair, as `dm_dot_fields_portable` does it.
#define DM_ROW_PAIR(loop)                                                                                    \
  __asm__ volatile(loop                                                                                      \
                   : [x] "+l"(x), [w] "+l"(w), [sa] "+h"(sa), [sb] "+h"(sb), [pa] "=&h"(pa), [pb] "=&h"(pb), \
                     [v] "=&l"(v), [u] "+l"(u), [a] "=&l"(a), [b] "=&l"(b), [t] "=&l"(t)                     \
                   : [mask] "l"(mask), [end] "h"(end)                                                        \
                   : "cc", "memory")

DM_SHARED void dm_row_pair_thumb1(int32_t bits, const int8_t *x, const int8_t *end, const int8_t *w,
                                  int32_t *sums) {
  // LDMIA wants its registers in ascending order.
  register uint32_t v __asm__("r0"), u __asm__("r1") = 0x10001, a __asm__("r2"), b __asm__("r3");
  bits = DM_WIDTH(bits);
  uint32_t mask = ((1u << bits) - 1) * 0x10001, sa = 0, sb = 0, pa, pb, t;
  switch (bits) {
  case 1:
    DM_ROW_PAIR(DM_LOOP_1);
    break;
  case 2:
    DM_ROW_PAIR(DM_LOOP_2);
    break;
  case 3:
    DM_ROW_PAIR(DM_LOOP_3);
    break;
  case 4:
    DM_ROW_PAIR(DM_LOOP_4);
    break;
  case 5:
    DM_ROW_PAIR(DM_LOOP_5);
    break;
  case 6:
    DM_ROW_PAIR(DM_LOOP_6);
    break;
  default:
    DM_ROW_PAIR(DM_LOOP_7);
  }
  sums[0] = (int32_t)sa;
  sums[1] = (int32_t)sb;
}

// `dm_dot_fields_portable`, a pair of rows at a time.
DM_SHARED void dm_dot_fields_thumb1(int32_t bits, const int8_t *prepared, int32_t positions, const int8_t *w,
                                    intptr_t pair_stride, int32_t rows, int32_t n, int32_t *sums,
                                    intptr_t sum_stride) {
  const int32_t length = (n + DM_GROUP - 1) / DM_GROUP * dm_prepared_group(DM_WIDTH(bits));
  for (int32_t p = 0; p < positions; p++) {
    const int8_t *pair = w;
    for (int32_t row = 0; row < rows; row += 2) {
      dm_row_pair_thumb1(bits, prepared, prepared + length, pair, sums + row);
      pair += pair_stride;
    }
    prepared += length;
    sums += sum_stride;
  }
}

#endif
#endif

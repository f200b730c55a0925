// Weights below eight bits: unsigned fields of 1 to 7 bits, packed in words, and their dot products.
//
// Columns come in groups of 32, a group of one row is `bits` words, and rows come in pairs: word 0 of the
// first row, word 0 of the second, word 1 of the first, and so on (`WeightLayout.pairs` says where each field
// lies). A pair of columns is what SXTB16 makes of a word of bytes: pair 2m is columns 4m and 4m + 2, pair 2m
// + 1 is 4m + 1 and 4m + 3. One AND takes both fields of a pair, one in each half of a word.
//
// - Fields of 1, 2 and 4 bits fill bytes: column 4 * bits * f + 4 * j + k is field f of byte k of word j.
// - Others fill halves: field i of word j is pair i * bits + j; the bits left over at the top of a half are
// one more
//   pair each, word j holding bit j of it.
#ifndef DORMOUSE_FIELDS_H
#define DORMOUSE_FIELDS_H
#include "dormouse_base.h"

// How a weight is made of its field: `w = (u << doubling) - offset`.
typedef struct {
  // Of a field, 1 to 7.
  int32_t bits;
  int32_t doubling;
  int32_t offset;
} dm_fields;

// Every width, or, where firmware leaves the others out, 4 bits alone.
#if DORMOUSE_WITHOUT_WIDTHS
#define DM_WIDTH(bits) 4
#else
#define DM_WIDTH(bits) (bits)
#endif

// Columns of a group.
enum { DM_GROUP = 32 };

// Direct fields in a half of a word, and bits left over.
#define DM_DIRECT(bits) (16 / (bits))
#define DM_SPARE(bits) (16 % (bits))

// Bytes that a group of one prepared vector takes: a word for each pair that a kernel multiplies with.
DM_INLINE int32_t dm_prepared_group(int32_t bits) { return 4 * bits * (DM_DIRECT(bits) + DM_SPARE(bits)); }

// The fields of one row in a group, `fields[column]`; `words` are every second one.
DM_SHARED void dm_unpack_fields(int32_t width, const uint32_t *words, uint8_t *fields) {
  const int32_t bits = DM_WIDTH(width);
  const uint32_t mask = (1u << bits) - 1;
  if (DM_SPARE(bits) == 0) {
    for (int32_t j = 0; j < bits; j++) {
      uint32_t word = words[2 * j];
      for (int32_t f = 0; f < 8 / bits; f++) {
        for (int32_t k = 0; k < 4; k++) {
          fields[4 * (bits * f + j) + k] = (uint8_t)((word >> (8 * k + bits * f)) & mask);
        }
      }
    }
    return;
  }
  for (int32_t q = 0; q < 16; q++) {
    const int32_t first = 4 * (q >> 1) + (q & 1);
    uint32_t pair = 0;
    if (q < bits * DM_DIRECT(bits)) {
      pair = (words[2 * (q % bits)] >> (q / bits * bits)) & (mask * 0x10001);
    } else {
      for (int32_t j = 0; j < bits; j++) {
        pair |= ((words[2 * j] >> q) & 0x10001) << j;
      }
    }
    fields[first] = (uint8_t)pair;
    fields[first + 2] = (uint8_t)(pair >> 16);
  }
}

// The sum of a vector's elements: what the offset of the fields is multiplied with.
DM_SHARED int32_t dm_total(const int8_t *x, int32_t n) {
  int32_t total = 0;
  for (int32_t i = 0; i < n; i++) {
    total += x[i];
  }
  return total;
}

// One prepared vector against rows; `total` is the sum of its elements.
typedef struct {
  dm_fields fields;
  const int8_t *prepared;
  int32_t total;
  const int8_t *w;
  intptr_t pair_stride;
  int32_t rows;
  int32_t groups;
  int32_t *sums;
} dm_field_product;

// From a sum of fields to a sum of weights; `correction` is the offset times the vector's total.
DM_INLINE int32_t dm_finish_field(dm_fields fields, int32_t sum, int32_t correction) {
  return (int32_t)(((uint32_t)sum << fields.doubling) - (uint32_t)correction);
}

// From sums of fields to sums of weights.
DM_SHARED void dm_finish_fields(dm_fields fields, const int32_t *totals, int32_t positions, int32_t rows,
                                int32_t *sums, intptr_t sum_stride) {
  for (int32_t p = 0; p < positions; p++) {
    const int32_t correction = fields.offset * totals[p];
    for (int32_t r = 0; r < rows; r++) {
      sums[r] = dm_finish_field(fields, sums[r], correction);
    }
    sums += sum_stride;
  }
}

#endif

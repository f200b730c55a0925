// Dot products of packed fields in plain C: one 32-bit multiplication serves two columns.
//
// A pair of columns, c and c + 2, has its fields u and v in the two halves of a word, v in the upper one. The
// vector is prepared as X = 65536 * x[c] + x[c + 2], so that modulo 2^32
//
//   X * (u + 65536 * v) = x[c + 2] * u + 65536 * (x[c] * u + x[c + 2] * v):
//
// the wanted sum D above, junk J below. Several of these are added up in one accumulator before (it + 32768)
// >> 16 takes D out of it. That is exact as long as the sums of J and of D fit in 16 bits.
//
// They do: a pair with fields up to m contributes |J| <= 128 * m and -256 * m <= D <= 254 * m, so pairs whose
// m add up to at most 128 are safe, J by far and D down to -32768. A direct field of b bits has m = 2^b - 1.
// A spare bit of word j has weight 2^j, which X is multiplied by ahead, so m = 2^j, at most 2^(b - 1).
#ifndef DORMOUSE_FIELDS_PORTABLE_H
#define DORMOUSE_FIELDS_PORTABLE_H
#include "dormouse_fields.h"

// What the m of an accumulator's pairs may add up to.
enum { DM_ROOM = 128 };

// X of pair `pair` of a group.
DM_INLINE uint32_t dm_column_pair(const int8_t *x, int32_t pair) {
  const int8_t *column = x + 4 * (pair >> 1) + (pair & 1);
  return ((uint32_t)column[0] << 16) + (uint32_t)column[2];
}

// Prepares vector `position`: of every group the X of each word, direct fields first, in the order of their
// bits.
DM_SHARED void dm_prepare_fields_portable(int32_t bits, const int8_t *x, int32_t n, int32_t position,
                                          int8_t *prepared) {
  bits = DM_WIDTH(bits);
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP, direct = DM_DIRECT(bits), spare = DM_SPARE(bits);
  uint32_t *next = (uint32_t *)(void *)(prepared + position * groups * dm_prepared_group(bits));
  int8_t last[DM_GROUP] = {0};
  for (; n > 0; n -= DM_GROUP) {
    const int8_t *group = x;
    if (n < DM_GROUP) {
      __builtin_memcpy(last, x, (size_t)n);
      group = last;
    }
    for (int32_t j = 0; j < bits; j++) {
      for (int32_t i = 0; i < direct; i++) {
        // Fields that fill bytes: those of the even pairs come first.
        int32_t half = direct / 2, pair = bits * i + j;
        if (spare == 0) {
          pair = i < half ? 2 * (bits * i + j) : 2 * (bits * (i - half) + j) + 1;
        }
        *next++ = dm_column_pair(group, pair);
      }
      for (int32_t s = 0; s < spare; s++) {
        *next++ = dm_column_pair(group, bits * direct + s) << j;
      }
    }
    x += DM_GROUP;
  }
}

// Takes D out of an accumulator.
DM_INLINE uint32_t dm_upper(uint32_t accumulator) {
  return (uint32_t)((int32_t)(accumulator + 0x8000) >> 16);
}

// One vector times `rows` rows, two or four, from the words of one or two row pairs; `bits` and `rows` are
// constants.
DM_INLINE void dm_tile_fields_portable(const int bits, const int rows, const uint32_t *x,
                                       const uint32_t *first, const uint32_t *second, int32_t groups,
                                       int32_t *sums) {
  const uint32_t mask = ((1u << bits) - 1) * 0x10001;
  // Words until the accumulators are emptied: two of 4 bits just fill them.
  const int words = bits == 4 ? DM_UNROLLED(1, 2) : 1;
  uint32_t totals[4] = {0};
#pragma clang loop unroll(disable)
  for (int32_t i = groups * bits; i > 0; i -= words) {
    uint32_t parts[4] = {0};
    int filled = 0;
#pragma clang loop unroll(full)
    for (int word = 0; word < words; word++) {
      uint32_t w[4];
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) {
        w[r] = *(r < 2 ? first++ : second++);
      }
#pragma clang loop unroll(full)
      for (int k = 0; k < DM_DIRECT(bits) + DM_SPARE(bits); k++) {
        const int is_direct = k < DM_DIRECT(bits), most = is_direct ? (1 << bits) - 1 : 1 << (bits - 1);
        const int shift = is_direct ? k * bits : DM_DIRECT(bits) * (bits - 1) + k;
        if (filled + most > DM_ROOM) {
#pragma clang loop unroll(full)
          for (int r = 0; r < rows; r++) {
            totals[r] += dm_upper(parts[r]);
            parts[r] = 0;
          }
          filled = 0;
        }
        filled += most;
        uint32_t pair = *x++;
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
          parts[r] += pair * ((w[r] >> shift) & (is_direct ? mask : 0x10001));
        }
        dm_settle(parts);
      }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      totals[r] += dm_upper(parts[r]);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    sums[r] = (int32_t)totals[r];
  }
}

// One vector times all rows, four at a time; of three rows or fewer the last pair is computed twice.
DM_INLINE void dm_rows_fields_portable(const int bits, const uint32_t *x, const int8_t *w,
                                       intptr_t pair_stride, int32_t rows, int32_t groups, int32_t *sums) {
#pragma clang loop unroll(disable)
  for (; rows > 0; rows -= 4) {
    const int8_t *next = rows > 2 ? w + pair_stride : w;
    dm_tile_fields_portable(bits, 4, x, (const uint32_t *)(const void *)w,
                            (const uint32_t *)(const void *)next, groups, sums);
    w = next + pair_stride;
    sums += 4;
  }
}

// sums[p * sum_stride + r] = sum_i x[p][i] * u[r][i].
DM_SHARED void dm_dot_fields_portable(int32_t bits, const int8_t *prepared, int32_t positions,
                                      const int8_t *w, intptr_t pair_stride, int32_t rows, int32_t n,
                                      int32_t *sums, intptr_t sum_stride) {
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP;
  bits = DM_WIDTH(bits);
  for (int32_t p = 0; p < positions; p++) {
    const uint32_t *x = (const uint32_t *)(const void *)(prepared + p * groups * dm_prepared_group(bits));
    switch (bits) {
    case 1:
      dm_rows_fields_portable(1, x, w, pair_stride, rows, groups, sums);
      break;
    case 2:
      dm_rows_fields_portable(2, x, w, pair_stride, rows, groups, sums);
      break;
    case 3:
      dm_rows_fields_portable(3, x, w, pair_stride, rows, groups, sums);
      break;
    case 4:
      dm_rows_fields_portable(4, x, w, pair_stride, rows, groups, sums);
      break;
    case 5:
      dm_rows_fields_portable(5, x, w, pair_stride, rows, groups, sums);
      break;
    case 6:
      dm_rows_fields_portable(6, x, w, pair_stride, rows, groups, sums);
      break;
    default:
      dm_rows_fields_portable(7, x, w, pair_stride, rows, groups, sums);
    }
    sums += sum_stride;
  }
}

#endif

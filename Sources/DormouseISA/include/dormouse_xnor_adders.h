// Counting ones where no instruction does: words go through full adders, bit by bit, before any is counted.
//
// A full adder takes three words in five instructions and leaves two, one that counts single, one double (a
// carry-save adder; Harley and Seal, in Warren, Hacker's Delight, 5-1). Eleven make four words of fifteen,
// and only those are counted, in fields that grow, and the sixteenth beside them.
#ifndef DORMOUSE_XNOR_ADDERS_H
#define DORMOUSE_XNOR_ADDERS_H
#include "dormouse_thumb1.h"
#include "dormouse_xnor_portable.h"

// Words of a row up to which sums fit in two halves of a word.
enum { DM_XNOR_WORDS = 4095 };

// Adds two words to a sum, bit by bit; returns the carries.
DM_INLINE uint32_t dm_full_adder(uint32_t *sum, uint32_t a, uint32_t b) {
#if DM_HAS_THUMB1
  // Instructions overwrite an operand here; so the carry is a, unless both others differ from it.
  uint32_t both;
  __asm__("eors %[sum], %[a]\n\teors %[b], %[a]\n\tmovs %[both], %[sum]\n\tands %[both], %[b]\n\t"
          "eors %[sum], %[b]\n\teors %[sum], %[a]\n\teors %[a], %[both]\n\t"
          : [sum] "+l"(*sum), [a] "+l"(a), [b] "+l"(b), [both] "=&l"(both)
          :
          : "cc");
  return a;
#else
  uint32_t half = *sum ^ a, carry = (*sum & a) | (half & b);
  *sum = half ^ b;
  return carry;
#endif
}

// The sums of nibbles two by two: 0 to 30 in a byte.
DM_INLINE uint32_t dm_nibbles_in_bytes(uint32_t nibbles) {
  return (nibbles & 0x0F0F0F0Fu) + (nibbles >> 4 & 0x0F0F0F0Fu);
}

// Adds the bytes of a word to two sums of 16 bits.
DM_INLINE uint32_t dm_bytes_in_halves(uint32_t bytes) {
  return (bytes & 0xFF00FFu) + (bytes >> 8 & 0xFF00FFu);
}

// Says that a sum and its carries are needed now: the compiler would else load many words ahead of their
// additions, and run out of registers.
DM_INLINE void dm_settle_adder(uint32_t *sum, uint32_t *carry) {
#if !__STDC_HOSTED__
  __asm__ volatile("" : "+r"(*sum), "+r"(*carry));
#endif
}

// What follows takes words i and on of a vector against a few rows, whose number is a constant, so that all
// stays in registers. Adds two words to `ones`; the carries count double.
DM_INLINE void dm_add_two(const int rows, const uint32_t *x, const uint32_t *const *w, int i, uint32_t *ones,
                          uint32_t *carries) {
  const uint32_t first = x[i], second = x[i + 1];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    carries[r] = dm_full_adder(&ones[r], first ^ w[r][i], second ^ w[r][i + 1]);
    dm_settle_adder(&ones[r], &carries[r]);
  }
}

// Adds four words to `ones` and `twos`; the carries count four times.
DM_INLINE void dm_add_four(const int rows, const uint32_t *x, const uint32_t *const *w, int i, uint32_t *ones,
                           uint32_t *twos, uint32_t *carries) {
  uint32_t first[2], second[2];
  dm_add_two(rows, x, w, i, ones, first);
  dm_add_two(rows, x, w, i + 2, ones, second);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    carries[r] = dm_full_adder(&twos[r], first[r], second[r]);
    dm_settle_adder(&twos[r], &carries[r]);
  }
}

// bytes[r] = ones of 3 words of row r, four numbers up to 24.
DM_INLINE void dm_count_three(const int rows, const uint32_t *x, const uint32_t *const *w, uint32_t *bytes) {
  uint32_t ones[2], twos[2];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    ones[r] = x[0] ^ w[r][0];
  }
  dm_add_two(rows, x, w, 1, ones, twos);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    bytes[r] = dm_nibbles_in_bytes(dm_ones_in_nibbles(ones[r]) + 2 * dm_ones_in_nibbles(twos[r]));
  }
}

// bytes[r] = ones of 16 words of row r, four numbers up to 128.
DM_INLINE void dm_count_sixteen(const int rows, const uint32_t *x, const uint32_t *const *w,
                                uint32_t *bytes) {
  uint32_t ones[2], twos[2], fours[2], first[2], second[2], eights;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    bytes[r] = dm_ones_in_bytes(x[0] ^ w[r][0]);
    ones[r] = x[1] ^ w[r][1];
    dm_settle_adder(&bytes[r], &ones[r]);
  }
  dm_add_two(rows, x, w, 2, ones, twos);
  dm_add_four(rows, x, w, 4, ones, twos, fours);
  dm_add_four(rows, x, w, 8, ones, twos, first);
  dm_add_four(rows, x, w, 12, ones, twos, second);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    eights = dm_full_adder(&fours[r], first[r], second[r]);
    uint32_t low = dm_ones_in_nibbles(ones[r]) + 2 * dm_ones_in_nibbles(twos[r]);
    uint32_t high = dm_ones_in_nibbles(fours[r]) + 2 * dm_ones_in_nibbles(eights);
    bytes[r] += dm_nibbles_in_bytes(low) + 4 * dm_nibbles_in_bytes(high);
  }
}

// bytes[r] = ones of up to 15 words of row r, four numbers up to 120.
DM_INLINE void dm_count_rest(const int rows, const uint32_t *x, const uint32_t *const *w, int32_t words,
                             uint32_t *bytes) {
  const uint32_t *next[2] = {w[0], w[rows - 1]};
  uint32_t three[2];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    bytes[r] = 0;
  }
#pragma clang loop unroll(disable)
  for (; words >= 3; words -= 3) {
    dm_count_three(rows, x, next, three);
    x += 3;
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      bytes[r] += three[r];
      next[r] += 3;
    }
  }
#pragma clang loop unroll(disable)
  for (; words > 0; words--) {
    const uint32_t word = *x++;
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      bytes[r] += dm_ones_in_bytes(word ^ *next[r]++);
    }
  }
}

// Rows, whose number is a constant, against a vector of up to `DM_XNOR_WORDS` words.
DM_INLINE void dm_xnor_rows(const int rows, const uint32_t *x, const uint32_t *w, intptr_t row_stride,
                            int32_t words, int32_t *sums) {
  const uint32_t *next[2] = {w, (const uint32_t *)((const char *)w + row_stride)};
  uint32_t halves[2] = {0, 0}, bytes[2];
#pragma clang loop unroll(disable)
  for (; words >= 16; words -= 16) {
    dm_count_sixteen(rows, x, next, bytes);
    x += 16;
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      halves[r] += dm_bytes_in_halves(bytes[r]);
      next[r] += 16;
    }
  }
  if (words > 0) {
    dm_count_rest(rows, x, next, words, bytes);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      halves[r] += dm_bytes_in_halves(bytes[r]);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    sums[r] = (int32_t)((halves[r] & 0xFFFF) + (halves[r] >> 16));
  }
}

// `dm_xnor_dot` for up to `DM_XNOR_WORDS` words.
DM_SHARED void dm_xnor_dot_adders(const uint32_t *x, const uint32_t *w, intptr_t row_stride, int32_t rows,
                                  int32_t words, int32_t *sums) {
#if !DM_HAS_THUMB1
  // Two rows share the loads of the vector where there are registers for it.
  for (; rows >= 2; rows -= 2) {
    dm_xnor_rows(2, x, w, row_stride, words, sums);
    w = (const uint32_t *)((const char *)w + 2 * row_stride);
    sums += 2;
  }
#endif
  for (; rows > 0; rows--) {
    dm_xnor_rows(1, x, w, row_stride, words, sums++);
    w = (const uint32_t *)((const char *)w + row_stride);
  }
}

// `dm_binarize`, 32 outputs at a time, the last one first: so words are shifted by one.
DM_SHARED void dm_binarize_words(const int32_t *sums, int32_t valid, const int32_t *thresholds,
                                 const int32_t *polarities, int32_t count, uint32_t *out) {
  for (; count >= 32; count -= 32) {
    uint32_t word = 0;
#pragma clang loop unroll_count(4)
    for (int32_t c = 31; c >= 0; c--) {
      const int32_t turn = polarities[c] >> 31, dot = (valid - 2 * sums[c]) ^ turn;
      word = (word << 1) + (uint32_t)(dot < (thresholds[c] ^ turn));
    }
    *out++ = ~word;
    sums += 32;
    thresholds += 32;
    polarities += 32;
  }
  dm_binarize_portable(sums, valid, thresholds, polarities, count, out);
}

#endif

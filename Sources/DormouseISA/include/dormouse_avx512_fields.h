// Packed fields on x86-64 with AVX-512 and VNNI: 64 products an instruction.
//
// As with AVX2, but VPDPBUSD adds four products to each lane.
#ifndef DORMOUSE_AVX512_FIELDS_H
#define DORMOUSE_AVX512_FIELDS_H
#include "dormouse_avx2_fields.h"
#include "dormouse_avx512.h"

#if defined(__x86_64__) && __STDC_HOSTED__

// Moves what `slot` of the halves of `words` holds, to the lower or upper byte of each half; `word` is the
// number of each word in its group.
DM_AVX512_TARGET DM_INLINE __m512i dm_slot_avx512(const int bits, const int slot, __m512i words,
                                                  __m512i word) {
  const int target = (slot & 1) * 8;
  if (slot < DM_DIRECT(bits)) {
    const int right = slot * bits - target;
    __m512i moved = right < 0 ? _mm512_slli_epi32(words, -right) : _mm512_srli_epi32(words, right);
    return _mm512_and_si512(
        moved, _mm512_set1_epi32(((1 << bits) - 1) << target | ((1 << bits) - 1) << (target + 16)));
  }
  const int place = DM_DIRECT(bits) * (bits - 1) + slot;
  __m512i moved = _mm512_srlv_epi32(words, _mm512_sub_epi32(_mm512_set1_epi32(place - target), word));
  return _mm512_and_si512(moved, _mm512_sllv_epi32(_mm512_set1_epi32(0x10001 << target), word));
}

// Fields of one step as bytes; those of 1, 2 and 4 bits stay where they are in their byte, so that an AND is
// all it takes.
DM_AVX512_TARGET DM_INLINE __m512i dm_decode_avx512(const int bits, const int step, __m512i words,
                                                    __m512i word) {
  if (DM_SPARE(bits) == 0) {
    return _mm512_and_si512(words, _mm512_set1_epi8((char)(((1 << bits) - 1) << (bits * step))));
  }
  return _mm512_or_si512(dm_slot_avx512(bits, 2 * step, words, word),
                         dm_slot_avx512(bits, 2 * step + 1, words, word));
}

// Numbers of words, modulo `bits`: what is left of those below twice that.
DM_AVX512_TARGET DM_INLINE __m512i dm_wrap_avx512(const int bits, __m512i word) {
  return _mm512_min_epu32(word, _mm512_sub_epi32(word, _mm512_set1_epi32(bits)));
}

// Sums of one row pair: one, or where fields stay in place one a step, of weight 2^(bits * step).
#define DM_FIELD_SUMS(bits) (DM_SPARE(bits) == 0 ? DM_FIELD_STEPS(bits) : 1)

// Row pairs that are multiplied together: as many as have their sums in registers.
#define DM_FIELD_PAIRS(bits) (DM_SPARE(bits) == 0 ? 2 * (bits) : 8)

// How a tile loads: all lanes or those inside; the weights of long rows are masked even where all lanes are
// inside, see `dm_tile_avx512`.
enum { DM_PLAIN, DM_LONG, DM_MASKED };

// Adds the products of up to 64 bytes of `pairs` row pairs to `parts[positions][pairs][DM_FIELD_SUMS]`. Four
// row pairs a pointer, lest the compiler runs out of registers.
DM_AVX512_TARGET DM_INLINE void dm_multiply_fields_avx512(const int bits, const int loads, __mmask16 inside,
                                                          const int8_t *prepared, intptr_t plane,
                                                          const int positions, const int8_t *first,
                                                          const int8_t *second, intptr_t pair_stride,
                                                          const int pairs, __m512i word, __m512i *parts) {
  __m512i words[8];
#pragma clang loop unroll(full)
  for (int k = 0; k < pairs; k++) {
    const int8_t *from = (k < 4 ? first : second) + k % 4 * pair_stride;
    words[k] = loads == DM_PLAIN ? _mm512_loadu_si512(from) : _mm512_maskz_loadu_epi32(inside, from);
  }
#pragma clang loop unroll(full)
  for (int step = 0; step < DM_FIELD_STEPS(bits); step++) {
    __m512i vectors[2];
#pragma clang loop unroll(full)
    for (int p = 0; p < positions; p++) {
      const int8_t *from = prepared + (p * DM_FIELD_STEPS(bits) + step) * plane;
      vectors[p] = loads == DM_MASKED ? _mm512_maskz_loadu_epi32(inside, from) : _mm512_loadu_si512(from);
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < pairs; k++) {
      __m512i fields = dm_decode_avx512(bits, step, words[k], word);
#pragma clang loop unroll(full)
      for (int p = 0; p < positions; p++) {
        __m512i *part = &parts[(p * pairs + k) * DM_FIELD_SUMS(bits) + step % DM_FIELD_SUMS(bits)];
        *part = _mm512_dpbusd_epi32(*part, fields, vectors[p]);
      }
    }
  }
}

// Dot products of `positions` vectors with `pairs` row pairs: `dots[positions][pairs]`, whose even lanes add
// up to that of the first row, the odd ones to that of the second.
DM_AVX512_TARGET DM_INLINE void dm_field_tile_avx512(const int bits, const int8_t *prepared, intptr_t plane,
                                                     const int positions, const int8_t *w,
                                                     intptr_t pair_stride, const int pairs, __m512i *dots) {
  __m512i parts[16];
#pragma clang loop unroll(full)
  for (int k = 0; k < positions * pairs * DM_FIELD_SUMS(bits); k++) {
    parts[k] = _mm512_setzero_si512();
  }
  __m512i word = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  word = dm_wrap_avx512(bits, dm_wrap_avx512(bits, word));
  const int8_t *first = w, *second = w + 4 * pair_stride;
  intptr_t left = plane;
#define DM_LOOP(loads, least)                                                                                \
  for (; left >= least; left -= 64) {                                                                        \
    if (left < 64) {                                                                                         \
      inside = (__mmask16)((1 << (left >> 2)) - 1);                                                          \
    }                                                                                                        \
    dm_multiply_fields_avx512(bits, loads, inside, prepared, plane, positions, first, second, pair_stride,   \
                              pairs, word, parts);                                                           \
    word = dm_wrap_avx512(bits, _mm512_add_epi32(word, _mm512_set1_epi32(8 % bits)));                        \
    prepared += 64;                                                                                          \
    first += 64;                                                                                             \
    second += 64;                                                                                            \
    __asm__("" : "+r"(first), "+r"(second));                                                                 \
  }
  // Not known to be all ones, or the compiler would drop the mask.
  __mmask16 inside = (__mmask16)0xFFFF;
  __asm__("" : "+Yk"(inside));
  // Rows of single bits are too short for loops of their own to pay.
  if (bits > 1) {
    if (plane <= 256) {
      DM_LOOP(DM_PLAIN, 64)
    }
    DM_LOOP(DM_LONG, 64)
  }
  DM_LOOP(DM_MASKED, 1)
#undef DM_LOOP
#pragma clang loop unroll(full)
  for (int k = 0; k < positions * pairs; k++) {
    dots[k] = parts[k * DM_FIELD_SUMS(bits)];
#pragma clang loop unroll(full)
    for (int step = 1; step < DM_FIELD_SUMS(bits); step++) {
      dots[k] =
          _mm512_add_epi32(dots[k], _mm512_srai_epi32(parts[k * DM_FIELD_SUMS(bits) + step], bits * step));
    }
  }
}

// Adds up the lanes of two row pairs: four lanes of every 128 bits hold parts of the sums of the four rows.
DM_AVX512_TARGET DM_INLINE __m512i dm_fold_pairs_avx512(__m512i first, __m512i second) {
  return _mm512_add_epi32(_mm512_unpacklo_epi64(first, second), _mm512_unpackhi_epi64(first, second));
}

DM_AVX512_TARGET DM_INLINE void dm_dot_bits_avx512(const int bits, const int8_t *prepared,
                                                   const int positions, const int8_t *w, intptr_t pair_stride,
                                                   int32_t rows, int32_t n, int32_t *sums,
                                                   intptr_t sum_stride) {
  const intptr_t plane = dm_field_plane(bits, n);
  const int pairs = DM_FIELD_PAIRS(bits) / positions;
  __m512i dots[8];
  for (; rows >= 2 * pairs; rows -= 2 * pairs) {
    dm_field_tile_avx512(bits, prepared, plane, positions, w, pair_stride, pairs, dots);
#pragma clang loop unroll(full)
    for (int k = 0; k < positions * pairs; k += 2) {
      // Of two positions and one row pair, each half is one position's.
      const int p = k / pairs, pair = k % pairs;
      __m128i four = dm_finish_avx512(dm_fold_pairs_avx512(dots[k], dots[k + 1]));
      if (pairs == 1) {
        _mm_storeu_si64(sums, four);
        _mm_storeu_si64(sums + sum_stride, _mm_unpackhi_epi64(four, four));
      } else {
        _mm_storeu_si128((__m128i *)(void *)(sums + p * sum_stride + 2 * pair), four);
      }
    }
    w += pairs * pair_stride;
    sums += 2 * pairs;
  }
  for (; rows > 0; rows -= 2) {
    dm_field_tile_avx512(bits, prepared, plane, positions, w, pair_stride, 1, dots);
    __m128i four = dm_finish_avx512(dm_fold_pairs_avx512(dots[0], dots[positions - 1]));
    _mm_storeu_si64(sums, four);
    if (positions == 2) {
      _mm_storeu_si64(sums + sum_stride, _mm_unpackhi_epi64(four, four));
    }
    w += pair_stride;
    sums += 2;
  }
}

// `dm_dot_fields`, but for scale and offset of the fields.
DM_AVX512_TARGET DM_SHARED void dm_dot_fields_avx512(int32_t bits, const int8_t *prepared, int32_t positions,
                                                     const int8_t *w, intptr_t pair_stride, int32_t rows,
                                                     int32_t n, int32_t *sums, intptr_t sum_stride) {
#define DM_CASE(bits)                                                                                        \
  case bits:                                                                                                 \
    if (positions == 2) {                                                                                    \
      dm_dot_bits_avx512(bits, prepared, 2, w, pair_stride, rows, n, sums, sum_stride);                      \
    } else {                                                                                                 \
      dm_dot_bits_avx512(bits, prepared, 1, w, pair_stride, rows, n, sums, sum_stride);                      \
    }                                                                                                        \
    break;
  switch (bits) { DM_CASE(1) DM_CASE(2) DM_CASE(3) DM_CASE(4) DM_CASE(5) DM_CASE(6) DM_CASE(7) }
#undef DM_CASE
}

#endif
#endif

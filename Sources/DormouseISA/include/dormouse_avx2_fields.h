// Packed fields on x86-64 with AVX2, and the preparation of vectors that AVX-512 shares.
//
// Words are decoded to bytes in registers: a step takes two fields of every half of a word, one in its lower
// and one in its upper byte (of 1, 2 and 4 bits: one field of every byte). Fields are unsigned, so VPMADDUBSW
// multiplies them as they are, and two products of 7 bits by 8 just fit in 16. A spare bit is moved to the
// place that it has in its field: word j of a group holds bit j. Words alternate between two rows, so even
// lanes collect the sums of the first row, odd ones those of the second.
#ifndef DORMOUSE_AVX2_FIELDS_H
#define DORMOUSE_AVX2_FIELDS_H
#include "dormouse_avx2.h"
#include "dormouse_fields.h"

#if defined(__x86_64__) && __STDC_HOSTED__

// Steps in which a word is decoded: a step of the prepared vector, `dm_field_plane` bytes, for each.
#define DM_FIELD_STEPS(bits) (DM_SPARE(bits) == 0 ? 8 / (bits) : (DM_DIRECT(bits) + DM_SPARE(bits)) / 2)

// Bytes of a row pair, and of one step of a prepared vector: what each word is multiplied with, twice, as the
// words of two rows alternate.
DM_INLINE intptr_t dm_field_plane(int32_t bits, int32_t n) {
  return 8 * bits * ((n + DM_GROUP - 1) / DM_GROUP);
}

// Elements of the pairs that one slot of a half (a direct field or a spare bit) holds in the words of a
// group.
//
// `pairs` are the 16 pairs, then the last 8 again, followed by zeros: where each load is forwarded from a
// store.
DM_AVX2_TARGET DM_INLINE __m128i dm_slot_avx2(const int bits, const int slot, const int8_t *pairs) {
  if (slot >= DM_DIRECT(bits)) {
    int16_t spare;
    __builtin_memcpy(&spare, pairs + 2 * (DM_DIRECT(bits) * (bits - 1) + slot), 2);
    return _mm_set1_epi16(spare);
  }
  const int start = 2 * bits * slot;
  return _mm_loadu_si128((const __m128i *)(const void *)(pairs + (start <= 16 ? start : start + 16)));
}

// Writes one group of elements to all steps, in the order of the words.
DM_AVX2_TARGET DM_INLINE void dm_prepare_group_avx2(const int bits, __m256i x, int8_t *prepared,
                                                    intptr_t plane) {
  int8_t pairs[64];
  if (DM_SPARE(bits) == 0) {
    __m256i lower = _mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));
    __m256i upper = _mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7));
    _mm256_storeu_si256((__m256i *)(void *)pairs, lower);
    _mm256_storeu_si256((__m256i *)(void *)(pairs + 32), upper);
#pragma clang loop unroll(full)
    for (int step = 0; step < DM_FIELD_STEPS(bits); step++) {
      __builtin_memcpy(prepared + step * plane, pairs + 8 * bits * step, 8 * (size_t)bits);
    }
    return;
  }
  const __m256i order =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15));
  x = _mm256_shuffle_epi8(x, order);
  _mm256_storeu_si256((__m256i *)(void *)pairs, x);
  __m256i last = _mm256_zextsi128_si256(_mm256_extracti128_si256(x, 1));
  _mm256_storeu_si256((__m256i *)(void *)(pairs + 32), last);
#pragma clang loop unroll(full)
  for (int step = 0; step < DM_FIELD_STEPS(bits); step++) {
    __m128i first = dm_slot_avx2(bits, 2 * step, pairs), second = dm_slot_avx2(bits, 2 * step + 1, pairs);
    __m128i lower = _mm_unpacklo_epi8(first, second), upper = _mm_unpackhi_epi8(first, second);
    __m128i words[4] = {_mm_unpacklo_epi32(lower, lower), _mm_unpackhi_epi32(lower, lower),
                        _mm_unpacklo_epi32(upper, upper), _mm_unpackhi_epi32(upper, upper)};
    __builtin_memcpy(prepared + step * plane, words, 8 * (size_t)bits);
  }
}

DM_AVX2_TARGET DM_INLINE int32_t dm_prepare_bits_avx2(const int bits, const int8_t *x, int32_t n,
                                                      int8_t *prepared) {
  const intptr_t plane = dm_field_plane(bits, n);
  const __m256i offset = _mm256_set1_epi8((char)0x80);
  __m256i total = _mm256_setzero_si256();
  int32_t groups = 0;
  for (; n > 0; n -= DM_GROUP) {
    __m256i elements;
    if (n >= DM_GROUP) {
      elements = _mm256_loadu_si256((const __m256i *)(const void *)x);
    } else {
      int8_t rest[DM_GROUP] = {0};
      __builtin_memcpy(rest, x, (size_t)n);
      elements = _mm256_loadu_si256((const __m256i *)(const void *)rest);
    }
    dm_prepare_group_avx2(bits, elements, prepared, plane);
    total =
        _mm256_add_epi32(total, _mm256_sad_epu8(_mm256_xor_si256(elements, offset), _mm256_setzero_si256()));
    x += DM_GROUP;
    prepared += 8 * bits;
    groups++;
  }
  return dm_total_avx2(total) - 128 * DM_GROUP * groups;
}

// `dm_prepare_fields`.
DM_AVX2_TARGET DM_SHARED int32_t dm_prepare_fields_avx2(int32_t bits, const int8_t *x, int32_t n,
                                                        int32_t position, int8_t *prepared) {
  prepared += position * DM_FIELD_STEPS(bits) * dm_field_plane(bits, n);
#define DM_CASE(bits)                                                                                        \
  case bits:                                                                                                 \
    return dm_prepare_bits_avx2(bits, x, n, prepared);
  switch (bits) { DM_CASE(1) DM_CASE(2) DM_CASE(3) DM_CASE(4) DM_CASE(5) DM_CASE(6) DM_CASE(7) }
#undef DM_CASE
  return 0;
}

// Moves what `slot` of the halves of `words` holds, to the lower or upper byte of each half; `word` is the
// number of each word in its group.
DM_AVX2_TARGET DM_INLINE __m256i dm_move_slot_avx2(const int bits, const int slot, __m256i words,
                                                   __m256i word) {
  const int target = (slot & 1) * 8;
  if (slot < DM_DIRECT(bits)) {
    const int right = slot * bits - target;
    __m256i moved = right < 0 ? _mm256_slli_epi32(words, -right) : _mm256_srli_epi32(words, right);
    return _mm256_and_si256(moved, _mm256_set1_epi16((int16_t)(((1 << bits) - 1) << target)));
  }
  const int place = DM_DIRECT(bits) * (bits - 1) + slot;
  __m256i moved = _mm256_srlv_epi32(words, _mm256_sub_epi32(_mm256_set1_epi32(place - target), word));
  return _mm256_and_si256(moved, _mm256_sllv_epi32(_mm256_set1_epi32(0x10001 << target), word));
}

// Fields of one step as bytes.
DM_AVX2_TARGET DM_INLINE __m256i dm_decode_avx2(const int bits, const int step, __m256i words, __m256i word) {
  if (DM_SPARE(bits) == 0) {
    return _mm256_and_si256(_mm256_srli_epi32(words, bits * step), _mm256_set1_epi8((1 << bits) - 1));
  }
  return _mm256_or_si256(dm_move_slot_avx2(bits, 2 * step, words, word),
                         dm_move_slot_avx2(bits, 2 * step + 1, words, word));
}

// Numbers of words, modulo `bits`: what is left of those below twice that.
DM_AVX2_TARGET DM_INLINE __m256i dm_wrap_avx2(const int bits, __m256i word) {
  return _mm256_min_epu32(word, _mm256_sub_epi32(word, _mm256_set1_epi32(bits)));
}

// The words of `v` from `start` to `end` or up to a whole vector, then zeros.
DM_AVX2_TARGET DM_INLINE __m256i dm_load_words_avx2(const int8_t *v, intptr_t start, intptr_t end) {
  if (end - start >= 32) {
    return _mm256_loadu_si256((const __m256i *)(const void *)(v + start));
  }
  __m256i inside = _mm256_cmpgt_epi32(_mm256_set1_epi32((int32_t)(end - start) >> 2),
                                      _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  return _mm256_maskload_epi32((const int *)(const void *)(v + start), inside);
}

// Dot products of one vector with `pairs` row pairs.
DM_AVX2_TARGET DM_INLINE void dm_field_tile_avx2(const int bits, const int8_t *prepared, intptr_t plane,
                                                 const int8_t *w, intptr_t pair_stride, const int pairs,
                                                 int32_t *sums) {
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i dots[4];
#pragma clang loop unroll(full)
  for (int k = 0; k < pairs; k++) {
    dots[k] = _mm256_setzero_si256();
  }
  __m256i word = dm_wrap_avx2(bits, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));
  for (intptr_t i = 0; i < plane; i += 32) {
    __m256i vectors[8];
#pragma clang loop unroll(full)
    for (int step = 0; step < DM_FIELD_STEPS(bits); step++) {
      vectors[step] = dm_load_words_avx2(prepared + step * plane, i, plane);
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < pairs; k++) {
      __m256i words = dm_load_words_avx2(w + k * pair_stride, i, plane);
      __m256i products = _mm256_setzero_si256();
#pragma clang loop unroll(full)
      for (int step = 0; step < DM_FIELD_STEPS(bits); step++) {
        __m256i more = _mm256_maddubs_epi16(dm_decode_avx2(bits, step, words, word), vectors[step]);
        // The products of a word fit in 16 bits together, but for those of 7 bits.
        if (bits == 7) {
          dots[k] = _mm256_add_epi32(dots[k], _mm256_madd_epi16(more, ones));
        } else {
          products = _mm256_add_epi16(products, more);
        }
      }
      if (bits != 7) {
        dots[k] = _mm256_add_epi32(dots[k], _mm256_madd_epi16(products, ones));
      }
    }
    if (DM_SPARE(bits) != 0) {
      word = dm_wrap_avx2(bits, _mm256_add_epi32(word, _mm256_set1_epi32(4 % bits)));
    }
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < pairs; k++) {
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(dots[k]), _mm256_extracti128_si256(dots[k], 1));
    _mm_storeu_si64(sums + 2 * k, _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E)));
  }
}

DM_AVX2_TARGET DM_INLINE void dm_dot_bits_avx2(const int bits, const int8_t *prepared, int32_t positions,
                                               const int8_t *w, intptr_t pair_stride, int32_t rows, int32_t n,
                                               int32_t *sums, intptr_t sum_stride) {
  const intptr_t plane = dm_field_plane(bits, n);
  for (; positions > 0; positions--) {
    const int8_t *row = w;
    int32_t *sum = sums, left = rows;
    for (; left >= 8; left -= 8) {
      dm_field_tile_avx2(bits, prepared, plane, row, pair_stride, 4, sum);
      row += 4 * pair_stride;
      sum += 8;
    }
    for (; left > 0; left -= 2) {
      dm_field_tile_avx2(bits, prepared, plane, row, pair_stride, 1, sum);
      row += pair_stride;
      sum += 2;
    }
    prepared += DM_FIELD_STEPS(bits) * plane;
    sums += sum_stride;
  }
}

// `dm_dot_fields`, but for scale and offset of the fields.
DM_AVX2_TARGET DM_SHARED void dm_dot_fields_avx2(int32_t bits, const int8_t *prepared, int32_t positions,
                                                 const int8_t *w, intptr_t pair_stride, int32_t rows,
                                                 int32_t n, int32_t *sums, intptr_t sum_stride) {
#define DM_CASE(bits)                                                                                        \
  case bits:                                                                                                 \
    dm_dot_bits_avx2(bits, prepared, positions, w, pair_stride, rows, n, sums, sum_stride);                  \
    break;
  switch (bits) { DM_CASE(1) DM_CASE(2) DM_CASE(3) DM_CASE(4) DM_CASE(5) DM_CASE(6) DM_CASE(7) }
#undef DM_CASE
}

#endif
#endif

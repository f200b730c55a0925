#include "hand.h"
#include <immintrin.h>

enum { WORDS = 32, ROWS = 256, LANES = 16, TOGETHER = 4 };

int32_t hand_is_supported(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq");
}

void hand_pack(const uint32_t *rows, uint32_t *packed) {
  for (int group = 0; group < ROWS / (TOGETHER * LANES); group++) {
    for (int i = 0; i < WORDS; i++) {
      for (int row = 0; row < TOGETHER * LANES; row++) {
        *packed++ = rows[(group * TOGETHER * LANES + row) * WORDS + i];
      }
    }
  }
}

// Four vectors of sums share each word of x; with one, loads would set the pace, with eight it is no faster.
__attribute__((target("avx512f,avx512vpopcntdq"))) void hand_multiply(const uint32_t *x,
                                                                      const uint32_t *packed, int32_t *sums) {
  for (int group = 0; group < ROWS / (TOGETHER * LANES); group++) {
    __m512i total[TOGETHER];
#pragma clang loop unroll(full)
    for (int k = 0; k < TOGETHER; k++) {
      total[k] = _mm512_setzero_si512();
    }
    for (int i = 0; i < WORDS; i++) {
      const __m512i word = _mm512_set1_epi32((int)x[i]);
#pragma clang loop unroll(full)
      for (int k = 0; k < TOGETHER; k++) {
        __m512i ones = _mm512_popcnt_epi32(_mm512_xor_si512(word, _mm512_load_si512(packed + LANES * k)));
        total[k] = _mm512_add_epi32(total[k], ones);
      }
      packed += TOGETHER * LANES;
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < TOGETHER; k++) {
      _mm512_store_si512(sums + LANES * k, total[k]);
    }
    sums += TOGETHER * LANES;
  }
}

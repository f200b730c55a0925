// Words of bits on Armv7E-M: the carry-save adders of `dormouse_xnor_adders.h`, sixteen words at a time.
//
// Assembly, because the compiler forms no multiple loads and folds too few shifts. Sixteen words cost 123
// instructions: 27 loads and differences, 55 for eleven full adders, 39 to count the five words that are
// left, 2 for the loop: 0.24 a binary multiply-accumulate.
#ifndef DORMOUSE_XNOR_DSP_H
#define DORMOUSE_XNOR_DSP_H
#include "dormouse_dsp.h"
#include "dormouse_xnor_adders.h"

#if DM_HAS_DSP

// A word that differs from x where w does.
#define DM_DIFFER(x, w) "eor %[" x "], %[" x "], %[" w "]\n\t"
#define DM_DIFFER_BY_TWO(x0, x1) "ldm %[w]!, {%[w0], %[w1]}\n\t" DM_DIFFER(x0, "w0") DM_DIFFER(x1, "w1")
// Adds a and b to a sum, bit by bit.
#define DM_ADDER(carry, sum, a, b, half)                                                                     \
  "eor %[" half "], %[" sum "], %[" a "]\n\tand %[" sum "], %[" sum "], %[" a "]\n\tand %[" carry            \
  "], %[" half "], %[" b "]\n\torr %[" carry "], %[" carry "], %[" sum "]\n\teor %[" sum "], %[" half        \
  "], %[" b "]"                                                                                              \
  "\n\t"
// Four words more; their carries count four times.
#define DM_ADD_FOUR(carry)                                                                                   \
  "ldm %[x]!, {%[x0], %[x1], %[x2], %[x3]}\n\t" DM_DIFFER_BY_TWO("x0", "x1")                                 \
      DM_ADDER("x0", "ones", "x0", "x1", "w0") DM_DIFFER_BY_TWO("x2", "x3")                                  \
          DM_ADDER("x2", "ones", "x2", "x3", "w0") DM_ADDER(carry, "twos", "x0", "x2", "x1")
// Fields of a word twice as wide, each the sum of two; x0 is free.
#define DM_IN_NIBBLES(v)                                                                                     \
  "and %[x0], %[" v "], #0xAAAAAAAA\n\tsub %[" v "], %[" v "], %[x0], lsr #1\n\t"                            \
  "and %[x0], %[" v "], #0xCCCCCCCC\n\tand %[" v "], %[" v "], #0x33333333\n\t"                              \
  "add %[" v "], %[" v "], %[x0], lsr #2\n\t"
#define DM_IN_BYTES(v)                                                                                       \
  "and %[x0], %[" v "], #0xF0F0F0F0\n\tand %[" v "], %[" v "], #0x0F0F0F0F\n\t"                              \
  "add %[" v "], %[" v "], %[x0], lsr #4\n\t"
// The same of nibbles up to 7.
#define DM_SMALL_IN_BYTES(v)                                                                                 \
  "add %[" v "], %[" v "], %[" v "], lsr #4\n\tand %[" v "], %[" v "], #0x0F0F0F0F\n\t"
// sum += bytes.
#define DM_ADD_BYTES(v) "mov %[x0], #0\n\tusada8 %[sum], %[" v "], %[x0], %[sum]\n\t"
#define DM_ADD_TWICE(v, u) "add %[" v "], %[" v "], %[" u "], lsl #1\n\t"

// The first four words: one is counted, three begin `ones` and `twos`.
#define DM_START_SIXTEEN                                                                                     \
  "ldm %[x]!, {%[x0], %[x1], %[x2], %[x3]}\n\tldm %[w]!, {%[w0], %[w1], %[ones], %[twos]}\n\t"               \
  "eor %[ones], %[ones], %[x2]\n\t" DM_DIFFER("x1", "w1") DM_DIFFER("w0", "x0") DM_DIFFER("x3", "twos")      \
      DM_IN_NIBBLES("w0") DM_SMALL_IN_BYTES("w0") DM_ADD_BYTES("w0")                                         \
          DM_ADDER("twos", "ones", "x1", "x3", "w0")
// sum += ones + 2 * twos + 4 * fours + 8 * eights.
#define DM_COUNT_SIXTEEN                                                                                     \
  DM_IN_NIBBLES("ones")                                                                                      \
  DM_IN_NIBBLES("twos")                                                                                      \
  DM_IN_NIBBLES("fours")                                                                                     \
  DM_IN_NIBBLES("eights")                                                                                    \
  DM_ADD_TWICE("ones", "twos")                                                                               \
  DM_ADD_TWICE("fours", "eights")                                                                            \
  DM_IN_BYTES("ones")                                                                                        \
  DM_IN_BYTES("fours") "add %[ones], %[ones], %[fours], lsl #2\n\t" DM_ADD_BYTES("ones")
#define DM_SIXTEEN                                                                                           \
  DM_START_SIXTEEN DM_ADD_FOUR("fours") DM_ADD_FOUR("eights") DM_ADD_FOUR("x0")                              \
      DM_ADDER("eights", "fours", "eights", "x0", "x1") DM_COUNT_SIXTEEN

// fours += the bytes of three words, or one.
#define DM_THREE                                                                                             \
  "ldm %[x]!, {%[x0], %[x1], %[x2]}\n\tldm %[w]!, {%[w0], %[w1], %[ones]}\n\teor %[ones], %[ones], %[x2]"    \
  "\n\t" DM_DIFFER("x1", "w1") DM_DIFFER("x0", "w0") DM_ADDER("twos", "ones", "x0", "x1", "w0")              \
      DM_IN_NIBBLES("ones") DM_IN_NIBBLES("twos") DM_ADD_TWICE("ones", "twos")                               \
          DM_IN_BYTES("ones") "add %[fours], %[fours], %[ones]\n\t"
#define DM_ONE                                                                                               \
  "ldr %[ones], [%[x]], #4\n\tldr %[x0], [%[w]], #4\n\teor %[ones], %[ones], %[x0]\n\t" DM_IN_NIBBLES(       \
      "ones") DM_SMALL_IN_BYTES("ones") "add %[fours], %[fours], %[ones]\n\t"
// Up to 15 words.
#define DM_REST                                                                                              \
  "mov %[fours], #0\n\tsubs %[eights], %[eights], #3\n\tblo 3f\n"                                            \
  "2:\n\t" DM_THREE "subs %[eights], %[eights], #3\n\tbhs 2b\n"                                              \
  "3:\n\tadds %[eights], %[eights], #3\n\tbeq 5f\n"                                                          \
  "4:\n\t" DM_ONE "subs %[eights], %[eights], #1\n\tbne 4b\n"                                                \
  "5:\n\tusada8 %[sum], %[fours], %[eights], %[sum]\n\t"

// `dm_xnor_dot` for up to `DM_XNOR_WORDS` words.
DM_SHARED void dm_xnor_dot_dsp(const uint32_t *x, const uint32_t *w, intptr_t row_stride, int32_t rows,
                               int32_t words, int32_t *sums) {
  const uint32_t blocks = (uint32_t)words / 16, rest = (uint32_t)words % 16;
  const intptr_t gap = row_stride - 4 * words;
  for (const int32_t *end = sums + rows; sums < end; sums++) {
    // LDM wants its registers in ascending order; none is r7.
    register uint32_t x0 __asm__("r0"), x1 __asm__("r1"), x2 __asm__("r2"), x3 __asm__("r3");
    register uint32_t w0 __asm__("r4"), w1 __asm__("r5"), ones __asm__("r6"), twos __asm__("r8");
    const uint32_t *vector = x;
    uint32_t fours, eights, sum = 0;
    if (blocks > 0) {
      // The blocks to go are counted above the sum, for want of registers.
      sum = (blocks - 1) << 20;
      __asm__("1:\n\t" DM_SIXTEEN "subs %[sum], %[sum], #0x100000\n\tbhs 1b\n\t"
              "add %[sum], %[sum], #0x100000\n\t"
              : [x] "+r"(vector), [w] "+r"(w), [sum] "+r"(sum), [x0] "=&r"(x0), [x1] "=&r"(x1),
                [x2] "=&r"(x2), [x3] "=&r"(x3), [w0] "=&r"(w0), [w1] "=&r"(w1), [ones] "=&r"(ones),
                [twos] "=&r"(twos), [fours] "=&r"(fours), [eights] "=&r"(eights)
              :
              : "cc", "memory");
    }
    if (rest > 0) {
      eights = rest;
      __asm__(DM_REST
              : [x] "+r"(vector), [w] "+r"(w), [sum] "+r"(sum), [x0] "=&r"(x0), [x1] "=&r"(x1),
                [x2] "=&r"(x2), [w0] "=&r"(w0), [w1] "=&r"(w1), [ones] "=&r"(ones), [twos] "=&r"(twos),
                [fours] "=&r"(fours), [eights] "+r"(eights)
              :
              : "cc", "memory");
    }
    *sums = (int32_t)sum;
    w = (const uint32_t *)((const char *)w + gap);
  }
}

// `dm_binarize` of 32 outputs: the carry, which RRX takes in, is what a saturating difference has for a sign.
DM_INLINE uint32_t dm_binarize_32_dsp(const int32_t *sums, int32_t valid, const int32_t *thresholds,
                                      const int32_t *polarities) {
  uint32_t word, sum, threshold, polarity;
  const int32_t *end = sums + 32;
  __asm__("1:\n\tldr %[sum], [%[sums]], #4\n\tldr %[polarity], [%[polarities]], #4\n\t"
          "ldr %[threshold], [%[thresholds]], #4\n\tsub %[sum], %[valid], %[sum], lsl #1\n\t"
          "eor %[sum], %[sum], %[polarity], asr #31\n\teor %[threshold], %[threshold], %[polarity], asr #31\n"
          "\tqsub %[sum], %[sum], %[threshold]\n\tlsls %[sum], %[sum], #1\n\trrx %[word], %[word]\n\t"
          "cmp %[sums], %[end]\n\tbne 1b\n\t"
          : [sums] "+r"(sums), [thresholds] "+r"(thresholds), [polarities] "+r"(polarities),
            [word] "=&r"(word), [sum] "=&r"(sum), [threshold] "=&r"(threshold), [polarity] "=&r"(polarity)
          : [valid] "r"(valid), [end] "r"(end)
          : "cc", "memory");
  return ~word;
}

// `dm_binarize`.
DM_SHARED void dm_binarize_dsp(const int32_t *sums, int32_t valid, const int32_t *thresholds,
                               const int32_t *polarities, int32_t count, uint32_t *out) {
  for (; count >= 32; count -= 32) {
    *out++ = dm_binarize_32_dsp(sums, valid, thresholds, polarities);
    sums += 32;
    thresholds += 32;
    polarities += 32;
  }
  dm_binarize_portable(sums, valid, thresholds, polarities, count, out);
}

#endif
#endif

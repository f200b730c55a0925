// Pairs of 16-bit numbers in a word, the real part of a complex number at the bottom and the imaginary part
// at the top: what a Fourier transform in 16-bit fixed point is made of.
//
// Sums wrap around at 16 bits. Products are Q15, rounded to the nearest, halves upwards, and wrap around.
#ifndef DORMOUSE_SHORTS_H
#define DORMOUSE_SHORTS_H
#include "dormouse_base.h"

DM_INLINE int32_t dm_shorts_low(uint32_t a) { return (int16_t)a; }
DM_INLINE int32_t dm_shorts_high(uint32_t a) { return (int32_t)a >> 16; }
DM_INLINE uint32_t dm_shorts(int32_t low, int32_t high) {
  return ((uint32_t)low & 0xFFFF) | ((uint32_t)high << 16);
}

#if defined(__ARM_FEATURE_SIMD32) && !defined(__aarch64__)
// Not volatile: the flags that these instructions set besides are used by no one.
#define DM_SHORTS(name, instruction)                                                                         \
  DM_INLINE uint32_t name(uint32_t a, uint32_t b) {                                                          \
    uint32_t result;                                                                                         \
    __asm__(instruction " %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));                                      \
    return result;                                                                                           \
  }
DM_SHORTS(dm_shorts_add, "sadd16")
DM_SHORTS(dm_shorts_subtract, "ssub16")
DM_SHORTS(dm_shorts_add_turned, "ssax")
DM_SHORTS(dm_shorts_subtract_turned, "sasx")
DM_SHORTS(dm_shorts_half_sum, "shadd16")
DM_SHORTS(dm_shorts_half_difference, "shsub16")
#undef DM_SHORTS

DM_INLINE uint32_t dm_shorts_product(uint32_t a, uint32_t b) {
  const int32_t half = 1 << 14;
  int32_t real, imaginary;
  __asm__("smlsd %0, %1, %2, %3" : "=r"(real) : "r"(a), "r"(b), "r"(half));
  __asm__("smladx %0, %1, %2, %3" : "=r"(imaginary) : "r"(a), "r"(b), "r"(half));
  return dm_shorts(real >> 15, imaginary >> 15);
}

DM_INLINE uint32_t dm_shorts_power(uint32_t a) {
  uint32_t result;
  __asm__("smuad %0, %1, %1" : "=r"(result) : "r"(a));
  return result;
}
#else
// a + b.
DM_INLINE uint32_t dm_shorts_add(uint32_t a, uint32_t b) {
  return dm_shorts(dm_shorts_low(a) + dm_shorts_low(b), dm_shorts_high(a) + dm_shorts_high(b));
}

// a - b.
DM_INLINE uint32_t dm_shorts_subtract(uint32_t a, uint32_t b) {
  return dm_shorts(dm_shorts_low(a) - dm_shorts_low(b), dm_shorts_high(a) - dm_shorts_high(b));
}

// a - i b.
DM_INLINE uint32_t dm_shorts_add_turned(uint32_t a, uint32_t b) {
  return dm_shorts(dm_shorts_low(a) + dm_shorts_high(b), dm_shorts_high(a) - dm_shorts_low(b));
}

// a + i b.
DM_INLINE uint32_t dm_shorts_subtract_turned(uint32_t a, uint32_t b) {
  return dm_shorts(dm_shorts_low(a) - dm_shorts_high(b), dm_shorts_high(a) + dm_shorts_low(b));
}

// (a + b) / 2, rounded down.
DM_INLINE uint32_t dm_shorts_half_sum(uint32_t a, uint32_t b) {
  return dm_shorts((dm_shorts_low(a) + dm_shorts_low(b)) >> 1, (dm_shorts_high(a) + dm_shorts_high(b)) >> 1);
}

// (a - b) / 2, rounded down.
DM_INLINE uint32_t dm_shorts_half_difference(uint32_t a, uint32_t b) {
  return dm_shorts((dm_shorts_low(a) - dm_shorts_low(b)) >> 1, (dm_shorts_high(a) - dm_shorts_high(b)) >> 1);
}

// The complex product; each product of two parts is at most 2^30 in magnitude, and not both are 2^30.
DM_INLINE uint32_t dm_shorts_product(uint32_t a, uint32_t b) {
  const int32_t ar = dm_shorts_low(a), ai = dm_shorts_high(a), br = dm_shorts_low(b), bi = dm_shorts_high(b);
  const uint32_t real = (uint32_t)(ar * br) - (uint32_t)(ai * bi) + (1 << 14);
  const uint32_t imaginary = (uint32_t)(ar * bi) + (uint32_t)(ai * br) + (1 << 14);
  return dm_shorts((int32_t)real >> 15, (int32_t)imaginary >> 15);
}

// The sum of squares, modulo 2^32.
DM_INLINE uint32_t dm_shorts_power(uint32_t a) {
  return (uint32_t)(dm_shorts_low(a) * dm_shorts_low(a)) + (uint32_t)(dm_shorts_high(a) * dm_shorts_high(a));
}
#endif

// Both parts times `factor`, Q15, modulo 2^32 before the rounding.
DM_INLINE uint32_t dm_shorts_scaled(uint32_t a, int32_t factor) {
  const uint32_t real = (uint32_t)dm_shorts_low(a) * (uint32_t)factor + (1 << 14);
  const uint32_t imaginary = (uint32_t)dm_shorts_high(a) * (uint32_t)factor + (1 << 14);
  return dm_shorts((int32_t)real >> 15, (int32_t)imaginary >> 15);
}

// The conjugate.
DM_INLINE uint32_t dm_shorts_conjugate(uint32_t a) { return (a & 0xFFFF) | (0u - (a & 0xFFFF0000u)); }

#endif

// What Armv6-M has no instructions for and compilers call by name (Arm run-time ABI): division, and 64-bit
// multiplication and shifts.
#include <stdint.h>

// A quotient and a remainder, as they come back in r0 and r1.
typedef uint64_t pair;

static pair paired(uint32_t low, uint32_t high) { return (pair)high << 32 | low; }

static pair divide(uint32_t n, uint32_t d) {
  if (d == 0) {
    return paired(0, n);
  }
  uint32_t bit = 1, quotient = 0;
  while (d < n && d >> 31 == 0) {
    d <<= 1;
    bit <<= 1;
  }
  for (; bit != 0; bit >>= 1, d >>= 1) {
    if (n >= d) {
      n -= d;
      quotient |= bit;
    }
  }
  return paired(quotient, n);
}

pair __aeabi_uidivmod(uint32_t n, uint32_t d) { return divide(n, d); }

uint32_t __aeabi_uidiv(uint32_t n, uint32_t d) { return (uint32_t)divide(n, d); }

pair __aeabi_idivmod(int32_t n, int32_t d) {
  pair result = divide(n < 0 ? 0 - (uint32_t)n : (uint32_t)n, d < 0 ? 0 - (uint32_t)d : (uint32_t)d);
  uint32_t quotient = (uint32_t)result, rest = (uint32_t)(result >> 32);
  return paired((n ^ d) < 0 ? 0 - quotient : quotient, n < 0 ? 0 - rest : rest);
}

int32_t __aeabi_idiv(int32_t n, int32_t d) { return (int32_t)(uint32_t)__aeabi_idivmod(n, d); }

// From the four products of 16-bit halves.
uint64_t __aeabi_lmul(uint64_t a, uint64_t b) {
  uint32_t a0 = (uint32_t)a, b0 = (uint32_t)b;
  uint32_t al = a0 & 0xFFFF, ah = a0 >> 16, bl = b0 & 0xFFFF, bh = b0 >> 16;
  uint32_t low = al * bl, middle = ah * bl + (low >> 16), other = al * bh + (middle & 0xFFFF);
  uint32_t high =
      ah * bh + (middle >> 16) + (other >> 16) + (uint32_t)(a >> 32) * b0 + a0 * (uint32_t)(b >> 32);
  return paired(other << 16 | (low & 0xFFFF), high);
}

// `by` is 0 to 63; a shift of a word by 32 or more gives nothing on this core, but has no meaning in C.
uint64_t __aeabi_llsl(uint64_t value, int32_t by) {
  uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
  if (by >= 32) {
    return paired(0, low << (by - 32));
  }
  return by == 0 ? value : paired(low << by, high << by | low >> (32 - by));
}

uint64_t __aeabi_llsr(uint64_t value, int32_t by) {
  uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
  if (by >= 32) {
    return paired(high >> (by - 32), 0);
  }
  return by == 0 ? value : paired(low >> by | high << (32 - by), high >> by);
}

uint64_t __aeabi_lasr(uint64_t value, int32_t by) {
  uint32_t low = (uint32_t)value;
  int32_t high = (int32_t)(value >> 32);
  if (by >= 32) {
    return paired((uint32_t)(high >> (by - 32)), (uint32_t)(high >> 31));
  }
  return by == 0 ? value : paired(low >> by | (uint32_t)high << (32 - by), (uint32_t)(high >> by));
}

// Zeros above the highest set bit.
int __clzsi2(uint32_t value) {
  int zeros = 32;
  for (int step = 16; step > 0; step >>= 1) {
    if (value >> step != 0) {
      zeros -= step;
      value >>= step;
    }
  }
  return zeros - (int)value;
}

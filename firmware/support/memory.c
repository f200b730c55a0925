// The memory functions that compilers call by themselves: words where both ends are aligned alike, bytes
// elsewhere.
#include <stddef.h>
#include <stdint.h>

typedef uint32_t __attribute__((may_alias)) word;

static _Bool alike(const void *a, const void *b) { return (((uintptr_t)a ^ (uintptr_t)b) & 3) == 0; }

void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  uint8_t *d = to;
  const uint8_t *s = from;
  if (alike(d, s)) {
    for (; length > 0 && ((uintptr_t)d & 3) != 0; length--) {
      *d++ = *s++;
    }
    for (; length >= 16; length -= 16, d += 16, s += 16) {
      word a = ((const word *)s)[0], b = ((const word *)s)[1], c = ((const word *)s)[2],
           e = ((const word *)s)[3];
      ((word *)d)[0] = a;
      ((word *)d)[1] = b;
      ((word *)d)[2] = c;
      ((word *)d)[3] = e;
    }
    for (; length >= 4; length -= 4, d += 4, s += 4) {
      *(word *)d = *(const word *)s;
    }
  }
  while (length-- > 0) {
    *d++ = *s++;
  }
  return to;
}

void *memmove(void *to, const void *from, size_t length) {
  uint8_t *d = to;
  const uint8_t *s = from;
  if ((uintptr_t)d - (uintptr_t)s >= length) {
    return memcpy(to, from, length);
  }
  d += length;
  s += length;
  if (alike(d, s)) {
    for (; length > 0 && ((uintptr_t)d & 3) != 0; length--) {
      *--d = *--s;
    }
    for (; length >= 4; length -= 4) {
      d -= 4;
      s -= 4;
      *(word *)d = *(const word *)s;
    }
  }
  while (length-- > 0) {
    *--d = *--s;
  }
  return to;
}

void *memset(void *to, int value, size_t length) {
  uint8_t *d = to;
  uint8_t byte = (uint8_t)value;
  word pattern = byte * 0x01010101u;
  for (; length > 0 && ((uintptr_t)d & 3) != 0; length--) {
    *d++ = byte;
  }
  for (; length >= 4; length -= 4, d += 4) {
    *(word *)d = pattern;
  }
  while (length-- > 0) {
    *d++ = byte;
  }
  return to;
}

#if defined(__arm__)
// The Arm run-time ABI's names. Those for aligned blocks may assume more than ours need.
#define SAME_AS(function) __attribute__((alias(#function)))
void *__aeabi_memcpy(void *, const void *, size_t) SAME_AS(memcpy);
void *__aeabi_memcpy4(void *, const void *, size_t) SAME_AS(memcpy);
void *__aeabi_memcpy8(void *, const void *, size_t) SAME_AS(memcpy);
void *__aeabi_memmove(void *, const void *, size_t) SAME_AS(memmove);
void *__aeabi_memmove4(void *, const void *, size_t) SAME_AS(memmove);
void *__aeabi_memmove8(void *, const void *, size_t) SAME_AS(memmove);

void __aeabi_memset(void *to, size_t length, int value) { memset(to, value, length); }
void __aeabi_memset4(void *, size_t, int) SAME_AS(__aeabi_memset);
void __aeabi_memset8(void *, size_t, int) SAME_AS(__aeabi_memset);

void __aeabi_memclr(void *to, size_t length) { memset(to, 0, length); }
void __aeabi_memclr4(void *, size_t) SAME_AS(__aeabi_memclr);
void __aeabi_memclr8(void *, size_t) SAME_AS(__aeabi_memclr);
#endif

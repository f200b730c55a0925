// The instructions that Swift cannot spell, each with a portable twin that computes the same.
#ifndef DORMOUSE_ISA_H
#define DORMOUSE_ISA_H
#include <stdint.h>

#define DM_INLINE static inline __attribute__((always_inline))

#endif

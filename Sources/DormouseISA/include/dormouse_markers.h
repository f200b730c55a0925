// Instructions that compute nothing and say what the spotter is about to do, for a counting emulator.
//
// `tools/count/stages.c` recognises them by their bytes, so that the firmware that is simulated is the
// firmware that is flashed. On Arm a register is moved to itself, which no compiler emits (r8 is left out:
// assemblers pad Armv6-M code with it); on RISC-V it is a hint that is reserved for such uses. Hosts have
// none.
#ifndef DORMOUSE_MARKERS_H
#define DORMOUSE_MARKERS_H
#include "dormouse_base.h"

#if !__STDC_HOSTED__ && defined(__arm__)
#define DM_MARK(number, reg) __asm__ volatile("mov " #reg ", " #reg ::: "memory")
#elif !__STDC_HOSTED__ && defined(__riscv)
#define DM_MARK(number, reg) __asm__ volatile("slti x0, x0, " #number ::: "memory")
#else
#define DM_MARK(number, reg) ((void)0)
#endif

// Samples are got.
DM_INLINE void dm_mark_acquire(void) { DM_MARK(1, r9); }
// Samples become frames.
DM_INLINE void dm_mark_front_end(void) { DM_MARK(2, r10); }
// The next layer, or the first one after anything else.
DM_INLINE void dm_mark_next_layer(void) { DM_MARK(3, r11); }
// Logits become detections.
DM_INLINE void dm_mark_detector(void) { DM_MARK(4, r12); }
// The application does something with the results.
DM_INLINE void dm_mark_other(void) { DM_MARK(5, r7); }
// Nothing to do until the next samples.
DM_INLINE void dm_mark_idle(void) { DM_MARK(6, r6); }

#endif

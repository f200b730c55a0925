/* A spotter for sketches: dormouse.h in a class. The arena is the sketch's own. */
#ifndef DORMOUSE_SPOTTER_H
#define DORMOUSE_SPOTTER_H
#include "dormouse.h"

class DormouseSpotter {
public:
  /* `arena` is aligned to 16 bytes; returns 0 or a code. */
  int32_t begin(void *arena, size_t arenaLength, const void *image, size_t imageLength) {
    arena_ = arena;
    return dormouse_open(arena, arenaLength, image, imageLength);
  }

  /* Hears all samples; returns the label that was accepted last in them, -1 if none was, or another negative
   * code less 1. */
  int32_t hear(const int16_t *samples, size_t count) {
    int32_t heard = -1;
    while (count > 0) {
      dormouse_event event;
      const ptrdiff_t taken = dormouse_push(arena_, samples, count, &event);
      if (taken < 0)
        return static_cast<int32_t>(taken) - 1;
      if (event.label >= 0)
        heard = event.label;
      samples += taken;
      count -= static_cast<size_t>(taken);
    }
    return heard;
  }

  int32_t setThreshold(int32_t label, int32_t threshold) {
    return dormouse_set_threshold(arena_, label, threshold);
  }
  int32_t reset() { return dormouse_reset(arena_); }

private:
  void *arena_ = nullptr;
};
#endif

#include "dormouse_listen.h"
#include <zephyr/audio/dmic.h>

/* Long enough for any block of sound. */
#define TIMEOUT_MS 1000

static int hear(void *arena, const int16_t *samples, size_t count, dormouse_heard heard, void *context,
                bool *goes_on) {
  while (count > 0 && *goes_on) {
    dormouse_event event;
    ptrdiff_t taken = dormouse_push(arena, samples, count, &event);
    if (taken < 0)
      return (int)taken;
    if (event.label >= 0)
      *goes_on = heard(&event, context);
    samples += taken;
    count -= (size_t)taken;
  }
  return 0;
}

int dormouse_listen(void *arena, const struct device *microphone, struct k_mem_slab *blocks,
                    dormouse_heard heard, void *context) {
  bool goes_on = true;
  int result = dmic_trigger(microphone, DMIC_TRIGGER_START);
  if (result < 0)
    return result;
  while (result == 0 && goes_on) {
    void *block;
    size_t size;
    result = dmic_read(microphone, 0, &block, &size, TIMEOUT_MS);
    if (result == 0) {
      result = hear(arena, block, size / sizeof(int16_t), heard, context, &goes_on);
      k_mem_slab_free(blocks, block);
    }
  }
  (void)dmic_trigger(microphone, DMIC_TRIGGER_STOP);
  return result;
}

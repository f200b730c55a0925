/* Words from a digital microphone, on Zephyr. */
#ifndef DORMOUSE_LISTEN_H
#define DORMOUSE_LISTEN_H
#include "dormouse.h"
#include <zephyr/device.h>
#include <zephyr/kernel.h>

/* Is told of a word; returns whether to go on listening. */
typedef bool (*dormouse_heard)(const dormouse_event *event, void *context);

/* Listens to `microphone`, which is configured for the model's rate, one channel of 16 bits, and blocks from
 * `blocks`, until `heard` has enough. The arena was opened. Returns 0, an errno of Zephyr, or a code of
 * dormouse.h. */
int dormouse_listen(void *arena, const struct device *microphone, struct k_mem_slab *blocks,
                    dormouse_heard heard, void *context);
#endif

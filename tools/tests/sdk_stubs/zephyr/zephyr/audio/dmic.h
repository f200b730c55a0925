/* As much of Zephyr's header of this name as the SDK's module uses: to compile against, not to run. */
#ifndef STUB_DMIC_H
#define STUB_DMIC_H
#include <stddef.h>
#include <stdint.h>
#include <zephyr/device.h>

enum dmic_trigger { DMIC_TRIGGER_STOP, DMIC_TRIGGER_START };
int dmic_trigger(const struct device *dev, enum dmic_trigger cmd);
int dmic_read(const struct device *dev, uint8_t stream, void **buffer, size_t *size, int32_t timeout);
#endif

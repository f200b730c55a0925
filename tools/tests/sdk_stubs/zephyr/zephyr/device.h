/* As much of Zephyr's header of this name as the SDK's module uses: to compile against, not to run. */
#ifndef STUB_DEVICE_H
#define STUB_DEVICE_H
struct device;
#endif

/* As much of Zephyr's header of this name as the SDK's module uses: to compile against, not to run. */
#ifndef STUB_KERNEL_H
#define STUB_KERNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct k_mem_slab;
void k_mem_slab_free(struct k_mem_slab *slab, void *mem);
#endif

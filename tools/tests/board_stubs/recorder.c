// Stands in for a device: hands what a driver does with its registers to the test.
#include <stdint.h>

uint32_t (*on_read)(uint32_t address);
void (*on_write)(uint32_t address, uint32_t value);
uint32_t (*on_address)(const void *memory);

uint32_t recorded_read(uint32_t address) { return on_read(address); }
void recorded_write(uint32_t address, uint32_t value) { on_write(address, value); }
uint32_t recorded_address(const void *memory) { return on_address(memory); }

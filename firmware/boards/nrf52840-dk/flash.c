// The nRF52840's flash memory, which is erased by 4 KB and written by words. Sections are those of "NVMC:
// Non-volatile memory controller" in the nRF52840 Product Specification. The core stands still meanwhile, for
// it runs from the same flash.
#include "device.h"
#include "registers.h"

enum { NVMC_READY = 0x4001E400, NVMC_CONFIG = 0x4001E504, NVMC_ERASEPAGE = 0x4001E508 };
enum { READ_ONLY = 0, WRITE_ENABLED = 1, ERASE_ENABLED = 2 };

// Lets flash be written, or erased, or neither.
static void allow(uint32_t what) {
  register_write(NVMC_CONFIG, what);
  register_await(NVMC_READY, 1, 1);
}

_Bool flash_erase(uint32_t address) {
  // "Erasing a page in flash".
  allow(ERASE_ENABLED);
  register_write(NVMC_ERASEPAGE, address);
  register_await(NVMC_READY, 1, 1);
  allow(READ_ONLY);
  return 1;
}

_Bool flash_program(uint32_t address, const uint32_t *source) {
  // "Writing to flash": a word at its address.
  allow(WRITE_ENABLED);
  register_write(address, *source);
  register_await(NVMC_READY, 1, 1);
  allow(READ_ONLY);
  return 1;
}

/* Models of a real board: the region MODEL of its linker script, of which the build says the pages,
 * MODELS_PAGE, and the units, MODELS_UNIT. The device's drivers are in its folder. */
#include "board_slots.h"
#include "device.h"

extern const uint8_t __model_region[], __model_region_length[];

static int32_t erase(void *context, size_t offset) {
  (void)context;
  return flash_erase((uint32_t)(uintptr_t)(__model_region + offset));
}

static int32_t program(void *context, size_t offset, const void *source) {
  (void)context;
  return flash_program((uint32_t)(uintptr_t)(__model_region + offset), source);
}

int board_flash(dormouse_flash *flash) {
  flash->base = __model_region;
  /* The linker knows a length as an address. */
  flash->length = (size_t)__model_region_length;
  flash->page_length = MODELS_PAGE;
  flash->unit_length = MODELS_UNIT;
  flash->erase = erase;
  flash->program = program;
  flash->context = NULL;
  console_listen();
  return 1;
}

int32_t board_receive(void) { return console_get(); }

void board_send(uint8_t byte) { console_put(byte); }

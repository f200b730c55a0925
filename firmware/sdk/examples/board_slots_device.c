/* Models of a real board: the region MODEL of its linker script, of which the build says the pages,
 * MODELS_PAGE, and the units, MODELS_UNIT. Here a probe writes them (`dormouse flash --board BOARD --slot
 * free`), and firmware reads. A board that writes its own flash gives functions that do it, and a serial
 * line. */
#include "board_slots.h"

extern const uint8_t __model_region[], __model_region_length[];

static int32_t refuse_erase(void *context, size_t offset) {
  (void)context;
  (void)offset;
  return 0;
}

static int32_t refuse_program(void *context, size_t offset, const void *source) {
  (void)context;
  (void)offset;
  (void)source;
  return 0;
}

int board_flash(dormouse_flash *flash) {
  flash->base = __model_region;
  /* The linker knows a length as an address. */
  flash->length = (size_t)__model_region_length;
  flash->page_length = MODELS_PAGE;
  flash->unit_length = MODELS_UNIT;
  flash->erase = refuse_erase;
  flash->program = refuse_program;
  flash->context = NULL;
  return 1;
}

int32_t board_receive(void) { return BOARD_CLOSED; }

void board_send(uint8_t byte) { (void)byte; }

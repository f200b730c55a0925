/* Flash memory of an emulated board is a file, its serial line one of QEMU's. The command line is
 * `update serial|alone FILE`. */
#include "board_slots.h"
#include "flash_file.h"
#include "support.h"

static _Bool has_serial;

static int32_t erase(void *context, size_t offset) {
  (void)context;
  return flash_file_erase(offset);
}

static int32_t program(void *context, size_t offset, const void *source) {
  (void)context;
  return flash_file_program(offset, source);
}

/* One past the next space, or the end. */
static const char *next_word(const char *text) {
  while (*text != 0 && *text != ' ')
    text++;
  return *text == 0 ? text : text + 1;
}

int board_flash(dormouse_flash *flash) {
  char line[512];
  const char *mode, *path, *end;
  if (!command_line(line, sizeof line))
    return 0;
  mode = next_word(line);
  path = end = next_word(mode);
  while (*end != 0)
    end++;
  flash->base = flash_file_open(path, (size_t)(end - path));
  flash->length = FLASH_FILE_LENGTH;
  flash->page_length = FLASH_FILE_PAGE;
  flash->unit_length = FLASH_FILE_UNIT;
  flash->erase = erase;
  flash->program = program;
  flash->context = NULL;
  has_serial = *mode == 's';
  if (has_serial)
    uart_start();
  return flash->base != NULL;
}

int32_t board_receive(void) { return has_serial ? uart_read() : BOARD_CLOSED; }

void board_send(uint8_t byte) { uart_write(byte); }

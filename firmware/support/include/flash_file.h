// Flash memory of an emulated board: a file of the host, mapped as a copy in RAM.
#ifndef FLASH_FILE_H
#define FLASH_FILE_H
#include <stddef.h>
#include <stdint.h>

enum { FLASH_FILE_LENGTH = 1 << 20, FLASH_FILE_PAGE = 4096, FLASH_FILE_UNIT = 8 };

// Reads the file, which must have `FLASH_FILE_LENGTH` bytes; null if it can't be.
const uint8_t *flash_file_open(const char *path, size_t path_length);
// Makes a page ones.
_Bool flash_file_erase(size_t offset);
// Clears the bits of a unit that are zero in `source`.
_Bool flash_file_program(size_t offset, const void *source);

// RAM for the arena of any model that may be sent.
extern uint8_t *const update_arena;
extern const intptr_t update_arena_length;

// The first serial port, at 115200 bits a second.
void uart_start(void);
// The next byte; -1 if none has come.
int32_t uart_read(void);
void uart_write(uint8_t byte);
#endif

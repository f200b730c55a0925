// Every erasure and every programmed unit is in the file before it returns, so that power can be cut by
// stopping the emulator.
#include "flash_file.h"
#include "support.h"

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_SEEK = 0x0A, OPEN_UPDATE_BINARY = 3 };

static _Alignas(16) uint8_t memory[FLASH_FILE_LENGTH];
static _Alignas(16) uint8_t arena[65536];
uint8_t *const update_arena = arena;
const intptr_t update_arena_length = sizeof arena;
static intptr_t file = -1;

const uint8_t *flash_file_open(const char *path, size_t path_length) {
  // Semihosts take the path as a C string, whatever length they are told.
  char name[256];
  if (path_length >= sizeof name) {
    return NULL;
  }
  for (size_t i = 0; i < path_length; i++) {
    name[i] = path[i];
  }
  name[path_length] = 0;
  uintptr_t block[3] = {(uintptr_t)name, OPEN_UPDATE_BINARY, path_length};
  file = semihost(SYS_OPEN, (uintptr_t)block);
  if (file < 0) {
    return NULL;
  }
  uint8_t beyond;
  return file_read(file, memory, sizeof memory) == sizeof memory && file_read(file, &beyond, 1) == 0 ? memory
                                                                                                     : NULL;
}

static _Bool store(size_t offset, size_t length) {
  uintptr_t place[2] = {(uintptr_t)file, offset};
  uintptr_t block[3] = {(uintptr_t)file, (uintptr_t)(memory + offset), length};
  return semihost(SYS_SEEK, (uintptr_t)place) == 0 && semihost(SYS_WRITE, (uintptr_t)block) == 0;
}

_Bool flash_file_erase(size_t offset) {
  for (size_t i = 0; i < FLASH_FILE_PAGE; i++) {
    memory[offset + i] = 0xFF;
  }
  return store(offset, FLASH_FILE_PAGE);
}

_Bool flash_file_program(size_t offset, const void *source) {
  for (size_t i = 0; i < FLASH_FILE_UNIT; i++) {
    memory[offset + i] &= ((const uint8_t *)source)[i];
  }
  return store(offset, FLASH_FILE_UNIT);
}

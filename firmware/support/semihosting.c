// Semihosting: files, console and command line of the machine that runs QEMU (or the debugger of a real
// board). Operation numbers and argument blocks are those of "Semihosting for AArch32 and AArch64"
// (Arm, 2.0).
#include "support.h"

enum {
  SYS_OPEN = 0x01,
  SYS_CLOSE = 0x02,
  SYS_WRITE0 = 0x04,
  SYS_READ = 0x06,
  SYS_GET_CMDLINE = 0x15,
  SYS_EXIT_EXTENDED = 0x20,
  APPLICATION_EXIT = 0x20026,
  OPEN_READ_BINARY = 1
};

void board_exit(int32_t code) {
  uintptr_t block[2] = {APPLICATION_EXIT, (uintptr_t)code};
  for (;;) {
    (void)semihost(SYS_EXIT_EXTENDED, (uintptr_t)block);
  }
}

void console_write(const char *text) { (void)semihost(SYS_WRITE0, (uintptr_t)text); }

void console_write_bytes(const uint8_t *text, size_t length) {
  char line[129];
  while (length > 0) {
    size_t part = length < 128 ? length : 128;
    for (size_t i = 0; i < part; i++) {
      line[i] = (char)text[i];
    }
    line[part] = 0;
    console_write(line);
    text += part;
    length -= part;
  }
}

_Bool command_line(char *buffer, size_t length) {
  uintptr_t block[2] = {(uintptr_t)buffer, length};
  return semihost(SYS_GET_CMDLINE, (uintptr_t)block) == 0;
}

intptr_t file_open(const char *path, size_t path_length) {
  uintptr_t block[3] = {(uintptr_t)path, OPEN_READ_BINARY, path_length};
  return semihost(SYS_OPEN, (uintptr_t)block);
}

size_t file_read(intptr_t file, void *buffer, size_t length) {
  uintptr_t block[3] = {(uintptr_t)file, (uintptr_t)buffer, length};
  // SYS_READ answers with the number of bytes that are missing.
  uintptr_t missing = (uintptr_t)semihost(SYS_READ, (uintptr_t)block);
  return missing <= length ? length - missing : 0;
}

void file_close(intptr_t file) {
  uintptr_t block[1] = {(uintptr_t)file};
  (void)semihost(SYS_CLOSE, (uintptr_t)block);
}

void board_fault(const char *what) {
  console_write("fault: ");
  console_write(what);
  console_write("\n");
  board_exit(99);
}

// The support functions of a board, on Linux with glibc, for programs that `qemu-aarch64` runs.
#include "support.h"
#include <stdio.h>
#include <string.h>

static FILE *files[8];
static int argument_count;
static char **arguments;

int main(int count, char **words) {
  argument_count = count;
  arguments = words;
  return application_main();
}

void console_write(const char *text) { fputs(text, stdout); }

void console_write_bytes(const uint8_t *text, size_t length) { fwrite(text, 1, length, stdout); }

_Bool command_line(char *buffer, size_t length) {
  size_t used = 0;
  for (int i = 0; i < argument_count; i++) {
    size_t word = strlen(arguments[i]);
    if (used + word + 1 > length) {
      return 0;
    }
    memcpy(buffer + used, arguments[i], word);
    used += word;
    buffer[used++] = i + 1 < argument_count ? ' ' : 0;
  }
  return used > 0;
}

intptr_t file_open(const char *path, size_t path_length) {
  (void)path_length;
  for (intptr_t i = 0; i < 8; i++) {
    if (files[i] == NULL) {
      files[i] = fopen(path, "rb");
      return files[i] == NULL ? -1 : i;
    }
  }
  return -1;
}

size_t file_read(intptr_t file, void *buffer, size_t length) { return fread(buffer, 1, length, files[file]); }

void file_close(intptr_t file) {
  fclose(files[file]);
  files[file] = NULL;
}

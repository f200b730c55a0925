/* Counts what the host runtime allocates while it hears. The program's own malloc family stands before the C
 * library's, so that everything in the process, the Swift runtime too, comes by here.
 *
 *   allocations IMAGE SAMPLES    SAMPLES: raw 16-bit mono, native order
 *
 * Prints "control N" (designing a front end does allocate: proof that the counter counts), "start N" and
 * "push N of PUSHES, FRAMES frames, INFERENCES inferences, DETECTIONS detections". */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <errno.h>
#include <stdlib.h>

#include "dormouse.h"
#include "dormouse_design.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static volatile unsigned long allocations;

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  allocations++;
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
  void *found = memalign(alignment, size);
  if (found == NULL)
    return ENOMEM;
  *memory = found;
  return 0;
}

/* All bytes of a file, at a multiple of 16. */
static void *contents(const char *path, ptrdiff_t *length) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  *length = ftell(file);
  rewind(file);
  void *bytes = memalign(16, (size_t)*length + 1);
  if (fread(bytes, 1, (size_t)*length, file) != (size_t)*length) {
    fprintf(stderr, "%s: not read\n", path);
    exit(1);
  }
  fclose(file);
  return bytes;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  ptrdiff_t image_length = 0;
  ptrdiff_t samples_length = 0;
  const void *image = contents(argv[1], &image_length);
  const int16_t *samples = contents(argv[2], &samples_length);
  ptrdiff_t count = samples_length / 2;

  unsigned long before = allocations;
  dm_design_logmel((const uint8_t *)"{}", 2, NULL, 0, NULL, 0);
  printf("control %lu\n", allocations - before);

  ptrdiff_t size = dormouse_arena_length(image, (size_t)image_length);
  void *memory = size > 0 ? memalign(16, (size_t)size) : NULL;
  before = allocations;
  if (memory == NULL || dormouse_open(memory, (size_t)size, image, (size_t)image_length) != 0) {
    fprintf(stderr, "%s: refused\n", argv[1]);
    return 1;
  }
  printf("start %lu\n", allocations - before);

  unsigned long frames = 0, inferences = 0, detections = 0, pushes = 0;
  ptrdiff_t chunk = 1;
  before = allocations;
  for (ptrdiff_t taken = 0; taken < count; pushes++) {
    dormouse_event progress;
    ptrdiff_t left = count - taken;
    taken += dormouse_push(memory, samples + taken, (size_t)(left < chunk ? left : chunk), &progress);
    chunk = chunk % 641 + 7; /* Chunks of every kind. */
    frames += (unsigned long)progress.frame;
    inferences += (unsigned long)progress.inference;
    detections += progress.label >= 0;
  }
  unsigned long after = allocations;
  printf("push %lu of %lu, %lu frames, %lu inferences, %lu detections\n", after - before, pushes, frames,
         inferences, detections);
  return 0;
}

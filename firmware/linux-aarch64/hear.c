// Spots keywords in raw 16-bit mono samples on standard input, at the model's rate, without Swift's runtime:
//
//   arecord -q -t raw -f S16_LE -r 16000 | hear commands-temporal.dormouse
//   hear --hash IMAGE < SAMPLES    prints what `dormouse detect --hash` prints, to compare
#include "dormouse.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  unsigned long count;
  uint32_t hash;
} transcript_t;

static const double rate = 16000;

// FNV-1a, as Transcript.swift has it.
static void add(transcript_t *transcript, const int8_t *elements, ptrdiff_t count) {
  transcript->count++;
  for (ptrdiff_t i = 0; i < count; i++) {
    transcript->hash = (transcript->hash ^ (uint8_t)elements[i]) * 0x01000193u;
  }
}

static int fail(const char *name, const char *problem) {
  fprintf(stderr, "hear: %s: %s\n", name, problem);
  return 1;
}

// All bytes of a file, at a multiple of 64; null if it can't be read.
static void *contents(const char *path, ptrdiff_t *length) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
    return NULL;
  }
  *length = ftell(file);
  rewind(file);
  void *bytes = *length > 0 ? aligned_alloc(64, ((size_t)*length + 63) / 64 * 64) : NULL;
  if (bytes != NULL && fread(bytes, 1, (size_t)*length, file) != (size_t)*length) {
    bytes = NULL;
  }
  fclose(file);
  return bytes;
}

// Fills `samples`; returns how many came, fewer than `count` at the end alone.
static ptrdiff_t listen(int16_t *samples, ptrdiff_t count) {
  size_t filled = 0, wanted = (size_t)count * sizeof *samples;
  ssize_t got;
  while (filled < wanted && (got = read(0, (char *)samples + filled, wanted - filled)) > 0) {
    filled += (size_t)got;
  }
  return (ptrdiff_t)(filled / sizeof *samples);
}

static void report(void *memory, const dormouse_event *event, int hashes) {
  ptrdiff_t length = 0;
  const char *label = dormouse_label(memory, event->label, &length);
  if (hashes) {
    printf("detection %.*s %d %llu %llu\n", (int)length, label, event->score,
           (unsigned long long)event->start, (unsigned long long)event->end);
  } else {
    printf("%9.2f s  %-12.*s %5.2f\n", (double)event->end / rate, (int)length, label,
           (double)event->score / 32768);
    fflush(stdout);
  }
}

int main(int count, char **words) {
  int hashes = count == 3 && strcmp(words[1], "--hash") == 0;
  if (count != 2 && !hashes) {
    fprintf(stderr, "usage: hear [--hash] IMAGE < SAMPLES\n");
    return 2;
  }
  const char *path = words[count - 1];
  ptrdiff_t length = 0;
  void *image = contents(path, &length);
  if (image == NULL) {
    return fail(path, "can't be read");
  }
  ptrdiff_t size = dormouse_arena_length(image, (size_t)length);
  if (size < 0) {
    return fail(path, "is no model image that hears");
  }
  void *memory = aligned_alloc(16, ((size_t)size + 15) / 16 * 16);
  if (memory == NULL || dormouse_open(memory, (size_t)size, image, (size_t)length) != DORMOUSE_OK) {
    return fail(path, "can't be started");
  }
  transcript_t frames = {0, 0x811C9DC5u}, logits = {0, 0x811C9DC5u};
  int16_t samples[320];
  ptrdiff_t heard;
  while ((heard = listen(samples, 320)) > 0) {
    for (ptrdiff_t taken = 0; taken < heard;) {
      dormouse_event event;
      taken += dormouse_push(memory, samples + taken, (size_t)(heard - taken), &event);
      ptrdiff_t elements;
      if (event.frame) {
        const int8_t *frame = dormouse_frame(memory, &elements);
        add(&frames, frame, elements);
      }
      if (event.inference) {
        const int8_t *output = dormouse_logits(memory, &elements);
        add(&logits, output, elements);
      }
      if (event.label >= 0) {
        report(memory, &event, hashes);
      }
    }
  }
  if (hashes) {
    printf("frames %lu hash %08x\ninferences %lu hash %08x\n", frames.count, frames.hash, logits.count,
           logits.hash);
  }
  return 0;
}

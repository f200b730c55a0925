// Bytes on their way from an interrupt, which puts them in, to the application, which gets them. What does
// not fit is lost: frames that miss bytes are sent again.
#ifndef RING_H
#define RING_H
#include <stdint.h>

// More than a request of the update protocol takes on the line.
enum { RING_LENGTH = 512 };

typedef struct {
  volatile uint32_t put;
  volatile uint32_t got;
  volatile uint8_t bytes[RING_LENGTH];
} ring;

static inline void ring_put(ring *line, uint8_t byte) {
  if (line->put - line->got < RING_LENGTH) {
    line->bytes[line->put % RING_LENGTH] = byte;
    line->put++;
  }
}

// The oldest byte; -1 if there is none.
static inline int32_t ring_get(ring *line) {
  if (line->put == line->got) {
    return -1;
  }
  const uint8_t byte = line->bytes[line->got % RING_LENGTH];
  line->got++;
  return byte;
}
#endif

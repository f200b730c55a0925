// From the bits of a PDM microphone to samples, for devices that cannot do it by themselves: 64 bits become
// one sample. Integers alone. Two stages: a sinc filter of order 4 decimates by 8, by tables that take a byte
// of bits at once; a filter of 128 taps decimates by 8 again. At 16,000 samples a second the pass band ends
// at 6.4 kHz, and what would be folded into it is 50 dB down.
#ifndef PDM_H
#define PDM_H
#include <stdint.h>

enum { PDM_BYTES = 4, PDM_TAPS = 128, PDM_DECIMATION = 8 };

typedef struct {
  // What a byte adds to the first stage's output, by its age in bytes.
  int16_t parts[PDM_BYTES][256];
  // The last bytes, the newest first, and the first stage's last outputs, the newest last.
  uint8_t bytes[PDM_BYTES];
  int16_t stage[PDM_TAPS];
} pdm_decimator;

// Fills the tables and forgets everything heard.
void pdm_begin(pdm_decimator *decimator);

// The sample at the end of 64 bits, the oldest in the highest bit of the first word. A one is a positive
// pressure. Full scale is that of 16 bits with `gain_bits` of 0; each bit more doubles, and what is too loud
// is cut.
int16_t pdm_sample(pdm_decimator *decimator, const uint32_t bits[2], int gain_bits);
#endif

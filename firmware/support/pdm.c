// The two stages of pdm.h.
#include "pdm.h"

// The second stage, its first half; the other mirrors it. `tools/tests/test_pdm.py` designs it anew: a
// low-pass filter with its edge at 8 of 128 kHz and a Kaiser window, times 2 to the power of 17: the first
// stage's 2^12 become 2^15 after 14 bits are dropped.
static const int16_t taps[PDM_TAPS / 2] = {
    -5,   -16,   -30,   -41,   -49,   -48,   -37,   -15,  17,   54,   91,   120,  134,   126,   93,    36,
    -40,  -125,  -205,  -264,  -288,  -265,  -193,  -73,  80,   245,  396,  504,  543,   496,   356,   134,
    -144, -441,  -709,  -897,  -961,  -874,  -626,  -236, 253,  773,  1242, 1574, 1693,  1547,  1115,  424,
    -459, -1422, -2322, -3002, -3308, -3109, -2322, -921, 1053, 3486, 6207, 8998, 11621, 13838, 15445, 16288,
};
enum { DROPPED_BITS = 14 };

// Taps of a sinc filter of order 4: four times in a row, eight bits are added up.
static void sinc(int16_t response[8 * PDM_BYTES]) {
  for (int i = 0; i < 8 * PDM_BYTES; i++) {
    response[i] = i < 8;
  }
  for (int order = 1; order < 4; order++) {
    for (int i = 8 * PDM_BYTES - 1; i >= 0; i--) {
      int sum = 0;
      for (int j = i; j >= 0 && j > i - 8; j--) {
        sum += response[j];
      }
      response[i] = (int16_t)sum;
    }
  }
}

void pdm_begin(pdm_decimator *decimator) {
  int16_t response[8 * PDM_BYTES];
  sinc(response);
  for (int age = 0; age < PDM_BYTES; age++) {
    for (int byte = 0; byte < 256; byte++) {
      int sum = 0;
      for (int bit = 0; bit < 8; bit++) {
        sum += (byte >> bit & 1) != 0 ? response[8 * age + bit] : -response[8 * age + bit];
      }
      decimator->parts[age][byte] = (int16_t)sum;
    }
    // Alternating bits are silence.
    decimator->bytes[age] = 0x55;
  }
  for (int i = 0; i < PDM_TAPS; i++) {
    decimator->stage[i] = 0;
  }
}

// Eight bits more: an output of the first stage, at most 2^12.
static int16_t first_stage(pdm_decimator *decimator, uint8_t byte) {
  uint8_t *bytes = decimator->bytes;
  bytes[3] = bytes[2];
  bytes[2] = bytes[1];
  bytes[1] = bytes[0];
  bytes[0] = byte;
  return (int16_t)(decimator->parts[0][bytes[0]] + decimator->parts[1][bytes[1]] +
                   decimator->parts[2][bytes[2]] + decimator->parts[3][bytes[3]]);
}

int16_t pdm_sample(pdm_decimator *decimator, const uint32_t bits[2], int gain_bits) {
  int16_t *stage = decimator->stage;
  for (int i = 0; i < PDM_TAPS - PDM_DECIMATION; i++) {
    stage[i] = stage[i + PDM_DECIMATION];
  }
  for (int i = 0; i < PDM_DECIMATION; i++) {
    stage[PDM_TAPS - PDM_DECIMATION + i] =
        first_stage(decimator, (uint8_t)(bits[i / 4] >> (24 - 8 * (i % 4))));
  }
  // The taps' magnitudes add up to less than 2^18, times 2^12: sums fit 32 bits.
  int32_t sum = 0;
  for (int i = 0; i < PDM_TAPS / 2; i++) {
    sum += taps[i] * (stage[i] + stage[PDM_TAPS - 1 - i]);
  }
  const int dropped = DROPPED_BITS - gain_bits;
  const int32_t value = (sum + (1 << (dropped - 1))) >> dropped;
  return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

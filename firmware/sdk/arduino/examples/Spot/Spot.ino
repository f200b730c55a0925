// Says "yes" on the serial port when a digital microphone hears it. Copy commands_dense_w4_image.c and .h from the SDK's models
// beside this sketch.
#include "commands_dense_w4_image.h"
#include <DormouseSpotter.h>
#include <PDM.h>

COMMANDS_DENSE_W4_ALIGNED static uint8_t
    arena[DORMOUSE_ARENA_LENGTH(COMMANDS_DENSE_W4_ARENA_LENGTH, COMMANDS_DENSE_W4_LABEL_COUNT)];
static DormouseSpotter spotter;
static int16_t samples[256];
static volatile int available = 0;

static void onSound() { available = PDM.read(samples, sizeof samples) / 2; }

void setup() {
  Serial.begin(115200);
  const int32_t code =
      spotter.begin(arena, sizeof arena, commands_dense_w4_image, COMMANDS_DENSE_W4_IMAGE_LENGTH);
  if (code < 0)
    Serial.println(dormouse_error_name(code));
  PDM.onReceive(onSound);
  PDM.begin(1, COMMANDS_DENSE_W4_SAMPLE_RATE);
}

void loop() {
  if (available > 0) {
    const int32_t label = spotter.hear(samples, static_cast<size_t>(available));
    available = 0;
    if (label >= 0)
      Serial.println(commands_dense_w4_labels[label]);
  }
}

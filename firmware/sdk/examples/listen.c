/* Listens for ever: says each word that is heard, with its score of 32768, and lights the light for a second.
 * Says also when sound was lost, because the core was too slow for the model. On an emulated board a
 * recording is listened to, and ends. The build says MODEL_HEADER, and MODEL_UPPER and MODEL_LOWER, which the
 * names in it begin with. */
#include MODEL_HEADER
#include "board.h"
#include "dormouse.h"

#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)
#define IMAGE JOIN(MODEL_LOWER, _image)
#define IMAGE_LENGTH JOIN(MODEL_UPPER, _IMAGE_LENGTH)
#define LABELS JOIN(MODEL_LOWER, _labels)
#define ARENA_LENGTH DORMOUSE_ARENA_LENGTH(JOIN(MODEL_UPPER, _ARENA_LENGTH), JOIN(MODEL_UPPER, _LABEL_COUNT))
JOIN(MODEL_UPPER, _ALIGNED) static uint8_t arena[ARENA_LENGTH];

static void say(const char *what, long number) {
  board_say(what);
  board_say(" ");
  board_say_number(number);
  board_say("\n");
}

/* One chunk of sound; returns whether a word was heard in it. */
static int hear(const int16_t *samples, size_t count) {
  int heard = 0;
  while (count > 0) {
    dormouse_event event;
    const ptrdiff_t taken = dormouse_push(arena, samples, count, &event);
    if (taken < 0)
      break;
    if (event.label >= 0) {
      say(LABELS[event.label], event.score);
      heard = 1;
    }
    samples += taken;
    count -= (size_t)taken;
  }
  return heard;
}

int main(void) {
  int16_t samples[160];
  size_t count;
  int32_t left = 0;
  long lost = 0;
  const int32_t code = dormouse_open(arena, sizeof arena, IMAGE, IMAGE_LENGTH);
  if (code < 0) {
    board_say_line(dormouse_error_name(code));
    return 1;
  }
  board_say_line("listening with " JOIN(MODEL_UPPER, _MODEL_NAME));
  while ((count = board_read(samples, 160)) > 0) {
    if (hear(samples, count)) {
      left = dormouse_sample_rate(arena);
      board_light(1);
    } else if (left > 0) {
      left -= (int32_t)count;
      if (left <= 0)
        board_light(0);
    }
    if (board_lost() != lost) {
      lost = board_lost();
      say("lost", lost);
    }
  }
  return 0;
}

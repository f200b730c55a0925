/* What a model costs on this core: bytes of arena and of stack, frames and inferences in the examples'
 * recording. The build says MODEL_HEADER, and MODEL_UPPER and MODEL_LOWER, which the names in it begin with.
 */
#include MODEL_HEADER
#include "board.h"
#include "dormouse.h"

#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)
#define IMAGE JOIN(MODEL_LOWER, _image)
#define IMAGE_LENGTH JOIN(MODEL_UPPER, _IMAGE_LENGTH)
#define ARENA_LENGTH DORMOUSE_ARENA_LENGTH(JOIN(MODEL_UPPER, _ARENA_LENGTH), JOIN(MODEL_UPPER, _LABEL_COUNT))
JOIN(MODEL_UPPER, _ALIGNED) static uint8_t arena[ARENA_LENGTH];

static void say(const char *what, long number) {
  board_say(what);
  board_say(" ");
  board_say_number(number);
  board_say("\n");
}

int main(void) {
  int16_t samples[160];
  size_t count;
  long frames = 0, inferences = 0;
  const int32_t code = dormouse_open(arena, sizeof arena, IMAGE, IMAGE_LENGTH);
  if (code < 0) {
    board_say_line(dormouse_error_name(code));
    return 1;
  }
  while ((count = board_read(samples, 160)) > 0) {
    ptrdiff_t taken;
    for (taken = 0; taken < (ptrdiff_t)count;) {
      dormouse_event event;
      taken += dormouse_push(arena, samples + taken, count - (size_t)taken, &event);
      frames += event.frame;
      inferences += event.inference;
    }
  }
  say("arena", (long)dormouse_arena_length(IMAGE, IMAGE_LENGTH));
  say("stack", (long)board_stack());
  say("frames", frames);
  say("inferences", inferences);
  return 0;
}

/* From dormouse.h to a detection. */
#include "board.h"
#include "commands_dense_w4_image.h"
#include "dormouse.h"

#define ARENA_LENGTH DORMOUSE_ARENA_LENGTH(COMMANDS_DENSE_W4_ARENA_LENGTH, COMMANDS_DENSE_W4_LABEL_COUNT)
COMMANDS_DENSE_W4_ALIGNED static uint8_t arena[ARENA_LENGTH];

int main(void) {
  int16_t samples[160];
  dormouse_event event;
  int32_t code = dormouse_open(arena, sizeof arena, commands_dense_w4_image, COMMANDS_DENSE_W4_IMAGE_LENGTH);
  if (code < 0)
    board_say_line(dormouse_error_name(code));
  for (size_t count; code == 0 && (count = board_read(samples, 160)) > 0;) {
    for (ptrdiff_t taken = 0; taken < (ptrdiff_t)count;) {
      taken += dormouse_push(arena, samples + taken, count - (size_t)taken, &event);
      if (event.label >= 0)
        board_say_line(commands_dense_w4_labels[event.label]);
    }
  }
  return code != 0;
}

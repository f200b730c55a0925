/* Listens with the newest of two models in flash: firmware that need not be built again for another model. An
 * emulated board hears a recording, then takes models over its serial line, if there is one (`dormouse flash
 * --port`); a real board listens to its microphone meanwhile. A probe may bring them, too (`dormouse flash
 * --board BOARD --slot free`). */
#include "board.h"
#include "board_slots.h"
#include "dormouse.h"

/* Enough for any model that may come. */
#define ARENA_LENGTH 65536
_Alignas(DORMOUSE_ALIGNMENT) static uint8_t arena[ARENA_LENGTH];
static dormouse_slots slots;

/* Text of an image has no zero behind it. */
static void say(const char *text, ptrdiff_t length) {
  char line[64];
  ptrdiff_t i;
  for (i = 0; i < length; i++)
    line[i] = text[i];
  line[i] = 0;
  board_say(line);
}

/* Says which image was chosen, and why; and what proving it, or taking it, took of the stack. */
static void say_choice(const dormouse_choice *choice) {
  static const char *const reasons[] = {"newest", "the newest is refused", "none was committed"};
  ptrdiff_t length;
  const char *text = dormouse_model_name(arena, &length);
  board_say("slot ");
  board_say_number(choice->slot);
  board_say(" (");
  board_say(reasons[choice->reason - DORMOUSE_BOOT_NEWEST]);
  board_say("): ");
  say(text, length);
  board_say(" ");
  text = dormouse_model_version(arena, &length);
  say(text, length);
  if (board_stack() > 0) {
    board_say(", stack ");
    board_say_number((long)board_stack());
  }
  board_say("\n");
}

/* Opens the newest valid image; returns whether there is one. */
static int start(void) {
  dormouse_choice choice = {-1, 0, {0, 0}, NULL, 0};
  int32_t slot, code = dormouse_slots_boot(&slots, &choice);
  for (slot = 0; slot < 2; slot++) {
    if (choice.refusals[slot] < 0) {
      board_say("slot ");
      board_say_number(slot);
      board_say(": refused as ");
      board_say_line(dormouse_error_name(choice.refusals[slot]));
    }
  }
  if (code == DORMOUSE_ERROR_NO_IMAGE) {
    board_say_line("no slot holds a model for this device; send one");
    return 0;
  }
  if (code == DORMOUSE_OK)
    code = dormouse_open(arena, sizeof arena, choice.image, choice.image_length);
  if (code < 0) {
    board_say_line(dormouse_error_name(code));
    return 0;
  }
  say_choice(&choice);
  return 1;
}

/* Says the words in one chunk of sound. */
static void hear(const int16_t *samples, size_t count) {
  while (count > 0) {
    dormouse_event event;
    ptrdiff_t length, taken = dormouse_push(arena, samples, count, &event);
    if (taken < 0)
      return;
    if (event.label >= 0) {
      const char *label = dormouse_label(arena, event.label, &length);
      say(label, length);
      board_say("\n");
    }
    samples += taken;
    count -= (size_t)taken;
  }
}

/* Answers what has come over the serial line; returns whether there is one. */
static int serve(void) {
  uint8_t answer[DORMOUSE_ANSWER_LENGTH];
  int32_t byte;
  while ((byte = board_receive()) >= 0) {
    ptrdiff_t i, length = dormouse_slots_receive(&slots, (uint8_t)byte, answer);
    /* Where words are said on the same line, an end of what was said before. */
    if (length > 0)
      board_send(0);
    for (i = 0; i < length; i++)
      board_send(answer[i]);
  }
  return byte != BOARD_CLOSED;
}

int main(void) {
  dormouse_flash flash;
  int32_t code;
  if (!board_flash(&flash)) {
    board_say_line("no flash memory");
    return 1;
  }
  code = dormouse_slots_open(&slots, &flash, sizeof arena);
  if (code < 0) {
    board_say_line(dormouse_error_name(code));
    return 1;
  }
  for (;;) {
    const int listening = start();
    board_rewind();
    while (dormouse_slots_wants_restart(&slots) == 0) {
      int16_t samples[160];
      const size_t count = listening ? board_read(samples, 160) : 0;
      hear(samples, count);
      if (!serve() && count == 0)
        return !listening;
    }
  }
}

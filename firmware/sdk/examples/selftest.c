/* The library checks itself on the core that runs this: what must be refused is refused and writes nothing,
 * spotters side by side do not disturb each other, thresholds count, and the recording's word is heard. Says
 * "ok" and how many checks there were, or "failed" and the line of each that did; returns how many failed.
 *
 * ONE_ARENA: the board has no room for two spotters. DENSE: it is linked with dormouse_dense. */
#include "board.h"
#include "commands_dense_w4_image.h"
#include "dormouse.h"
#include "expected.h"

#define IMAGE commands_dense_w4_image
#define IMAGE_LENGTH COMMANDS_DENSE_W4_IMAGE_LENGTH
#define ARENA_LENGTH DORMOUSE_ARENA_LENGTH(COMMANDS_DENSE_W4_ARENA_LENGTH, COMMANDS_DENSE_W4_LABEL_COUNT)
COMMANDS_DENSE_W4_ALIGNED static uint8_t arena[ARENA_LENGTH + DORMOUSE_ALIGNMENT];
#ifndef ONE_ARENA
COMMANDS_DENSE_W4_ALIGNED static uint8_t other[ARENA_LENGTH];
#endif
/* The head of an image, to be broken; the rest of it is never reached. */
COMMANDS_DENSE_W4_ALIGNED static uint8_t broken[64];

#ifdef DENSE
#define EDGES_ARE_REFUSED_AS "part_missing"
#else
#define EDGES_ARE_REFUSED_AS "wrong_input"
#endif

static int checks, failures;

static void check(int holds, int line) {
  checks++;
  if (!holds) {
    failures++;
    board_say("failed: line ");
    board_say_number(line);
    board_say("\n");
  }
}
#define CHECK(condition) check((condition) != 0, __LINE__)

/* Whether dormouse_error_name gives `name`. */
static int names(ptrdiff_t code, const char *name) {
  const char *given = dormouse_error_name(code);
  while (*given != 0 && *given == *name) {
    given++;
    name++;
  }
  return *given == *name;
}

static void fill(uint8_t *bytes, size_t length, uint8_t value) {
  size_t i;
  for (i = 0; i < length; i++)
    bytes[i] = value;
}

static int is_filled(const uint8_t *bytes, size_t length, uint8_t value) {
  size_t i;
  for (i = 0; i < length; i++)
    if (bytes[i] != value)
      return 0;
  return 1;
}

static ptrdiff_t open_broken(size_t length) { return dormouse_open(arena, ARENA_LENGTH, broken, length); }

/* Images that are cut short, of another version, or at another place. */
static void refuses_images(void) {
  size_t i;
  fill(arena, sizeof arena, 0x5A);
  for (i = 0; i < sizeof broken; i++)
    broken[i] = IMAGE[i];
  CHECK(names(open_broken(0), "too_short"));
  CHECK(names(open_broken(31), "too_short"));
  CHECK(names(open_broken(sizeof broken), "length_mismatch"));
  CHECK(names(dormouse_open(arena, ARENA_LENGTH, IMAGE, IMAGE_LENGTH - 1), "length_mismatch"));
  CHECK(names(dormouse_open(arena, ARENA_LENGTH, IMAGE, (size_t)-1), "too_short"));
  CHECK(names(dormouse_open(arena, ARENA_LENGTH, broken + 4, 60), "misaligned"));
  broken[4]++;
  CHECK(names(open_broken(sizeof broken), "unsupported_version"));
  broken[0]++;
  CHECK(names(open_broken(sizeof broken), "bad_magic"));
  /* A whole image of 64 bytes whose checksum is wrong. */
  for (i = 0; i < sizeof broken; i++)
    broken[i] = IMAGE[i];
  broken[8] = sizeof broken;
  broken[9] = broken[10] = broken[11] = 0;
  CHECK(names(open_broken(sizeof broken), "checksum_mismatch"));
  CHECK(dormouse_arena_length(broken, sizeof broken) == DORMOUSE_ERROR_CHECKSUM_MISMATCH);
  CHECK(dormouse_arena_length(NULL, sizeof broken) == DORMOUSE_ERROR_NULL_POINTER);
  CHECK(is_filled(arena, sizeof arena, 0x5A));
}

/* Arenas that are too short by one byte, misaligned, null, or never opened. */
static void refuses_arenas(void) {
  ptrdiff_t needed = dormouse_arena_length(IMAGE, IMAGE_LENGTH), length = -1;
  dormouse_event event;
  int16_t samples[4];
  size_t i;
  event.frame = 77;
  fill((uint8_t *)samples, sizeof samples, 0);
  CHECK(needed > (ptrdiff_t)COMMANDS_DENSE_W4_ARENA_LENGTH && needed <= (ptrdiff_t)ARENA_LENGTH);
  CHECK(names(dormouse_open(arena, (size_t)needed - 1, IMAGE, IMAGE_LENGTH), "arena_too_small"));
  CHECK(names(dormouse_open(arena, 0, IMAGE, IMAGE_LENGTH), "arena_too_small"));
  CHECK(names(dormouse_open(arena, (size_t)-1, IMAGE, IMAGE_LENGTH), "bad_length"));
  for (i = 1; i < DORMOUSE_ALIGNMENT; i++)
    CHECK(names(dormouse_open(arena + i, ARENA_LENGTH, IMAGE, IMAGE_LENGTH), "arena_misaligned"));
  CHECK(names(dormouse_open(NULL, ARENA_LENGTH, IMAGE, IMAGE_LENGTH), "null_pointer"));
  CHECK(names(dormouse_open(arena, ARENA_LENGTH, NULL, IMAGE_LENGTH), "null_pointer"));
  CHECK(names(dormouse_push(arena, samples, 4, &event), "not_open"));
  CHECK(names(dormouse_push(NULL, samples, 4, &event), "null_pointer"));
  CHECK(names(dormouse_push(arena + 1, samples, 4, &event), "arena_misaligned"));
  CHECK(names(dormouse_push_edge(arena, 0, 0, 1, &event), "not_open"));
  CHECK(names(dormouse_pass_time(arena, 0, &event), "not_open"));
  CHECK(names(dormouse_begin_edges(arena, 0), "not_open"));
  CHECK(names(dormouse_reset(arena), "not_open") && names(dormouse_reset(NULL), "null_pointer"));
  CHECK(names(dormouse_threshold(arena, 0), "not_open") && names(dormouse_score(arena, 0), "not_open"));
  CHECK(names(dormouse_set_threshold(arena, 0, 1), "not_open"));
  CHECK(names(dormouse_sample_rate(arena), "not_open") && names(dormouse_label_count(arena), "not_open"));
  CHECK(dormouse_label(arena, 0, &length) == NULL && length == 0);
  CHECK(dormouse_model_name(arena, NULL) == NULL && dormouse_model_version(NULL, NULL) == NULL);
  CHECK(dormouse_frame(arena, NULL) == NULL && dormouse_logits(arena, NULL) == NULL);
  CHECK(event.frame == 77);
  CHECK(is_filled(arena, sizeof arena, 0x5A));
  /* Exactly enough is enough, and not a byte behind it is written. */
  CHECK(names(dormouse_open(arena, (size_t)needed, IMAGE, IMAGE_LENGTH), "ok"));
  CHECK(names(dormouse_push(arena, NULL, 4, &event), "null_pointer"));
  CHECK(names(dormouse_push(arena, samples, 4, NULL), "null_pointer"));
  CHECK(names(dormouse_push(arena, samples, (size_t)-1, &event), "bad_length"));
  CHECK(event.frame == 77);
  CHECK(dormouse_push(arena, NULL, 0, &event) == 0 && event.frame == 0 && event.label == -1);
  CHECK(dormouse_push(arena, samples, 4, &event) == 4);
  CHECK(is_filled(arena + needed, sizeof arena - (size_t)needed, 0x5A));
  /* A failing open leaves the spotter as it is. */
  CHECK(dormouse_open(arena, (size_t)needed - 1, IMAGE, IMAGE_LENGTH) < 0 && dormouse_reset(arena) == 0);
}

/* The model's texts, and its thresholds. */
static void tells_about_the_model(void) {
  dormouse_event event;
  int32_t label, labels = dormouse_label_count(arena);
  ptrdiff_t length, i;
  const char *text = dormouse_model_name(arena, &length);
  const char *name = COMMANDS_DENSE_W4_MODEL_NAME;
  CHECK(labels == COMMANDS_DENSE_W4_LABEL_COUNT &&
        dormouse_sample_rate(arena) == COMMANDS_DENSE_W4_SAMPLE_RATE);
  CHECK(text != NULL && length == sizeof COMMANDS_DENSE_W4_MODEL_NAME - 1);
  for (i = 0; i < length; i++)
    CHECK(text[i] == name[i]);
  CHECK(dormouse_model_version(arena, &length) != NULL && length > 0);
  for (label = 0; label < labels; label++) {
    text = dormouse_label(arena, label, &length);
    for (i = 0; i < length; i++)
      CHECK(text[i] == commands_dense_w4_labels[label][i]);
    CHECK(commands_dense_w4_labels[label][length] == 0);
    CHECK(dormouse_threshold(arena, label) >= 1);
  }
  CHECK(dormouse_label(arena, labels, &length) == NULL && length == 0 &&
        dormouse_label(arena, -1, NULL) == NULL);
  CHECK(names(dormouse_threshold(arena, labels), "no_such_label"));
  CHECK(names(dormouse_set_threshold(arena, -1, 1), "no_such_label"));
  CHECK(names(dormouse_score(arena, labels), "no_such_label"));
  CHECK(names(dormouse_set_threshold(arena, 0, 0), "bad_threshold"));
  CHECK(names(dormouse_set_threshold(arena, 0, 65536), "bad_threshold"));
  /* This model hears samples. */
  CHECK(names(dormouse_begin_edges(arena, 0), EDGES_ARE_REFUSED_AS));
  CHECK(names(dormouse_push_edge(arena, 0, 0, 1, &event), EDGES_ARE_REFUSED_AS));
  CHECK(names(dormouse_pass_time(arena, 0, &event), EDGES_ARE_REFUSED_AS));
}

/* FNV-1a, as `dormouse detect --hash` has it. */
static uint32_t hash(uint32_t value, const int8_t *bytes, ptrdiff_t length) {
  ptrdiff_t i;
  for (i = 0; i < length; i++)
    value = (value ^ (uint8_t)bytes[i]) * 0x01000193u;
  return value;
}

/* Hears the recording in chunks of `chunk` samples; returns the label that was heard last, or -1. */
static int32_t hears(uint8_t *ears, size_t chunk, uint32_t *frames, uint32_t *logits) {
  int16_t samples[160];
  int32_t heard = -1;
  size_t count;
  *frames = *logits = 0x811C9DC5u;
  board_rewind();
  while ((count = board_read(samples, chunk)) > 0) {
    const int16_t *next = samples;
    while (count > 0) {
      dormouse_event event;
      ptrdiff_t length, taken = dormouse_push(ears, next, count, &event);
      const int8_t *bytes;
      if (taken <= 0)
        return -2;
      if (event.frame && (bytes = dormouse_frame(ears, &length)) != NULL)
        *frames = hash(*frames, bytes, length);
      if (event.inference && (bytes = dormouse_logits(ears, &length)) != NULL)
        *logits = hash(*logits, bytes, length);
      if (event.label >= 0) {
        heard = event.label;
        CHECK(event.score >= dormouse_threshold(ears, event.label) &&
              event.score == dormouse_score(ears, event.label));
        CHECK(event.start < event.end);
      }
      next += taken;
      count -= (size_t)taken;
    }
  }
  return heard;
}

static void hears_the_word(void) {
  uint32_t frames, logits;
  int32_t threshold;
  CHECK(hears(arena, 160, &frames, &logits) == EXPECTED_LABEL);
  CHECK(frames == EXPECTED_FRAME_HASH && logits == EXPECTED_LOGIT_HASH);
  /* Again after a reset, cut otherwise; and not with a threshold that no score reaches. */
  threshold = dormouse_threshold(arena, EXPECTED_LABEL);
  CHECK(dormouse_reset(arena) == 0 && dormouse_set_threshold(arena, EXPECTED_LABEL, DORMOUSE_NEVER) == 0);
  CHECK(hears(arena, 7, &frames, &logits) == -1);
  CHECK(frames == EXPECTED_FRAME_HASH && logits == EXPECTED_LOGIT_HASH);
  CHECK(dormouse_threshold(arena, EXPECTED_LABEL) == DORMOUSE_NEVER);
  CHECK(dormouse_set_threshold(arena, EXPECTED_LABEL, threshold) == 0 && dormouse_reset(arena) == 0);
  CHECK(hears(arena, 33, &frames, &logits) == EXPECTED_LABEL);
}

#ifndef ONE_ARENA
/* Two spotters, sample by sample in turn, one of them half a recording behind. */
static void hears_side_by_side(void) {
  int16_t sample;
  int32_t heard = -1, other_heard = -1;
  dormouse_event event;
  size_t taken = 0;
  CHECK(dormouse_open(other, sizeof other, IMAGE, IMAGE_LENGTH) == 0 && dormouse_reset(arena) == 0);
  CHECK(dormouse_set_threshold(other, EXPECTED_LABEL, DORMOUSE_NEVER) == 0);
  CHECK(dormouse_threshold(arena, EXPECTED_LABEL) != DORMOUSE_NEVER);
  board_rewind();
  while (board_read(&sample, 1) > 0) {
    CHECK(dormouse_push(arena, &sample, 1, &event) == 1);
    heard = event.label >= 0 ? event.label : heard;
    if (++taken > 4000) {
      CHECK(dormouse_push(other, &sample, 1, &event) == 1);
      other_heard = event.label >= 0 ? event.label : other_heard;
    }
  }
  CHECK(heard == EXPECTED_LABEL && other_heard == -1);
  /* A copy of a spotter is none: it points into the arena that it came from. */
  for (taken = 0; taken < sizeof other; taken++)
    other[taken] = arena[taken];
  CHECK(names(dormouse_reset(other), "not_open"));
}
#endif

int main(void) {
  refuses_images();
  refuses_arenas();
  tells_about_the_model();
  hears_the_word();
#ifndef ONE_ARENA
  hears_side_by_side();
#endif
  CHECK(names(0, "ok") && names(20, "ok") && names(-29, "unknown_code") && names(-1000, "unknown_code"));
  CHECK(board_stack() <= DORMOUSE_STACK_LENGTH);
  board_say(failures == 0 ? "ok " : "failed of ");
  board_say_number(checks);
  board_say(" checks, stack ");
  board_say_number((long)board_stack());
  board_say("\n");
  return failures;
}

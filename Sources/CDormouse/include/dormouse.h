/* Dormouse: keyword spotting on a microcontroller. Samples in, detections out.
 *
 *   static uint8_t arena[DORMOUSE_ARENA_LENGTH(ZERO_DENSE_ARENA_LENGTH, ZERO_DENSE_LABEL_COUNT)]; (aligned to
 * 16)
 *
 *   dormouse_open(arena, sizeof arena, zero_dense_image, ZERO_DENSE_IMAGE_LENGTH);
 *   while (count > 0) {
 *     ptrdiff_t taken = dormouse_push(arena, samples, count, &event);
 *     if (event.label >= 0) { ... }
 *     samples += taken;
 *     count -= taken;
 *   }
 *
 * - The arena is the spotter: whoever has two arenas has two spotters, which may run side by side, in
 * different tasks too. There are no globals, there is no heap, and nothing needs floating point. One arena
 * belongs to one task at a time.
 * - The image stays where it is, in flash, unchanged, as long as the spotter is in use. It is checked
 * completely by dormouse_open; a broken one is refused and never read beyond its length.
 * - A function that fails returns a negative code and has written nothing. Null pointers, arenas that are
 * short or misaligned, and arenas that were not opened are such failures; dormouse_error_name puts them in
 * words.
 * - Stack: at most DORMOUSE_STACK_LENGTH bytes below the caller of any function here.
 *
 * C89 apart from <stdint.h>, and C++. */
#ifndef DORMOUSE_H
#define DORMOUSE_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Version of this interface and of the library. */
#define DORMOUSE_VERSION "0.1.0"

/* Images and arenas start at a multiple of this. */
#define DORMOUSE_ALIGNMENT 16

/* Bytes of arena that surely suffice, as a constant: for the NAME_ARENA_LENGTH and NAME_LABEL_COUNT of the C
 * header that `dormouse export-c` writes. dormouse_arena_length says how many are really needed. */
#define DORMOUSE_ARENA_LENGTH(image_arena, labels) ((image_arena) + DORMOUSE_STATE_LENGTH + 8 * (labels) + 16)

/* What a spotter keeps beside the arena of the image, at most. */
#define DORMOUSE_STATE_LENGTH (sizeof(void *) == 4 ? 928 : 1104)

/* Bytes of stack that any call here takes at most, on every core. */
#define DORMOUSE_STACK_LENGTH 4096

/* Codes. Never reused: those down to -28 are the rules of the image format. */
#define DORMOUSE_OK 0
/* The image is shorter than a header or a section must be. */
#define DORMOUSE_ERROR_TOO_SHORT (-1)
/* It is not a Dormouse image. */
#define DORMOUSE_ERROR_BAD_MAGIC (-2)
/* Another major version of the format than this library reads. */
#define DORMOUSE_ERROR_UNSUPPORTED_VERSION (-3)
/* The length is not the one that the image names: it was cut short. */
#define DORMOUSE_ERROR_LENGTH_MISMATCH (-4)
/* The bytes are not those that were written. */
#define DORMOUSE_ERROR_CHECKSUM_MISMATCH (-5)
#define DORMOUSE_ERROR_RESERVED_NOT_ZERO (-6)
/* The image, or something in it, does not start at a multiple of what it must. */
#define DORMOUSE_ERROR_MISALIGNED (-7)
#define DORMOUSE_ERROR_UNKNOWN_SECTION (-8)
#define DORMOUSE_ERROR_DUPLICATE_SECTION (-9)
/* A section is missing: a bare network does not hear. */
#define DORMOUSE_ERROR_MISSING_SECTION (-10)
#define DORMOUSE_ERROR_OUT_OF_BOUNDS (-11)
#define DORMOUSE_ERROR_OVERLAP (-12)
#define DORMOUSE_ERROR_BAD_COUNT (-13)
#define DORMOUSE_ERROR_BAD_VALUE (-14)
#define DORMOUSE_ERROR_BAD_SHAPE (-15)
#define DORMOUSE_ERROR_BAD_TENSOR_INDEX (-16)
#define DORMOUSE_ERROR_READ_BEFORE_WRITE (-17)
#define DORMOUSE_ERROR_BAD_MULTIPLIER (-18)
#define DORMOUSE_ERROR_ACCUMULATOR_OVERFLOW (-19)
#define DORMOUSE_ERROR_BAD_TEXT (-20)
#define DORMOUSE_ERROR_ARENA_LENGTH_MISMATCH (-21)
/* The arena is shorter than dormouse_arena_length says. */
#define DORMOUSE_ERROR_ARENA_TOO_SMALL (-22)
/* The arena does not start at a multiple of DORMOUSE_ALIGNMENT. */
#define DORMOUSE_ERROR_ARENA_MISALIGNED (-23)
/* An operation or an encoding that this library does not know. */
#define DORMOUSE_ERROR_UNSUPPORTED_OPERATION (-24)
#define DORMOUSE_ERROR_UNSUPPORTED_ENCODING (-25)
#define DORMOUSE_ERROR_BAD_WEIGHT (-26)
#define DORMOUSE_ERROR_BAD_TYPE (-27)
/* The image needs what this build of the library was made without: link the full one. */
#define DORMOUSE_ERROR_PART_MISSING (-28)
/* A pointer that is needed is null. */
#define DORMOUSE_ERROR_NULL_POINTER (-64)
/* The arena was not opened, or it was moved or overwritten since. */
#define DORMOUSE_ERROR_NOT_OPEN (-65)
/* A count is larger than memory can be. */
#define DORMOUSE_ERROR_BAD_LENGTH (-66)
/* There is no such label. */
#define DORMOUSE_ERROR_NO_SUCH_LABEL (-67)
/* A threshold is 1 to 65535. */
#define DORMOUSE_ERROR_BAD_THRESHOLD (-68)
/* Edges for a spotter that hears samples, or samples for one that was told to hear edges. */
#define DORMOUSE_ERROR_WRONG_INPUT (-69)
/* The bank has no such channel. */
#define DORMOUSE_ERROR_NO_SUCH_CHANNEL (-70)
/* The edge is older than one before it, or far too late. */
#define DORMOUSE_ERROR_OUT_OF_ORDER (-71)
/* The comparator is at that level already: an edge between was lost. */
#define DORMOUSE_ERROR_LOST_EDGE (-72)
/* From here on, codes of dormouse_slots.h. The flash memory is described as none can be, or is too small. */
#define DORMOUSE_ERROR_BAD_FLASH (-73)
/* No slot holds an image for this device. */
#define DORMOUSE_ERROR_NO_IMAGE (-74)
/* The image is longer than a slot, or has no bytes. */
#define DORMOUSE_ERROR_DOES_NOT_FIT (-75)
/* No update was begun. */
#define DORMOUSE_ERROR_NOT_BEGUN (-76)
/* More bytes came than the image has. */
#define DORMOUSE_ERROR_TOO_MANY_BYTES (-77)
/* The image is not complete yet. */
#define DORMOUSE_ERROR_INCOMPLETE (-78)
/* The flash memory does not hold what was written. */
#define DORMOUSE_ERROR_FLASH_FAILED (-79)

/* A threshold that no score reaches: the label is never reported. */
#define DORMOUSE_NEVER 65535

/* What one push did. */
typedef struct {
  int32_t frame;     /* 1 if a frame was completed, else 0 */
  int32_t inference; /* 1 if an inference was run, else 0 */
  int32_t label;     /* index of the keyword that was accepted, or -1 */
  int32_t score;     /* its smoothed posterior, 0 to 32768 */
  uint64_t start;    /* its first sample, counted from the start */
  uint64_t end;      /* one past its last sample */
} dormouse_event;

/* Bytes of arena that a spotter of this image needs, from the image alone; or a code. Proves the whole image.
 */
ptrdiff_t dormouse_arena_length(const void *image, size_t image_length);

/* Proves the image and makes a spotter of it in the arena. On failure the arena is as it was. Returns 0 or a
 * code. */
int32_t dormouse_open(void *arena, size_t arena_length, const void *image, size_t image_length);

/* Forgets everything heard, so that the next sample is the first; thresholds stay. */
int32_t dormouse_reset(void *arena);

/* Takes samples, mono, at the model's rate, up to the end of the next frame. Returns how many it took: call
 * again with the rest; or a code. Most calls cost a frame, one in `stride` an inference as well. */
ptrdiff_t dormouse_push(void *arena, const int16_t *samples, size_t count, dormouse_event *event);

/* From now on this spotter hears the edges of an analog board's comparators instead of samples; the first
 * window starts at `tick`, and all comparators are low. Ticks are 32768 a second, modulo 2^32. For models
 * with an analog-binary front end. Forgets everything heard; so does dormouse_reset, which goes back to
 * samples. */
int32_t dormouse_begin_edges(void *arena, uint32_t tick);

/* Takes the edge of a comparator: at `tick`, in order of time, channel `channel` went high (1) or low (0).
 * Returns 1; or 0 if it completed the frame before the edge instead: call again with the same edge; or a
 * code. */
int32_t dormouse_push_edge(void *arena, uint32_t tick, uint8_t channel, int32_t high, dormouse_event *event);

/* Says that there was no edge until `tick`. Returns 1; or 0 if it completed a frame: call again; or a code.
 */
int32_t dormouse_pass_time(void *arena, uint32_t tick, dormouse_event *event);

/* Threshold of a label, Q15: the image's, until it is set; above 32768 the label is never reported. Or a
 * code. */
int32_t dormouse_threshold(void *arena, int32_t label);

/* Sets it, from the next inference on, until the spotter is opened anew: the copy lives in the arena, the
 * image is not touched. Returns 0 or a code. */
int32_t dormouse_set_threshold(void *arena, int32_t label, int32_t threshold);

/* Smoothed posterior of a label after the last inference, 0 to 32768, or a code. */
int32_t dormouse_score(void *arena, int32_t label);

/* The model: samples a second, and how many labels it has; or a code. */
int32_t dormouse_sample_rate(void *arena);
int32_t dormouse_label_count(void *arena);

/* Text in the image, UTF-8, 1 to 63 bytes, `*length` of them and no zero behind: a label, the model's name,
 * its version. Null, with *length 0, if there is none. */
const char *dormouse_label(void *arena, int32_t label, ptrdiff_t *length);
const char *dormouse_model_name(void *arena, ptrdiff_t *length);
const char *dormouse_model_version(void *arena, ptrdiff_t *length);

/* For tests: bytes of the last completed frame; logits of the last inference, valid until the next push. */
const int8_t *dormouse_frame(void *arena, ptrdiff_t *length);
const int8_t *dormouse_logits(void *arena, ptrdiff_t *length);

/* The name of a code: that of its constant here, in lower case and without DORMOUSE_ERROR_, or "ok" from 0
 * on. Never null. */
const char *dormouse_error_name(ptrdiff_t code);

#ifdef __cplusplus
}
#endif
#endif

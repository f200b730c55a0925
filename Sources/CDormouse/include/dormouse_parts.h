/* The parts of the machine, each on its own: for the training tools and for tests. Host only; firmware has
 * dormouse.h.
 *
 * Functions return a count, or a negative number on failure: one of the codes of dormouse.h if a section or
 * an image is broken, or one of the DM_ERROR constants. */
#ifndef DORMOUSE_PARTS_H
#define DORMOUSE_PARTS_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* The memory that the caller lends is too short. */
#define DM_ERROR_MEMORY (-1001)
/* The memory that the caller lends is not aligned to 16 bytes. */
#define DM_ERROR_ALIGNMENT (-1002)
/* The output has no room for all frames. */
#define DM_ERROR_CAPACITY (-1003)
/* A count is negative. */
#define DM_ERROR_COUNT (-1004)
/* A pointer that is needed is null. */
#define DM_ERROR_NULL (-1006)
/* The settings are impossible; the message says why. */
#define DM_ERROR_SETTINGS (-1005)

/* Log-mel front end. `section` is a front-end section of an image (aligned to 4 bytes), `length` its bytes.
 */

/* Features of a frame. */
ptrdiff_t dm_logmel_bands(const void *section, ptrdiff_t length);

/* Bytes of memory, aligned to 16, that the functions below need. */
ptrdiff_t dm_logmel_memory_size(const void *section, ptrdiff_t length);

/* Frames that `count` samples complete. */
ptrdiff_t dm_logmel_frames(const void *section, ptrdiff_t length, ptrdiff_t count);

/* Features of a whole clip: `out` takes frames x bands values. Returns the number of frames. */
ptrdiff_t dm_logmel_features(const void *section, ptrdiff_t length, const int16_t *samples, ptrdiff_t count,
                             int8_t *out, ptrdiff_t frame_capacity, void *memory, ptrdiff_t memory_length);

/* Streaming: prepares `memory` for dm_logmel_push. The section must stay in place. Returns 0. */
ptrdiff_t dm_logmel_start(const void *section, ptrdiff_t length, void *memory, ptrdiff_t memory_length);

/* Takes samples until a frame is complete or none are left; returns how many were taken. `*ready` becomes 1
 * if a frame of features was written to `out`, else 0. */
ptrdiff_t dm_logmel_push(void *memory, const int16_t *samples, ptrdiff_t count, int8_t *out, int32_t *ready);

/* Analog-binary front end: the same functions. A frame is (channels + 31) / 32 words, channel c bit c % 32 of
 * word c / 32. */

/* Channels of a frame. */
ptrdiff_t dm_analog_channels(const void *section, ptrdiff_t length);

/* Bytes of memory, aligned to 16, that the functions below need. */
ptrdiff_t dm_analog_memory_size(const void *section, ptrdiff_t length);

/* Frames that `count` samples complete. */
ptrdiff_t dm_analog_frames(const void *section, ptrdiff_t length, ptrdiff_t count);

/* Bits of a whole clip: `out` takes frames x words. Returns the number of frames. */
ptrdiff_t dm_analog_features(const void *section, ptrdiff_t length, const int16_t *samples, ptrdiff_t count,
                             uint32_t *out, ptrdiff_t frame_capacity, void *memory, ptrdiff_t memory_length);

/* What the comparators compare: `out` takes frames x channels, the largest envelope of each channel in each
 * window, in steps of 2^-29 of full scale before the gain (see AnalogBinaryRecord). */
ptrdiff_t dm_analog_envelopes(const void *section, ptrdiff_t length, const int16_t *samples, ptrdiff_t count,
                              int32_t *out, ptrdiff_t frame_capacity, void *memory, ptrdiff_t memory_length);

/* Streaming: prepares `memory` for dm_analog_push. The section must stay in place. Returns 0. */
ptrdiff_t dm_analog_start(const void *section, ptrdiff_t length, void *memory, ptrdiff_t memory_length);

/* Takes samples until a frame is complete or none are left; returns how many were taken. `*ready` becomes 1
 * if a frame was written to `out`, else 0. */
ptrdiff_t dm_analog_push(void *memory, const int16_t *samples, ptrdiff_t count, uint32_t *out,
                         int32_t *ready);

/* Network alone: int8 input to int8 logits. `image` is a whole image, aligned to 16 bytes, of `length` bytes;
 * it must stay in place. `memory` is aligned to 16 bytes. */

/* Bytes of memory that dm_network_start needs. */
ptrdiff_t dm_network_memory_size(const void *image, ptrdiff_t length);

/* Validates the image and prepares `memory` for the functions below. Returns 0. */
ptrdiff_t dm_network_start(const void *image, ptrdiff_t length, void *memory, ptrdiff_t memory_length);

/* The input, to be filled before each run (a run may overwrite it), and its element count. */
int8_t *dm_network_input(void *memory);
ptrdiff_t dm_network_input_length(void *memory);

/* Runs all layers. Returns 0. */
ptrdiff_t dm_network_run(void *memory);

/* The output of the last run, valid until the input is filled again, and its element count. */
const int8_t *dm_network_output(void *memory);
ptrdiff_t dm_network_output_length(void *memory);

#ifdef __cplusplus
}
#endif
#endif

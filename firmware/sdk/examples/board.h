/* What the examples want of a board: sound, and somewhere to say what was heard. */
#ifndef BOARD_H
#define BOARD_H
#include <stddef.h>
#include <stdint.h>

/* Up to `capacity` samples: of the microphone, for which it waits; on an emulated board of a recording, 0 at
 * its end. */
size_t board_read(int16_t *samples, size_t capacity);

/* Starts the recording anew. */
void board_rewind(void);

/* Text on the console. */
void board_say(const char *text);
void board_say_line(const char *text);
void board_say_number(long number);

/* A light that says that a word was heard. */
void board_light(int on);

/* Blocks of sound that were lost, because the application was late, since the start. */
long board_lost(void);

/* Deepest use of the stack so far, in bytes; 0 where it is not measured. */
size_t board_stack(void);
#endif

// What the firmware's Swift applications need from C: semihosting, the stack's high-water mark, and the
// linked model.
#ifndef SUPPORT_H
#define SUPPORT_H
#include <stddef.h>
#include <stdint.h>

// Asks the debugger (here QEMU) for `operation` with `argument`, a block of words or a number; returns its
// answer. Each board has its own: the trapping instruction differs by architecture.
intptr_t semihost(uintptr_t operation, uintptr_t argument);

// Ends the program with an exit code that QEMU hands on.
__attribute__((noreturn)) void board_exit(int32_t code);

// Writes a C string to the host's console.
void console_write(const char *text);
// Writes `length` bytes to the host's console; at most 128 at a time reach it in one call.
void console_write_bytes(const uint8_t *text, size_t length);

// Copies the command line, a C string, into `buffer`; false if there is none or it does not fit.
_Bool command_line(char *buffer, size_t length);

// Opens a file of the host for reading; negative if it can't be.
intptr_t file_open(const char *path, size_t path_length);
// Reads up to `length` bytes; returns how many came, 0 at the end of the file or on an error.
size_t file_read(intptr_t file, void *buffer, size_t length);
// Closes a file.
void file_close(intptr_t file);

// Fills the unused stack with a pattern. Start-up calls it before `application_main`.
void stack_paint(void);
// Deepest use of the stack since `stack_paint`, in bytes.
size_t stack_high_water(void);

// Where a Swift trap or a processor fault ends: says which, and exits with code 99.
__attribute__((noreturn)) void board_fault(const char *what);

// The model image that is linked in, and an arena of exactly the size it asks for.
extern const uint8_t *const model_start;
extern const intptr_t model_length;
extern uint8_t *const model_arena;
extern const intptr_t model_arena_length;

// Inputs of the model with the outputs they must give, `golden_count` of each; only `bench` has them.
extern const intptr_t golden_count;
extern const int8_t *const golden_inputs;
extern const int8_t *const golden_outputs;

// The application's entry, written in Swift; its result is the exit code.
int32_t application_main(void);
#endif

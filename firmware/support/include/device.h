// What a real board has: a microphone, a console, a light. Each board's folder has these functions; they
// touch the device through registers.h alone.
#ifndef DEVICE_H
#define DEVICE_H
#include <stddef.h>
#include <stdint.h>

// Clocks, console and light. Start-up calls it before the application.
void device_start(void);

// Sends a byte over the console, 115200 bits a second; waits until there is room.
void console_put(uint8_t byte);

void light_set(_Bool on);

// Starts the microphone: 16,000 samples a second into two blocks in turn, by DMA.
void microphone_start(void);

// The interrupt at the end of a block.
void microphone_interrupt(void);

// Up to `capacity` samples that have come; 0 if none have.
size_t microphone_read(int16_t *samples, size_t capacity);

// Blocks of 40 ms that were lost because the application was late.
uint32_t microphone_lost(void);

// What boards have, beside that, whose firmware takes models (BOARD_SLOTS in board.mk).

// From now on bytes come over the console's line, too.
void console_listen(void);

// The interrupt when one has come.
void console_interrupt(void);

// The oldest byte that has come; -1 if none has, CONSOLE_CLOSED if none will.
enum { CONSOLE_CLOSED = -2 };
int32_t console_get(void);

// Makes the page of flash at `address` ones; whether it could.
_Bool flash_erase(uint32_t address);

// Writes an erased unit of flash at `address` with the words at `source`; whether it could.
_Bool flash_program(uint32_t address, const uint32_t *source);

// Only of boards whose flash has error correction: whether it has just complained of what it read, by the
// interrupt that can't be masked. It does so no more.
_Bool flash_forgive(void);

// The application; never comes back on a device.
int main(void);
#endif

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

// The application; never comes back on a device.
int main(void);
#endif

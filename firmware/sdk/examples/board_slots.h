/* What update.c wants of a board beside sound and a console: flash memory for models, and a serial line. */
#ifndef BOARD_SLOTS_H
#define BOARD_SLOTS_H
#include "dormouse_slots.h"

/* Says where the flash memory for models is, and how it is driven; returns 0 if there is none. */
int board_flash(dormouse_flash *flash);

/* The next byte of the serial line; -1 if none has come yet, BOARD_CLOSED if none will. */
#define BOARD_CLOSED (-2)
int32_t board_receive(void);

/* Sends one. */
void board_send(uint8_t byte);
#endif

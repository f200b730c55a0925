/* Dormouse: another model without another firmware. Two images in flash memory, of which the device runs one
 * and may get another in the field, whenever power fails.
 *
 *   static dormouse_slots slots;
 *   dormouse_choice choice;
 *
 *   dormouse_slots_open(&slots, &flash, sizeof arena);
 *   if (dormouse_slots_boot(&slots, &choice) == DORMOUSE_OK)
 *     dormouse_open(arena, sizeof arena, choice.image, choice.image_length);
 *   ...
 *   while ((byte = uart_read()) >= 0) {             (`dormouse flash --port` is at the other end)
 *     ptrdiff_t length = dormouse_slots_receive(&slots, (uint8_t)byte, answer);
 *     for (i = 0; i < length; i++)
 *       uart_write(answer[i]);
 *   }
 *   if (dormouse_slots_wants_restart(&slots) > 0)
 *     ...                                           (boot again)
 *
 * - The flash memory is a region of pages: two slots of equal length, then a journal in the last two pages.
 * The journal says which slot was committed last. An update writes the slot that is not in use, proves the
 * image there, and commits it by programming one unit of the journal: the old image counts until the new one
 * does, and nothing in use is ever erased.
 * - A function that fails returns a negative code, as those of dormouse.h do. One dormouse_slots belongs to
 * one task at a time; no function here may run while erasing or programming for another one does.
 *
 * C89 apart from <stdint.h>, and C++. */
#ifndef DORMOUSE_SLOTS_H
#define DORMOUSE_SLOTS_H
#include "dormouse.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Flash memory as the board's driver gives it. An erased page reads as ones; programming turns ones into
 * zeros; power that fails during either leaves that page or unit with any content, and no other. What was
 * written is read back at `base`: a cache before it must have forgotten the bytes when a function returns. */
typedef struct {
  const void *base;   /* where the region can be read; a multiple of DORMOUSE_ALIGNMENT */
  size_t length;      /* its bytes: whole pages, four at least */
  size_t page_length; /* bytes erased together: a power of two */
  size_t unit_length; /* bytes programmed together, once between erasures: a power of two, 4 to 256 */
  /* Erases the page `offset` bytes into the region. Returns 1, or 0 if that failed. */
  int32_t (*erase)(void *context, size_t offset);
  /* Programs the erased unit `offset` bytes into the region with the unit_length bytes at `source`, an
   * address that is a multiple of 4. Returns 1, or 0 if that failed. */
  int32_t (*program)(void *context, size_t offset, const void *source);
  void *context; /* handed to both */
} dormouse_flash;

/* What dormouse_slots_open makes; where it is, it stays. */
typedef struct {
  uint64_t opaque[192];
} dormouse_slots;

/* Why the device starts with a slot. */
/* Its image was committed last. */
#define DORMOUSE_BOOT_NEWEST 1
/* The image that was committed last is refused, and this is the other one. */
#define DORMOUSE_BOOT_OTHER 2
/* Nothing was ever committed, and this is the first slot with an image. */
#define DORMOUSE_BOOT_UNCOMMITTED 3

/* What the device starts with. */
typedef struct {
  int32_t slot;        /* 0 or 1; -1 if no slot holds an image for this device */
  int32_t reason;      /* DORMOUSE_BOOT_...; 0 with slot -1 */
  int32_t refusals[2]; /* for each slot, the code for which its image was refused; 0 if it was not */
  const void *image;   /* null with slot -1 */
  size_t image_length;
} dormouse_choice;

/* Takes charge of the flash memory, without touching it. `arena_length`: bytes of the arena that any image
 * which may come has to do with. Returns 0 or a code. */
int32_t dormouse_slots_open(dormouse_slots *slots, const dormouse_flash *flash, size_t arena_length);

/* Chooses the newest valid image, otherwise the other one. Images are proven as dormouse_open does it.
 * Returns 0, or DORMOUSE_ERROR_NO_IMAGE, with the refusals in `choice`, or another code. */
int32_t dormouse_slots_boot(dormouse_slots *slots, dormouse_choice *choice);

/* Takes a byte of the serial line; returns how many bytes of `answer`, DORMOUSE_ANSWER_LENGTH of them, are to
 * be sent now: 0 after most; or a code. Frames are COBS with a CRC-32; requests may be lost, doubled and
 * damaged, and an update that was interrupted goes on where it stopped. */
#define DORMOUSE_ANSWER_LENGTH 32
ptrdiff_t dormouse_slots_receive(dormouse_slots *slots, uint8_t byte, uint8_t *answer);

/* 1 if the host has asked to start with the newest image, until the next boot; 0 if not; or a code. */
int32_t dormouse_slots_wants_restart(dormouse_slots *slots);

/* An update that comes by another way than a serial line: its length; its bytes, in any number of parts; and
 * the end, which proves the image and commits it. Returns 0 or a code: DORMOUSE_ERROR_DOES_NOT_FIT,
 * _NOT_BEGUN, _TOO_MANY_BYTES, _INCOMPLETE, _FLASH_FAILED (the update is over then), or the rule that the
 * image breaks. */
int32_t dormouse_slots_begin(dormouse_slots *slots, size_t image_length);
int32_t dormouse_slots_write(dormouse_slots *slots, const void *bytes, size_t count);
int32_t dormouse_slots_commit(dormouse_slots *slots);

#ifdef __cplusplus
}
#endif
#endif

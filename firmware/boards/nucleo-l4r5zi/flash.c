// The STM32L4R5's flash memory: two banks of 256 pages of 4 KB, as it comes from the factory, written by
// double words. Sections are those of "Embedded flash memory" in RM0432 (STM32L4+ reference manual). The
// region for models is the second bank, so that the core goes on from the first.
#include "device.h"
#include "registers.h"

enum {
  FLASH_ACR = 0x40022000,
  FLASH_KEYR = 0x40022008,
  FLASH_SR = 0x40022010,
  FLASH_CR = 0x40022014,
  FLASH_ECCR = 0x40022018,
};
enum {
  FLASH_START = 0x08000000,
  PAGE = 4096,
  PAGES_OF_BANK = 256,
  EOP = 1 << 0,
  // PROGERR, WRPERR, PGAERR, SIZERR, PGSERR, MISERR, FASTERR, after OPERR.
  ERRORS = 1 << 1 | 0x3F8,
  BSY = 1 << 16,
  PG = 1 << 0,
  PER = 1 << 1,
  PNB = 3,
  BKER = 1 << 11,
  STRT = 1 << 16,
  DCEN = 1 << 10,
  DCRST = 1 << 12,
};
static const uint32_t key1 = 0x45670123, key2 = 0xCDEF89AB, lock = 1u << 31, eccd = 1u << 31;

// "Flash memory protection": unlocked, idle, and without errors of before.
static void begin(void) {
  register_await(FLASH_SR, BSY, 0);
  register_write(FLASH_KEYR, key1);
  register_write(FLASH_KEYR, key2);
  register_write(FLASH_SR, EOP | ERRORS);
}

// Waits, locks, and forgets what the data cache has of the place; whether all went well.
static _Bool end(void) {
  register_await(FLASH_SR, BSY, 0);
  const _Bool failed = (register_read(FLASH_SR) & ERRORS) != 0;
  register_write(FLASH_CR, lock);
  // "Instruction and data cache": reset only while it is off.
  register_change(FLASH_ACR, DCEN, 0);
  register_change(FLASH_ACR, 0, DCRST);
  register_change(FLASH_ACR, DCRST, 0);
  register_change(FLASH_ACR, 0, DCEN);
  return !failed;
}

_Bool flash_erase(uint32_t address) {
  const uint32_t page = (address - FLASH_START) / PAGE;
  const uint32_t chosen = PER | (page % PAGES_OF_BANK) << PNB | (page < PAGES_OF_BANK ? 0 : BKER);
  begin();
  // "Page erase".
  register_write(FLASH_CR, chosen);
  register_write(FLASH_CR, chosen | STRT);
  return end();
}

_Bool flash_program(uint32_t address, const uint32_t *source) {
  begin();
  // "Standard programming": the second word starts it.
  register_write(FLASH_CR, PG);
  register_write(address, source[0]);
  register_write(address + 4, source[1]);
  return end();
}

_Bool flash_forgive(void) {
  // "Error code correction": two wrong bits are detected. Written as 1, the flag is cleared.
  if ((register_read(FLASH_ECCR) & eccd) == 0) {
    return 0;
  }
  register_change(FLASH_ECCR, 0, eccd);
  return 1;
}

// The C interface of model slots on this computer: what must be refused is refused and writes nothing, an
// update arrives in parts of any length, and power may fail at every operation. Says how many checks and cuts
// there were; the build says MODEL_A and MODEL_B, headers of two models, and the names in them.
#include MODEL_A
#include MODEL_B
#include "dormouse_slots.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096
#define UNIT 64
#define PAGES(bytes) (((bytes) + PAGE - 1) / PAGE)
#define SLOT (PAGES(B_LENGTH > A_LENGTH ? B_LENGTH : A_LENGTH) * PAGE)
#define LENGTH (2 * SLOT + 2 * PAGE)

static _Alignas(16) uint8_t memory[LENGTH], old_memory[LENGTH];
static _Alignas(16) uint8_t arena[65536];
// What lies behind the slots must not be theirs.
static struct {
  dormouse_slots slots;
  uint8_t behind[1024];
} place;
#define slots place.slots
static jmp_buf power;
// Operations until power fails, or until the memory does; negative: never.
static long until_cut = -1, until_failure = -1;
static long operations;
static int checks;

static void check(int holds, const char *what, int line) {
  checks++;
  if (!holds) {
    printf("failed: line %d: %s\n", line, what);
    exit(1);
  }
}
#define CHECK(condition) check((condition) != 0, #condition, __LINE__)
#define IS(call, name) check(strcmp(dormouse_error_name(call), name) == 0, #call " is " name, __LINE__)

// Power that fails leaves any content, and so does a memory that has failed.
static int32_t finish(size_t offset, size_t length) {
  operations++;
  if (until_cut == 0 || until_failure == 0) {
    for (size_t i = 0; i < length; i += 3)
      memory[offset + i] = (uint8_t)rand();
    if (until_cut == 0)
      longjmp(power, 1);
  }
  until_cut -= until_cut >= 0;
  if (until_failure == 0)
    return 0;
  until_failure -= until_failure > 0;
  return 1;
}

static int32_t erase(void *context, size_t offset) {
  CHECK(context == memory && offset % PAGE == 0 && offset < LENGTH);
  memset(memory + offset, 0xFF, PAGE);
  return finish(offset, PAGE);
}

static int32_t program(void *context, size_t offset, const void *source) {
  CHECK(context == memory && offset % UNIT == 0 && offset < LENGTH && (uintptr_t)source % 4 == 0);
  for (size_t i = 0; i < UNIT; i++) {
    CHECK(memory[offset + i] == 0xFF);
    memory[offset + i] &= ((const uint8_t *)source)[i];
  }
  return finish(offset, UNIT);
}

static const dormouse_flash flash = {memory, LENGTH, PAGE, UNIT, erase, program, memory};

static int is_untouched(const void *start, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (((const uint8_t *)start)[i] != 0x5A)
      return 0;
  return 1;
}

static void refuses_misuse(void) {
  dormouse_choice choice;
  uint8_t answer[DORMOUSE_ANSWER_LENGTH];
  memset(&place, 0x5A, sizeof place);
  memset(&choice, 0x5A, sizeof choice);
  memset(answer, 0x5A, sizeof answer);
  memset(memory, 0x5A, sizeof memory);
  IS(dormouse_slots_boot(&slots, &choice), "not_open");
  IS(dormouse_slots_receive(&slots, 0, answer), "not_open");
  IS(dormouse_slots_wants_restart(&slots), "not_open");
  IS(dormouse_slots_begin(&slots, 1), "not_open");
  IS(dormouse_slots_write(&slots, answer, 1), "not_open");
  IS(dormouse_slots_commit(&slots), "not_open");
  IS(dormouse_slots_boot((dormouse_slots *)((char *)&slots + 1), &choice), "misaligned");
  IS(dormouse_slots_boot(NULL, &choice), "null_pointer");
  IS(dormouse_slots_commit(NULL), "null_pointer");
  IS(dormouse_slots_open(NULL, &flash, sizeof arena), "null_pointer");
  IS(dormouse_slots_open(&slots, NULL, sizeof arena), "null_pointer");
  IS(dormouse_slots_open((dormouse_slots *)((char *)&slots + 2), &flash, sizeof arena), "misaligned");
  IS(dormouse_slots_open(&slots, &flash, (size_t)-1), "bad_length");
  for (int field = 0; field < 12; field++) {
    dormouse_flash broken = flash;
    broken.base = field == 0 ? NULL : field == 1 ? memory + 8 : memory;
    broken.erase = field == 2 ? NULL : erase;
    broken.program = field == 3 ? NULL : program;
    broken.length = field == 4 ? 0 : field == 5 ? 3 * PAGE : field == 6 ? (size_t)-1 : LENGTH;
    broken.page_length = field == 7 ? 0 : field == 8 ? PAGE - 1 : PAGE;
    broken.unit_length = field == 9 ? 0 : field == 10 ? 48 : field == 11 ? 512 : UNIT;
    IS(dormouse_slots_open(&slots, &broken, sizeof arena), "bad_flash");
  }
  CHECK(is_untouched(&slots, sizeof slots) && is_untouched(&choice, sizeof choice));
  CHECK(is_untouched(answer, sizeof answer) && is_untouched(memory, sizeof memory) && operations == 0);

  IS(dormouse_slots_open(&slots, &flash, sizeof arena), "ok");
  IS(dormouse_slots_boot(&slots, NULL), "null_pointer");
  IS(dormouse_slots_receive(&slots, 0, NULL), "null_pointer");
  IS(dormouse_slots_boot(&slots, &choice), "no_image");
  CHECK(choice.slot == -1 && choice.reason == 0 && choice.image == NULL && choice.image_length == 0);
  IS(choice.refusals[0], "bad_magic");
  IS(choice.refusals[1], "bad_magic");
  IS(dormouse_slots_write(&slots, A_IMAGE, 4), "not_begun");
  IS(dormouse_slots_commit(&slots), "not_begun");
  IS(dormouse_slots_begin(&slots, 0), "does_not_fit");
  IS(dormouse_slots_begin(&slots, SLOT + 1), "does_not_fit");
  IS(dormouse_slots_begin(&slots, (size_t)-1), "does_not_fit");
  IS(dormouse_slots_begin(&slots, 64), "ok");
  IS(dormouse_slots_write(&slots, NULL, 1), "null_pointer");
  IS(dormouse_slots_write(&slots, A_IMAGE, (size_t)-1), "bad_length");
  IS(dormouse_slots_write(&slots, A_IMAGE, 65), "too_many_bytes");
  IS(dormouse_slots_commit(&slots), "incomplete");
  CHECK(is_untouched(memory, sizeof memory) && operations == 0);
  IS(dormouse_slots_write(&slots, NULL, 0), "ok");
  IS(dormouse_slots_write(&slots, A_IMAGE, 64), "ok");
  IS(dormouse_slots_commit(&slots), "checksum_mismatch");
  // A copy of slots is none: it belongs where it was made.
  dormouse_slots copy = slots;
  IS(dormouse_slots_commit(&copy), "not_open");
}

// One byte after the other of a frame: the last is answered, and no answer is longer than the header says.
static void answers_requests(void) {
  // "hello" as its kind, a sequence number, and the CRC-32 of both, stuffed: no byte of it is zero.
  static const uint8_t hello[] = {0, 7, 1, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0};
  uint8_t answer[DORMOUSE_ANSWER_LENGTH + 64], frame[sizeof hello];
  uint32_t crc = 0xFFFFFFFF;
  memcpy(frame, hello, sizeof hello);
  for (int i = 2; i < 4; i++) {
    crc ^= frame[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  for (int i = 0; i < 4; i++) {
    frame[4 + i] = (uint8_t)(~crc >> 8 * i);
    CHECK(frame[4 + i] != 0);
  }
  memset(answer, 0x5A, sizeof answer);
  for (size_t i = 0; i + 1 < sizeof frame; i++)
    IS(dormouse_slots_receive(&slots, frame[i], answer), "ok");
  CHECK(is_untouched(answer, sizeof answer));
  const ptrdiff_t length = dormouse_slots_receive(&slots, 0, answer);
  CHECK(length > 0 && length <= DORMOUSE_ANSWER_LENGTH && answer[length - 1] == 0);
  CHECK(is_untouched(answer + length, sizeof answer - (size_t)length));
  CHECK(dormouse_slots_wants_restart(&slots) == 0);
}

// Sends an image in parts of `part` bytes.
static int32_t update(const uint8_t *image, size_t length, size_t part) {
  int32_t code = dormouse_slots_begin(&slots, length);
  for (size_t at = 0; code == 0 && at < length; at += part)
    code = dormouse_slots_write(&slots, image + at, part < length - at ? part : length - at);
  return code == 0 ? dormouse_slots_commit(&slots) : code;
}

// Starts anew, as after power has failed; returns which model the device has: 'A', 'B', or 0.
static int start(void) {
  dormouse_choice choice;
  memset(&slots, 0x5A, sizeof slots);
  IS(dormouse_slots_open(&slots, &flash, sizeof arena), "ok");
  if (dormouse_slots_boot(&slots, &choice) != DORMOUSE_OK)
    return 0;
  CHECK((const uint8_t *)choice.image == memory + choice.slot * SLOT);
  IS(dormouse_open(arena, sizeof arena, choice.image, choice.image_length), "ok");
  if (choice.image_length == A_LENGTH && memcmp(choice.image, A_IMAGE, A_LENGTH) == 0)
    return 'A';
  return choice.image_length == B_LENGTH && memcmp(choice.image, B_IMAGE, B_LENGTH) == 0 ? 'B' : 0;
}

static void takes_updates(void) {
  memset(memory, 0xFF, sizeof memory);
  CHECK(start() == 0);
  IS(update(A_IMAGE, A_LENGTH, 1), "ok");
  CHECK(start() == 'A');
  IS(update(B_IMAGE, B_LENGTH, 977), "ok");
  CHECK(start() == 'B');
  // The longest image that fits the arena, and one byte less.
  const ptrdiff_t needed = dormouse_arena_length(A_IMAGE, A_LENGTH);
  IS(dormouse_slots_open(&slots, &flash, (size_t)needed - 1), "ok");
  dormouse_choice choice;
  (void)dormouse_slots_boot(&slots, &choice);
  IS(update(A_IMAGE, A_LENGTH, 4096), "arena_too_small");
  IS(dormouse_slots_open(&slots, &flash, (size_t)needed), "ok");
  (void)dormouse_slots_boot(&slots, &choice);
  IS(update(A_IMAGE, A_LENGTH, 4096), "ok");
  CHECK(start() == 'A');
  // A memory that fails ends the update, and the model stays.
  until_failure = 100;
  IS(update(B_IMAGE, B_LENGTH, 64), "flash_failed");
  IS(dormouse_slots_write(&slots, B_IMAGE, 1), "not_begun");
  until_failure = -1;
  CHECK(start() == 'A');
}

// Cuts an update at each operation in turn.
static long survives_power_cuts(void) {
  // Kept across longjmp.
  volatile long cuts = 0;
  memcpy(old_memory, memory, sizeof memory);
  for (;; cuts++) {
    memcpy(memory, old_memory, sizeof memory);
    CHECK(start() == 'A');
    until_cut = cuts;
    if (setjmp(power) == 0) {
      IS(update(B_IMAGE, B_LENGTH, 300), "ok");
      break;
    }
    until_cut = -1;
    CHECK(start() == 'A');
    // What was cut can be done again.
    if (cuts % 50 == 0) {
      IS(update(B_IMAGE, B_LENGTH, 300), "ok");
      CHECK(start() == 'B');
    }
  }
  until_cut = -1;
  CHECK(start() == 'B');
  return cuts;
}

int main(void) {
  refuses_misuse();
  answers_requests();
  takes_updates();
  const long cuts = survives_power_cuts();
  CHECK(is_untouched(place.behind, sizeof place.behind));
  printf("ok %d checks, %ld cuts of power\n", checks, cuts);
  return 0;
}

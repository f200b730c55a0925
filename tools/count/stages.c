// Counts what a firmware executes under QEMU, exactly, by block of code and by stage of the spotter.
//
// A plugin for QEMU's code generator (qemu_plugin.h). A block is straight code that is entered at its first
// instruction only. The stage changes at marker instructions, which compute nothing and are recognised by
// their bytes (dormouse_markers.h), and at waits for an interrupt; a block ends before each of them.
//
//     -plugin libstages.so,out=FILE[,limit=INSTRUCTIONS][,seconds=TIME][,flash=FIRST-LAST ...]
//
// writes, when the firmware ends, has executed as many instructions as `limit` says, or has run for
// `seconds`,
//
//     total INSTRUCTIONS
//     stopped 0|1
//     stage NUMBER OCCURRENCES INSTRUCTIONS TAKEN LOADS STORES FLASH-READS LINES8 LINES16 LINES32 MISSES
//     block ADDRESS INSTRUCTIONS CODE-WITH-"--"-FOR-BYTES-THAT-QEMU-DID-NOT-SHOW
//     tally STAGE EXECUTED TAKEN ENTERED
//     end
//
// with a line "stage" for each that occurred, and after each "block" its tallies. LINES count the reads of
// flash that fall in another line of 8, 16 or 32 bytes than the one before; MISSES those that miss a cache of
// the 8 lines of 32 bytes that were read last.
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemu_plugin.h"

EXPORTED int qemu_plugin_version = 1;

enum { START, ACQUIRE, FRONT_END, DETECTOR, OTHER, IDLE, FIRST_LAYER, STAGES = 256 };
// What a marker says; a layer is the one after the layer before it.
enum { NO_MARKER = -1, NEXT_LAYER = FIRST_LAYER };
enum { MAXIMUM_RANGES = 8, MAXIMUM_CODE = 4096, BUCKETS = 4096, CACHE_LINES = 8 };

struct tally {
  uint64_t executed, taken, entered;
};

struct block {
  uint64_t address, following;
  uint32_t instructions, length;
  int marker;
  struct block *next, *link; // in the order of translation; of the same hash
  uint32_t known;            // bytes of code that were seen, from its start on
  struct tally tallies[STAGES];
  uint8_t code[];
};

struct stage {
  uint64_t occurrences, loads, stores, flash_reads, lines[3], misses;
};

static struct block *first, **last = &first, *buckets[BUCKETS];
static struct block *previous;
static struct stage stages[STAGES];
static int stage = START;
static uint64_t total, latest_flash;
static volatile uint64_t limit = UINT64_MAX;
static unsigned seconds;
static struct { uint64_t first, last; } ranges[MAXIMUM_RANGES];
static int range_count;
static uint64_t cache[CACHE_LINES] = {[0 ... CACHE_LINES - 1] = UINT64_MAX}; // line numbers, latest first
static bool is_riscv;
static const char *output_path;

static int marker_of(const uint8_t *bytes, size_t size) {
  static const struct {
    uint32_t code;
    int marker;
  } thumb[] = {{0x46C9, ACQUIRE}, {0x46D2, FRONT_END}, {0x46DB, NEXT_LAYER}, {0x46E4, DETECTOR},
               {0x463F, OTHER},   {0x4636, IDLE},      {0xBF30, IDLE}}; // mov rN, rN; wfi
  static const int riscv[] = {ACQUIRE, FRONT_END, NEXT_LAYER, DETECTOR, OTHER, IDLE};
  uint32_t code = bytes[0] | (uint32_t)bytes[1] << 8;
  if (!is_riscv) {
    for (size_t i = 0; size == 2 && i < sizeof thumb / sizeof *thumb; i++) {
      if (thumb[i].code == code) {
        return thumb[i].marker;
      }
    }
    return NO_MARKER;
  }
  if (size != 4) {
    return NO_MARKER;
  }
  code |= (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
  if (code == 0x10500073) { // wfi
    return IDLE;
  }
  uint32_t number = code >> 20; // slti x0, x0, 1 to 6
  return (code & 0xFFFFF) == 0x02013 && number >= 1 && number <= 6 ? riscv[number - 1] : NO_MARKER;
}

// Bytes of an instruction: of one that goes on in another page, QEMU 7.2 shows the part in its page only.
static uint32_t length_of(const uint8_t *bytes) {
  if (is_riscv) {
    return (bytes[0] & 3) == 3 ? 4 : 2;
  }
  return bytes[1] >> 3 > 0x1C ? 4 : 2;
}

static void write_tallies(FILE *output, const struct block *block) {
  for (int i = 0; i < STAGES; i++) {
    const struct tally *t = &block->tallies[i];
    if (t->executed > 0) {
      fprintf(output, "tally %d %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", i, t->executed, t->taken, t->entered);
    }
  }
}

static void write_result(bool stopped) {
  static int is_written;
  while (__sync_lock_test_and_set(&is_written, 1)) {
    pause(); // the thread that came first ends the emulator
  }
  FILE *output = fopen(output_path, "w");
  if (output == NULL) {
    fprintf(stderr, "stages: can't write %s\n", output_path);
    return;
  }
  fprintf(output, "total %" PRIu64 "\nstopped %d\n", total, stopped);
  for (int i = 0; i < STAGES; i++) {
    const struct stage *s = &stages[i];
    uint64_t instructions = 0, taken = 0;
    for (const struct block *block = first; block != NULL; block = block->next) {
      instructions += block->tallies[i].executed * block->instructions;
      taken += block->tallies[i].taken;
    }
    if (s->occurrences > 0) {
      fprintf(output,
              "stage %d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
              " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
              i, s->occurrences, instructions, taken, s->loads, s->stores, s->flash_reads, s->lines[0],
              s->lines[1], s->lines[2], s->misses);
    }
  }
  for (const struct block *block = first; block != NULL; block = block->next) {
    fprintf(output, "block %" PRIx64 " %" PRIu32 " ", block->address, block->instructions);
    for (uint32_t i = 0; i < block->length; i++) {
      fprintf(output, i < block->known ? "%02x" : "--", block->code[i < block->known ? i : 0]);
    }
    fputc('\n', output);
    write_tallies(output, block);
  }
  fputs("end\n", output);
  fclose(output);
}

// Whether the firmware jumped to `block`; the jump belongs to the stage that it comes from.
static bool arrives_by_jump(const struct block *block) {
  if (previous == NULL || block->address == previous->following) {
    return false;
  }
  previous->tallies[stage].taken++;
  return true;
}

static void count(struct block *block, bool jumped) {
  struct tally *tally = &block->tallies[stage];
  tally->executed++;
  tally->entered += jumped;
  previous = block;
  total += block->instructions;
  if (total >= limit) {
    write_result(true);
    _exit(0); // the interface has no way to end the emulator
  }
}

static void executed(unsigned cpu, void *data) {
  (void)cpu;
  count(data, arrives_by_jump(data));
}

static void marked(unsigned cpu, void *data) {
  (void)cpu;
  struct block *block = data;
  bool jumped = arrives_by_jump(block);
  if (block->marker != NEXT_LAYER) {
    stage = block->marker;
  } else if (stage < FIRST_LAYER) {
    stage = FIRST_LAYER;
  } else if (stage + 1 < STAGES) {
    stage++;
  }
  stages[stage].occurrences++;
  count(block, jumped);
}

// Whether a line is not in the cache; it is then.
static bool misses(uint64_t line) {
  int i = 0;
  while (i < CACHE_LINES - 1 && cache[i] != line) {
    i++;
  }
  bool is_missing = cache[i] != line;
  memmove(cache + 1, cache, (size_t)i * sizeof *cache);
  cache[0] = line;
  return is_missing;
}

// Told whether it is a store by `info`: QEMU 7.2 mistakes reads for writes where callbacks of one kind are
// asked for.
static void accessed(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data) {
  (void)cpu, (void)data;
  struct stage *s = &stages[stage];
  if (qemu_plugin_mem_is_store(info)) {
    s->stores++;
    return;
  }
  s->loads++;
  for (int i = 0; i < range_count; i++) {
    if (address - ranges[i].first <= ranges[i].last - ranges[i].first) {
      uint64_t change = address ^ latest_flash;
      latest_flash = address;
      s->flash_reads++;
      s->lines[0] += change >> 3 != 0;
      s->lines[1] += change >> 4 != 0;
      s->lines[2] += change >> 5 != 0;
      s->misses += misses(address >> 5);
      return;
    }
  }
}

// The block of this code, which may have been translated before.
static struct block *find(uint64_t address, uint32_t instructions, const uint8_t *code, uint32_t known,
                          uint32_t length) {
  struct block **bucket = &buckets[(address >> 1) % BUCKETS];
  for (struct block *block = *bucket; block != NULL; block = block->link) {
    if (block->address == address && block->known == known && block->length == length &&
        memcmp(block->code, code, known) == 0) {
      return block;
    }
  }
  struct block *block = calloc(1, sizeof *block + known);
  if (block == NULL) {
    abort();
  }
  block->address = address;
  block->following = address + length;
  block->instructions = instructions;
  block->known = known;
  block->length = length;
  block->marker = NO_MARKER;
  memcpy(block->code, code, known);
  block->link = *bucket;
  *bucket = block;
  *last = block;
  last = &block->next;
  return block;
}

// Ends the run when its time is over. A core that executes something stops at its next block; one that waits
// for an interrupt that never comes does not, and holds still while the result is written.
static void *watch_time(void *data) {
  (void)data;
  sleep(seconds);
  limit = 0;
  sleep(1);
  write_result(true);
  _exit(0);
}

static void start_watch(void) {
  static bool is_watched;
  pthread_t thread;
  if (seconds > 0 && !is_watched) {
    is_watched = pthread_create(&thread, NULL, watch_time, NULL) == 0;
  }
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *translation) {
  (void)id;
  start_watch();
  uint8_t code[MAXIMUM_CODE];
  size_t instructions = qemu_plugin_tb_n_insns(translation);
  for (size_t start = 0, end; start < instructions; start = end) {
    struct qemu_plugin_insn *head = qemu_plugin_tb_get_insn(translation, start);
    int marker = marker_of(qemu_plugin_insn_data(head), qemu_plugin_insn_size(head));
    uint32_t known = 0, length = 0;
    for (end = start; end < instructions; end++) {
      struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(translation, end);
      const void *bytes = qemu_plugin_insn_data(instruction);
      size_t size = qemu_plugin_insn_size(instruction);
      if ((end > start && marker_of(bytes, size) != NO_MARKER) || known + size > MAXIMUM_CODE) {
        break;
      }
      memcpy(code + known, bytes, size);
      known += (uint32_t)size;
      length += length_of(bytes);
      qemu_plugin_register_vcpu_mem_cb(instruction, accessed, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
                                       NULL);
    }
    struct block *block = find(qemu_plugin_insn_vaddr(head), (uint32_t)(end - start), code, known, length);
    block->marker = marker;
    execution_callback callback = marker == NO_MARKER ? executed : marked;
    if (start == 0) {
      qemu_plugin_register_vcpu_tb_exec_cb(translation, callback, QEMU_PLUGIN_CB_NO_REGS, block);
    } else {
      qemu_plugin_register_vcpu_insn_exec_cb(head, callback, QEMU_PLUGIN_CB_NO_REGS, block);
    }
  }
}

static void finished(qemu_plugin_id_t id, void *data) {
  (void)id, (void)data;
  write_result(false);
}

static bool add_range(const char *text) {
  char *end;
  uint64_t first_byte = strtoull(text, &end, 0);
  if (*end != '-' || range_count == MAXIMUM_RANGES) {
    return false;
  }
  uint64_t last_byte = strtoull(end + 1, &end, 0);
  if (*end != 0 || last_byte < first_byte) {
    return false;
  }
  ranges[range_count].first = first_byte;
  ranges[range_count++].last = last_byte;
  return true;
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int length, char **arguments) {
  is_riscv = strncmp(info->target_name, "riscv", 5) == 0;
  for (int i = 0; i < length; i++) {
    if (strncmp(arguments[i], "out=", 4) == 0) {
      output_path = strdup(arguments[i] + 4);
    } else if (strncmp(arguments[i], "limit=", 6) == 0) {
      limit = strtoull(arguments[i] + 6, NULL, 0);
    } else if (strncmp(arguments[i], "seconds=", 8) == 0) {
      seconds = (unsigned)strtoul(arguments[i] + 8, NULL, 0);
    } else if (strncmp(arguments[i], "flash=", 6) != 0 || !add_range(arguments[i] + 6)) {
      fprintf(
          stderr,
          "stages: can't use '%s'; options are out=FILE, limit=N, seconds=N and up to %d flash=FIRST-LAST\n",
          arguments[i], MAXIMUM_RANGES);
      return -1;
    }
  }
  if (output_path == NULL) {
    fprintf(stderr, "stages: out=FILE is missing\n");
    return -1;
  }
  stages[START].occurrences = 1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, finished, NULL);
  return 0;
}

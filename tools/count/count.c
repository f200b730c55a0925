// Counts the instructions that a firmware executes under QEMU, exactly, in all and inside chosen functions.
//
// A plugin for QEMU's code generator (qemu_plugin.h). A watched function counts from its first instruction to
// the return from it, with everything that it calls. Nothing in the firmware needs to know: calls and returns
// are followed from outside, by the call instructions that end a translated block and the return addresses
// they imply.
//
//     -plugin libcount.so,out=FILE,watch=ADDRESS[,watch=ADDRESS...]
//
// writes "total N", then one line "watch ADDRESS CALLS TOTAL OWN MINIMUM MAXIMUM" a function; OWN is without
// watched functions that it called.
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

EXPORTED int qemu_plugin_version = 1;

enum { MAXIMUM_WATCHES = 256, MAXIMUM_DEPTH = 1024 };

// A translated block: straight code that ends at a branch, a page or the translator's limit.
struct block {
  uint64_t address;
  uint64_t following;
  uint32_t instructions;
  int32_t watch; // index of the watched function that starts here, or -1
  bool ends_in_call;
};

struct watch {
  uint64_t address, calls, total, own, minimum, maximum;
};

// A call that has not returned. `tail`: entered by a plain branch, so it returns together with the frame
// below.
struct frame {
  uint64_t return_address;
  uint64_t start;
  uint64_t inner; // instructions in watched functions that it called
  int32_t watch;
  bool tail;
};

static struct watch watches[MAXIMUM_WATCHES];
static int watch_count;
static struct frame stack[MAXIMUM_DEPTH];
static int depth;
static struct block *previous;
static uint64_t total;
static bool is_riscv;
static bool overflowed;
static const char *output_path;

static bool is_call(const uint8_t *bytes, size_t size) {
  uint32_t low = bytes[0] | (uint32_t)bytes[1] << 8;
  uint32_t high = size == 4 ? bytes[2] | (uint32_t)bytes[3] << 8 : 0;
  if (is_riscv) {
    if (size == 4) {
      uint32_t to_ra = low & 0xFFF; // opcode and rd: jal ra, jalr ra
      return to_ra == 0x0EF || to_ra == 0x0E7;
    }
    return (low & 0xE003) == 0x2001 || ((low & 0xF07F) == 0x9002 && (low & 0x0F80) != 0); // c.jal, c.jalr
  }
  if (size == 4) {
    return (low & 0xF800) == 0xF000 && (high & 0xD000) == 0xD000; // bl
  }
  return (low & 0xFF80) == 0x4780; // blx register
}

static void enter(const struct block *block, uint64_t return_address, bool tail) {
  if (depth == MAXIMUM_DEPTH) {
    overflowed = true;
    return;
  }
  stack[depth++] = (struct frame){return_address, total, 0, block->watch, tail};
}

static void leave(void) {
  struct frame *frame = &stack[--depth];
  uint64_t inner = frame->inner;
  if (frame->watch >= 0) {
    struct watch *watch = &watches[frame->watch];
    uint64_t count = total - frame->start;
    watch->calls++;
    watch->total += count;
    watch->own += count - frame->inner;
    watch->minimum = watch->calls == 1 || count < watch->minimum ? count : watch->minimum;
    watch->maximum = count > watch->maximum ? count : watch->maximum;
    inner = count;
  }
  if (depth > 0) {
    stack[depth - 1].inner += inner;
  }
}

// The innermost call that `address` is the end of, or -1. Above it on the stack are far jumps within a
// function, which Armv6-M has no other instruction for than that of calls.
static int returning_to(uint64_t address) {
  int frame = depth - 1;
  while (frame >= 0 && stack[frame].return_address != address) {
    frame--;
  }
  return frame;
}

static void executed(unsigned cpu, void *data) {
  (void)cpu;
  struct block *block = data;
  int frame;
  if (previous != NULL && block->address != previous->following) {
    if (previous->ends_in_call) {
      enter(block, previous->following, false);
    } else if ((frame = returning_to(block->address)) >= 0) {
      while (depth > frame + 1 || stack[depth - 1].tail) {
        leave();
      }
      leave();
    } else if (block->watch >= 0 && depth > 0) {
      enter(block, stack[depth - 1].return_address, true);
    }
  }
  total += block->instructions;
  previous = block;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *translation) {
  (void)id;
  struct block *block = calloc(1, sizeof *block); // lives as long as QEMU does: callbacks hold on to it
  if (block == NULL) {
    abort();
  }
  size_t count = qemu_plugin_tb_n_insns(translation);
  struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(translation, count - 1);
  block->address = qemu_plugin_tb_vaddr(translation);
  block->instructions = (uint32_t)count;
  block->following = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
  block->ends_in_call = is_call(qemu_plugin_insn_data(last), qemu_plugin_insn_size(last));
  block->watch = -1;
  for (int i = 0; i < watch_count; i++) {
    if (watches[i].address == block->address) {
      block->watch = i;
    }
  }
  qemu_plugin_register_vcpu_tb_exec_cb(translation, executed, QEMU_PLUGIN_CB_NO_REGS, block);
}

static void finished(qemu_plugin_id_t id, void *data) {
  (void)id;
  (void)data;
  FILE *output = fopen(output_path, "w");
  if (output == NULL) {
    fprintf(stderr, "count: can't write %s\n", output_path);
    return;
  }
  fprintf(output, overflowed ? "overflow\n" : "total %" PRIu64 "\n", total);
  for (int i = 0; i < watch_count; i++) {
    const struct watch *w = &watches[i];
    fprintf(output, "watch %" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
            w->address, w->calls, w->total, w->own, w->minimum, w->maximum);
  }
  fclose(output);
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int count, char **arguments) {
  is_riscv = strncmp(info->target_name, "riscv", 5) == 0;
  for (int i = 0; i < count; i++) {
    if (strncmp(arguments[i], "out=", 4) == 0) {
      output_path = strdup(arguments[i] + 4);
    } else if (strncmp(arguments[i], "watch=", 6) == 0 && watch_count < MAXIMUM_WATCHES) {
      // Bit 0 of a Thumb function's address is the instruction set, not part of the address.
      uint64_t address = strtoull(arguments[i] + 6, NULL, 0);
      watches[watch_count++].address = is_riscv ? address : address & ~UINT64_C(1);
    } else {
      fprintf(stderr, "count: can't use '%s'; options are out=FILE and up to %d watch=ADDRESS\n",
              arguments[i], MAXIMUM_WATCHES);
      return -1;
    }
  }
  if (output_path == NULL) {
    fprintf(stderr, "count: out=FILE is missing\n");
    return -1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, finished, NULL);
  return 0;
}

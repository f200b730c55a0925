// Compares the primitives of this build with their portable twins, on arguments that lie right before a page
// that can't be read. Prints a line; the exit code is 1 if a result differs.
#include "dormouse_isa.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROOM = 1 << 16 };
static uint32_t state = 1;

// Random bits (xorshift, Marsaglia 2003).
static uint32_t bits(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static int32_t within(int32_t least, int32_t greatest) {
  return least + (int32_t)(bits() % ((uint32_t)(greatest - least) + 1));
}

// One in four is an extreme.
static int32_t number(int32_t least, int32_t greatest) {
  uint32_t kind = bits() & 7;
  if (kind == 0) {
    return least;
  }
  return kind == 1 ? greatest
                   : (int32_t)((int64_t)least + bits() % ((uint64_t)((int64_t)greatest - least) + 1));
}

// `length` bytes right before a page without access; `which` says which of four such places.
static void *before_wall(int which, size_t length) {
  static uint8_t *ends[4];
  if (ends[which] == NULL) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *start = mmap(NULL, ROOM + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED || mprotect(start + ROOM, page, PROT_NONE) != 0) {
      fprintf(stderr, "no memory\n");
      exit(2);
    }
    ends[which] = start + ROOM;
  }
  return ends[which] - length;
}

// Bytes, at times only the least, whose products are the largest.
static void fill(int8_t *bytes, size_t count) {
  int least = (bits() & 7) == 0;
  for (size_t i = 0; i < count; i++) {
    bytes[i] = least ? -128 : (int8_t)number(-128, 127);
  }
}

static int dot_differs(void) {
  int32_t n = within(1, (bits() & 7) == 0 ? 600 : 70), rows = within(1, 13);
  int32_t positions = within(1, dm_positions(DM_COMPILED));
  intptr_t row_stride = (n + 3) & ~3, x_stride = n + within(0, 5), sum_stride = (rows + 3) & ~3;
  size_t vectors = (size_t)(x_stride * (positions - 1) + n), weights = (size_t)(rows * row_stride);
  int8_t *x = before_wall(0, vectors), *w = before_wall(1, weights);
  size_t count = (size_t)(sum_stride * positions);
  int32_t *sums = before_wall(2, 4 * count), *expected = before_wall(3, 4 * count);
  fill(x, vectors);
  fill(w, weights);
  for (int32_t r = 0; r < rows; r++) {
    memset(w + r * row_stride + n, 0, (size_t)(row_stride - n));
  }
  dm_dot(DM_COMPILED, x, x_stride, positions, w, row_stride, rows, n, sums, sum_stride);
  dm_dot_portable(x, x_stride, positions, w, row_stride, rows, n, expected, sum_stride);
  for (int32_t p = 0; p < positions; p++) {
    if (memcmp(sums + p * sum_stride, expected + p * sum_stride, 4 * (size_t)rows) != 0) {
      return 1;
    }
  }
  return 0;
}

static int fields_differ(void) {
  int32_t n = within(1, (bits() & 7) == 0 ? 600 : 140), rows = within(1, 13), width = within(1, 7);
  int32_t positions = within(1, dm_field_positions(DM_COMPILED)), groups = (n + DM_GROUP - 1) / DM_GROUP;
  intptr_t pair_stride = 8 * width * groups, sum_stride = (rows + 3) & ~3, row_pairs = (rows + 1) / 2;
  dm_fields fields = {width, within(0, 1), within(0, 127)};
  int8_t *x = before_wall(0, (size_t)n), *w = before_wall(1, (size_t)(row_pairs * pair_stride));
  size_t room = (size_t)(positions * groups * dm_prepared_group(width)),
         count = (size_t)(sum_stride * positions);
  int8_t *prepared = before_wall(2, room);
  int32_t *sums = before_wall(3, 8 * count), *expected = sums + count;
  int32_t totals[2];
  // Whatever the fields past n are, the vectors are zero there.
  fill(w, (size_t)(row_pairs * pair_stride));
  fill(x, (size_t)n);
  for (int32_t p = 0; p < positions; p++) {
    totals[p] = dm_prepare_fields(DM_COMPILED, width, x, n, p, positions, prepared);
    if (totals[p] != dm_total(x, n)) {
      return 1;
    }
  }
  dm_dot_fields(DM_COMPILED, fields, prepared, totals, positions, w, pair_stride, rows, n, sums, sum_stride);
  for (int32_t p = 0; p < positions; p++) {
    dm_prepare_fields_portable(width, x, n, p, prepared);
  }
  dm_dot_fields_portable(width, prepared, positions, w, pair_stride, rows, n, expected, sum_stride);
  dm_finish_fields(fields, totals, positions, rows, expected, sum_stride);
  for (int32_t p = 0; p < positions; p++) {
    if (memcmp(sums + p * sum_stride, expected + p * sum_stride, 4 * (size_t)rows) != 0) {
      return 1;
    }
  }
  return 0;
}

static int taps_differ(void) {
  int32_t taps = within(1, 20), channels = within(1, 70);
  intptr_t x_step = channels + within(0, 9), w_step = channels + within(0, 9);
  size_t elements = (size_t)(x_step * (taps - 1) + channels),
         weights = (size_t)(w_step * (taps - 1) + channels);
  int8_t *x = before_wall(0, elements), *w = before_wall(1, weights);
  int32_t *sums = before_wall(2, 4 * (size_t)channels), *expected = before_wall(3, 4 * (size_t)channels);
  fill(x, elements);
  fill(w, weights);
  for (int32_t c = 0; c < channels; c++) {
    sums[c] = expected[c] = number(INT32_MIN, INT32_MAX);
  }
  dm_taps(DM_COMPILED, x, x_step, w, w_step, taps, channels, sums);
  dm_taps_portable(x, x_step, w, w_step, taps, channels, expected);
  return memcmp(sums, expected, 4 * (size_t)channels) != 0;
}

static int requantize_differs(void) {
  int32_t count = within(1, 70);
  int32_t *sums = before_wall(0, 16 * (size_t)count);
  int32_t *biases = sums + count, *multipliers = biases + count, *shifts = multipliers + count;
  int8_t *y = before_wall(1, (size_t)count), *expected = before_wall(2, (size_t)count);
  // Wide shifts saturate nearly always, so most are narrow enough for results within a byte.
  int wide = (bits() & 3) == 0;
  for (int32_t i = 0; i < count; i++) {
    shifts[i] = wide ? number(-31, 30) : number(-27, -20);
    sums[i] = number(INT32_MIN, INT32_MAX);
    biases[i] = number(INT32_MIN, INT32_MAX);
    multipliers[i] = number(0, INT32_MAX);
  }
  int32_t minimum = number(-128, 127);
  dm_rescale rescale = {biases,  multipliers,          shifts,      number(-128, 127),
                        minimum, number(minimum, 127), number(0, 1)};
  dm_requantize(DM_COMPILED, sums, rescale, count, y);
  dm_requantize_portable(sums, rescale, count, expected);
  return memcmp(y, expected, (size_t)count) != 0;
}

static int add_differs(void) {
  int32_t count = within(1, 300), multipliers[3], shifts[3];
  int8_t *a = before_wall(0, (size_t)count), *b = before_wall(1, (size_t)count);
  int8_t *y = before_wall(2, (size_t)count), *expected = before_wall(3, (size_t)count);
  fill(a, (size_t)count);
  fill(b, (size_t)count);
  // The third shift undoes the 20 bits that the operands gained, or is anything.
  int wide = (bits() & 3) == 0;
  for (int i = 0; i < 3; i++) {
    multipliers[i] = wide ? number(0, INT32_MAX) : number(1 << 30, INT32_MAX);
    shifts[i] = wide ? number(-30, 0) : i < 2 ? number(-3, 0) : number(-21, -17);
  }
  int32_t minimum = number(-128, 127);
  dm_sum sum = {multipliers,       shifts,  number(-128, 127),   number(-128, 127),
                number(-128, 127), minimum, number(minimum, 127)};
  dm_add(DM_COMPILED, a, b, &sum, count, y);
  dm_add_portable(a, b, &sum, count, expected);
  return memcmp(y, expected, (size_t)count) != 0;
}

static int signs_differ(void) {
  int32_t words = within(1, (bits() & 7) == 0 ? 300 : 40), rows = within(1, 9);
  intptr_t stride = words + within(0, 3);
  size_t weights = (size_t)(stride * (rows - 1) + words);
  uint32_t *x = before_wall(0, 4 * (size_t)words), *w = before_wall(1, 4 * weights);
  int32_t *sums = before_wall(2, 4 * (size_t)rows), *expected = before_wall(3, 4 * (size_t)rows);
  int opposite = (bits() & 7) == 0;
  for (int32_t i = 0; i < words; i++) {
    x[i] = opposite ? 0 : bits();
  }
  for (size_t i = 0; i < weights; i++) {
    w[i] = opposite ? ~0u : bits();
  }
  dm_xnor_dot(DM_COMPILED, x, w, 4 * stride, rows, words, sums);
  dm_xnor_dot_portable(x, w, 4 * stride, rows, words, expected);
  return memcmp(sums, expected, 4 * (size_t)rows) != 0 ||
         dm_popcount(DM_COMPILED, x, words) != dm_popcount_portable(x, words);
}

int main(void) {
  enum { CASES = 20000 };
  int dot = 0, fields = 0, taps = 0, requantize = 0, add = 0, signs = 0;
  for (int i = 0; i < CASES; i++) {
    dot += dot_differs();
    fields += fields_differ();
    taps += taps_differ();
    requantize += requantize_differs();
    add += add_differs();
    signs += signs_differ();
  }
  int wrong = dot + fields + taps + requantize + add + signs;
  printf("%d cases of primitives, %d differ", 6 * CASES, wrong);
  if (wrong > 0) {
    printf(" (dot %d, fields %d, taps %d, requantize %d, add %d, signs %d)", dot, fields, taps, requantize,
           add, signs);
  }
  printf("\n");
  return wrong > 0;
}

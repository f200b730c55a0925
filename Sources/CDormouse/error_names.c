/* Names of error codes: one string after another, so that they need no table of pointers. */
#include "dormouse.h"

static const char rules[] =
    "ok\0too_short\0bad_magic\0unsupported_version\0length_mismatch\0checksum_mismatch\0"
    "reserved_not_zero\0misaligned\0unknown_section\0duplicate_section\0"
    "missing_section\0out_of_bounds\0overlap\0bad_count\0bad_value\0bad_shape\0"
    "bad_tensor_index\0read_before_write\0bad_multiplier\0accumulator_overflow\0"
    "bad_text\0arena_length_mismatch\0arena_too_small\0arena_misaligned\0"
    "unsupported_operation\0unsupported_encoding\0bad_weight\0bad_type\0part_missing";

static const char calls[] = "null_pointer\0not_open\0bad_length\0no_such_label\0bad_threshold\0wrong_input\0"
                            "no_such_channel\0out_of_order\0lost_edge\0"
                            "bad_flash\0no_image\0does_not_fit\0not_begun\0too_many_bytes\0incomplete\0"
                            "flash_failed";

const char *dormouse_error_name(ptrdiff_t code) {
  const char *name = rules;
  ptrdiff_t place = code < 0 ? code : 0;
  if (place <= DORMOUSE_ERROR_NULL_POINTER && place >= DORMOUSE_ERROR_FLASH_FAILED) {
    name = calls;
    place -= DORMOUSE_ERROR_NULL_POINTER;
  } else if (place < DORMOUSE_ERROR_PART_MISSING) {
    return "unknown_code";
  }
  for (; place < 0; place++) {
    while (*name++ != 0) {
    }
  }
  return name;
}

// Products of packed fields on Armv7E-M: which kernel takes which width.
#ifndef DORMOUSE_DSP_FIELDS_H
#define DORMOUSE_DSP_FIELDS_H
#include "dormouse_dsp_halves.h"
#include "dormouse_dsp_lanes.h"
#include "dormouse_dsp_nibbles.h"
#include "dormouse_dsp_prepare.h"

#if DM_HAS_DSP

// `dm_dot_fields` for one vector, one copy a width.
#define DM_DOT_FIELDS(bits, kernel)                                                                          \
  DM_SHARED void dm_dot_fields_##bits##_dsp(dm_fields fields, const int8_t *prepared, int32_t total,         \
                                            const int8_t *w, intptr_t pair_stride, int32_t rows,             \
                                            int32_t groups, int32_t *sums) {                                 \
    kernel(bits, fields, prepared, total, w, pair_stride, rows, groups, sums);                               \
  }
DM_DOT_FIELDS(1, dm_dot_halves_dsp)
DM_DOT_FIELDS(2, dm_dot_halves_dsp)
DM_DOT_FIELDS(3, dm_dot_lanes_dsp)
DM_DOT_FIELDS(5, dm_dot_lanes_dsp)
DM_DOT_FIELDS(6, dm_dot_lanes_dsp)
DM_DOT_FIELDS(7, dm_dot_lanes_dsp)
#undef DM_DOT_FIELDS

// `dm_dot_fields`.
DM_SHARED void dm_dot_fields_dsp(dm_fields fields, const int8_t *prepared, const int32_t *totals,
                                 int32_t positions, const int8_t *w, intptr_t pair_stride, int32_t rows,
                                 int32_t n, int32_t *sums, intptr_t sum_stride) {
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP;
  if (dm_alternates_dsp(fields.bits, positions)) {
    dm_dot_nibbles_2_dsp(fields, prepared, totals, w, pair_stride, rows, groups, sums, sum_stride);
    return;
  }
  for (; positions > 0; positions--) {
#define DM_CASE(bits, kernel)                                                                                \
  case bits:                                                                                                 \
    kernel(fields, prepared, *totals, w, pair_stride, rows, groups, sums);                                   \
    break;
    switch (fields.bits) {
      DM_CASE(1, dm_dot_fields_1_dsp)
      DM_CASE(2, dm_dot_fields_2_dsp)
      DM_CASE(3, dm_dot_fields_3_dsp)
      DM_CASE(4, dm_dot_nibbles_1_dsp)
      DM_CASE(5, dm_dot_fields_5_dsp)
      DM_CASE(6, dm_dot_fields_6_dsp)
      DM_CASE(7, dm_dot_fields_7_dsp)
    }
#undef DM_CASE
    prepared += groups * dm_prepared_group(fields.bits);
    totals++;
    sums += sum_stride;
  }
}

#endif
#endif

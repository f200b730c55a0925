// Products of packed fields on Armv7E-M: which kernel takes which width.
#ifndef DORMOUSE_DSP_FIELDS_H
#define DORMOUSE_DSP_FIELDS_H
#include "dormouse_dsp_halves.h"
#include "dormouse_dsp_lanes.h"
#include "dormouse_dsp_nibbles.h"
#include "dormouse_dsp_prepare.h"

#if DM_HAS_DSP

// `dm_dot_fields`.
DM_SHARED void dm_dot_fields_dsp(dm_fields fields, const int8_t *prepared, const int32_t *totals,
                                 int32_t positions, const int8_t *w, intptr_t pair_stride, int32_t rows,
                                 int32_t n, int32_t *sums, intptr_t sum_stride) {
  const int32_t groups = (n + DM_GROUP - 1) / DM_GROUP;
  dm_field_product product = {fields, prepared, *totals, w, pair_stride, rows, groups, sums};
  if (dm_alternates_dsp(fields.bits, positions)) {
    dm_dot_nibbles_2_dsp(&product, totals, sum_stride);
    return;
  }
  for (;;) {
    if (fields.bits <= 2) {
      dm_dot_halves_dsp(&product);
    } else if (fields.bits == 4) {
      dm_dot_nibbles_1_dsp(&product);
    } else {
      dm_dot_lanes_dsp(&product);
    }
    if (--positions == 0) {
      return;
    }
    product.prepared += groups * dm_prepared_group(fields.bits);
    product.total = *++totals;
    product.sums += sum_stride;
  }
}

#endif
#endif

/* What the example uses of the SDK and of its board. Swift takes no C array as large as a model, hence the
 * functions. */
#ifndef UMBRELLA_H
#define UMBRELLA_H
#include "../../../../include/dormouse.h"
#include "../../../../models/commands-dense-w4/commands_dense_w4_image.h"
#include "../../../board.h"

static inline const uint8_t *model_image(void) { return commands_dense_w4_image; }
static inline const char *model_label(int32_t label) { return commands_dense_w4_labels[label]; }
#endif

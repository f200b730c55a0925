// The linked model image and its arena, under names that do not depend on the model.
#include "model.h"
#include "support.h"

_Alignas(16) static uint8_t arena[MODEL_ARENA_LENGTH];

const uint8_t *const model_start = model_image;
const intptr_t model_length = MODEL_IMAGE_LENGTH;
uint8_t *const model_arena = arena;
const intptr_t model_arena_length = MODEL_ARENA_LENGTH;

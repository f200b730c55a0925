// The linked model image and its arena, under names that do not depend on the model. The build says what
// MODEL_HEADER, MODEL_IMAGE, MODEL_IMAGE_LENGTH and MODEL_ARENA_LENGTH are.
#include MODEL_HEADER
#include "support.h"

_Alignas(16) static uint8_t arena[MODEL_ARENA_LENGTH];

const uint8_t *const model_start = MODEL_IMAGE;
const intptr_t model_length = MODEL_IMAGE_LENGTH;
uint8_t *const model_arena = arena;
const intptr_t model_arena_length = MODEL_ARENA_LENGTH;

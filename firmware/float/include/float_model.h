// A network in floating point, and vectors to try it on.
#ifndef FLOAT_MODEL_H
#define FLOAT_MODEL_H
#include <stdint.h>

extern const intptr_t float_layers;
// Elements of the input and of every layer's output.
extern const int32_t *const float_widths;
// Of every layer the weights [outputs][inputs], then the biases.
extern const float *const float_parameters;
// Inputs, and the outputs that the reference gave for them.
extern const intptr_t float_vectors;
extern const float *const float_inputs;
extern const float *const float_outputs;
#endif

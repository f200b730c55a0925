/* What the training tools need beyond the device's interface: designing front ends. Host only. */
#ifndef DORMOUSE_DESIGN_H
#define DORMOUSE_DESIGN_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Designs a log-mel, micro or MFCC section from `json_length` bytes of JSON settings (LogMelSettings;
 * MicroSettings if `kind` is "micro", MfccSettings if it is "mfcc"), for the functions dm_logmel_*. Returns
 * the bytes written to `out`; a null `out` asks for the size alone. On failure `message` takes the reason,
 * terminated by zero, cut to `message_capacity`. */
ptrdiff_t dm_design_logmel(const uint8_t *json, ptrdiff_t json_length, uint8_t *out, ptrdiff_t capacity,
                           uint8_t *message, ptrdiff_t message_capacity);

/* The same for an analog-binary section (AnalogBinarySettings). */
ptrdiff_t dm_design_analog(const uint8_t *json, ptrdiff_t json_length, uint8_t *out, ptrdiff_t capacity,
                           uint8_t *message, ptrdiff_t message_capacity);

#ifdef __cplusplus
}
#endif
#endif

/* The C interface of Dormouse: firmware written in C and the Python training tools come in by this door. */
#ifndef DORMOUSE_H
#define DORMOUSE_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif

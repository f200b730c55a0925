// A loop written for one shape, to compare with: 1024 signs against 256 rows with AVX-512 and VPOPCNTDQ.
#ifndef HAND_H
#define HAND_H
#include <stdint.h>

// Whether this core can run the loop.
int32_t hand_is_supported(void);
// Word i of row 64 * g + 16 * k + l goes to packed[g][i][k][l]: an order that needs no sums of lanes.
void hand_pack(const uint32_t *rows, uint32_t *packed);
// sums[r] = popcount(x ^ row r); `packed` and `sums` are aligned to 64.
void hand_multiply(const uint32_t *x, const uint32_t *packed, int32_t *sums);
#endif

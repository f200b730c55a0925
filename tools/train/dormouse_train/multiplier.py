"""Real factors as the runtime multiplies by them: a Q31 mantissa and a power of two.

Source: TensorFlow Lite's `QuantizeMultiplier`, and its multiplication built with single rounding.
"""

from __future__ import annotations

import math

import numpy as np


def quantize_multiplier(real: float) -> tuple[int, int]:
    """Q31 mantissa and power of two of a positive real factor."""
    if real == 0:
        return 0, 0
    fraction, shift = math.frexp(real)
    mantissa = math.floor(fraction * (1 << 31) + 0.5)
    if mantissa == 1 << 31:
        mantissa //= 2
        shift += 1
    return (0, 0) if shift < -31 else (mantissa, shift)


def apply_multiplier(x: np.ndarray, mantissa: np.ndarray | int, shift: np.ndarray | int) -> np.ndarray:
    """`floor(x * mantissa / 2^(31 - shift) + 1/2)` on int64."""
    total = 31 - np.asarray(shift, dtype=np.int64)
    return (x.astype(np.int64) * mantissa + (np.int64(1) << (total - 1))) >> total

"""Fixed-point constants from real scales, as TensorFlow Lite derives them."""

import math

import numpy as np

RELU_NONE, RELU, RELU_N1_TO_1, RELU6 = 0, 1, 2, 3


def quantize_multiplier(real: float) -> tuple[int, int]:
    """`real` as a Q31 mantissa and a power of two: mantissa * 2^(shift - 31)."""
    if real == 0:
        return 0, 0
    fraction, shift = math.frexp(real)
    mantissa = math.floor(fraction * 2**31 + 0.5)
    if mantissa == 2**31:
        mantissa //= 2
        shift += 1
    if shift < -31:
        return 0, 0
    return mantissa, shift


def channel_multipliers(input_scale: float, weight_scales: list[float], output_scale: float) -> list[tuple[int, int]]:
    """A multiplier for each output channel; the scales are single precision, the arithmetic is double."""
    return [
        quantize_multiplier(float(np.float32(input_scale)) * float(np.float32(scale)) / float(np.float32(output_scale)))
        for scale in weight_scales
    ]


def clamp_range(activation: int, scale: float, zero_point: int) -> tuple[int, int]:
    """The int8 output range of a fused activation."""

    def quantized(value: float) -> int:
        ratio = np.float32(value) / np.float32(scale)
        return zero_point + int(math.copysign(math.floor(abs(float(ratio)) + 0.5), ratio))

    low, high = -128, 127
    if activation == RELU:
        low = max(low, quantized(0.0))
    elif activation == RELU6:
        low, high = max(low, quantized(0.0)), min(high, quantized(6.0))
    elif activation == RELU_N1_TO_1:
        low, high = max(low, quantized(-1.0)), min(high, quantized(1.0))
    return low, high

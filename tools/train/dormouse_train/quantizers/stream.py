"""The real-valued stream of a binary network: int16, all of it at one scale, a power of two.

Factors that take a sum of bits to the stream, and slopes on it, are kept to few binary places, the last of them set.
The products of such a factor are then exact in float32, and halves, where ways of rounding differ, all but never occur:
PyTorch, QONNX's executor and the runtime find the same integers.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn

from .weight import CENTER_STEP

LOWEST, HIGHEST = -(2**15), 2**15 - 1
HEADROOM = 2.0
"""How far beyond what calibration saw the range goes, at least."""

FACTOR_PLACES = 9
"""Binary places of a factor, in units of the stream's step: sums of bits are below 2^9."""

SLOPE_PLACES = 14
"""Binary places of a slope."""

FLOAT_PLACES = 24
"""Of float32."""

BIAS_STEP = CENTER_STEP / 2
"""Biases of weights about a center are odd multiples of it, in scales."""

MARGIN, MOST_REACH = 1 / 16, 2**13
"""Room for what the nearest odd multiple lies above a factor; enough for sums up to the other."""


class _Round(torch.autograd.Function):
    """Half up, within int16; the gradient passes."""

    @staticmethod
    def forward(ctx, x: torch.Tensor, step: float) -> torch.Tensor:
        return torch.floor(x * (1 / step) + 0.5).clamp_(LOWEST, HIGHEST).mul_(step)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        return gradient, None


class Stream(nn.Module):
    """Rounds tensors to the stream's grid, once it has been calibrated."""

    def __init__(self):
        """Without a range yet."""
        super().__init__()
        self.register_buffer("scale", torch.tensor(0.0))
        self.zero_point = 0
        self.largest: float | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """On the grid, or, while it observes, as it came."""
        if self.largest is not None:
            self.largest = max(self.largest, float(x.abs().max()))
            return x
        return _Round.apply(x, float(self.scale))

    def calibrate(self) -> None:
        """Ends the observation: the least power of two that leaves the headroom."""
        self.scale.fill_(2.0 ** math.ceil(math.log2(max(self.largest, 1e-3) * HEADROOM / HIGHEST)))
        self.largest = None

    def factors(self, real: torch.Tensor) -> torch.Tensor:
        """Positive factors of sums of bits, to `FACTOR_PLACES` of the stream's step."""
        return odd_parts(real, float(self.scale) * 2.0**-FACTOR_PLACES)

    def whole(self, real: torch.Tensor) -> torch.Tensor:
        """The nearest multiples of the stream's step."""
        step = float(self.scale)
        return real + (torch.floor(real / step + 0.5) * step - real).detach()


def exact_factors(real: torch.Tensor, reach: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Factors near `real` with which sums about a center, and biases by `odd_bias`, are exact in float32.

    `reach` is the largest sum that a channel can have, below `MOST_REACH`. Sums are even multiples of `BIAS_STEP`
    factors, biases odd ones: together they never meet a half of the stream's step, where ways of rounding differ (as
    long as they stay below 2^22 steps; int16 ends at 2^15).
    """
    largest = (real * reach + bias.abs()).detach().double().numpy() * (1 + MARGIN)
    unit = np.ldexp(1.0, np.frexp(largest)[1] - FLOAT_PLACES) / BIAS_STEP
    return odd_parts(real, torch.from_numpy(unit).to(real.dtype))


def odd_bias(bias: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """The nearest odd multiple of `BIAS_STEP` scales; the gradient passes straight through."""
    unit = scales.detach().double() * BIAS_STEP
    odd = (torch.floor(bias.detach().double() / unit / 2) * 2 + 1) * unit
    return bias + (odd.to(bias.dtype) - bias).detach()


def odd_parts(real: torch.Tensor, unit: float | torch.Tensor) -> torch.Tensor:
    """The nearest positive odd multiples of `unit`, powers of two; the gradient passes straight through."""
    odd = (torch.floor(real / unit / 2).clamp_min(0) * 2 + 1) * unit
    return real + (odd - real).detach()

"""The comparators of an analog front end, differentiable: a learned threshold a channel, in steps of its features.

Boards differ. Each training example hears a board of its own: comparators with an offset, in volts, and filters whose
components make a channel louder or softer, in decibels. Both move the threshold, on some boards less than on others.
The offset is that of a comparator whose threshold lies at `COMPARED` of the supply, because gains are chosen so.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from .analog_levels import COMPARED, STEP_DB, TOP
from .quantizers.sign import quick_sign, sign

DECIBELS = 20 / math.log(10)
"""Of a factor of e."""

REACH = 40.0
"""Steps on each side of the threshold within which features still move it."""

OFFSET = 0.035
"""Standard deviation of the comparators' offsets, a share of the supply."""

COMPONENTS_DB = 0.7
"""Standard deviation of a channel's level where components are off by up to 5 %."""

LOWEST = -33
"""Least threshold that is learned, 40 dB below the supply at the standard gain: it takes a gain 25 times that."""


class _Compared(torch.autograd.Function):
    """The sign, with a gradient that falls to 0 at `REACH`."""

    @staticmethod
    def forward(ctx, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return quick_sign(x)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        (x,) = ctx.saved_tensors
        return gradient * (1 - x.abs() / REACH).clamp_(min=0) / REACH


class Comparators(nn.Module):
    """int8 features `[n, frames, channels]` to bits, 1 or -1, of the same shape."""

    def __init__(self, channels: int):
        """Thresholds of 0."""
        super().__init__()
        self.scaled = nn.Parameter(torch.zeros(channels))

    @property
    def level(self) -> torch.Tensor:
        """Thresholds in steps: a feature that reaches its threshold gives 1."""
        return (self.scaled * REACH).clamp(LOWEST, TOP)

    @torch.no_grad()
    def begin(self, frames: torch.Tensor) -> None:
        """Starts at the means over `frames`."""
        self.scaled.copy_(frames.float().mean((0, 1)) / REACH)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Each example on a random board in training, on the ideal one otherwise."""
        level = self.level.to(frames.dtype)
        if not self.training:
            return sign(frames - level)
        return _Compared.apply(frames - level - self._moved(len(frames), len(level)))

    @staticmethod
    def _moved(boards: int, channels: int) -> torch.Tensor:
        """By how many steps the thresholds of random boards are off: `[boards, 1, channels]`."""
        offset = torch.log1p((OFFSET / COMPARED) * torch.randn(boards, 1, channels)) * DECIBELS
        components = COMPONENTS_DB * torch.randn(boards, 1, channels)
        strength = torch.rand(boards, 1, 1) / STEP_DB
        return (offset + components) * strength

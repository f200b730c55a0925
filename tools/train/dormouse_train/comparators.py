"""The comparators of an analog front end, differentiable: a learned threshold a channel, in steps of its features.

Boards differ. Each training example hears a board of its own: comparators with an offset, filters whose components make
the channel louder or softer. Both move the threshold.
"""

from __future__ import annotations

import torch
from torch import nn

from .quantizers.sign import quick_sign, sign

REACH = 40.0
"""Steps on each side of the threshold within which features still move it."""

OFFSET_STEPS = 9.0
"""Standard deviation of a board's thresholds: 3.5 % of the features' range of 256 steps."""


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
        return self.scaled * REACH

    @torch.no_grad()
    def begin(self, frames: torch.Tensor) -> None:
        """Starts at the means over `frames`."""
        self.scaled.copy_(frames.float().mean((0, 1)) / REACH)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Each example on a random board in training, on the ideal one otherwise."""
        level = self.level.to(frames.dtype)
        if not self.training:
            return sign(frames - level)
        offset = OFFSET_STEPS * torch.randn(len(frames), 1, frames.shape[2])
        return _Compared.apply(frames - level - offset)

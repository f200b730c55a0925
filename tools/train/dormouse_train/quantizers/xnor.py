"""XNOR-Net's binary weights: sign times the channel's mean magnitude, with the paper's gradient (arXiv 1603.05279).

    dL/dw = dL/db * (1/n + gain * 1[|w| <= 1]),   n weights a channel

The paper's second factor, a map of mean input magnitudes, is left out: it helps little and costs a filter a layer.
"""

from __future__ import annotations

import torch

from .registry import WEIGHTS, register
from .sign import sign
from .weight import LEAST_SCALE, WeightQuantizer, spread


class _Scaled(torch.autograd.Function):
    """The formula above."""

    @staticmethod
    def forward(ctx, latent: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(latent, gain)
        return gain * sign(latent)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        latent, gain = ctx.saved_tensors
        count = latent[0].numel()
        return gradient * (1 / count + gain * (latent.abs() <= 1)), None


@register(WEIGHTS, "xnor")
class XnorQuantizer(WeightQuantizer):
    """The gain isn't trained: it follows the latent weights."""

    families = ("binary",)

    def __init__(self, encoding, outputs: int, **options):
        """See the base class."""
        super().__init__(encoding, outputs, **options)
        self.log_gain.requires_grad_(False)

    def begin(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight itself."""
        return weight.detach().clone()

    def scales(self, latent: torch.Tensor) -> torch.Tensor:
        """The mean magnitude."""
        return latent.detach().abs().flatten(1).mean(1).float().clamp_min(LEAST_SCALE).to(latent.dtype)

    def levels(self, latent: torch.Tensor) -> torch.Tensor:
        """-1 or 1."""
        return sign(latent)

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return _Scaled.apply(latent, spread(self.scales(latent), latent))

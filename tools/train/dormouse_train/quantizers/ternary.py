"""Ternary weights: -1, 0 or 1 times a trained gain, zero below a share of the channel's mean magnitude.

Threshold and first gain after Ternary Weight Networks (arXiv 1605.04711).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .registry import WEIGHTS, register
from .weight import LEAST_SCALE, WeightQuantizer, spread


@register(WEIGHTS, "ternary")
class TernaryQuantizer(WeightQuantizer):
    """The latent is the float weight; its thresholds follow it."""

    families = ("ternary",)

    @dataclass(frozen=True)
    class Options:
        """`threshold` in mean magnitudes."""

        threshold: float = 0.7

    def begin(self, weight: torch.Tensor) -> torch.Tensor:
        """The gain is the mean magnitude of the weights that aren't zero."""
        kept = self.levels(weight.detach()).abs().flatten(1)
        mean = (weight.detach().abs().flatten(1) * kept).sum(1) / kept.sum(1).clamp_min(1)
        self.base.copy_(mean.clamp_min(LEAST_SCALE))
        return weight.detach().clone()

    def levels(self, latent: torch.Tensor) -> torch.Tensor:
        """-1, 0, 1."""
        threshold = self.options.threshold * latent.abs().flatten(1).mean(1)
        return torch.sign(latent) * (latent.abs() > spread(threshold, latent))

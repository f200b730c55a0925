"""Balanced binary weights: the sign of each channel's weights once they have mean 0 and variance 1.

As many weights become +1 as -1, which is the most that a bit can tell (IR-Net, arXiv 1909.10788; DIR-Net, arXiv
2109.12338). The gain takes the place of the papers' power of two.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .registry import ESTIMATORS, WEIGHTS, look_up, register
from .sign import sign
from .weight import LEAST_SCALE, WeightQuantizer, spread


@register(WEIGHTS, "balanced")
class BalancedQuantizer(WeightQuantizer):
    """Gradients pass through the named estimator and through mean and variance."""

    families = ("binary",)

    @dataclass(frozen=True)
    class Options:
        """`estimator` is one of `ESTIMATORS`."""

        estimator: str = "tanh"

    def __init__(self, encoding, outputs: int, **options):
        """See the base class."""
        super().__init__(encoding, outputs, **options)
        self.estimator = look_up(ESTIMATORS, "sign estimator", self.options.estimator)()

    def begin(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight itself."""
        self.base.copy_(weight.detach().abs().flatten(1).mean(1).clamp_min(LEAST_SCALE))
        return weight.detach().clone()

    def advance(self, progress: float) -> None:
        """Hands the progress to the estimator."""
        self.estimator.advance(progress)

    def levels(self, latent: torch.Tensor) -> torch.Tensor:
        """-1 or 1."""
        return sign(_balanced(latent))

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return spread(self.scales(latent), latent) * self.estimator(_balanced(latent))


def _balanced(latent: torch.Tensor) -> torch.Tensor:
    flat = latent.flatten(1)
    centred = flat - flat.mean(1, keepdim=True)
    return (centred / centred.square().mean(1, keepdim=True).sqrt().clamp_min(LEAST_SCALE)).reshape(latent.shape)

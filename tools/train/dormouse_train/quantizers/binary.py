"""Binary weights: the sign, times the channel's mean magnitude or a trained gain; zero counts as positive.

The mean is the gain of least square error (Binary-Weight-Networks, arXiv 1603.05279).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .registry import WEIGHTS, register
from .weight import LEAST_SCALE, WeightQuantizer, spread

GAINS = ("learned", "mean")


@register(WEIGHTS, "binary")
class BinaryQuantizer(WeightQuantizer):
    """Gradients stop where the latent is more than `window` gains away from zero, so that signs can still turn."""

    families = ("binary",)

    @dataclass(frozen=True)
    class Options:
        """`gain`: `learned` starts at the mean magnitude, `mean` stays there."""

        gain: str = "learned"
        window: float = 3.0

    def __init__(self, encoding, outputs: int, **options):
        """See the base class."""
        super().__init__(encoding, outputs, **options)
        if self.options.gain not in GAINS:
            raise ValueError(f"gain is one of {', '.join(GAINS)}, not {self.options.gain!r}")
        if self.options.gain == "mean":
            self.log_gain.requires_grad_(False)

    def begin(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight itself."""
        self.base.copy_(weight.detach().abs().flatten(1).mean(1).clamp_min(LEAST_SCALE))
        return weight.detach().clone()

    def scales(self, latent: torch.Tensor) -> torch.Tensor:
        """As trained, or the latent's mean magnitude."""
        if self.options.gain == "learned":
            return super().scales(latent)
        return latent.detach().abs().flatten(1).mean(1).float().clamp_min(LEAST_SCALE).to(latent.dtype)

    def levels(self, latent: torch.Tensor) -> torch.Tensor:
        """-1 or 1."""
        return torch.where(latent >= 0, 1.0, -1.0).to(latent.dtype)

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """See the class."""
        scale = spread(self.scales(latent), latent)
        reach = self.options.window * scale.detach()
        near = torch.maximum(torch.minimum(latent, reach), -reach)
        return scale * self.levels(latent.detach()) + (near - near.detach())

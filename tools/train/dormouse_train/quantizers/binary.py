"""Binary weights: the sign, times the channel's mean magnitude or a trained gain; zero counts as positive.

The mean is the gain of least square error (Binary-Weight-Networks, arXiv 1603.05279).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .registry import ESTIMATORS, WEIGHTS, look_up, register
from .sign import SignEstimator
from .weight import LEAST_SCALE, WeightQuantizer, spread

GAINS = ("learned", "mean")


@register(WEIGHTS, "binary")
class BinaryQuantizer(WeightQuantizer):
    """Gradients stop where the latent is more than `window` gains away from zero (`clip`), so that signs can turn."""

    families = ("binary",)

    @dataclass(frozen=True)
    class Options:
        """`gain`: `learned` starts at the mean magnitude, `mean` stays there.

        `estimator`, one of `ESTIMATORS`, lends its gradient to latents in units of `window` gains.
        """

        gain: str = "learned"
        window: float = 3.0
        estimator: str = "clip"

    def __init__(self, encoding, outputs: int, **options):
        """See the base class."""
        super().__init__(encoding, outputs, **options)
        if self.options.gain not in GAINS:
            raise ValueError(f"gain is one of {', '.join(GAINS)}, not {self.options.gain!r}")
        if self.options.gain == "mean":
            self.log_gain.requires_grad_(False)
        self.estimator = look_up(ESTIMATORS, "sign estimator", self.options.estimator)()

    def advance(self, progress: float) -> None:
        """Hands the progress to the estimator."""
        self.estimator.advance(progress)

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
        return scale * self.levels(latent.detach()) + _passed(latent, reach, self.estimator)


def _passed(latent: torch.Tensor, reach: torch.Tensor, estimator: SignEstimator) -> torch.Tensor:
    """Zero, with the estimator's gradient for a latent in units of `reach`."""
    estimated = reach * estimator(latent / reach)
    return estimated - estimated.detach()

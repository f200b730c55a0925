"""AdaBin's binary weights: two levels a channel, as far apart as its weights are spread, about their mean.

    b = spread * sign((w - mean) / spread) + mean,   spread^2 = mean((w - mean)^2)

(arXiv 2208.08084.) The paper's two-level activations need nothing here: their levels go into the normalisation that
follows, and what is left of them is a threshold. The mean makes a sum of bits cost a second sum, of the inputs, which
all output channels share. Stage 1 ends with means in whole steps of 1/64 of the spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .registry import ESTIMATORS, WEIGHTS, look_up, register
from .sign import sign
from .weight import CENTER_STEP, LEAST_SCALE, MOST_CENTER_STEPS, WeightQuantizer, spread


@register(WEIGHTS, "adabin")
class AdaBinQuantizer(WeightQuantizer):
    """Spread and mean follow the latent weights, and pass gradients."""

    families = ("binary",)

    @dataclass(frozen=True)
    class Options:
        """`estimator` is one of `ESTIMATORS`."""

        estimator: str = "tanh"

    def __init__(self, encoding, outputs: int, **options):
        """See the base class."""
        super().__init__(encoding, outputs, **options)
        self.log_gain.requires_grad_(False)
        self.estimator = look_up(ESTIMATORS, "sign estimator", self.options.estimator)()

    def begin(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight itself."""
        return weight.detach().clone()

    def advance(self, progress: float) -> None:
        """Hands the progress to the estimator."""
        self.estimator.advance(progress)

    def scales(self, latent: torch.Tensor) -> torch.Tensor:
        """The spread."""
        return _parts(latent.detach())[1].float().to(latent.dtype)

    def levels(self, latent: torch.Tensor) -> torch.Tensor:
        """-1 or 1: which of the two."""
        return sign(latent - spread(_parts(latent)[0], latent))

    def centers(self, latent: torch.Tensor) -> torch.Tensor:
        """The mean, in spreads."""
        mean, scale = _parts(latent.detach())
        return torch.round(mean / scale / CENTER_STEP).clamp(-MOST_CENTER_STEPS, MOST_CENTER_STEPS)

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """See the class."""
        mean, scale = (spread(part, latent) for part in _parts(latent))
        return scale * self.estimator((latent - mean) / scale) + mean


def _parts(latent: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    flat = latent.flatten(1)
    mean = flat.mean(1)
    return mean, (flat - mean[:, None]).square().mean(1).sqrt().clamp_min(LEAST_SCALE)

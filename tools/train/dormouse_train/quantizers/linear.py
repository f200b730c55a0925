"""Linear weights: the channel's largest magnitude becomes the grid's last level, or the range of least error does."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .registry import WEIGHTS, register
from .weight import LEAST_SCALE, WeightQuantizer, fitted_scales, spread

RANGES = ("largest", "fitted")


@register(WEIGHTS, "linear")
class LinearQuantizer(WeightQuantizer):
    """Symmetric, a scale an output channel; TensorFlow Lite's scheme at 8 bits.

    `range = "largest"` follows the latent's largest magnitude as it trains; `"fitted"` starts at the range of least
    mean square error and trains it. Above the last level gradients stop with the fitted range.
    """

    families = ("int", "rise")

    @dataclass(frozen=True)
    class Options:
        """Where the grid ends."""

        range: str = "largest"

    def __init__(self, encoding, outputs: int, **options):
        """See the base class."""
        super().__init__(encoding, outputs, **options)
        if self.options.range not in RANGES:
            raise ValueError(f"range is one of {', '.join(RANGES)}, not {self.options.range!r}")
        if self.options.range == "largest":
            self.log_gain.requires_grad_(False)

    def begin(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight itself."""
        limit = self.encoding.limit
        if self.options.range == "fitted":
            fitted = fitted_scales(weight, lambda value: self._round(value * limit) / limit)
            self.base.copy_((fitted / limit).clamp_min(LEAST_SCALE))
        return weight.detach().clone()

    def _round(self, value: torch.Tensor) -> torch.Tensor:
        limit = self.encoding.limit
        if self.encoding.family == "rise":
            return (2 * torch.floor(value / 2) + 1).clamp(-limit, limit)
        return torch.floor(value + 0.5).clamp(-limit, limit)

    def scales(self, latent: torch.Tensor) -> torch.Tensor:
        """From the latent's magnitudes, or as trained."""
        if self.options.range == "fitted":
            return super().scales(latent)
        largest = latent.detach().flatten(1).abs().amax(1).float()
        return (largest / self.encoding.limit).clamp_min(LEAST_SCALE).to(latent.dtype)

    def levels(self, latent: torch.Tensor) -> torch.Tensor:
        """Half up."""
        return self._round(latent / spread(self.scales(latent).detach(), latent))

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """Straight through; with the fitted range, the scale learns from rounding errors and clipped weights."""
        if self.options.range == "largest":
            exact = self.levels(latent.detach()) * spread(self.scales(latent), latent)
            return latent + (exact - latent).detach()
        scale = spread(self.scales(latent), latent)
        value = (latent / scale).clamp(-self.encoding.limit, self.encoding.limit)
        return scale * (value + (self.levels(latent.detach()) - value).detach())

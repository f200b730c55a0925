"""Squashed weights: W = gain * Q(tanh(P)), where P is trained.

Squashing spreads the weights evenly over -1...1, where a coarse grid serves them all alike; the gain, one an output
channel, gives them back their range. `form = "normalized"` divides tanh(P) by its largest magnitude in the layer
(DoReFa-Net, arXiv 1606.06160, there for activations and weights of any width).

Method: squashed weight distribution (Strom, Khan, Hamza, Interspeech 2022), first stage of "Sub 8-bit quantization of
streaming keyword spotting models" (arXiv 2207.06920), regularizer after "Fixed-point quantization aware training for
on-device keyword-spotting" (arXiv 2303.02284); grids, initialisation and schedule are our own choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .registry import WEIGHTS, register
from .weight import LEAST_SCALE, WeightQuantizer, fitted_scales, spread

FORMS = ("squashed", "normalized")


@register(WEIGHTS, "tanh")
class TanhQuantizer(WeightQuantizer):
    """Grids `int` (mid-tread: a zero), `rise` (mid-rise: every code in use), `ternary` and `binary`."""

    families = ("int", "rise", "ternary", "binary")

    @dataclass(frozen=True)
    class Options:
        """`cosine` weighs the absolute-cosine regularizer; `saturation` is the largest |tanh P| to start with."""

        form: str = "squashed"
        cosine: float = 0.0
        saturation: float = 0.96

    def __init__(self, encoding, outputs: int, **options):
        """See the base class."""
        super().__init__(encoding, outputs, **options)
        if self.options.form not in FORMS:
            raise ValueError(f"form is one of {', '.join(FORMS)}, not {self.options.form!r}")
        if not 0 < self.options.saturation < 1:
            raise ValueError(f"saturation is between 0 and 1, not {self.options.saturation}")

    @property
    def _levels_to_one(self) -> float:
        """The level that stands for 1: mid-tread grids reach it, mid-rise grids end half a step before it."""
        rising = self.encoding.family in ("rise", "binary")
        return 2.0**self.encoding.bits if rising and self.encoding.bits > 1 else float(self.encoding.limit)

    def begin(self, weight: torch.Tensor) -> torch.Tensor:
        """Chooses each channel's gain for the least error, and P so that gain * tanh(P) is the clipped weight."""
        to_one, limit = self._levels_to_one, self.options.saturation
        gain = fitted_scales(weight, lambda value: self._round(value) / to_one)
        self.base.copy_((gain / to_one).clamp_min(LEAST_SCALE))
        return torch.atanh((weight.detach() / spread(gain, weight)).clamp(-limit, limit))

    def _squash(self, latent: torch.Tensor) -> torch.Tensor:
        value = torch.tanh(latent)
        if self.options.form == "normalized":
            value = value / value.detach().abs().max().clamp_min(LEAST_SCALE)
        return value

    def _round(self, value: torch.Tensor) -> torch.Tensor:
        """-1...1 to levels."""
        limit, to_one = self.encoding.limit, self._levels_to_one
        if self.encoding.family == "binary":
            return torch.where(value >= 0, 1.0, -1.0).to(value.dtype)
        if self.encoding.family == "rise":
            return (2 * torch.floor(value * (to_one / 2)) + 1).clamp(-limit, limit)
        return torch.floor(value * to_one + 0.5).clamp(-limit, limit)

    def levels(self, latent: torch.Tensor) -> torch.Tensor:
        """Rounded tanh(P)."""
        return self._round(self._squash(latent))

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """Straight through the rounding, exactly through tanh and the gain."""
        value = self._squash(latent) * self._levels_to_one
        levels = value + (self._round(value.detach() / self._levels_to_one) - value.detach())
        return spread(self.scales(latent), latent) * levels

    def regularization(self, latent: torch.Tensor) -> torch.Tensor | None:
        """Mean |sin(pi * position)|, zero on every level of the grid."""
        if self.options.cosine == 0:
            return None
        position = self._squash(latent) * self._levels_to_one
        if self.encoding.family in ("rise", "binary"):
            position = (position + 1) / 2
        return self.options.cosine * torch.sin(torch.pi * position).abs().mean()

"""Codebook weights: each is one of 2^b entries of an int8 table, which the layer's channels share.

The tables are symmetric, so that a negative factor of a batch normalisation can be folded in. `levels = "lloyd"` fits
them to the layer's weights (Lloyd's algorithm on magnitudes, each channel divided by its root mean square), after
learned levels as in LQ-Nets (arXiv 1807.10029); `"elastic"` takes the levels of Elastic Significant Bits (arXiv
2109.03513) with one significant bit: 0 +-1 +-1.5 +-2 +-3 ... in steps that double, fine about zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .registry import WEIGHTS, register
from .weight import LEAST_SCALE, WeightQuantizer, spread

LEVELS = ("lloyd", "elastic")
ELASTIC = {2: (1.0, 2.0), 3: (1.0, 2.0, 3.0, 4.0), 4: (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)}
"""Magnitudes, finest first."""

ROUNDS = 60


@register(WEIGHTS, "codebook")
class CodebookQuantizer(WeightQuantizer):
    """The latent is the float weight; it takes the nearest entry. Table entries stay, gains are trained."""

    families = ("codebook",)

    @dataclass(frozen=True)
    class Options:
        """Where the table comes from."""

        levels: str = "lloyd"

    def __init__(self, encoding, outputs: int, **options):
        """See the base class."""
        super().__init__(encoding, outputs, **options)
        if self.options.levels not in LEVELS:
            raise ValueError(f"levels is one of {', '.join(LEVELS)}, not {self.options.levels!r}")
        self.register_buffer("entries", torch.zeros(2**encoding.bits))

    def table(self) -> torch.Tensor:
        """Entries by index, ascending."""
        return self.entries

    def begin(self, weight: torch.Tensor) -> torch.Tensor:
        """Fits the table and the channels' scales."""
        flat = weight.detach().flatten(1)
        size = flat.square().mean(1).sqrt().clamp_min(LEAST_SCALE)
        values = (flat / size[:, None]).abs().flatten()
        count = 2 ** (self.encoding.bits - 1)
        if self.options.levels == "lloyd":
            magnitudes = _lloyd(values, count)
        else:
            magnitudes = torch.tensor(ELASTIC[self.encoding.bits])
            magnitudes = magnitudes * (float(values.quantile(0.995)) / float(magnitudes[-1]))
        step = float(magnitudes[-1]) / self.encoding.limit
        whole = (magnitudes / step).round().clamp(1, self.encoding.limit)
        self.entries.copy_(torch.cat([-whole.flip(0), whole]))
        self.base.copy_((size * step).clamp_min(LEAST_SCALE))
        return weight.detach().clone()

    def levels(self, latent: torch.Tensor) -> torch.Tensor:
        """The nearest entry."""
        entries = self.entries.to(latent.dtype)
        middles = (entries[1:] + entries[:-1]) / 2
        position = (latent / spread(self.scales(latent).detach(), latent)).contiguous()
        return entries[torch.bucketize(position, middles, right=True)]


def _lloyd(values: torch.Tensor, count: int) -> torch.Tensor:
    """`count` magnitudes of (locally) least square error, ascending; at most 50,000 values are looked at."""
    if len(values) > 50_000:
        values = values[:: len(values) // 50_000 + 1]
    centres = torch.quantile(values, (torch.arange(count) + 0.5) / count)
    for _ in range(ROUNDS):
        nearest = torch.bucketize(values, (centres[1:] + centres[:-1]) / 2)
        total = torch.zeros(count).index_add_(0, nearest, values)
        number = torch.zeros(count).index_add_(0, nearest, torch.ones_like(values))
        centres = torch.where(number > 0, total / number.clamp_min(1), centres)
    return centres

"""What every weight quantizer is: a module between the trained parameter and the weight that a layer multiplies by.

    weight = scale * level,   level on the grid of the encoding, scale one an output channel

A binary grid may lie about a center, one an output channel: weight = scale * (level + center).

The trained parameter ("latent") has the weight's shape. In the forward pass it is replaced by `scale * level`; in the
backward pass rounding is passed straight through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import torch
from torch import nn

from .encoding import Encoding

LEAST_SCALE = 1e-8

CENTER_STEP, MOST_CENTER_STEPS = 1 / 64, 4095
"""Centers are multiples of the one, below 64 in all. The image has steps of 1/256: four times as fine ones gain little,
and cost sums of products two bits of the 24 that float32 has."""

LOWEST_PART, CANDIDATES = 0.15, 35
"""Ranges that `fitted_scales` tries: down to this part of the widest, in this many steps."""


class WeightQuantizer(nn.Module):
    """Base class. A subclass gives `families`, `Options`, `levels` and `begin`; most also override `forward`."""

    families: ClassVar[tuple[str, ...]] = ()
    """Encodings it can produce, by family."""

    @dataclass(frozen=True)
    class Options:
        """Further keys of a recipe's weight section, with their defaults."""

    def __init__(self, encoding: Encoding, outputs: int, **options: Any):
        """`outputs` is the number of output channels; ValueError if an option or the encoding doesn't fit."""
        super().__init__()
        if encoding.family not in self.families:
            raise ValueError(
                f"makes {', '.join(self.families)} weights, not {encoding.name}: choose another quantizer or encoding"
            )
        unknown = set(options) - {entry.name for entry in fields(self.Options)}
        if unknown:
            raise ValueError(f"has no setting {', '.join(sorted(unknown))}")
        self.encoding = encoding
        self.options = self.Options(**options)
        self.log_gain = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("base", torch.ones(outputs))

    def begin(self, weight: torch.Tensor) -> torch.Tensor:
        """Sets the scales for a float weight and returns the latent to start with: here the weight itself."""
        self.base.copy_(weight.detach().flatten(1).abs().amax(1).clamp_min(LEAST_SCALE) / self.encoding.limit)
        return weight.detach().clone()

    def scales(self, latent: torch.Tensor) -> torch.Tensor:
        """A scale a channel, float32 whatever the arithmetic: what the image will hold.

        The trained part is a logarithm: steps of the optimizer change scales in proportion, and never their sign.
        """
        del latent
        made = self.base.float() * self.log_gain.float().exp()
        return made.clamp_min(LEAST_SCALE).to(self.log_gain.dtype)

    def levels(self, latent: torch.Tensor) -> torch.Tensor:
        """Integers on the grid, as floats, of the latent's shape."""
        raise NotImplementedError

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """The quantized weight. Gradients: to the latent straight through, to the scales exactly."""
        scale = spread(self.scales(latent), latent)
        levels = self.levels(latent.detach())
        return scale * levels + (latent - latent.detach())

    def advance(self, progress: float) -> None:
        """Told before each batch how much of the phase has passed, from 0 to 1."""
        del progress

    def regularization(self, latent: torch.Tensor) -> torch.Tensor | None:
        """A term of the loss that draws the latent to the grid, at full strength; None without one."""
        del latent
        return None

    def table(self) -> torch.Tensor | None:
        """A codebook's levels by index; None for a grid that needs no table."""
        return None

    def centers(self, latent: torch.Tensor) -> torch.Tensor | None:
        """How many `CENTER_STEP`s, in scales, all levels of a channel are moved by; None where there are no centers."""
        del latent
        return None


def spread(vector: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """A vector over output channels, shaped to multiply a weight."""
    return vector.reshape(-1, *[1] * (weight.dim() - 1))


def fitted_scales(weight: torch.Tensor, quantized: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """For each channel the divisor d of least mean square error between `weight` and `d * quantized(weight / d)`.

    `quantized` maps values around -1...1 to the nearest representable ones. Candidates go down from the channel's
    largest magnitude.
    """
    flat = weight.detach().flatten(1)
    largest = flat.abs().amax(1).clamp_min(LEAST_SCALE)
    best, least = largest.clone(), torch.full_like(largest, float("inf"))
    for part in torch.linspace(1.0, LOWEST_PART, CANDIDATES):
        divisor = largest * part
        error = (quantized(flat / divisor[:, None]) * divisor[:, None] - flat).square().mean(1)
        best = torch.where(error < least, divisor, best)
        least = torch.minimum(error, least)
    return best

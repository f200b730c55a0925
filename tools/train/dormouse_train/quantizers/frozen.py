"""What stage 1 leaves behind: levels that no longer change, under scales that still learn."""

from __future__ import annotations

import torch
from torch import nn

from .encoding import Encoding
from .weight import CENTER_STEP, LEAST_SCALE, WeightQuantizer, spread


class FrozenWeight(nn.Module):
    """Integers of a layer and a trained scale an output channel; takes the place of weight and quantizer."""

    def __init__(self, encoding: Encoding, shape: torch.Size, with_table: bool, with_centers: bool = False):
        """All zeros, to be loaded or copied into."""
        super().__init__()
        self.encoding = encoding
        self.register_buffer("levels", torch.zeros(shape))
        self.register_buffer("entries", torch.zeros(2**encoding.bits) if with_table else None)
        self.register_buffer("center_steps", torch.zeros(shape[0]) if with_centers else None)
        self.register_buffer("base", torch.ones(shape[0]))
        self.log_gain = nn.Parameter(torch.zeros(shape[0]))

    @staticmethod
    def of(quantizer: WeightQuantizer, latent: torch.Tensor, factor: torch.Tensor) -> FrozenWeight:
        """Freezes a trained weight, each channel multiplied by `factor`; a negative one turns its levels around."""
        centers = quantizer.centers(latent)
        made = FrozenWeight(quantizer.encoding, latent.shape, quantizer.table() is not None, centers is not None)
        with torch.no_grad():
            sign = torch.where(factor < 0, -1.0, 1.0)
            made.levels.copy_(quantizer.levels(latent) * spread(sign, latent))
            made.base.copy_((quantizer.scales(latent) * factor.abs()).clamp_min(LEAST_SCALE))
            if made.entries is not None:
                made.entries.copy_(quantizer.table())
            if centers is not None:
                made.center_steps.copy_(centers * sign)
        return made

    def scales(self) -> torch.Tensor:
        """float32 whatever the arithmetic, as in `WeightQuantizer.scales`."""
        made = self.base.float() * self.log_gain.float().exp()
        return made.clamp_min(LEAST_SCALE).to(self.log_gain.dtype)

    def table(self) -> torch.Tensor | None:
        """A codebook's entries by index."""
        return self.entries

    def centers(self) -> torch.Tensor | None:
        """What a channel's levels are moved by, in scales; None for a grid about zero."""
        return None if self.center_steps is None else self.center_steps * CENTER_STEP

    def forward(self) -> torch.Tensor:
        """The weight."""
        centers = self.centers()
        levels = self.levels if centers is None else self.levels + spread(centers, self.levels)
        return levels * spread(self.scales(), levels)

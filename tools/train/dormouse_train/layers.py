"""A layer's weights and what becomes of them: float, then on a grid (stage 1), then integers throughout (stage 2)."""

from __future__ import annotations

import torch
from torch import nn

from .assignment import in_first_stage
from .quantizers import FrozenWeight, WeightQuantizer, spread


class Weighted(nn.Module):
    """Weights of a convolution or a dense layer, with a batch normalisation that `fold` absorbs.

    After stage 1 a layer whose grid was trained there has `frozen` in place of `weight` and `quantizer`.
    """

    def __init__(self, weight_shape: tuple[int, ...], normalized: bool, gain: float = 2.0):
        """`weight_shape` begins with the output channels; `gain` is the variance wanted after this layer."""
        super().__init__()
        fan_in = int(torch.tensor(weight_shape[1:]).prod())
        self.shape = torch.Size(weight_shape)
        self.weight = nn.Parameter(torch.randn(weight_shape) * (gain / fan_in) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(weight_shape[0]))
        self.normalized = normalized
        self.normalization: nn.Module | None = None
        self.quantizer: WeightQuantizer | None = None
        self.frozen: FrozenWeight | None = None
        self.on_grid = False
        if normalized:
            self.normalize()

    def normalize(self) -> None:
        """Gives the layer a fresh batch normalisation, which stands for the bias too."""
        kind = nn.BatchNorm2d if len(self.shape) == 4 else nn.BatchNorm1d
        self.normalization = kind(self.shape[0])
        self.bias.requires_grad_(False)

    @property
    def encoding(self) -> str:
        """Name of the weights' encoding, `float` without one."""
        holder = self.frozen or self.quantizer
        return holder.encoding.name if holder is not None else "float"

    def begin_grid(self, keep_values: bool = True) -> None:
        """Starts stage 1. Without `keep_values` only the form changes, for a state that will be loaded."""
        if not in_first_stage(self.quantizer):
            return
        if keep_values:
            with torch.no_grad():
                self.weight.copy_(self.quantizer.begin(self.weight))
        self.on_grid = True

    def fold(self) -> None:
        """Ends float and stage 1: the normalisation, with its running statistics, goes into weight and bias."""
        norm = self.normalization
        factor = torch.ones(self.shape[0])
        if norm is not None:
            factor = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
            with torch.no_grad():
                self.bias.copy_(norm.bias + (self.bias - norm.running_mean) * factor)
        if self.on_grid:
            self.frozen = FrozenWeight.of(self.quantizer, self.weight.detach(), factor)
            self.weight = self.quantizer = None
            self.on_grid = False
        elif self.frozen is None:
            with torch.no_grad():
                self.weight.mul_(spread(factor, self.weight))
        self.normalization = None
        self.bias.requires_grad_(True)

    def used_weight(self, quantized: bool) -> torch.Tensor:
        """The weight to multiply by; `quantized` puts the layers of stage 2 on their grids as well."""
        if self.frozen is not None:
            return self.frozen()
        return self.quantizer(self.weight) if quantized or self.on_grid else self.weight

    def scales(self) -> torch.Tensor:
        """Scale of each output channel; for a quantized layer."""
        return self.frozen.scales() if self.frozen is not None else self.quantizer.scales(self.weight)

    def levels(self) -> torch.Tensor:
        """The integers, as floats."""
        return self.frozen.levels if self.frozen is not None else self.quantizer.levels(self.weight.detach())

    def table(self) -> torch.Tensor | None:
        """Entries of a codebook by index."""
        return (self.frozen or self.quantizer).table()

    def centers(self) -> torch.Tensor | None:
        """What a channel's levels are moved by, in scales; None where that is nothing. Known once they are frozen."""
        return self.frozen.centers() if self.frozen is not None else None

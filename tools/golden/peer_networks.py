"""Small keyword networks in plain PyTorch, as other people's tools are given them: dense, temporal and DS-CNN.

Each takes `frames`: [1, frames, bands] or, for the picture of a DS-CNN, [1, 1, frames, bands].
"""

from __future__ import annotations

import torch
from torch import nn


class Residual(nn.Module):
    """A separable temporal block with a residual."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.time = nn.Conv1d(channels, channels, 3, padding=1, groups=channels)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[1, channels, frames] -> the same."""
        return torch.relu(x + self.mix(self.time(x)))


class BandsFirst(nn.Module):
    """Takes frames as [1, frames, bands] into a network of [1, bands, frames]."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Swaps time and bands."""
        return x.transpose(1, 2)


def dscnn(activation: type[nn.Module] = nn.ReLU) -> nn.Module:
    """A depthwise separable network over a picture of frames and bands, with batch normalisation."""

    def block(inputs: int, outputs: int, kernel: object, stride: object, padding: object, groups: int = 1) -> nn.Module:
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups)
        return nn.Sequential(convolution, nn.BatchNorm2d(outputs), activation())

    return nn.Sequential(
        block(1, 8, (5, 3), (2, 2), (2, 1)),
        block(8, 8, 3, 1, 1, groups=8),
        block(8, 10, 1, 1, 0),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(10, 4),
    )


def temporal(activation: type[nn.Module] = nn.ReLU) -> nn.Module:
    """Temporal convolutions with a residual and a mean over time."""
    return nn.Sequential(
        BandsFirst(),
        nn.Conv1d(5, 8, 5, stride=2, padding=2),
        activation(),
        Residual(8),
        nn.MaxPool1d(2),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Linear(8, 4),
    )


def dense(activation: type[nn.Module] = nn.ReLU) -> nn.Module:
    """A frame stack and dense layers."""
    return nn.Sequential(nn.Flatten(), nn.Linear(30, 12), activation(), nn.Linear(12, 4))


class Columns(nn.Module):
    """A temporal network as two-dimensional convolutions over one column: [1, bands, frames, 1]."""

    def __init__(self, activation: type[nn.Module] = nn.ReLU) -> None:
        super().__init__()
        self.activation = activation()
        self.stem = nn.Conv2d(5, 8, (5, 1), (2, 1), (2, 0))
        self.norm = nn.BatchNorm2d(8)
        self.time = nn.Conv2d(8, 8, (3, 1), padding=(1, 0), groups=8)
        self.mix = nn.Conv2d(8, 8, 1)
        self.logits = nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[1, frames, bands] -> [1, 4]."""
        x = self.activation(self.norm(self.stem(x.transpose(1, 2).unsqueeze(3))))
        x = torch.relu(x + self.mix(self.time(x)))
        return self.logits(x.mean(dim=(2, 3)))


NETWORKS = {
    "dense": (dense, [1, 6, 5]),
    "temporal": (temporal, [1, 12, 5]),
    "columns": (Columns, [1, 12, 5]),
    "dscnn": (dscnn, [1, 1, 11, 8]),
}
"""Name -> what makes it, and the shape of its input."""


def network(name: str, activation: type[nn.Module] = nn.ReLU, seed: int = 7) -> tuple[nn.Module, list[int]]:
    """A network for inference, whose normalisations have seen something, and the shape of its input."""
    torch.manual_seed(seed)
    make, shape = NETWORKS[name]
    module = make(activation).train()
    with torch.no_grad():
        for _ in range(16):
            module(torch.randn([8, *shape[1:]]))
    return module.eval(), shape

"""Fake-quantized activations and biases: floats that hold only what int8 and int32 can, with gradients that pass.

The scheme is TensorFlow Lite's: activations asymmetric in -128...127, one scale and zero point a tensor; biases int32
at the product of the scales of input and weight. Rounding is half up, `floor(x + 1/2)`, as the runtime requantizes.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from .registry import ACTIVATIONS, register

MINIMUM, MAXIMUM = -128, 127
INPUT_SCALE = 1 / 32
"""A network reads features as q / 32: int8 straight from the front end, zero point 0."""


class _Round(torch.autograd.Function):
    """Half up; the gradient is passed where the value is within the limits."""

    @staticmethod
    def forward(ctx, x: torch.Tensor, scale: float, zero_point: int) -> torch.Tensor:
        q = torch.floor(x * (1.0 / scale) + 0.5)
        low, high = MINIMUM - zero_point, MAXIMUM - zero_point
        ctx.save_for_backward((q >= low) & (q <= high))
        return q.clamp_(low, high).mul_(scale)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        (inside,) = ctx.saved_tensors
        return gradient * inside, None, None


@register(ACTIVATIONS, "affine")
class Activation(nn.Module):
    """The range of one int8 tensor. First it observes, then it quantizes."""

    def __init__(self, scale: float = 0.0, zero_point: int = 0):
        """A fixed range if `scale` is given, otherwise one to be calibrated."""
        super().__init__()
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))
        self.register_buffer("zero_point", torch.tensor(zero_point, dtype=torch.int32))
        self.seen: list[np.ndarray] | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Fake-quantized, or, while it observes, as it came."""
        if self.seen is not None:
            self.seen.append(x.detach().numpy().ravel())
            return x
        return _Round.apply(x, float(self.scale), int(self.zero_point))

    def calibrate(self) -> None:
        """Ends the observation: the range whose mean square error is least, of those that clip a little."""
        values = np.concatenate(self.seen)
        self.seen = None
        if len(values) > 400_000:
            values = np.random.default_rng(0).choice(values, 400_000, replace=False)
        low, high = min(float(values.min()), 0.0), max(float(values.max()), 1e-3)
        candidates = [activation_range(low * part, high * part) for part in np.linspace(0.4, 1.0, 31)]
        errors = [_squared_error(values, *candidate) for candidate in candidates]
        scale, zero_point = candidates[int(np.argmin(errors))]
        self.scale.fill_(scale)
        self.zero_point.fill_(zero_point)

    def share(self, other: Activation) -> None:
        """Takes over another tensor's range."""
        self.scale.copy_(other.scale)
        self.zero_point.copy_(other.zero_point)
        self.seen = None


def activation_range(low: float, high: float) -> tuple[float, int]:
    """float32 scale and zero point of the int8 tensor that covers `low ... high`, and 0 exactly."""
    scale = np.float32((high - low) / (MAXIMUM - MINIMUM))
    zero_point = round(MINIMUM - low / float(scale))
    return float(scale), int(np.clip(zero_point, MINIMUM, MAXIMUM))


def _squared_error(values: np.ndarray, scale: float, zero_point: int) -> float:
    q = np.clip(np.floor(values / scale + 0.5), MINIMUM - zero_point, MAXIMUM - zero_point)
    return float(np.mean((q * scale - values) ** 2))


def fake_bias(bias: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """The bias that int32 at `scales` keeps; the gradient passes straight through."""
    return bias + (torch.floor(bias / scales + 0.5) * scales - bias).detach()


def fake_average(x: torch.Tensor, activation: Activation) -> torch.Tensor:
    """Mean over time and width of a fake-quantized tensor, rounded as the runtime's average pool does.

    The integers themselves are averaged, half away from zero: a mean of floats would miss the ties.
    """
    scale, zero_point, count = float(activation.scale), int(activation.zero_point), x.shape[2] * x.shape[3]
    mean = x.mean(dim=(2, 3))
    total = (torch.round(x.detach() / scale) + zero_point).sum(dim=(2, 3))
    magnitude = torch.floor((total.abs() + count // 2) / count)
    return mean + ((total.sign() * magnitude - zero_point) * scale - mean).detach()

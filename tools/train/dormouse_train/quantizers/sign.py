"""The sign, which has no gradient of its own, under the gradients that training lends it.

    forward   b = 1 where x >= 0, -1 elsewhere
    backward  dx = g * shape(x), with a shape that each estimator chooses

All shapes are written in arithmetic alone: masks of booleans take ten times as long on a processor.
"""

from __future__ import annotations

import torch
from torch import nn

from .registry import ESTIMATORS, register

SMALLEST, LARGEST = 1e-30, 1e37
"""`quick_sign` adds the one, so that zero counts as positive, and multiplies by the other, so that clamping gives 1."""

SOFTEST, HARDEST = 1e-2, 1e1
"""First and last steepness of the estimator `tanh`."""


def sign(x: torch.Tensor) -> torch.Tensor:
    """-1 or 1, in the tensor's type; zero gives 1."""
    return torch.where(x >= 0, 1.0, -1.0).to(x.dtype)


def quick_sign(x: torch.Tensor) -> torch.Tensor:
    """The same, several times as fast, for training: only a value of exactly -1e-30 would give 0."""
    return x.add(SMALLEST).mul_(LARGEST).clamp_(-1, 1)


class _Shaped(torch.autograd.Function):
    """The sign of the first argument; its gradient multiplied by the second, which gets none."""

    @staticmethod
    def forward(ctx, x: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(shape)
        return quick_sign(x)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        (shape,) = ctx.saved_tensors
        return gradient * shape, None


class SignEstimator(nn.Module):
    """Base class: a subclass gives `shape`."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The sign, with this estimator's gradient."""
        if not (torch.is_grad_enabled() and x.requires_grad):
            return sign(x.detach())
        return _Shaped.apply(x, self.shape(x.detach()))

    def shape(self, x: torch.Tensor) -> torch.Tensor:
        """What the gradient is multiplied by."""
        raise NotImplementedError

    def advance(self, progress: float) -> None:
        """Told before each batch how much of the phase has passed, from 0 to 1."""
        del progress


@register(ESTIMATORS, "clip")
class ClipEstimator(SignEstimator):
    """1 within -1...1, 0 outside: the hard tanh (QNN, arXiv 1609.07061)."""

    def shape(self, x: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return (1 - x.abs()).add_(SMALLEST).mul_(LARGEST).clamp_(0, 1)


@register(ESTIMATORS, "piecewise")
class PiecewiseEstimator(SignEstimator):
    """2 - 2|x| within -1...1: the slope of the two parabolas that Bi-Real Net (arXiv 1808.00278) lays over the step."""

    def shape(self, x: torch.Tensor) -> torch.Tensor:
        """See the class."""
        return x.abs().mul_(-2).add_(2).clamp_(min=0)


@register(ESTIMATORS, "tanh")
class TanhEstimator(SignEstimator):
    """k t (1 - tanh(t x)^2), with t rising from soft to hard over the phase, k = max(1/t, 1).

    The schedule of IR-Net and DIR-Net (arXiv 1909.10788, 2109.12338): first all values learn, at the end those at the
    step.
    """

    def __init__(self):
        """At the soft end."""
        super().__init__()
        self.steepness = SOFTEST

    def advance(self, progress: float) -> None:
        """The steepness rises by the same factor in equal times."""
        self.steepness = SOFTEST * (HARDEST / SOFTEST) ** min(max(progress, 0.0), 1.0)

    def shape(self, x: torch.Tensor) -> torch.Tensor:
        """See the class."""
        squashed = torch.tanh(x * self.steepness)
        height = max(1.0, self.steepness)
        return squashed.square_().mul_(-height).add_(height)


class _Linear(torch.autograd.Function):
    """The sign as the answer of a linear classifier whose two logits are `slopes * x`."""

    @staticmethod
    def forward(ctx, x: torch.Tensor, slopes: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x, slopes)
        return quick_sign(x)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        x, slopes = ctx.saved_tensors
        total, found = torch.zeros_like(x), []
        for slope in slopes:
            inside = (1 - (x * slope).abs()).add_(SMALLEST).mul_(LARGEST).clamp_(0, 1).mul_(gradient)
            total.add_(inside * slope)
            found.append(torch.dot(inside.flatten(), x.flatten()))
        return total, torch.stack(found)


@register(ESTIMATORS, "linear")
class LinearEstimator(SignEstimator):
    """A learned width: two logits a = w1 x and b = w2 x tell +1 from -1, each passes the gradient while it is below 1.

    Binarizing by Classification (arXiv 2205.07433), the linear binarizer: the slopes w train with everything else and
    are gone when training is over.
    """

    def __init__(self):
        """As two steps of half the height, one twice as wide as the other."""
        super().__init__()
        self.slopes = nn.Parameter(torch.tensor([1.0, 0.5]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """See the base class."""
        if not (torch.is_grad_enabled() and x.requires_grad):
            return sign(x.detach())
        return _Linear.apply(x, self.slopes)

"""What only binary networks have: sums over bits, thresholds that make bits, and bent identities between them."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import nn

from .quantizers import ESTIMATORS, look_up
from .quantizers.stream import SLOPE_PLACES, Stream, odd_parts

LEAST_SLOPE, GREATEST_SLOPE, FIRST_SLOPE = 2.0**-6, 2.0, 0.25


class _BitConvolution(torch.autograd.Function):
    """A convolution over time in bfloat16, which holds bits, and sums up to 256, exactly; for training.

    The gradient of the weights is one matrix product over the shifted inputs: PyTorch's own takes five times as long.
    """

    @staticmethod
    def forward(ctx, x: torch.Tensor, weight: torch.Tensor, stride: int, padding: int) -> torch.Tensor:
        x, weight = x.bfloat16(), weight.bfloat16()
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.padding = stride, padding
        return functional.conv2d(x, weight, None, (stride, 1), (padding, 0)).float()

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        x, weight = ctx.saved_tensors
        gradient = gradient.bfloat16()
        down = None
        if ctx.needs_input_grad[0]:
            left = (x.shape[2] + 2 * ctx.padding - weight.shape[2]) % ctx.stride
            down = functional.conv_transpose2d(
                gradient, weight, None, (ctx.stride, 1), (ctx.padding, 0), output_padding=(left, 0)
            ).float()
        if not ctx.needs_input_grad[1]:
            return down, None, None, None
        count, outputs, times = gradient.shape[:3]
        rows = functional.pad(x[..., 0].transpose(1, 2), (0, 0, ctx.padding, ctx.padding))
        span = (times - 1) * ctx.stride + 1
        taps = [rows[:, tap : tap + span : ctx.stride] for tap in range(weight.shape[2])]
        windows = torch.cat(taps, 2).reshape(count * times, -1)
        flat = gradient[..., 0].transpose(1, 2).reshape(count * times, outputs)
        products = (flat.t() @ windows).float().reshape(outputs, weight.shape[2], -1)
        return down, products.transpose(1, 2).unsqueeze(3).contiguous(), None, None


def convolution(x: torch.Tensor, weight: torch.Tensor, stride: int, padding: int) -> torch.Tensor:
    """Sums over `[n, channels, time, 1]`; padding adds nothing. Exact outside of training."""
    if torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad) and x.dtype == torch.float32:
        return _BitConvolution.apply(x, weight, stride, padding)
    return functional.conv2d(x, weight, None, (stride, 1), (padding, 0))


class Threshold(nn.Module):
    """Bits: +1 where a channel reaches its threshold, -1 below (RSign; arXiv 2003.03488)."""

    def __init__(self, channels: int, estimator: str, learned: bool):
        """Thresholds of zero, which stay there unless they are `learned`."""
        super().__init__()
        self.level = nn.Parameter(torch.zeros(channels), requires_grad=learned)
        self.estimator = look_up(ESTIMATORS, "sign estimator", estimator)()

    def forward(self, x: torch.Tensor, stream: Stream | None) -> torch.Tensor:
        """`stream` rounds the thresholds once there is one."""
        level = self.level if stream is None else stream.whole(self.level)
        return self.estimator(x - level.to(x.dtype)[None, :, None, None])


class Bend(nn.Module):
    """y = x' where x' >= 0, slope * x' below, + after; x' = x + before. All a channel (RPReLU; arXiv 2003.03488)."""

    def __init__(self, channels: int):
        """With the slope of a leaky rectifier and no shifts."""
        super().__init__()
        self.before = nn.Parameter(torch.zeros(channels))
        self.slope = nn.Parameter(torch.full((channels,), FIRST_SLOPE))
        self.after = nn.Parameter(torch.zeros(channels))

    def used(self, stream: Stream | None) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Shifts and slopes as they are multiplied and added; on their grids with a stream."""
        slope = self.slope.clamp(LEAST_SLOPE, GREATEST_SLOPE)
        if stream is None:
            return self.before, slope, self.after
        return stream.whole(self.before), odd_parts(slope, 2.0**-SLOPE_PLACES), stream.whole(self.after)

    def forward(self, x: torch.Tensor, stream: Stream | None) -> torch.Tensor:
        """See the class."""
        before, slope, after = (values.to(x.dtype)[None, :, None, None] for values in self.used(stream))
        return _Bent.apply(x + before, slope) + after


class _Bent(torch.autograd.Function):
    """The bend itself: written as sums of clamped parts, which is several times as fast as a choice by mask."""

    @staticmethod
    def forward(ctx, x: torch.Tensor, slope: torch.Tensor) -> torch.Tensor:
        below = x.clamp(max=0)
        ctx.save_for_backward(x, below, slope)
        return (x - below).add_(below * slope)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor):
        x, below, slope = ctx.saved_tensors
        above = torch.ops.aten.threshold_backward(gradient, x, 0)
        return above + (gradient - above).mul_(slope), (gradient * below).sum((0, 2, 3), keepdim=True)

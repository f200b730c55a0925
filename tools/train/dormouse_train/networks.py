"""The networks, each a list of steps over named tensors.

One description serves four readers: the float network, its fake-quantized twin, the integer evaluation, and the ONNX
export. Tensors are `[batch, channels, time, 1]` in memory order batch, time, channels, which is the runtime's and
PyTorch's fastest on a processor.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import nn

from .quantizers import INPUT_SCALE, Activation, fake_average, fake_bias, fake_weight, weight_scales
from .recipe import Recipe


class Weighted(nn.Module):
    """Weights of a convolution or a dense layer, with a batch normalisation that `fold` absorbs."""

    def __init__(self, weight_shape: tuple[int, ...], normalized: bool, gain: float = 2.0):
        """`weight_shape` begins with the output channels; `gain` is the variance wanted after this layer."""
        super().__init__()
        fan_in = int(torch.tensor(weight_shape[1:]).prod())
        self.weight = nn.Parameter(torch.randn(weight_shape) * (gain / fan_in) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(weight_shape[0]))
        self.normalization = nn.BatchNorm2d(weight_shape[0]) if normalized and len(weight_shape) == 4 else None
        if normalized and len(weight_shape) == 2:
            self.normalization = nn.BatchNorm1d(weight_shape[0])
        if self.normalization is not None:
            self.bias.requires_grad_(False)

    def fold(self) -> None:
        """Moves the normalisation, with its running statistics, into weight and bias."""
        norm = self.normalization
        if norm is None:
            return
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        with torch.no_grad():
            self.weight.mul_(factor.reshape(-1, *[1] * (self.weight.dim() - 1)))
            self.bias.copy_(norm.bias + (self.bias - norm.running_mean) * factor)
        self.normalization = None
        self.bias.requires_grad_(True)


@dataclass(frozen=True)
class Step:
    """One layer: it reads tensors by name and writes the tensor that has its own name."""

    name: str
    operation: str  # "convolution", "depthwise", "add", "pool", "dense"
    inputs: tuple[str, ...]
    relu: bool = False
    stride: int = 1
    padding: int = 0


class Network(nn.Module):
    """Steps and their weights. Takes int8 frames `[n, context, bands]`, gives logits `[n, classes]`."""

    def __init__(self, steps: list[Step], weights: dict[str, Weighted], flat_input: bool, dropout: float):
        """The last step writes the logits; `flat_input` is for networks that read all frames as one vector."""
        super().__init__()
        self.steps = steps
        self.weights = nn.ModuleDict(weights)
        self.activations = nn.ModuleDict({step.name: Activation() for step in steps})
        self.flat_input = flat_input
        self.dropout = nn.Dropout(dropout)
        self.quantized = False
        self.observing = False

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Float logits; from the int8 grid once `quantized` is set."""
        x = frames.to(next(self.parameters()).dtype) * INPUT_SCALE
        tensors = {"frames": x.flatten(1) if self.flat_input else x.transpose(1, 2).unsqueeze(3)}
        for step in self.steps:
            y = self._run(step, [tensors[name] for name in step.inputs])
            tensors[step.name] = self.activations[step.name](y) if self.quantized or self.observing else y
        return tensors[self.steps[-1].name]

    def _run(self, step: Step, inputs: list[torch.Tensor]) -> torch.Tensor:
        x = inputs[0]
        if step.operation == "pool":
            mean = fake_average(x, self.activations[step.inputs[0]]) if self.quantized else x.mean(dim=(2, 3))
            return self.dropout(mean)
        if step.operation == "add":
            y = inputs[0] + inputs[1]
            return functional.relu(y) if step.relu else y
        layer = self.weights[step.name]
        weight, bias = layer.weight, layer.bias
        if self.quantized:
            bias = fake_bias(bias, weight_scales(weight) * self.input_scale(step))
            weight = fake_weight(weight)
        if step.operation == "dense":
            y = functional.linear(
                self.dropout(x) if self.flat_input and step.inputs[0] != "frames" else x, weight, bias
            )
        else:
            groups = x.shape[1] if step.operation == "depthwise" else 1
            y = functional.conv2d(x, weight, bias, (step.stride, 1), (step.padding, 0), groups=groups)
        if layer.normalization is not None:
            y = layer.normalization(y)
        return functional.relu(y) if step.relu else y

    def input_scale(self, step: Step) -> float:
        """Scale of a step's first input."""
        name = step.inputs[0]
        return INPUT_SCALE if name == "frames" else float(self.activations[name].scale)

    @torch.no_grad()
    def quantize(self, frames: torch.Tensor) -> None:
        """Folds the normalisations and finds every tensor's range on `frames`; from then on `forward` is int8."""
        self.eval()
        for layer in self.weights.values():
            layer.fold()
        for activation in self.activations.values():
            activation.seen = []
        self.observing = True
        for part in frames.split(256):
            self(part)
        self.observing, self.quantized = False, True
        for step in self.steps:
            if step.operation == "pool":
                self.activations[step.name].share(self.activations[step.inputs[0]])
            else:
                self.activations[step.name].calibrate()

    def restore_quantized(self) -> None:
        """Gives a fresh network the form that a quantized one's state fits."""
        for layer in self.weights.values():
            layer.fold()
        self.quantized = True

    def multiply_accumulates(self, context: int) -> int:
        """Products of one inference."""
        total, times = 0, {"frames": context}
        for step in self.steps:
            time = times[step.inputs[0]]
            if step.operation in ("convolution", "depthwise"):
                weight = self.weights[step.name].weight
                time = (time + 2 * step.padding - weight.shape[2]) // step.stride + 1
                total += weight.numel() * time
            elif step.operation == "dense":
                total += self.weights[step.name].weight.numel()
            times[step.name] = time
        return total

    def parameters_at_inference(self) -> int:
        """Weights and biases once normalisations are folded."""
        return sum(layer.weight.numel() + layer.bias.numel() for layer in self.weights.values())


def dense_network(recipe: Recipe) -> Network:
    """A stack of frames through fully connected layers."""
    sizes = [recipe.shape.context * recipe.front_end.bands, *recipe.shape.hidden, len(recipe.labels)]
    steps, weights = [], {}
    previous = "frames"
    for index, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        last = index == len(sizes) - 2
        name = "logits" if last else f"dense{index + 1}"
        steps.append(Step(name, "dense", (previous,), relu=not last))
        weights[name] = Weighted((outputs, inputs), normalized=not last, gain=1.0 if last else 2.0)
        previous = name
    return Network(steps, weights, flat_input=True, dropout=recipe.shape.dropout)


def temporal_network(recipe: Recipe) -> Network:
    """Separable convolutions over time with residual connections; bands are the stem's channels."""
    shape = recipe.shape
    channels = shape.channels
    steps = [
        Step("stem", "convolution", ("frames",), True, shape.stem_stride, shape.stem_kernel // 2),
    ]
    weights = {"stem": Weighted((channels, recipe.front_end.bands, shape.stem_kernel, 1), True)}
    previous = "stem"
    for index in range(1, shape.blocks + 1):
        across, along, total = f"time{index}", f"mix{index}", f"block{index}"
        steps.append(Step(across, "depthwise", (previous,), padding=shape.kernel // 2))
        steps.append(Step(along, "convolution", (across,)))
        steps.append(Step(total, "add", (previous, along), relu=True))
        weights[across] = Weighted((channels, 1, shape.kernel, 1), True, gain=1.0)
        weights[along] = Weighted((channels, channels, 1, 1), True, gain=1.0)
        previous = total
    steps.append(Step("pool", "pool", (previous,)))
    steps.append(Step("logits", "dense", ("pool",)))
    weights["logits"] = Weighted((len(recipe.labels), channels), False, gain=1.0)
    return Network(steps, weights, flat_input=False, dropout=shape.dropout)


def build_network(recipe: Recipe) -> Network:
    """The recipe's network, freshly initialised from PyTorch's generator."""
    return dense_network(recipe) if recipe.network == "dense" else temporal_network(recipe)

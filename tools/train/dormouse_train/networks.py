"""The networks, each a list of steps over named tensors.

One description serves four readers: the float network, its fake-quantized twins, the integer evaluation, and the ONNX
export. Tensors are `[batch, channels, time, 1]` in memory order batch, time, channels, which is the runtime's and
PyTorch's fastest on a processor.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import nn

from .assignment import check_layers, quantizer_for
from .layers import Weighted
from .quantizers import ACTIVATIONS, INPUT_SCALE, encoding, fake_average, fake_bias, look_up
from .recipe import Recipe

MOMENTUM = 0.1
"""Of the running statistics of normalisations: PyTorch's default."""


@dataclass(frozen=True)
class Step:
    """One layer: it reads tensors by name and writes the tensor that has its own name."""

    name: str
    operation: str  # "convolution", "depthwise", "add", "pool", "dense"; binary_network.py has more
    inputs: tuple[str, ...]
    relu: bool = False
    stride: int = 1
    padding: int = 0
    result: str = "int8"  # or "int16", "bits": what the written tensor holds once all is integers


class Network(nn.Module):
    """Steps and their weights. Takes int8 frames `[n, context, bands]`, gives logits `[n, classes]`."""

    input_result = "int8"
    """What the frames hold, in the words of `Step.result`."""

    def __init__(self, steps: list[Step], weights: dict[str, Weighted], flat_input: bool, recipe: Recipe):
        """The last step writes the logits; `flat_input` is for networks that read all frames as one vector."""
        super().__init__()
        self.steps = steps
        self.weights = nn.ModuleDict(weights)
        check_layers(recipe.weights, list(weights))
        for name, layer in weights.items():
            layer.quantizer = quantizer_for(recipe.weights, name, layer.shape[0])
        activation = look_up(ACTIVATIONS, "activation quantizer", recipe.quantized.activations)
        self.activations = nn.ModuleDict({step.name: activation() for step in steps if step.result == "int8"})
        self.flat_input = flat_input
        self.dropout = nn.Dropout(recipe.shape.dropout)
        self.quantized = False
        self.observing = False

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Float logits; from the int8 grid once `quantized` is set."""
        tensors = {"frames": self._input(frames.to(next(self.parameters()).dtype))}
        for step in self.steps:
            y = self._run(step, [tensors[name] for name in step.inputs])
            tensors[step.name] = self._rounded(step, y) if self.quantized or self.observing else y
        return tensors[self.steps[-1].name]

    def _input(self, frames: torch.Tensor) -> torch.Tensor:
        x = frames * INPUT_SCALE
        return x.flatten(1) if self.flat_input else x.transpose(1, 2).unsqueeze(3)

    def _rounded(self, step: Step, y: torch.Tensor) -> torch.Tensor:
        return self.activations[step.name](y)

    def _run(self, step: Step, inputs: list[torch.Tensor]) -> torch.Tensor:
        x = inputs[0]
        if step.operation == "pool":
            mean = fake_average(x, self.activations[step.inputs[0]]) if self.quantized else x.mean(dim=(2, 3))
            return self.dropout(mean)
        if step.operation == "add":
            y = inputs[0] + inputs[1]
            return functional.relu(y) if step.relu else y
        layer = self.weights[step.name]
        weight, bias = layer.used_weight(self.quantized), layer.bias
        if self.quantized:
            bias = fake_bias(bias, layer.scales().detach() * self.input_scale(step))
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

    def prepare(self, frames: torch.Tensor) -> None:
        """Told before the first epoch what features are like; for networks that start from that."""
        del frames

    def advance(self, progress: float) -> None:
        """Told before each batch how much of the phase has passed, from 0 to 1."""
        for layer in self.weights.values():
            if layer.on_grid:
                layer.quantizer.advance(progress)

    def on_bits(self, step: Step) -> bool:
        """Whether a step multiplies bits; in this network none does."""
        del step
        return False

    def scales(self, step: Step) -> torch.Tensor:
        """Scale of each output channel of a step's weights, as the image will hold it."""
        return self.weights[step.name].scales()

    def input_scale(self, step: Step) -> float:
        """Scale of a step's first input."""
        name = step.inputs[0]
        return INPUT_SCALE if name == "frames" else float(self.activations[name].scale)

    def begin_grids(self) -> None:
        """Starts stage 1: weights whose grids are trained there go onto them."""
        for layer in self.weights.values():
            layer.begin_grid()

    @torch.no_grad()
    def quantize(self, frames: torch.Tensor) -> None:
        """Starts stage 2: freezes grids, folds normalisations, finds every tensor's range on `frames`."""
        self.eval()
        for layer in self.weights.values():
            layer.fold()
        self._observe()
        self.observing = True
        for part in frames.split(256):
            self(part)
        self.observing, self.quantized = False, True
        self._calibrate()

    def _observe(self) -> None:
        for activation in self.activations.values():
            activation.seen = []

    def _calibrate(self) -> None:
        for step in self.steps:
            if step.operation == "pool":
                self.activations[step.name].share(self.activations[step.inputs[0]])
            else:
                self.activations[step.name].calibrate()

    @torch.no_grad()
    def settle(self, frames: torch.Tensor) -> None:
        """Takes the statistics of all normalisations anew, over `frames`: averaged weights never had their own."""
        norms = [layer.normalization for layer in self.weights.values() if layer.normalization is not None]
        self.eval()
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the mean of all that follows
            norm.train()
        for part in frames.split(256):
            self(part)
        for norm in norms:
            norm.momentum = MOMENTUM
            norm.eval()

    @torch.no_grad()
    def unfold(self, frames: torch.Tensor) -> None:
        """Gives folded layers normalisations again that change nothing: of the outputs' own mean and variance."""
        before = {}
        for name, layer in self.weights.items():
            if layer.normalized and layer.normalization is None:
                before[name] = layer.bias.clone()
                layer.normalize()
                layer.bias.zero_()
        for step in self.steps:
            if step.name in before:
                # In order: every layer's inputs are as they were by the time that it is looked at.
                self._match(step.name, frames, before[step.name])

    def _match(self, name: str, frames: torch.Tensor, bias: torch.Tensor) -> None:
        norm = self.weights[name].normalization
        seen = []
        hook = norm.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].transpose(0, 1).flatten(1)))
        self.eval()
        for part in frames.split(256):
            self(part)
        hook.remove()
        values = torch.cat(seen, 1)
        norm.running_mean.copy_(values.mean(1))
        norm.running_var.copy_(values.var(1))
        norm.weight.copy_(torch.sqrt(norm.running_var + norm.eps))
        norm.bias.copy_(norm.running_mean + bias)

    def regularization(self) -> torch.Tensor | None:
        """Sum of the layers' terms in stage 1, at full strength; None if no quantizer has one."""
        terms = [layer.quantizer.regularization(layer.weight) for layer in self.weights.values() if layer.on_grid]
        terms = [term for term in terms if term is not None]
        return torch.stack(terms).sum() if terms else None

    def restore_grids(self) -> None:
        """Gives a fresh network the form that a state of stage 1 fits."""
        for layer in self.weights.values():
            layer.begin_grid(keep_values=False)

    def restore_quantized(self) -> None:
        """Gives a fresh network the form that a quantized one's state fits."""
        self.restore_grids()
        for layer in self.weights.values():
            layer.fold()
        self.quantized = True

    def products(self, context: int) -> dict[str, int]:
        """Products of one inference in each layer."""
        found, times = {}, {"frames": context}
        for step in self.steps:
            time = times[step.inputs[0]]
            if step.operation in ("convolution", "depthwise"):
                shape = self.weights[step.name].shape
                time = (time + 2 * step.padding - shape[2]) // step.stride + 1
                found[step.name] = shape.numel() * time
            elif step.operation == "dense":
                found[step.name] = self.weights[step.name].shape.numel()
            times[step.name] = time
        return found

    def multiply_accumulates(self, context: int) -> int:
        """Products of one inference."""
        return sum(self.products(context).values())

    def arithmetic_cost(self, context: int) -> int:
        """Products times the bits of weight and activation (ACE, arXiv 2112.00133) of one inference."""
        bits = {"bits": 1, "int8": 8, "int16": 16}
        results = {step.name: step.result for step in self.steps} | {"frames": self.input_result}
        products = self.products(context)
        return sum(
            products[step.name] * encoding(self.weights[step.name].encoding).bits * bits[results[step.inputs[0]]]
            for step in self.steps
            if step.name in products
        )

    def parameters_at_inference(self) -> int:
        """Weights and biases once normalisations are folded."""
        return sum(layer.shape.numel() + layer.bias.numel() for layer in self.weights.values())


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
    return Network(steps, weights, flat_input=True, recipe=recipe)


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
    return Network(steps, weights, flat_input=False, recipe=recipe)


def build_network(recipe: Recipe) -> Network:
    """The recipe's network, freshly initialised from PyTorch's generator."""
    if recipe.network == "binary":
        from .binary_network import binary_network

        made = binary_network(recipe)
    else:
        made = dense_network(recipe) if recipe.network == "dense" else temporal_network(recipe)
    for step in made.steps:
        if step.name in made.weights and not made.on_bits(step):
            _check_centers(step.name, made.weights[step.name])
    return made


def _check_centers(name: str, layer: Weighted) -> None:
    quantizer = layer.quantizer
    if quantizer is not None and quantizer.centers(layer.weight) is not None:
        raise ValueError(
            f"recipe: {name} multiplies 8 bits: its weights lie about zero, those of {type(quantizer).__name__} do not"
        )

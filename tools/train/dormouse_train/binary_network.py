"""Networks whose layers add up products of bits: convolutions over time around a real-valued stream.

    log-mel frames -> stem, int8 -> widen, int16 \\
    analog bits -> stem, binary, int16 -- stream -> [bits -> binary -> bend] x blocks -> pool -> narrow -> logits

Each block makes bits of the stream (Threshold), convolves them with binary weights, adds the stream as it was before
(Bi-Real Net, arXiv 1808.00278) and bends it (ReActNet, arXiv 2003.03488). The stream is int16 in the end, the stem on
log-mel frames and the last layer have 8-bit activations.
"""

from __future__ import annotations

import torch
from torch import nn

from .binary_layers import Bend, Threshold, convolution
from .comparators import Comparators
from .layers import Weighted
from .networks import Network, Step
from .quantizers import fake_average, fake_bias
from .quantizers.stream import MOST_REACH, Stream, exact_factors, odd_bias
from .recipe import Recipe


class BinaryNetwork(Network):
    """A network with tensors of bits and of int16 beside those of int8."""

    def __init__(self, steps: list[Step], weights: dict[str, Weighted], recipe: Recipe):
        """See the base class."""
        super().__init__(steps, weights, flat_input=False, recipe=recipe)
        self.input_result = "bits" if recipe.front_end.kind == "analog" else "int8"
        self.results = {"frames": self.input_result}
        self.results |= {step.name: step.result for step in steps}
        for step in steps:
            if self.on_bits(step) and weights[step.name].encoding != "binary":
                raise ValueError(
                    f"recipe: {step.name} multiplies bits: its weights are binary, not {weights[step.name].encoding}"
                )
        channels, binary = recipe.shape.channels, recipe.binary
        self.thresholds = nn.ModuleDict(
            {
                step.name: Threshold(channels, binary.estimator, binary.thresholds)
                for step in steps
                if step.operation == "binarize"
            }
        )
        self.bends = nn.ModuleDict({step.name: Bend(channels) for step in steps if step.operation == "bend"})
        self.comparators = Comparators(recipe.front_end.bands) if recipe.front_end.kind == "analog" else None
        self.stream = Stream()

    def prepare(self, frames: torch.Tensor) -> None:
        """Before the first epoch: comparators start at the means of `frames`."""
        if self.comparators is not None:
            self.comparators.begin(frames)

    def advance(self, progress: float) -> None:
        """See the base class."""
        super().advance(progress)
        for threshold in self.thresholds.values():
            threshold.estimator.advance(progress)

    def on_bits(self, step: Step) -> bool:
        """See the base class."""
        return step.name in self.weights and self.results[step.inputs[0]] == "bits"

    def scales(self, step: Step) -> torch.Tensor:
        """See the base class."""
        found, layer = super().scales(step), self.weights[step.name]
        if not self.on_bits(step):
            return found
        centers = layer.centers()
        if centers is None:
            return self.stream.factors(found)
        reach = layer.shape[1:].numel() * (1 + centers.abs())
        if reach.max() > MOST_REACH:
            raise ValueError(
                f"{step.name}: sums of weights about a center reach {reach.max():.0f}, beyond {MOST_REACH}: "
                "choose fewer channels or another quantizer"
            )
        return exact_factors(found, reach, layer.bias)

    def input_scale(self, step: Step) -> float:
        """See the base class."""
        kind = self.results[step.inputs[0]]
        if kind == "int8":
            return super().input_scale(step)
        return 1.0 if kind == "bits" else float(self.stream.scale)

    def _input(self, frames: torch.Tensor) -> torch.Tensor:
        if self.comparators is None:
            return super()._input(frames)
        return self.comparators(frames).transpose(1, 2).unsqueeze(3)

    def _rounded(self, step: Step, y: torch.Tensor) -> torch.Tensor:
        if step.result == "bits":
            return y
        return self.stream(y) if step.result == "int16" else super()._rounded(step, y)

    def _run(self, step: Step, inputs: list[torch.Tensor]) -> torch.Tensor:
        stream = self.stream if self.quantized else None
        if step.operation == "binarize":
            return self.thresholds[step.name](inputs[0], stream)
        if step.operation == "bend":
            return self.bends[step.name](inputs[0], stream)
        if step.operation == "rescale":
            return inputs[0]
        if step.operation == "pool":
            mean = fake_average(inputs[0], self.stream) if self.quantized else inputs[0].mean(dim=(2, 3))
            return self.dropout(mean)
        if self.on_bits(step):
            return self._binary_convolution(step, *inputs)
        return super()._run(step, inputs)

    def _binary_convolution(self, step: Step, bits: torch.Tensor, shortcut: torch.Tensor | None = None) -> torch.Tensor:
        layer = self.weights[step.name]
        if self.quantized:
            scales, centers = self.scales(step), layer.centers()
            if centers is None:
                bias = fake_bias(layer.bias, scales.detach())
                sums = convolution(bits, layer.levels(), step.stride, step.padding)
                y = sums * _spread(scales) + _spread(bias)
            else:
                # Rounded before the shortcut is added: float32 would not hold both.
                sums = _sums_about(bits, layer.levels(), centers, step)
                y = self.stream(sums * _spread(scales) + _spread(odd_bias(layer.bias, scales)))
        else:
            y = convolution(bits, layer.used_weight(False), step.stride, step.padding)
            y = y + _spread(layer.bias) if layer.normalization is None else layer.normalization(y)
        return y if shortcut is None else y + shortcut

    def _observe(self) -> None:
        super()._observe()
        self.stream.largest = 0.0

    def _calibrate(self) -> None:
        self.stream.calibrate()
        for activation in self.activations.values():
            activation.calibrate()


def _sums_about(bits: torch.Tensor, levels: torch.Tensor, centers: torch.Tensor, step: Step) -> torch.Tensor:
    """Sums over levels that are moved to centers: the sums of the bits themselves are one more channel."""
    both = torch.cat([levels, torch.ones_like(levels[:1])])
    sums = convolution(bits, both, step.stride, step.padding)
    return sums[:, :-1] + _spread(centers.to(sums.dtype)) * sums[:, -1:]


def _spread(vector: torch.Tensor) -> torch.Tensor:
    """A vector over channels, shaped to meet `[n, channels, time, 1]`."""
    return vector[None, :, None, None]


def binary_network(recipe: Recipe) -> BinaryNetwork:
    """The network of a recipe: its front end chooses the stem, `[shape]` the sizes, `[binary]` the parts."""
    shape, binary = recipe.shape, recipe.binary
    channels = shape.channels
    analog = recipe.front_end.kind == "analog"
    stem = Step(
        "stem",
        "convolution",
        ("frames",),
        stride=shape.stem_stride,
        padding=shape.stem_kernel // 2,
        result="int16" if analog else "int8",
    )
    steps = [stem] if analog else [stem, Step("widen", "rescale", ("stem",), result="int16")]
    weights = {"stem": Weighted((channels, recipe.front_end.bands, shape.stem_kernel, 1), True, gain=1.0)}
    previous = steps[-1].name
    around = previous
    for index in range(1, shape.blocks + 1):
        bits, sums, bent = f"bits{index}", f"binary{index}", f"bend{index}"
        steps.append(Step(bits, "binarize", (previous,), result="bits"))
        joins = binary.residual == "each" or (binary.residual == "pair" and index % 2 == 0)
        inputs = (bits, around) if joins else (bits,)
        steps.append(Step(sums, "convolution", inputs, padding=shape.kernel // 2, result="int16"))
        weights[sums] = Weighted((channels, channels, shape.kernel, 1), True, gain=1.0)
        previous = sums
        if binary.slopes:
            steps.append(Step(bent, "bend", (sums,), result="int16"))
            previous = bent
        if joins:
            around = previous
    steps.append(Step("pool", "pool", (previous,), result="int16"))
    steps.append(Step("narrow", "rescale", ("pool",)))
    steps.append(Step("logits", "dense", ("narrow",)))
    weights["logits"] = Weighted((len(recipe.labels), channels), False, gain=1.0)
    return BinaryNetwork(steps, weights, recipe)

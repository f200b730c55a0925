"""Runs a quantized network in integers only, exactly as the runtime does; the reference for its logits.

Sources: TensorFlow Lite's int8 specification; `QuantizeMultiplier`, and the reference kernels for fully connected,
convolution, average pool and add, built with single rounding.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch

from .binary_integer import limits, parts_of
from .binary_network import BinaryNetwork
from .layers import Weighted
from .multiplier import apply_multiplier, quantize_multiplier
from .networks import Network, Step
from .quantizers import INPUT_SCALE, MAXIMUM, encoding
from .quantizers.stream import BIAS_STEP

CENTER_STEPS = 256
"""Steps of a center that make a scale, in images."""

ADD_SHIFT = 20
"""Bits of headroom that TensorFlow Lite gives the inputs of an int8 addition."""


@dataclass
class QuantizedTensor:
    """What a tensor's integers mean: `scale * (q - zero_point)`."""

    scale: np.float32
    zero_point: int


@dataclass
class QuantizedWeights:
    """One layer's integers: levels of its encoding (quantizers/encoding.py), for a codebook the table's entries."""

    encoding: str
    weight: np.ndarray  # int8, outputs first; no grid goes beyond -127...127
    scales: np.ndarray  # float32 [outputs]
    bias: np.ndarray  # int32 [outputs]
    table: np.ndarray | None = None  # int8 [2^bits], of a codebook
    centers: np.ndarray | None = None  # int32 [outputs], in 1/256 scale: what a channel's levels are moved by

    @property
    def steps(self) -> np.ndarray:
        """float32 [outputs]: what one step of accumulator and bias stands for, in steps of the input."""
        return self.scales if self.centers is None else self.scales / np.float32(CENTER_STEPS)

    @property
    def factors(self) -> np.ndarray:
        """float64, of the weight's shape: what inputs are multiplied by, in those steps."""
        weight = self.weight.astype(np.float64)
        if self.centers is None:
            return weight
        return CENTER_STEPS * weight + self.centers.reshape(-1, *[1] * (weight.ndim - 1))


class IntegerNetwork:
    """A quantized network's integers, taken out of its float parameters."""

    def __init__(self, network: Network):
        """Raises ValueError if the network isn't quantized yet."""
        if not network.quantized:
            raise ValueError("the network has no ranges yet: quantize it first")
        self.steps = network.steps
        self.flat_input = network.flat_input
        self.input_result = network.input_result
        bits = QuantizedTensor(np.float32(1), 0)
        self.tensors = {"frames": bits if self.input_result == "bits" else QuantizedTensor(np.float32(INPUT_SCALE), 0)}
        self.weights: dict[str, QuantizedWeights] = {}
        self.parts = parts_of(network) if isinstance(network, BinaryNetwork) else {}
        for step in network.steps:
            if step.result == "bits":
                self.tensors[step.name] = bits
            else:
                ranged = network.stream if step.result == "int16" else network.activations[step.name]
                self.tensors[step.name] = QuantizedTensor(np.float32(ranged.scale.item()), int(ranged.zero_point))
            if step.name in network.weights:
                scales = network.scales(step).detach().numpy().astype(np.float32)
                self.weights[step.name] = _integers(
                    network.weights[step.name], step, scales, self.tensors[step.inputs[0]].scale
                )

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """int8 frames `[n, context, bands]` to int8 logits `[n, classes]`."""
        return self.of_input(self.bits_of(frames))

    def of_input(self, values: np.ndarray) -> np.ndarray:
        """The same for what the network itself reads: bits, -1 and 1, behind an analog front end."""
        tensors = {"frames": values.reshape(len(values), -1) if self.flat_input else values}
        for step in self.steps:
            tensors[step.name] = self._run(step, [tensors[name] for name in step.inputs])
        return tensors[self.steps[-1].name]

    def bits_of(self, frames: np.ndarray) -> np.ndarray:
        """What comparators make of an analog front end's features, int8 -1 and 1; other frames as they are."""
        return self.parts["frames"](frames) if self.input_result == "bits" else frames

    def run_in_parts(self, frames: np.ndarray, rows: int = 256) -> np.ndarray:
        """The same for many rows, in little memory."""
        return self.input_in_parts(self.bits_of(frames), rows)

    def input_in_parts(self, values: np.ndarray, rows: int = 256) -> np.ndarray:
        """`of_input` for many rows, in little memory."""
        return np.concatenate([self.of_input(values[start : start + rows]) for start in range(0, len(values), rows)])

    def _run(self, step: Step, inputs: list[np.ndarray]) -> np.ndarray:
        if step.operation == "add":
            return self._add(step, *inputs)
        if step.operation == "pool":
            return _average(inputs[0])
        if step.operation == "rescale":
            return self._rescale(step, inputs[0])
        if step.name in self.parts:
            return self.parts[step.name](inputs[0])
        source, result, layer = self.tensors[step.inputs[0]], self.tensors[step.name], self.weights[step.name]
        centred = inputs[0].astype(np.float64) - source.zero_point
        # float64 adds integers below 2^53 exactly, and its matrix product is far faster than int64's.
        sums = _products(step, layer.factors, centred).astype(np.int64) + layer.bias
        factors = [
            quantize_multiplier(float(source.scale) * float(scale) / float(result.scale)) for scale in layer.steps
        ]
        mantissas, shifts = np.array(factors, dtype=np.int64).T
        values = apply_multiplier(sums, mantissas, shifts) + result.zero_point
        return self._clamp(step, values + inputs[1] if len(inputs) > 1 else values)

    def _rescale(self, step: Step, values: np.ndarray) -> np.ndarray:
        source, result = self.tensors[step.inputs[0]], self.tensors[step.name]
        factor = quantize_multiplier(float(source.scale) / float(result.scale))
        return self._clamp(
            step, apply_multiplier(values.astype(np.int64) - source.zero_point, *factor) + result.zero_point
        )

    def _add(self, step: Step, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        tensors = [self.tensors[name] for name in step.inputs]
        result = self.tensors[step.name]
        widest = 2.0 * max(float(tensor.scale) for tensor in tensors)
        total = np.int64(0)
        for values, tensor in zip((first, second), tensors, strict=True):
            raised = (values.astype(np.int64) - tensor.zero_point) << ADD_SHIFT
            total = total + apply_multiplier(raised, *quantize_multiplier(float(tensor.scale) / widest))
        factor = quantize_multiplier(widest / ((1 << ADD_SHIFT) * float(result.scale)))
        return self._clamp(step, apply_multiplier(total, *factor) + result.zero_point)

    def _clamp(self, step: Step, values: np.ndarray) -> np.ndarray:
        low, high = limits(step)
        kept = np.clip(values, self.tensors[step.name].zero_point if step.relu else low, high)
        return kept.astype(np.int16 if step.result == "int16" else np.int8)


def _integers(layer: Weighted, step: Step, scales: np.ndarray, input_scale: np.float32) -> QuantizedWeights:
    levels = layer.levels().detach().numpy().astype(np.int64)
    if not encoding(layer.encoding).holds(levels):
        raise ValueError(f"{step.name}: a weight is outside the grid of {layer.encoding}")
    table = layer.table()
    if table is not None:
        table = table.numpy().astype(np.int64)
        if np.abs(table).max() > MAXIMUM or not np.isin(levels, table).all():
            raise ValueError(f"{step.name}: the codebook overflows int8, or lacks a weight's level")
        table = table.astype(np.int8)
    weight = levels.astype(np.int8)
    if step.operation != "dense":
        weight = weight[..., 0]
    real, step_of_bias = layer.bias.detach().numpy().astype(np.float64), scales.astype(np.float64) * input_scale
    centers = layer.centers()
    if centers is None:
        bias = np.floor(real / step_of_bias + 0.5)
    else:
        centers = np.rint(centers.numpy() * CENTER_STEPS).astype(np.int32)
        bias = CENTER_STEPS * BIAS_STEP * (np.floor(real / (step_of_bias * BIAS_STEP) / 2) * 2 + 1)
    bias = np.clip(bias, -(2**31), 2**31 - 1).astype(np.int32)
    return QuantizedWeights(layer.encoding, weight, scales, bias, table, centers)


def _products(step: Step, weight: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Sums of products: `[n, inputs]` or `[n, time, channels]` to the same with output channels."""
    if step.operation == "dense":
        return x @ weight.T
    kernel = weight.shape[2]
    padded = np.pad(x, ((0, 0), (step.padding, step.padding), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel, axis=1)[:, :: step.stride]
    if step.operation == "depthwise":
        return sum(windows[..., tap] * weight[:, 0, tap] for tap in range(kernel))
    return sum(windows[..., tap] @ weight[:, :, tap].T for tap in range(kernel))


def _average(x: np.ndarray) -> np.ndarray:
    """Mean over time, `[n, time, channels]` to `[n, channels]`, rounded half away from zero."""
    sums, count = x.astype(np.int64).sum(axis=1), x.shape[1]
    magnitude = (np.abs(sums) + count // 2) // count
    return (np.sign(sums) * magnitude).astype(x.dtype)


def differences(network: Network, frames: np.ndarray) -> dict[str, dict[str, float]]:
    """How the fake-quantized forward differs from the integers, in float32 (as trained) and float64.

    For each, the per cent of logits that differ, and the largest difference in steps.
    """
    exact = IntegerNetwork(network)
    expected, result = exact.run_in_parts(frames), exact.tensors[exact.steps[-1].name]
    found = {}
    for name, dtype in (("float32", torch.float32), ("float64", torch.float64)):
        twin = copy.deepcopy(network).to(dtype).eval()
        with torch.no_grad():
            fake = torch.cat([twin(part) for part in torch.from_numpy(frames).split(256)]).numpy()
        steps = np.rint(fake / result.scale).astype(np.int64) + result.zero_point - expected
        found[name] = {
            "differing_percent": round(100 * float(np.mean(steps != 0)), 4),
            "largest_step": int(np.abs(steps).max()),
        }
    return found

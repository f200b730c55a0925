"""Builds small quantized ONNX models together with the integers that they have to give.

A `Network` is a growing ONNX graph and, beside it, the int8 values of every activation for a batch of random inputs,
computed with exact integer arithmetic in numpy: int64 accumulators and TensorFlow Lite's fixed-point requantization
with single rounding. Tensors here are channel-first, as in ONNX.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import narrow_weights
import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import TensorProto, helper, numpy_helper


def multiplier(factor: float) -> tuple[int, int]:
    """Mantissa and shift of a positive real factor: `mantissa * 2^(shift - 31)`."""
    fraction, shift = math.frexp(factor)
    mantissa = math.floor(fraction * 2**31 + 0.5)
    return (mantissa // 2, shift + 1) if mantissa == 2**31 else (mantissa, shift)


def scaled(values: np.ndarray, factor: float) -> np.ndarray:
    """`floor(values * factor + 1/2)` in fixed point."""
    mantissa, shift = multiplier(factor)
    right = 31 - shift
    return (values.astype(np.int64) * mantissa + (1 << (right - 1))) >> right


@dataclass
class Activation:
    """A dequantized value of the graph and its int8 levels for the batch."""

    name: str
    levels: np.ndarray
    scale: float
    zero: int


class Network:
    """An ONNX graph under construction, with the integers of a batch."""

    def __init__(self, seed: int, samples: int = 8, style: str = "qdq", encodings: list[str] | None = None) -> None:
        """`encodings` are those of the weights, layer after layer and over again; int8 if nothing is said."""
        self.encodings = itertools.cycle(encodings or ["int8"])
        self.random = np.random.default_rng(seed)
        self.samples = samples
        self.style = style
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.names = 0
        self.input_info: onnx.ValueInfoProto | None = None
        self.input_levels = np.zeros(0, np.int8)
        self.input_scale = 1.0
        self.input_zero = 0

    # Plumbing

    def fresh(self, stem: str) -> str:
        """A name that is not in use."""
        self.names += 1
        return f"{stem}{self.names}"

    def constant(self, stem: str, value: np.ndarray) -> str:
        """Adds an initializer and returns its name."""
        name = self.fresh(stem)
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operation: str, inputs: list[str], stem: str | None = None, **attributes: object) -> str:
        """Adds a node of one output and returns the output's name."""
        output = self.fresh(stem or operation.lower())
        domain = "qonnx.custom_op.general" if operation in ("Quant", "BipolarQuant") else ""
        self.nodes.append(
            helper.make_node(operation, inputs, [output], name=f"{operation}:{output}", domain=domain, **attributes)
        )
        return output

    def quantize(self, real: str, scale: float, zero: int) -> str:
        """Quantizes and dequantizes a float value in the network's style."""
        step = self.constant("scale", np.float32(scale))
        if self.style == "qonnx":
            point = self.constant("zero", np.float32(zero))
            width = self.constant("bits", np.float32(8))
            return self.node("Quant", [real, step, point, width], signed=1, narrow=0, rounding_mode="ROUND")
        unsigned = self.style == "uint8"
        point = self.constant("zero", np.uint8(zero + 128) if unsigned else np.int8(zero))
        levels = self.node("QuantizeLinear", [real, step, point], "levels")
        return self.node("DequantizeLinear", [levels, step, point], "real")

    def output_range(self, real: np.ndarray) -> tuple[float, int]:
        """A scale and zero point that clip a little of `real`."""
        low, high = min(0.0, float(real.min()) * 0.9), max(0.0, float(real.max()) * 0.9)
        scale = float(np.float32((high - low) / 255 or 1.0))
        return scale, int(np.clip(round(-128 - low / scale), -128, 127))

    def requantized(
        self, real: str, accumulator: np.ndarray, steps: np.ndarray, activation: str, unit: tuple[float, int] | None
    ) -> Activation:
        """Activation, quantization, and the levels of an accumulator in the given steps (an entry a channel)."""
        shape = [1, -1] + [1] * (accumulator.ndim - 2)
        floats = accumulator * steps.reshape(shape)
        low, high = -np.inf, np.inf
        if activation:
            low, high = 0.0, 6.0 if activation == "relu6" else np.inf
            if activation == "relu6":
                bounds = [self.constant("bound", np.float32(bound)) for bound in (0, 6)]
                real = self.node("Clip", [real, *bounds])
            else:
                real = self.node("Relu", [real])
        scale, zero = unit or self.output_range(np.clip(floats, low, high))
        levels = np.stack(
            [scaled(accumulator[:, channel], steps[channel] / scale) for channel in range(len(steps))], axis=1
        )
        minimum = max(-128, zero + round(low / scale)) if low > -np.inf else -128
        maximum = min(127, zero + round(high / scale)) if high < np.inf else 127
        levels = np.clip(levels + zero, minimum, maximum).astype(np.int8)
        return Activation(self.quantize(real, scale, zero), levels, scale, zero)

    # Inputs and outputs

    def input(self, shape: list[int], scale: float = 0.04, zero: int = 3, integer: bool = False) -> Activation:
        """The network's input, with random levels; `integer` makes it int8 in the file too."""
        scale = float(np.float32(scale))
        levels = self.random.integers(-128, 128, [self.samples, *shape[1:]]).astype(np.int8)
        kind = TensorProto.INT8 if integer else TensorProto.FLOAT
        self.input_info = helper.make_tensor_value_info("frames", kind, shape)
        self.input_levels, self.input_scale, self.input_zero = levels, scale, zero
        if integer:
            constants = [self.constant("scale", np.float32(scale)), self.constant("zero", np.int8(zero))]
            return Activation(self.node("DequantizeLinear", ["frames", *constants]), levels, scale, zero)
        return Activation(self.quantize("frames", scale, zero), levels, scale, zero)

    def model(self, output: Activation, metadata: dict[str, str] | None = None) -> onnx.ModelProto:
        """The finished model, which gives `output`."""
        self.nodes.append(helper.make_node("Identity", [output.name], ["logits"], name="Identity:logits"))
        assert self.input_info is not None
        result = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, *output.levels.shape[1:]])
        graph = helper.make_graph(self.nodes, "fixture", [self.input_info], [result], self.constants)
        # onnx's own evaluator knows DequantizeLinear from operator set 19 on.
        standard = 19 if any(node.op_type == "Gather" for node in self.nodes) else 17
        opsets = [helper.make_opsetid("", standard), helper.make_opsetid("qonnx.custom_op.general", 1)]
        model = helper.make_model(graph, opset_imports=opsets[: 2 if self.style == "qonnx" else 1], ir_version=8)
        helper.set_model_props(model, metadata or {})
        return model

    # Layers

    def weights(
        self, shape: list[int], axis: int | None, transposed: bool = False
    ) -> tuple[str, np.ndarray, np.ndarray]:
        """Random weights: the dequantized value's name, the levels, and a scale an extent of `axis`."""
        encoding = next(self.encodings)
        if encoding != "int8":
            levels, grid, table = narrow_weights.draw(self.random, encoding, shape)
            largest = np.abs(grid.values).max()
            scales = (self.random.uniform(0.2, 2, shape[axis or 0]) / largest).astype(np.float32)
            name = narrow_weights.add_nodes(self, encoding, levels, grid, table, scales, axis or 0)
            if transposed:
                name = self.node("Transpose", [name], "weight", perm=[1, 0])
            return name, levels.astype(np.int64), scales.astype(np.float64)
        levels = self.random.integers(-127, 128, shape).astype(np.int8)
        count = 1 if axis is None else shape[axis]
        scales = self.random.uniform(0.002, 0.02, count).astype(np.float32)
        stored = scales[0] if axis is None else scales
        if self.style == "qonnx":
            spread = np.ones(len(shape), int)
            spread[axis or 0] = count
            floats = levels * (scales.reshape(spread) if axis is not None else scales[0])
            inputs = [
                self.constant("weight", floats.astype(np.float32)),
                self.constant("scale", scales.reshape(spread) if axis is not None else stored),
                self.constant("zero", np.float32(0)),
                self.constant("bits", np.float32(8)),
            ]
            name = self.node("Quant", inputs, "weight", signed=1, narrow=1, rounding_mode="ROUND")
        else:
            zero = np.zeros(np.shape(stored), np.int8)
            inputs = [self.constant("weight", levels), self.constant("scale", stored), self.constant("zero", zero)]
            name = self.node("DequantizeLinear", inputs, "weight", axis=axis or 0)
        if transposed:
            name = self.node("Transpose", [name], "weight", perm=[1, 0])
        return name, levels.astype(np.int64), scales.astype(np.float64)

    def bias(self, spread: float, input_scale: float, scales: np.ndarray) -> tuple[str, np.ndarray]:
        """Random biases: int32 with their own DequantizeLinear, or floats in QONNX."""
        steps = np.float32(input_scale) * scales.astype(np.float32)
        levels = (self.random.uniform(-spread, spread, len(scales)) / steps).round().astype(np.int32)
        if self.style == "qonnx":
            return self.constant("bias", (levels * steps.astype(np.float64)).astype(np.float32)), levels.astype(
                np.int64
            )
        inputs = [self.constant("bias", levels), self.constant("scale", steps)]
        inputs.append(self.constant("zero", np.zeros(len(scales), np.int32)))
        return self.node("DequantizeLinear", inputs, "bias", axis=0), levels.astype(np.int64)

    def conv(
        self,
        source: Activation,
        outputs: int,
        kernel: list[int],
        *,
        strides: list[int] | None = None,
        pads: list[int] | None = None,
        dilations: list[int] | None = None,
        depthwise: bool = False,
        activation: str = "",
        pad_node: bool = False,
        per_tensor: bool = False,
    ) -> Activation:
        """A convolution over one or two spatial axes."""
        rank = len(kernel)
        strides, dilations, pads = strides or [1] * rank, dilations or [1] * rank, pads or [0] * 2 * rank
        channels = source.levels.shape[1]
        shape = [outputs, 1 if depthwise else channels, *kernel]
        name, weights, scales = self.weights(shape, None if per_tensor else 0)
        scales = np.broadcast_to(scales, [outputs])
        bias_name, bias = self.bias(1.0, source.scale, scales)
        real = source.name
        if pad_node:
            amounts = [0, 0, *pads[:rank], 0, 0, *pads[rank:]]
            real = self.node("Pad", [real, self.constant("pads", np.array(amounts, np.int64))])
        real = self.node(
            "Conv",
            [real, name, bias_name],
            group=channels if depthwise else 1,
            kernel_shape=kernel,
            strides=strides,
            dilations=dilations,
            pads=[0] * 2 * rank if pad_node else pads,
        )
        values = source.levels.astype(np.int64) - source.zero
        values = np.pad(values, [(0, 0), (0, 0), *zip(pads[:rank], pads[rank:], strict=True)])
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
        windows = sliding_window_view(values, reach, axis=tuple(range(2, 2 + rank)))
        steps = (slice(None), slice(None), *(slice(None, None, s) for s in strides))
        windows = windows[steps + tuple(slice(None, None, d) for d in dilations)]
        places, taps = "yz"[:rank], "ij"[:rank]
        if depthwise:
            accumulator = np.einsum(f"nc{places}{taps},c{taps}->nc{places}", windows, weights[:, 0])
        else:
            accumulator = np.einsum(f"nc{places}{taps},oc{taps}->no{places}", windows, weights)
        accumulator = accumulator + bias.reshape([1, -1] + [1] * rank)
        return self.requantized(real, accumulator, source.scale * scales, activation, None)

    def dense(
        self,
        source: Activation,
        outputs: int,
        *,
        activation: str = "",
        form: str = "gemm_transposed",
        coarse: float = 1,
    ) -> Activation:
        """A product with the last axis; `form` is how the file spells it.

        `coarse` widens the output's steps, so that a step of the input is not worth many of them.
        """
        inputs = source.levels.shape[-1]
        if form == "matmul_weights_transposed":
            name, weights, scales = self.weights([outputs, inputs], 0, transposed=True)
        elif form == "gemm_transposed":
            name, weights, scales = self.weights([outputs, inputs], 0)
        else:
            name, weights, scales = self.weights([inputs, outputs], 1)
            weights = weights.T
        bias_name, bias = self.bias(1.0, source.scale, scales)
        if form.startswith("matmul"):
            real = self.node("Add", [bias_name, self.node("MatMul", [source.name, name])])
        else:
            real = self.node("Gemm", [source.name, name, bias_name], transB=int(form == "gemm_transposed"))
        accumulator = (source.levels.astype(np.int64) - source.zero) @ weights.T + bias
        last = accumulator.ndim - 1
        accumulator = np.moveaxis(accumulator, last, 1)
        steps = source.scale * scales
        scale, zero = self.output_range(accumulator * steps.reshape([1, -1] + [1] * (last - 1)) * coarse)
        result = self.requantized(real, accumulator, steps, activation, (scale, zero) if coarse != 1 else None)
        result.levels = np.moveaxis(result.levels, 1, last)
        return result

    def add(self, first: Activation, second: Activation, activation: str = "") -> Activation:
        """The sum of two activations of one shape, with 20 fractional bits."""
        real = self.node("Add", [first.name, second.name])
        floats = sum(part.scale * (part.levels.astype(float) - part.zero) for part in (first, second))
        if activation:
            real = self.node("Relu", [real])
            floats = np.maximum(floats, 0)
        scale, zero = self.output_range(floats)
        twice = 2 * max(first.scale, second.scale)
        total = sum(
            scaled((part.levels.astype(np.int64) - part.zero) << 20, part.scale / twice) for part in (first, second)
        )
        levels = scaled(total, twice / (2**20 * scale)) + zero
        levels = np.clip(levels, zero if activation else -128, 127).astype(np.int8)
        return Activation(self.quantize(real, scale, zero), levels, scale, zero)

    def concat(self, parts: list[Activation], axis: int) -> Activation:
        """Activations joined along an axis; parts of other scales than the first's are rescaled to it."""
        scale, zero = parts[0].scale, parts[0].zero
        real = self.node("Concat", [part.name for part in parts], axis=axis)
        levels = [
            part.levels
            if (part.scale, part.zero) == (scale, zero)
            else np.clip(scaled(part.levels.astype(np.int64) - part.zero, part.scale / scale) + zero, -128, 127)
            for part in parts
        ]
        joined = np.concatenate([part.astype(np.int8) for part in levels], axis)
        return Activation(self.quantize(real, scale, zero), joined, scale, zero)

    def pool(self, source: Activation, kind: str, kernel: list[int], strides: list[int], pads: list[int]) -> Activation:
        """Mean or maximum over windows; the padding does not count."""
        real = self.node(
            "MaxPool" if kind == "max" else "AveragePool",
            [source.name],
            kernel_shape=kernel,
            strides=strides,
            pads=pads,
        )
        rank = len(kernel)
        around = [(0, 0), (0, 0), *zip(pads[:rank], pads[rank:], strict=True)]
        spatial = tuple(range(2, 2 + rank))
        steps = (slice(None), slice(None), *(slice(None, None, s) for s in strides))
        over = tuple(range(2 + rank, 2 + 2 * rank))
        filler = -128 if kind == "max" else 0
        values = np.pad(source.levels.astype(np.int64), around, constant_values=filler)
        windows = sliding_window_view(values, kernel, axis=spatial)[steps]
        if kind == "max":
            levels = windows.max(over)
        else:
            ones = np.pad(np.ones_like(source.levels, np.int64), around)
            levels = rounded_mean(windows.sum(over), sliding_window_view(ones, kernel, axis=spatial)[steps].sum(over))
        return Activation(
            self.quantize(real, source.scale, source.zero), levels.astype(np.int8), source.scale, source.zero
        )

    def mean(self, source: Activation, axes: list[int], form: str, scale: float | None = None) -> Activation:
        """Mean over whole axes; with another scale than the source's it is one exact requantization."""
        if form == "global":
            real = self.node("GlobalAveragePool", [source.name])
        else:
            real = self.node("ReduceMean", [source.name], axes=axes, keepdims=int(form == "keep"))
        keep = form != "drop"
        count = math.prod(source.levels.shape[axis] for axis in axes)
        if scale is None:
            total = source.levels.astype(np.int64).sum(tuple(axes), keepdims=keep)
            levels, scale = rounded_mean(total, np.int64(count)), source.scale
        else:
            scale = float(np.float32(scale))
            total = (source.levels.astype(np.int64) - source.zero).sum(tuple(axes), keepdims=keep)
            levels = np.clip(scaled(total, source.scale / count / scale) + source.zero, -128, 127)
        return Activation(self.quantize(real, scale, source.zero), levels.astype(np.int8), scale, source.zero)

    def relu(self, source: Activation) -> Activation:
        """A rectification between two quantizations of the same scale."""
        levels = np.maximum(source.levels, source.zero)
        real = self.node("Relu", [source.name])
        return Activation(self.quantize(real, source.scale, source.zero), levels, source.scale, source.zero)

    def view(self, source: Activation, operation: str, **attributes: object) -> Activation:
        """An operator that only reshapes."""
        levels, inputs = source.levels, [source.name]
        if operation == "Transpose":
            levels = levels.transpose(attributes["perm"])
        elif operation == "Flatten":
            levels = levels.reshape(len(levels), -1)
        else:
            list_ = attributes.pop("list")
            inputs.append(self.constant("list", np.array(list_, np.int64)))
            if operation == "Reshape":
                levels = levels.reshape([len(levels), *list_[1:]])
            elif operation == "Unsqueeze":
                levels = np.expand_dims(levels, tuple(list_))
            else:
                levels = levels.squeeze(tuple(list_))
        return Activation(self.node(operation, inputs, **attributes), levels, source.scale, source.zero)


def rounded_mean(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """`total / count`, halves rounded away from zero."""
    return np.sign(total) * ((np.abs(total) + count // 2) // count)

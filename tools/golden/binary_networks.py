"""Small binary networks: their ONNX nodes, and what they compute, from the definition of every node.

Values are float64 arrays [samples, ...] in ONNX's order, computed beside the nodes: a sign is a comparison, a
convolution a sum over the taps inside the input, a quantization a rounding. Nothing is folded, so thresholds,
polarities and multipliers of the importer have something else to agree with.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

QONNX = "qonnx.custom_op.general"
METADATA = {"dormouse.name": "fixture", "dormouse.version": "1"}


@dataclass
class Value:
    """A tensor: its name in the file and its values for every sample; int8 scale and zero point where it has them."""

    name: str
    data: np.ndarray
    scale: float = 0.0
    zero: int = 0


class BinaryNet:
    """Appends nodes to a model and computes them."""

    def __init__(self, seed: int, samples: int = 24) -> None:
        self.random = np.random.default_rng(seed)
        self.samples = samples
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.shape: list[int] = []
        self.input_bytes = b""
        self.input_data = np.zeros(0)

    def constant(self, data) -> str:
        """An initializer of float32."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(data, np.float32), name))
        return name

    def node(self, operation: str, inputs: list[str], **attributes) -> str:
        """A node with one output."""
        name = f"{operation.lower()}_{len(self.nodes)}"
        domain = QONNX if operation in ("Quant", "BipolarQuant") else ""
        self.nodes.append(helper.make_node(operation, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def input8(self, shape: list[int], scale: float, zero: int) -> Value:
        """The network's input as int8, quantized by QONNX."""
        levels = self.random.integers(-128, 128, [self.samples, *shape[1:]])
        self.shape, self.input_bytes = shape, levels.astype(np.int8).tobytes()
        real = Value("input", np.float32(scale) * (levels - zero).astype(np.float64))
        self.input_data = real.data
        return self.quant(real, scale, 8, zero)

    def input_bits(self, shape: list[int]) -> Value:
        """The network's input as signs; the file holds words, channels innermost."""
        signs = self.random.choice([-1.0, 1.0], [self.samples, *shape[1:]])
        self.shape, self.input_data = shape, signs
        channels = shape[-1]
        bits = np.zeros([*signs.shape[:-1], (channels + 31) // 32 * 32], np.uint8)
        bits[..., :channels] = signs > 0
        self.input_bytes = np.packbits(bits, axis=-1, bitorder="little").tobytes()
        return self.sign(Value("input", signs))

    def quant(self, x: Value, scale: float, bits: int, zero: int = 0) -> Value:
        """Quant: to the nearest step, halves up."""
        scale = float(np.float32(scale))
        inputs = [x.name, self.constant(scale), self.constant(zero), self.constant(bits)]
        name = self.node("Quant", inputs, signed=1, narrow=0, rounding_mode="ROUND")
        limit = 2 ** (bits - 1)
        levels = np.clip(np.floor(x.data / scale + 0.5) + zero, -limit, limit - 1)
        return Value(name, scale * (levels - zero), scale, zero)

    def sign(self, x: Value, scale: float = 1.0) -> Value:
        """BipolarQuant; zero counts as positive."""
        name = self.node("BipolarQuant", [x.name, self.constant(scale)])
        return Value(name, np.where(x.data >= 0, scale, -scale))

    def affine(self, operation: str, x: Value, constant: np.ndarray) -> Value:
        """Add, Sub, Mul or PRelu with a constant a channel, on axis 1."""
        constant = np.asarray(constant, np.float32).reshape(-1, *[1] * (x.data.ndim - 2))
        name = self.node(operation, [x.name, self.constant(constant)])
        c = constant.astype(np.float64)
        match operation:
            case "Add":
                data = x.data + c
            case "Sub":
                data = x.data - c
            case "Mul":
                data = x.data * c
            case _:
                data = np.where(x.data < 0, x.data * c, x.data)
        return Value(name, data)

    def normalize(self, x: Value, spread: float) -> Value:
        """BatchNormalization with scales of either sign."""
        channels = x.data.shape[1]
        draw = self.random.uniform
        scale, bias = draw(0.5, 1.5, channels) * self.random.choice([-1, 1], channels), draw(-0.5, 0.5, channels)
        mean, variance = draw(-spread, spread, channels), draw(0.5, 2, channels)
        constants = [np.float32(value) for value in (scale, bias, mean, variance)]
        name = self.node("BatchNormalization", [x.name, *[self.constant(value) for value in constants]], epsilon=1e-5)
        scale, bias, mean, variance = (
            value.astype(np.float64).reshape(-1, *[1] * (x.data.ndim - 2)) for value in constants
        )
        return Value(name, (x.data - mean) / np.sqrt(variance + 1e-5) * scale + bias)

    def weights(self, shape: list[int], scales, axis: int = 0) -> tuple[str, np.ndarray]:
        """Binary weights, a scale an output or one in all."""
        signs = self.random.choice([-1.0, 1.0], shape)
        spread = [1] * len(shape)
        spread[axis] = -1
        scales = np.asarray(scales, np.float32).reshape(spread if np.size(scales) > 1 else [])
        floats = self.random.uniform(0.1, 1, shape) * signs
        name = self.node("BipolarQuant", [self.constant(floats), self.constant(scales)])
        return name, signs * scales.astype(np.float64)

    def leveled(self, weights: tuple[str, np.ndarray], scales, most: int, axis: int = 0) -> tuple[str, np.ndarray]:
        """Weights with a center added: an output's own, or one of all; up to `most` 256ths of their scale."""
        name, values = weights
        centers = self.random.integers(-most, most + 1, np.size(scales)) / 256
        spread = [1] * values.ndim
        spread[axis] = -1
        added = np.asarray(scales, np.float32).reshape(-1).astype(np.float64) * centers
        constant = np.float32(added.reshape(spread) if np.size(scales) > 1 else added[0])
        return self.node("Add", [name, self.constant(constant)]), values + constant.astype(np.float64)

    def weights8(self, shape: list[int], scale: float) -> tuple[str, np.ndarray]:
        """int8 weights."""
        scale = float(np.float32(scale))
        levels = self.random.integers(-127, 128, shape)
        inputs = [self.constant(levels * scale), self.constant(scale), self.constant(0), self.constant(8)]
        return self.node("Quant", inputs, signed=1, narrow=1, rounding_mode="ROUND"), levels * scale

    def dense(self, x: Value, weights: tuple[str, np.ndarray]) -> Value:
        """MatMul with [inputs, outputs]."""
        return Value(self.node("MatMul", [x.name, weights[0]]), x.data @ weights[1])

    def conv(self, x: Value, weights: tuple[str, np.ndarray], bias=None, **attributes) -> Value:
        """Conv: a sum over the taps inside the input."""
        kernel = weights[1].shape[2:]
        rank = len(kernel)
        strides = attributes.get("strides", [1] * rank)
        dilations = attributes.get("dilations", [1] * rank)
        pads = attributes.get("pads", [0] * 2 * rank)
        padding = [(0, 0), (0, 0), *zip(pads[:rank], pads[rank:], strict=True)]
        padded = np.pad(x.data, padding)
        extents = [(padded.shape[2 + a] - (kernel[a] - 1) * dilations[a] - 1) // strides[a] + 1 for a in range(rank)]
        data = np.zeros([len(x.data), len(weights[1]), *extents])
        for tap in np.ndindex(*kernel):
            where = tuple(
                slice(tap[a] * dilations[a], tap[a] * dilations[a] + (extents[a] - 1) * strides[a] + 1, strides[a])
                for a in range(rank)
            )
            part = padded[(slice(None), slice(None), *where)]
            data += np.einsum("nc...,oc->no...", part, weights[1][(slice(None), slice(None), *tap)])
        inputs = [x.name, weights[0]]
        if bias is not None:
            inputs.append(self.constant(bias))
            data += np.float32(bias).astype(np.float64).reshape(-1, *[1] * rank)
        return Value(self.node("Conv", inputs, **attributes), data)

    def plain(self, operation: str, x: Value, data: np.ndarray, **attributes) -> Value:
        """A node whose result the caller has computed."""
        return Value(self.node(operation, [x.name], **attributes), data)

    def add(self, x: Value, y: Value) -> Value:
        """Sum of two activations."""
        return Value(self.node("Add", [x.name, y.name]), x.data + y.data)

    def model(self, output: Value) -> onnx.ModelProto:
        """The model that ends in `output`."""
        metadata = METADATA | {"dormouse.labels": json.dumps([f"class {i}" for i in range(output.data.shape[1])])}
        graph = helper.make_graph(
            self.nodes,
            "fixture",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(output.name, TensorProto.FLOAT, [1, *output.data.shape[1:]])],
            self.constants,
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(QONNX, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        helper.set_model_props(model, metadata)
        return model


def binary_dense(net: BinaryNet) -> Value:
    """int8, RSign, and three binary dense layers with batch normalization, with scale and offset, and to logits."""
    x = net.input8([1, 6, 7], 0.0713, -5)
    x = net.plain("Flatten", x, x.data.reshape(net.samples, -1), axis=1)
    x = net.quant(net.dense(x, net.weights8([42, 50], 0.0021)), 0.31, 8, 3)
    x = net.sign(net.affine("Sub", x, net.random.uniform(-6, 6, 50)))
    x = net.sign(net.normalize(net.dense(x, net.weights([50, 70], 0.25)), 3.0))
    x = net.dense(x, net.weights([70, 33], np.exp2(net.random.integers(-3, 2, 33)), axis=1))
    factors = net.random.uniform(0.5, 2, 33) * net.random.choice([-1, 1], 33)
    x = net.sign(net.affine("Add", net.affine("Mul", x, factors), net.random.uniform(-3, 3, 33)), 0.5)
    return net.quant(net.dense(x, net.weights([33, 5], 0.037)), 0.00513, 8, -4)


def block(net: BinaryNet, x: Value, channels: int, scale: float, kernel: int, dilation: int) -> Value:
    """Bi-Real block with RSign and RPReLU: sign, convolution, 16 bits, shortcut, rectifier."""
    steps = lambda low, high: np.float32(scale) * net.random.integers(low, high, channels)  # noqa: E731
    y = net.sign(net.affine("Sub", x, steps(-300, 300)))
    weights = net.weights([channels, channels, kernel], net.random.uniform(0.01, 0.05, channels))
    reach = dilation * (kernel - 1) // 2
    y = net.quant(net.conv(y, weights, pads=[reach, reach], dilations=[dilation]), scale, 16)
    x = net.quant(net.add(x, y), scale, 16)
    z = net.affine("Add", x, steps(-200, 200))
    z = net.affine("PRelu", z, net.random.uniform(-0.3, 0.6, channels))
    return net.quant(net.affine("Add", z, steps(-200, 200)), scale, 16)


def binary_stream(net: BinaryNet) -> Value:
    """A real-valued stream of 16 bits beside binary convolutions over time, pooled, then int8."""
    x = net.input8([1, 13, 5], 0.0713, 7)
    x = net.plain("Transpose", x, x.data.transpose(0, 2, 1), perm=[0, 2, 1])
    x = net.quant(net.conv(x, net.weights8([40, 5, 3], 0.0011), pads=[1, 1]), 0.047, 8)
    # Few bits, so that its multiples are exact in float32 and a value can meet its threshold exactly.
    scale = 7 / 4096
    x = net.quant(x, scale, 16)
    x = block(net, x, 40, scale, 3, 1)
    x = block(net, x, 40, scale, 5, 2)
    x = net.plain("ReduceMean", x, x.data.mean(axis=2), axes=[2], keepdims=0)
    x = net.quant(net.quant(x, scale, 16), 0.019, 8, 2)
    return net.quant(net.dense(x, net.weights8([40, 6], 0.0031)), 0.06, 8, 1)


def binary_analog(net: BinaryNet) -> Value:
    """Frames of 8 bits through binary convolutions, a pool and a join of signs, to logits."""
    x = net.input_bits([1, 20, 8])
    x = net.plain("Transpose", x, x.data.transpose(0, 2, 1), perm=[0, 2, 1])
    x = net.sign(net.normalize(net.conv(x, net.weights([45, 8, 3], 1)), 4.0))
    pooled = net.plain("MaxPool", x, x.data.reshape(net.samples, 45, 9, 2).max(axis=3), kernel_shape=[2], strides=[2])
    bias = net.random.uniform(-5, 5, 27)
    y = net.sign(net.conv(pooled, net.weights([27, 45, 1], 1), bias))
    joined = Value(net.node("Concat", [pooled.name, y.name], axis=1), np.concatenate([pooled.data, y.data], axis=1))
    x = net.conv(joined, net.weights([35, 72, 3], net.random.uniform(0.02, 0.1, 35)), strides=[2], pads=[1, 1])
    x = net.sign(net.affine("Add", x, net.random.uniform(-0.3, 0.3, 35)))
    x = net.plain("Flatten", x, x.data.reshape(net.samples, -1), axis=1)
    return net.quant(net.dense(x, net.weights([175, 4], 0.037)), 0.013, 8, 11)


def binary_planes(net: BinaryNet) -> Value:
    """Two-dimensional binary convolutions with padding that counts for nothing, and a rescaled int8 result between."""
    x = net.input8([1, 1, 9, 8], 0.05, 0)
    x = net.quant(net.conv(x, net.weights8([6, 1, 3, 3], 0.003), pads=[1, 1, 1, 1]), 0.09, 8)
    x = net.sign(net.normalize(x, 2.0))
    x = net.conv(x, net.weights([34, 6, 3, 3], 1), pads=[1, 1, 1, 1], strides=[2, 1])
    x = net.quant(
        net.affine("Mul", x, net.random.uniform(0.02, 0.08, 34) * net.random.choice([-1, 1], 34)), 0.013, 8, 5
    )
    x = net.sign(x)
    x = net.sign(net.normalize(net.conv(x, net.weights([33, 34, 2, 3], 1), pads=[1, 1, 0, 1], dilations=[2, 1]), 5.0))
    highest = np.maximum(x.data[:, :, 0:3], x.data[:, :, 1:4])
    x = net.plain("MaxPool", x, highest, kernel_shape=[2, 1])
    x = net.plain("Flatten", x, x.data.reshape(net.samples, -1), axis=1)
    return net.quant(net.dense(x, net.weights([x.data.shape[1], 3], 0.01137)), 0.02, 8)


def binary_two_levels(net: BinaryNet) -> Value:
    """Weights of two levels about a center, in every place that binary ones may have."""
    x = net.input_bits([1, 14, 37])
    x = net.plain("Transpose", x, x.data.transpose(0, 2, 1), perm=[0, 2, 1])
    scales = np.exp2(net.random.integers(-3, 2, 35))
    x = net.conv(x, net.leveled(net.weights([35, 37, 3], scales), scales, 300), pads=[1, 1])
    x = net.sign(net.normalize(x, 3.0))
    # Few bits, so that sums are exact in float32.
    stream = 7 / 4096
    scales = np.float32(stream) * net.random.integers(20, 90, 35)
    bias = scales * net.random.integers(-9999, 10000, 35) / 256
    y = net.conv(x, net.leveled(net.weights([35, 35, 5], scales), scales, 64), bias, pads=[2, 2])
    wide = net.quant(y, stream, 16)
    bits = net.sign(net.affine("Sub", wide, np.float32(stream) * net.random.integers(-300, 300, 35)))
    y = net.quant(net.conv(bits, net.leveled(net.weights([35, 35, 3], 0.25), 0.25, 200), pads=[1, 1]), stream, 16)
    wide = net.quant(net.add(wide, y), stream, 16)
    x = net.sign(wide)
    scales = net.random.uniform(0.02, 0.1, 33)
    x = net.conv(x, net.leveled(net.weights([33, 35, 2], scales), scales, 100), strides=[2])
    factors = net.random.uniform(0.5, 2, 33) * net.random.choice([-1, 1], 33)
    x = net.quant(net.affine("Mul", x, factors), 0.11, 8, 5)
    x = net.sign(net.affine("Sub", x, net.random.uniform(-3, 3, 33)))
    x = net.plain("Flatten", x, x.data.reshape(net.samples, -1), axis=1)
    scales = np.exp2(net.random.integers(-6, -3, 29))
    x = net.dense(x, net.leveled(net.weights([x.data.shape[1], 29], scales, axis=1), scales, 100, axis=1))
    x = net.sign(net.affine("Add", x, net.random.uniform(-1, 1, 29)))
    scales = net.random.uniform(0.02, 0.1, 4)
    return net.quant(
        net.dense(x, net.leveled(net.weights([29, 4], scales, axis=1), scales, 130, axis=1)), 0.0141, 8, 11
    )


NETWORKS = {
    "binary_dense": binary_dense,
    "binary_stream": binary_stream,
    "binary_analog": binary_analog,
    "binary_planes": binary_planes,
    "binary_two_levels": binary_two_levels,
}


def build(name: str, samples: int = 24) -> tuple[BinaryNet, Value, onnx.ModelProto]:
    """The network with its inputs, its output, and its file."""
    net = BinaryNet(sorted(NETWORKS).index(name) + 1, samples)
    output = NETWORKS[name](net)
    return net, output, net.model(output)


def levels(output: Value) -> np.ndarray:
    """The output as int8."""
    return np.round(output.data / output.scale + output.zero).astype(np.int8)

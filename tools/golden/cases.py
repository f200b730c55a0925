"""Random layers of every operation, with the answers of LiteRT's reference kernels."""

from collections.abc import Iterator

import golden_file as golden
import numpy as np
import quantization
from ai_edge_litert import schema_py_generated as schema
from tflite_models import Builtin, Operator, Options, Tensor, build, run

SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
ZERO_POINTS = [-128, 127, 0, 5, -11]
ACTIVATIONS = [quantization.RELU_NONE, quantization.RELU, quantization.RELU6, quantization.RELU_N1_TO_1]


class Random:
    """A seeded source of test data."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def int8(self, *shape: int, low: int = -128) -> np.ndarray:
        """Uniform int8, now and then all at one end, so that sums and outputs saturate."""
        kind = self.generator.integers(12)
        if kind == 0:
            return np.full(shape, low, np.int8)
        if kind == 1:
            return np.full(shape, 127, np.int8)
        return self.generator.integers(low, 128, shape).astype(np.int8)

    def pick(self, values: list) -> int:
        """One of `values`."""
        return values[self.generator.integers(len(values))]

    def between(self, low: int, high: int) -> int:
        """An integer from `low` to `high`."""
        return int(self.generator.integers(low, high + 1))

    def scale(self, low: float = 0.001, high: float = 0.2) -> float:
        """A scale, log-uniform, in single precision."""
        return float(np.float32(np.exp(self.generator.uniform(np.log(low), np.log(high)))))

    def weights(self, rows: int, length: int, fan_in: int, per_channel: bool) -> dict:
        """Weights, biases and scales of a layer whose outputs spread over the int8 range, and past its ends."""
        channels = rows
        count = channels if per_channel else 1
        input_scale = self.scale()
        weight_scales = [self.scale() for _ in range(count)]
        typical = float(np.median(weight_scales)) * input_scale * 5000 * np.sqrt(fan_in)
        output_scale = float(np.float32(typical / self.pick([15, 40, 100])))
        spread = 3000 * int(np.sqrt(fan_in)) + 1
        return {
            "weights": self.int8(rows, length, low=-127),
            "biases": self.generator.integers(-spread, spread + 1, channels).astype(np.int32),
            "input_scale": input_scale,
            "weight_scales": weight_scales,
            "output_scale": output_scale,
            "zero_point": self.pick(ZERO_POINTS),
            "output_zero_point": self.pick(ZERO_POINTS),
            "activation": self.pick(ACTIVATIONS),
        }


def dense() -> list[golden.Case]:
    """Every remainder of 64 inputs and of 20 outputs, and some large layers."""
    random = Random(1)
    shapes = [(inputs, 1 + (inputs * 7) % 20) for inputs in range(1, 71)]
    shapes += [(inputs, outputs) for outputs in range(1, 21) for inputs in (5, 36)]
    shapes += [(127, 9), (128, 33), (129, 65), (191, 40), (256, 12), (513, 34), (960, 20)]
    return [_dense(random, inputs, outputs, index % 3 != 0) for index, (inputs, outputs) in enumerate(shapes)]


def _dense(random: Random, inputs: int, outputs: int, per_channel: bool) -> golden.Case:
    layer = random.weights(outputs, inputs, inputs, per_channel)
    options = schema.FullyConnectedOptionsT()
    options.fusedActivationFunction = layer["activation"]
    value = random.int8(1, inputs)
    answer = _weighted(
        Builtin.FULLY_CONNECTED,
        Options.FullyConnectedOptions,
        options,
        layer,
        value,
        (outputs, inputs),
        0,
        (1, outputs),
    )
    return _weighted_case(
        golden.DENSE, layer, value, answer, (1, 1, inputs), (1, 1, outputs), layer["weights"], fused=not per_channel
    )


def windows(random: Random, count: int, pooling: bool) -> Iterator[dict]:
    """Random window geometries: strides, dilations, same and valid padding."""
    made = 0
    while made < count:
        kind = made % 4
        height, width = random.between(1, 9), 1 if kind == 1 else random.between(1, 7)
        kernel = (
            (1, 1)
            if kind == 0
            else (random.between(1, 9 if kind == 1 else 4), 1 if kind == 1 else random.between(1, 4))
        )
        dilation = (1, 1) if pooling else (random.pick([1, 1, 2]), random.pick([1, 1, 2]))
        # TensorFlow Lite has no strides and dilations together in some of its kernels; ours do, each alone is tested.
        stride = (1, 1) if dilation != (1, 1) else (random.between(1, 3), random.between(1, 2))
        padding = random.pick([SAME, VALID])
        reach = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
        if padding == VALID:
            output = tuple((n - r) // s + 1 for n, r, s in zip((height, width), reach, stride, strict=True))
            pad = (0, 0)
        else:
            output = tuple(-(-n // s) for n, s in zip((height, width), stride, strict=True))
            pad = tuple(
                max((o - 1) * s + r - n, 0) // 2
                for o, s, r, n in zip(output, stride, reach, (height, width), strict=True)
            )
        if min(output) < 1:
            continue
        made += 1
        yield {
            "input": (height, width),
            "output": output,
            "kernel": kernel,
            "stride": stride,
            "dilation": dilation,
            "pad": pad,
            "padding": padding,
        }


def convolution() -> list[golden.Case]:
    """Random geometries and channels, then the shapes of real models."""
    random = Random(2)
    result = []
    for window in windows(random, 160, pooling=False):
        result.append(_convolution(random, window, random.between(1, 37), random.between(1, 21)))
    for channels in range(1, 34):
        window = _window((3, 1), (1, 1))
        result.append(_convolution(random, window, channels, 1 + channels % 19))
    result.append(_convolution(random, _window((9, 1), (1, 1)), 128, 67))
    result.append(_convolution(random, _window((11, 1), (3, 1)), 40, 33))
    result.append(_convolution(random, _window((11, 9), (5, 3)), 1, 16))
    return result


def _window(size: tuple[int, int], kernel: tuple[int, int]) -> dict:
    output = tuple(n - k + 1 for n, k in zip(size, kernel, strict=True))
    one = (1, 1)
    return {
        "input": size,
        "output": output,
        "kernel": kernel,
        "stride": one,
        "dilation": one,
        "pad": (0, 0),
        "padding": VALID,
    }


def _convolution(random: Random, window: dict, inputs: int, outputs: int) -> golden.Case:
    length = window["kernel"][0] * window["kernel"][1] * inputs
    layer = random.weights(outputs, length, length, random.between(0, 3) != 0)
    options = schema.Conv2DOptionsT()
    _set_window(options, window, layer["activation"])
    options.dilationHFactor, options.dilationWFactor = window["dilation"]
    value = random.int8(1, *window["input"], inputs)
    shape = (outputs, *window["kernel"], inputs)
    answer = _weighted(
        Builtin.CONV_2D, Options.Conv2DOptions, options, layer, value, shape, 0, (1, *window["output"], outputs), window
    )
    return _weighted_case(
        golden.CONVOLUTION,
        layer,
        value,
        answer,
        (*window["input"], inputs),
        (*window["output"], outputs),
        layer["weights"],
        window,
    )


def depthwise() -> list[golden.Case]:
    """Random geometries, every remainder of 64 channels, and the shapes of real models."""
    random = Random(3)
    result = [
        _depthwise(random, window, 1 + (7 * index) % 70)
        for index, window in enumerate(windows(random, 140, pooling=False))
    ]
    same = {**_window((12, 1), (9, 1)), "output": (12, 1), "pad": (4, 0), "padding": SAME}
    result += [_depthwise(random, same, channels) for channels in (1, 16, 64, 65, 128)]
    return result


def _depthwise(random: Random, window: dict, channels: int) -> golden.Case:
    taps = window["kernel"][0] * window["kernel"][1]
    layer = random.weights(channels, taps, taps, random.between(0, 3) != 0)
    layer["weights"] = np.ascontiguousarray(layer["weights"].T)
    options = schema.DepthwiseConv2DOptionsT()
    _set_window(options, window, layer["activation"])
    options.depthMultiplier = 1
    options.dilationHFactor, options.dilationWFactor = window["dilation"]
    value = random.int8(1, *window["input"], channels)
    shape = (1, *window["kernel"], channels)
    output = (1, *window["output"], channels)
    answer = _weighted(
        Builtin.DEPTHWISE_CONV_2D, Options.DepthwiseConv2DOptions, options, layer, value, shape, 3, output, window
    )
    return _weighted_case(
        golden.DEPTHWISE,
        layer,
        value,
        answer,
        (*window["input"], channels),
        (*window["output"], channels),
        layer["weights"],
        window,
    )


def _set_window(options: object, window: dict, activation: int) -> None:
    options.padding = window["padding"]
    options.strideH, options.strideW = window["stride"]
    options.fusedActivationFunction = activation


def _weighted(
    code: int,
    options_type: int,
    options: object,
    layer: dict,
    value: np.ndarray,
    weight_shape: tuple[int, ...],
    dimension: int,
    output_shape: tuple[int, ...],
    window: dict | None = None,
) -> np.ndarray:
    bias_scales = [layer["input_scale"] * scale for scale in layer["weight_scales"]]
    channels = layer["biases"].size
    operator = Operator(
        code,
        options_type,
        options,
        [
            Tensor(value.shape, [layer["input_scale"]], layer["zero_point"]),
            Tensor(weight_shape, layer["weight_scales"], 0, dimension, data=layer["weights"]),
            Tensor((channels,), bias_scales, 0, 0, schema.TensorType.INT32, layer["biases"]),
        ],
        Tensor(output_shape, [layer["output_scale"]], layer["output_zero_point"]),
        version=3,
    )
    answer = run(build(operator), [value])
    return answer if code == Builtin.FULLY_CONNECTED else _rounded_once(layer, value, weight_shape, window, answer)


def _rounded_once(
    layer: dict, value: np.ndarray, weight_shape: tuple[int, ...], window: dict, answer: np.ndarray
) -> np.ndarray:
    """The answer of a convolution with single rounding.

    LiteRT's reference convolutions round twice, its reference dense layer once, as its default kernels and Dormouse do
    everywhere. So the windows, gathered here, go through the dense layer; the convolution's own `answer` must agree but
    for a last bit now and then, which checks geometry and arithmetic of both.
    """
    windows = _gather(value[0].astype(np.int8), window, layer["zero_point"])
    positions, taps, inputs = windows.shape
    channels = layer["biases"].size
    if weight_shape[0] == channels and layer["weights"].shape[0] == channels:
        weights = layer["weights"].reshape(channels, taps * inputs)
    else:
        # Depthwise: a diagonal matrix for every tap.
        weights = np.zeros((channels, taps, channels), np.int8)
        weights[np.arange(channels), :, np.arange(channels)] = layer["weights"].T
        weights = weights.reshape(channels, taps * channels)
    scales = layer["weight_scales"] * (channels if len(layer["weight_scales"]) == 1 else 1)
    # A matrix of one row would be taken for one with a single scale, whose multiplier LiteRT derives in another way.
    weights, scales = np.vstack([weights, weights[:1]]), [*scales, scales[0]]
    biases = np.append(layer["biases"], layer["biases"][0]).astype(np.int32)
    options = schema.FullyConnectedOptionsT()
    options.fusedActivationFunction = layer["activation"]
    operator = Operator(
        Builtin.FULLY_CONNECTED,
        Options.FullyConnectedOptions,
        options,
        [
            Tensor((positions, taps * inputs), [layer["input_scale"]], layer["zero_point"]),
            Tensor(weights.shape, scales, 0, 0, data=weights),
            Tensor(biases.shape, [layer["input_scale"] * s for s in scales], 0, 0, schema.TensorType.INT32, biases),
        ],
        Tensor((positions, channels + 1), [layer["output_scale"]], layer["output_zero_point"]),
        version=3,
    )
    once = run(build(operator), [windows.reshape(positions, -1)])[:, :channels].reshape(answer.shape)
    difference = np.abs(once.astype(int) - answer)
    if difference.max() > 1:
        raise ValueError(f"LiteRT's dense layer and convolution differ by {difference.max()}: more than rounding")
    return once


def _gather(value: np.ndarray, window: dict, zero_point: int) -> np.ndarray:
    """The windows of `value`, [positions][taps][channels], zero points in the padding."""
    reach = [(k - 1) * d + 1 for k, d in zip(window["kernel"], window["dilation"], strict=True)]
    spare = max(reach) + max(window["stride"])
    padded = np.pad(value, [(p, spare) for p in window["pad"]] + [(0, 0)], constant_values=np.int8(zero_point))
    result = []
    for y in range(window["output"][0]):
        for x in range(window["output"][1]):
            top, left = y * window["stride"][0], x * window["stride"][1]
            part = padded[top : top + reach[0] : window["dilation"][0], left : left + reach[1] : window["dilation"][1]]
            result.append(part.reshape(-1, value.shape[2]))
    return np.array(result)


def _weighted_case(
    operation: int,
    layer: dict,
    value: np.ndarray,
    answer: np.ndarray,
    input_shape: tuple[int, int, int],
    output_shape: tuple[int, int, int],
    weights: np.ndarray,
    window: dict | None = None,
    fused: bool = False,
) -> golden.Case:
    channels = layer["biases"].size
    scales = layer["weight_scales"]
    if fused:
        # A fully connected layer with a single weight scale multiplies the two scales in single precision.
        product = np.float32(layer["input_scale"]) * np.float32(scales[0])
        multipliers = [quantization.quantize_multiplier(float(product) / layer["output_scale"])]
    else:
        multipliers = quantization.channel_multipliers(layer["input_scale"], scales, layer["output_scale"])
    window = window or {"kernel": (0, 0), "stride": (0, 0), "dilation": (0, 0), "pad": (0, 0)}
    return golden.Case(
        operation,
        [value],
        answer,
        input_shape,
        output_shape,
        window["kernel"],
        window["stride"],
        window["dilation"],
        window["pad"],
        (layer["zero_point"], 0, layer["output_zero_point"]),
        quantization.clamp_range(layer["activation"], layer["output_scale"], layer["output_zero_point"]),
        weights=weights,
        biases=layer["biases"],
        multipliers=multipliers if len(multipliers) == channels else multipliers * channels,
    )


def average_pool() -> list[golden.Case]:
    """Random windows, and means over whole clips."""
    return _pools(4, golden.AVERAGE_POOL, Builtin.AVERAGE_POOL_2D)


def max_pool() -> list[golden.Case]:
    """Random windows, and maxima over whole clips."""
    return _pools(5, golden.MAX_POOL, Builtin.MAX_POOL_2D)


def _pools(seed: int, operation: int, code: int) -> list[golden.Case]:
    random = Random(seed)
    result = []
    for index, window in enumerate(windows(random, 70, pooling=True)):
        result.append(_pool(random, operation, code, window, 1 + (11 * index) % 67))
    for size, channels in [((49, 1), 65), ((25, 5), 64), ((99, 40), 3)]:
        result.append(_pool(random, operation, code, _window(size, size), channels))
    return result


def _pool(random: Random, operation: int, code: int, window: dict, channels: int) -> golden.Case:
    scale, zero_point, activation = random.scale(), random.pick(ZERO_POINTS), random.pick(ACTIVATIONS)
    options = schema.Pool2DOptionsT()
    _set_window(options, window, activation)
    options.filterHeight, options.filterWidth = window["kernel"]
    value = random.int8(1, *window["input"], channels)
    output_shape = (*window["output"], channels)
    operator = Operator(
        code,
        Options.Pool2DOptions,
        options,
        [Tensor(value.shape, [scale], zero_point)],
        Tensor((1, *output_shape), [scale], zero_point),
        version=2,
    )
    return golden.Case(
        operation,
        [value],
        run(build(operator), [value]),
        (*window["input"], channels),
        output_shape,
        window["kernel"],
        window["stride"],
        window["dilation"],
        window["pad"],
        (zero_point, 0, zero_point),
        quantization.clamp_range(activation, scale, zero_point),
    )


def add() -> list[golden.Case]:
    """Every remainder of 64 elements; scales from equal to far apart."""
    random = Random(6)
    result = []
    for count in [*range(1, 71), 130, 1000]:
        first, second = random.scale(), random.scale()
        if count % 5 == 0:
            second = first
        output_scale = float(np.float32((first + second) * random.pick([0.3, 0.7, 1.0])))
        zero_points = tuple(random.pick(ZERO_POINTS) for _ in range(3))
        activation = random.pick(ACTIVATIONS)
        options = schema.AddOptionsT()
        options.fusedActivationFunction = activation
        values = [random.int8(1, 1, 1, count), random.int8(1, 1, 1, count)]
        operator = Operator(
            Builtin.ADD,
            Options.AddOptions,
            options,
            [
                Tensor(values[0].shape, [first], zero_points[0]),
                Tensor(values[1].shape, [second], zero_points[1]),
            ],
            Tensor(values[0].shape, [output_scale], zero_points[2]),
            version=2,
        )
        common = 2 * max(first, second)
        result.append(
            golden.Case(
                golden.ADD,
                values,
                run(build(operator), values),
                (1, 1, count),
                (1, 1, count),
                zero_points=zero_points,
                clamp=quantization.clamp_range(activation, output_scale, zero_points[2]),
                multipliers=[
                    quantization.quantize_multiplier(first / common),
                    quantization.quantize_multiplier(second / common),
                    quantization.quantize_multiplier(common / (2**20 * output_scale)),
                ],
            )
        )
    return result


def concatenation() -> list[golden.Case]:
    """Two to four inputs on each axis."""
    random = Random(7)
    result = []
    for axis in (0, 1, 2):
        for _ in range(12):
            shape = [random.between(1, 5), random.between(1, 5), random.between(1, 9)]
            extents = [random.between(1, 6) for _ in range(random.between(2, 4))]
            scale, zero_point = random.scale(), random.pick(ZERO_POINTS)
            values = []
            for extent in extents:
                part = [*shape]
                part[axis] = extent
                values.append(random.int8(1, *part))
            shape[axis] = sum(extents)
            options = schema.ConcatenationOptionsT()
            options.axis = axis + 1
            operator = Operator(
                Builtin.CONCATENATION,
                Options.ConcatenationOptions,
                options,
                [Tensor(value.shape, [scale], zero_point) for value in values],
                Tensor((1, *shape), [scale], zero_point),
                version=2,
            )
            result.append(
                golden.Case(
                    golden.CONCATENATION,
                    values,
                    run(build(operator), values),
                    values[0].shape[1:],
                    tuple(shape),
                    zero_points=(zero_point, 0, zero_point),
                    axis=axis,
                    extents=extents,
                )
            )
    return result

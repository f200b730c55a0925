"""Random TensorFlow Lite models, one kind an operator of keyword networks, to hold against LiteRT."""

from collections.abc import Callable

import numpy as np
from tflite_builder import Graph, Model, Type, packed

SAME, VALID = 0, 1


class Random:
    """Draws what models are made of."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def pick(self, *values):
        """One of the values."""
        return values[self.generator.integers(len(values))]

    def between(self, low: int, high: int) -> int:
        """An integer, both ends included."""
        return int(self.generator.integers(low, high + 1))

    def scale(self, low: float = 0.004, high: float = 0.3) -> float:
        """Log-uniform."""
        return float(np.float32(np.exp(self.generator.uniform(np.log(low), np.log(high)))))

    def zero_point(self) -> int:
        """Any that int8 holds, its ends more often."""
        return self.pick(-128, 0, self.between(-128, 127), self.between(-128, 127))

    def int8(self, shape, low: int = -127) -> np.ndarray:
        """Weights."""
        return self.generator.integers(low, 128, shape).astype(np.int8)

    def activation(self, graph: Graph, shape) -> int:
        """A tensor of any scale."""
        return graph.tensor(shape, self.scale(), self.zero_point())


def _weights(random: Random, graph: Graph, shape, axis: int, source_scale: float, fan_in: int, output_scale: float):
    """Weights and biases whose sums fill the output's range; per tensor or per channel, int8 or int4.

    LiteRT's convolutions want biases; dense layers sometimes have none.
    """
    channels = shape[axis]
    narrow = random.pick(False, False, True)
    values = random.int8(shape) if not narrow else random.generator.integers(-7, 8, shape).astype(np.int8)
    spread = (4.4 if narrow else 73) * 60 * fan_in**0.5
    middle = output_scale * 50 / (source_scale * spread)
    count = channels if random.pick(True, True, False) else 1
    scales = [float(np.float32(middle * random.generator.uniform(0.5, 2))) for _ in range(count)]
    weights = graph.tensor(
        shape,
        scales,
        type=Type.INT4 if narrow else Type.INT8,
        data=packed(values) if narrow else values,
        dimension=axis,
    )
    if len(shape) == 2 and random.between(0, 4) == 0:
        return [weights]
    biases = random.generator.normal(0, spread / 2, channels).astype(np.int32)
    scales = [float(np.float32(source_scale) * np.float32(scale)) for scale in scales]
    return [weights, graph.tensor((channels,), scales, type=Type.INT32, data=biases)]


def _scale(graph: Graph, tensor: int) -> float:
    return graph.table.tensors[tensor].quantization.scale[0]


def _zero_point(graph: Graph, tensor: int) -> int:
    return graph.table.tensors[tensor].quantization.zeroPoint[0]


def _like(graph: Graph, tensor: int, shape) -> int:
    return graph.tensor(shape, _scale(graph, tensor), _zero_point(graph, tensor))


def dense(random: Random) -> bytes:
    """FULLY_CONNECTED, of one row or several."""
    model = Model()
    graph = model.main
    rows, columns, outputs = random.pick(1, 1, 1, 3), random.between(1, 90), random.between(1, 40)
    source = random.activation(graph, (rows, columns))
    target = random.activation(graph, (rows, outputs))
    constants = _weights(random, graph, (outputs, columns), 0, _scale(graph, source), columns, _scale(graph, target))
    graph.apply(
        "FULLY_CONNECTED", [source, *constants], [target], "FullyConnectedOptions",
        fusedActivationFunction=random.pick(0, 1, 2, 3),
    )  # fmt: skip
    return model.content([source], [target])


def _window(random: Random, extent: tuple[int, int], dilated: bool):
    kernel = [random.between(1, min(5, e)) for e in extent]
    strides = [random.between(1, 3) for _ in extent]
    dilations = [1, 1]
    if dilated and random.pick(True, False):
        strides, dilations = [1, 1], [random.between(1, 3), random.between(1, 2)]
    padding = random.pick(SAME, VALID)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    if padding == VALID:
        kernel = [k if r <= e else 1 for k, r, e in zip(kernel, reach, extent, strict=True)]
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
        sizes = [(e - r) // s + 1 for e, r, s in zip(extent, reach, strides, strict=True)]
    else:
        sizes = [-(-e // s) for e, s in zip(extent, strides, strict=True)]
    return kernel, strides, dilations, padding, sizes


def convolution(random: Random) -> bytes:
    """CONV_2D with any stride, dilation, padding and activation; sometimes in groups."""
    model = Model()
    graph = model.main
    extent = (random.between(1, 12), random.between(1, 9))
    groups = random.pick(1, 1, 1, 2)
    depth, outputs = random.between(1, 20), groups * random.between(1, 18)
    kernel, strides, dilations, padding, sizes = _window(random, extent, True)
    source = random.activation(graph, (1, *extent, groups * depth))
    target = random.activation(graph, (1, *sizes, outputs))
    fan_in = kernel[0] * kernel[1] * depth
    constants = _weights(
        random, graph, (outputs, *kernel, depth), 0, _scale(graph, source), fan_in, _scale(graph, target)
    )
    graph.apply(
        "CONV_2D", [source, *constants], [target], "Conv2DOptions", padding=padding, strideH=strides[0],
        strideW=strides[1], dilationHFactor=dilations[0], dilationWFactor=dilations[1],
        fusedActivationFunction=random.pick(0, 1, 2, 3),
    )  # fmt: skip
    return model.content([source], [target])


def depthwise(random: Random) -> bytes:
    """DEPTHWISE_CONV_2D, sometimes with several filters a channel."""
    model = Model()
    graph = model.main
    extent = (random.between(1, 9), random.between(1, 6))
    multiplier = random.pick(1, 1, 1, 2, 3)
    channels = random.pick(1, 3, 8, 17, 40, 70) if multiplier == 1 else random.pick(1, 4, 9)
    kernel, strides, dilations, padding, sizes = _window(random, extent, True)
    source = random.activation(graph, (1, *extent, channels))
    target = random.activation(graph, (1, *sizes, channels * multiplier))
    constants = _weights(
        random, graph, (1, *kernel, channels * multiplier), 3, _scale(graph, source), kernel[0] * kernel[1],
        _scale(graph, target),
    )  # fmt: skip
    graph.apply(
        "DEPTHWISE_CONV_2D", [source, *constants], [target], "DepthwiseConv2DOptions", padding=padding,
        strideH=strides[0], strideW=strides[1], depthMultiplier=multiplier, dilationHFactor=dilations[0],
        dilationWFactor=dilations[1], fusedActivationFunction=random.pick(0, 1, 2, 3),
    )  # fmt: skip
    return model.content([source], [target])


def pool(random: Random) -> bytes:
    """AVERAGE_POOL_2D and MAX_POOL_2D."""
    model = Model()
    graph = model.main
    extent = (random.between(1, 14), random.between(1, 9))
    kernel, strides, _, padding, sizes = _window(random, extent, False)
    channels = random.pick(1, 5, 16, 33)
    source = random.activation(graph, (1, *extent, channels))
    target = _like(graph, source, (1, *sizes, channels))
    graph.apply(
        random.pick("AVERAGE_POOL_2D", "MAX_POOL_2D"), [source], [target], "Pool2DOptions", padding=padding,
        strideH=strides[0], strideW=strides[1], filterHeight=kernel[0], filterWidth=kernel[1],
        fusedActivationFunction=random.pick(0, 0, 1, 3),
    )  # fmt: skip
    return model.content([source], [target])


def mean(random: Random) -> bytes:
    """MEAN over height, width or both, kept or not, scales alike or not."""
    model = Model()
    graph = model.main
    extent = [random.between(1, 20), random.between(1, 8), random.pick(1, 12, 65)]
    axes = random.pick([1, 2], [1], [2], [-3, -2], [2, 1])
    keeps = random.pick(True, False)
    gone = [a % 4 for a in axes]
    full = [1, *extent]
    shape = [1 if i in gone else e for i, e in enumerate(full) if keeps or i not in gone]
    source = random.activation(graph, full)
    if random.pick(True, False):
        target = _like(graph, source, shape)
    else:
        target = graph.tensor(shape, _scale(graph, source) * random.generator.uniform(0.4, 2), random.zero_point())
    graph.apply("MEAN", [source, graph.integers(axes)], [target], "ReducerOptions", keepDims=keeps)
    return model.content([source], [target])


def elementwise(random: Random) -> bytes:
    """ADD and MUL of two slices of the input, or of it and a constant, repeated or not."""
    model = Model()
    graph = model.main
    height, width, channels = random.between(1, 6), random.between(1, 5), random.pick(1, 7, 16)
    name = random.pick("ADD", "MUL")
    shape = (1, height, width, channels)
    source = random.activation(graph, shape)
    kind = random.pick("constant", "constant", "squares", "pooled")
    if kind == "constant":
        partial = random.pick(
            shape, (channels,), (1,), (), (1, 1, 1, channels), (width, channels), (1, height, width, 1)
        )
        other = graph.tensor(partial, random.scale(), random.zero_point(), data=random.int8(partial, -128))
    elif kind == "squares":
        other = source
    else:
        other = graph.tensor((1, 1, 1, channels), random.scale(), random.zero_point())
        graph.apply("MEAN", [source, graph.integers([1, 2])], [other], "ReducerOptions", keepDims=True)
    scales = _scale(graph, source), _scale(graph, other)
    middle = 120 * scales[0] * scales[1] if name == "MUL" else sum(scales)
    # Scales in simple ratios put many results on halves.
    factor = random.pick(1.0, 2.0, 0.5, float(random.generator.uniform(0.4, 2)))
    target = graph.tensor(shape, float(np.float32(middle * factor)), random.zero_point())
    pair = random.pick([source, other], [other, source])
    graph.apply(name, pair, [target], name.title() + "Options", fusedActivationFunction=random.pick(0, 1, 2, 3))
    return model.content([source], [target])


def shapes(random: Random) -> bytes:
    """SPLIT or SPLIT_V, STRIDED_SLICE, PAD, CONCATENATION and RESHAPE."""
    model = Model()
    graph = model.main
    parts = random.between(2, 5)
    axis = random.between(1, 3)
    extent = [1, random.between(1, 4), random.between(1, 4), random.between(1, 6)]
    extent[axis] *= parts
    source = random.activation(graph, extent)
    if random.pick(True, False):
        sizes = [extent[axis] // parts] * parts
    else:
        sizes = [1] * (parts - 1) + [extent[axis] - parts + 1]
    pieces = [_like(graph, source, [*extent[:axis], size, *extent[axis + 1 :]]) for size in sizes]
    if len(set(sizes)) == 1 and random.pick(True, False):
        graph.apply("SPLIT", [graph.integers(axis), source], pieces, "SplitOptions", numSplits=parts)
    else:
        split = [source, graph.integers(sizes), graph.integers(random.pick(axis, axis - 4))]
        graph.apply("SPLIT_V", split, pieces, "SplitVOptions", numSplits=parts)
    order = list(random.generator.permutation(pieces))
    joined = _like(graph, source, extent)
    graph.apply("CONCATENATION", [int(i) for i in order], [joined], "ConcatenationOptions", axis=axis)
    top, bottom, left, right = (random.between(0, 3) for _ in range(4))
    wide = [1, extent[1] + top + bottom, extent[2] + left + right, extent[3]]
    padded = _like(graph, source, wide)
    graph.apply("PAD", [joined, graph.integers([[0, 0], [top, bottom], [left, right], [0, 0]])], [padded], "PadOptions")
    begins = [0] + [random.between(0, e - 1) for e in wide[1:]]
    strides = [1, random.between(1, 3), random.between(1, 3), 1]
    ends = [1] + [random.between(b + 1, e) for b, e in zip(begins[1:], wide[1:], strict=True)]
    cut = [-(-(e - b) // s) for b, e, s in zip(begins, ends, strides, strict=True)]
    # Places may be counted from the end, too.
    begins = [b - w if random.pick(True, False) else b for b, w in zip(begins, wide, strict=True)]
    sliced = _like(graph, source, cut)
    graph.apply(
        "STRIDED_SLICE", [padded, *(graph.integers(list(map(int, v))) for v in (begins, ends, strides))], [sliced],
        "StridedSliceOptions", beginMask=0, endMask=0,
    )  # fmt: skip
    flat = _like(graph, source, (1, int(np.prod(cut))))
    graph.apply("RESHAPE", [sliced, graph.integers([1, -1])], [flat], "ReshapeOptions", newShape=[1, -1])
    return model.content([source], [flat])


def unary(random: Random) -> bytes:
    """LOGISTIC, SOFTMAX, RELU, RELU6, QUANTIZE: one, or two after another."""
    model = Model()
    graph = model.main
    count = random.pick(1, 3, 12, 60)
    source = random.activation(graph, (random.pick(1, 5), count))
    tensor, shape = source, graph.table.tensors[source].shape
    for _ in range(random.between(1, 2)):
        name = random.pick("LOGISTIC", "SOFTMAX", "RELU", "RELU6", "QUANTIZE")
        if name in ("LOGISTIC", "SOFTMAX"):
            following = graph.tensor(shape, 1 / 256, -128)
        else:
            ratio = random.pick(1.0, 2.0, 0.5, float(random.generator.uniform(0.3, 3)))
            following = graph.tensor(shape, _scale(graph, tensor) * ratio, random.zero_point())
        fields = {"beta": random.pick(1.0, 1.0, 0.5)} if name == "SOFTMAX" else {}
        graph.apply(name, [tensor], [following], "SoftmaxOptions" if fields else "", **fields)
        tensor = following
    return model.content([source], [tensor])


def stream(random: Random) -> bytes:
    """A streaming network: two variables, each before a convolution over time, then LOGISTIC and QUANTIZE to uint8."""
    model = Model()
    graph, start = model.main, model.graph()
    graph.apply("CALL_ONCE", [], [], "CallOnceOptions", initSubgraphIndex=1)
    frames, bands = random.between(1, 3), random.pick(4, 10)
    source = random.activation(graph, (1, frames, bands))
    tensor = _like(graph, source, (1, frames, 1, bands))
    graph.apply("RESHAPE", [source, graph.integers([1, frames, 1, bands])], [tensor], "ReshapeOptions")
    channels = bands
    for number in range(2):
        kept = random.between(1, 6)
        tensor, length = _ring(random, graph, start, f"state{number}", tensor, frames, kept, channels)
        outputs = random.pick(3, 8)
        target = random.activation(graph, (1, 1, 1, outputs))
        constants = _weights(
            random, graph, (outputs, length, 1, channels), 0, _scale(graph, tensor), length * channels,
            _scale(graph, target),
        )  # fmt: skip
        graph.apply(
            "CONV_2D", [tensor, *constants], [target], "Conv2DOptions", padding=VALID, strideH=1, strideW=1,
            fusedActivationFunction=1,
        )  # fmt: skip
        tensor, frames, channels = target, 1, outputs
    logits = random.activation(graph, (1, 2))
    constants = _weights(random, graph, (2, channels), 0, _scale(graph, tensor), channels, _scale(graph, logits))
    graph.apply("FULLY_CONNECTED", [tensor, *constants], [logits], "FullyConnectedOptions")
    scores = graph.tensor((1, 2), 1 / 256, -128)
    graph.apply("LOGISTIC", [logits], [scores])
    target = graph.tensor((1, 2), 1 / 256, 0, type=Type.UINT8)
    graph.apply("QUANTIZE", [scores], [target])
    return model.content([source], [target])


def _ring(random: Random, graph: Graph, start: Graph, name: str, tensor: int, frames: int, kept: int, channels: int):
    """The last `kept` frames before the new ones, kept in a variable; one of three ways that exporters write it."""
    shape = (1, kept, 1, channels)
    zero_point = _zero_point(graph, tensor)
    for place in (graph, start):
        handle = place.resource()
        place.apply("VAR_HANDLE", [], [handle], "VarHandleOptions", container="", sharedName=name)
        if place is start:
            zeros = start.tensor(shape, _scale(graph, tensor), zero_point, data=np.full(shape, zero_point, np.int8))
            start.apply("ASSIGN_VARIABLE", [handle, zeros], [], "AssignVariableOptions")
        else:
            variable = handle
    old = _like(graph, tensor, shape)
    graph.apply("READ_VARIABLE", [variable], [old], "ReadVariableOptions")
    length = kept + frames
    joined = _like(graph, tensor, (1, length, 1, channels))
    last = _like(graph, tensor, shape)
    ones = graph.integers([1, 1, 1, 1])
    cut = [graph.integers([0, -kept, 0, 0]), graph.integers([0, 0, 0, channels]), ones]
    masks = {"beginMask": 13, "endMask": 15}

    def join() -> None:
        graph.apply("CONCATENATION", [old, tensor], [joined], "ConcatenationOptions", axis=1)

    def keep() -> None:
        graph.apply("STRIDED_SLICE", [joined, *cut], [last], "StridedSliceOptions", **masks)
        graph.apply("ASSIGN_VARIABLE", [variable, last], [], "AssignVariableOptions")

    way = random.pick("usual", "late", "twice")
    join()
    keep()
    if way == "late":
        # What was read before the assignment is used after it, too.
        again = _like(graph, tensor, (1, length, 1, channels))
        graph.apply("CONCATENATION", [old, tensor], [again], "ConcatenationOptions", axis=1)
        joined = again
    elif way == "twice":
        # What is read after the assignment is what was assigned.
        new = _like(graph, tensor, shape)
        graph.apply("READ_VARIABLE", [variable], [new], "ReadVariableOptions")
        return new, kept
    return joined, length


def network(random: Random) -> bytes:
    """A little DS-CNN: convolution, depthwise, pointwise, average pool, reshape, dense, softmax."""
    model = Model()
    graph = model.main
    source = random.activation(graph, (1, 60))
    tensor = _like(graph, source, (1, 12, 5, 1))
    graph.apply("RESHAPE", [source, graph.integers([-1, 12, 5, 1])], [tensor], "ReshapeOptions")
    depth = 1
    for name, kernel, stride in (("CONV_2D", (4, 3), 2), ("DEPTHWISE_CONV_2D", (3, 3), 1), ("CONV_2D", (1, 1), 1)):
        channels = 8
        target = graph.tensor((1, 6, 3, channels), random.scale(0.02, 0.1), -128)
        shape, axis = ((channels, *kernel, depth), 0) if name == "CONV_2D" else ((1, *kernel, channels), 3)
        fan_in = kernel[0] * kernel[1] * (depth if name == "CONV_2D" else 1)
        constants = _weights(random, graph, shape, axis, _scale(graph, tensor), fan_in, _scale(graph, target))
        options = {"padding": SAME, "strideH": stride, "strideW": stride, "fusedActivationFunction": 1}
        kind = "Conv2DOptions" if name == "CONV_2D" else "DepthwiseConv2DOptions"
        if name != "CONV_2D":
            options["depthMultiplier"] = 1
        graph.apply(name, [tensor, *constants], [target], kind, **options)
        tensor, depth = target, channels
    pooled = _like(graph, tensor, (1, 1, 1, depth))
    graph.apply(
        "AVERAGE_POOL_2D", [tensor], [pooled], "Pool2DOptions", padding=VALID, strideH=6, strideW=3, filterHeight=6,
        filterWidth=3,
    )  # fmt: skip
    flat = _like(graph, tensor, (1, depth))
    graph.apply("RESHAPE", [pooled, graph.integers([-1, depth])], [flat], "ReshapeOptions")
    logits = random.activation(graph, (1, 4))
    constants = _weights(random, graph, (4, depth), 0, _scale(graph, flat), depth, _scale(graph, logits))
    graph.apply("FULLY_CONNECTED", [flat, *constants], [logits], "FullyConnectedOptions")
    target = graph.tensor((1, 4), 1 / 256, -128)
    graph.apply("SOFTMAX", [logits], [target], "SoftmaxOptions", beta=1.0)
    return model.content([source], [target])


KINDS: dict[str, Callable[[Random], bytes]] = {
    kind.__name__: kind
    for kind in (dense, convolution, depthwise, pool, mean, elementwise, shapes, unary, stream, network)
}


def build(kind: str, number: int) -> bytes:
    """Model `number` of a kind; always the same."""
    return KINDS[kind](Random(1000 * list(KINDS).index(kind) + number))

"""How the tensors and steps of a binary network are written into an ONNX graph, in QONNX's nodes.

| tensor or step | nodes |
| --- | --- |
| bits | Sub of a threshold a channel, BipolarQuant of scale 1 (of 0 it gives 1); an input of bits has no Sub |
| int16 | Quant: 16 bits, signed, zero point 0 |
| convolution of bits | Conv with BipolarQuant weights, Quant; around it Add of the shortcut, and Quant again |
| bend | Add, PRelu, Add, Quant |
| rescale | Quant, or QuantizeLinear and DequantizeLinear, alone |
"""

from __future__ import annotations

import numpy as np

from .binary_integer import IntegerBend, IntegerThresholds
from .weight_nodes import QONNX, Graph


def add_int16(graph: Graph, value: str, name: str, scale: np.float32) -> str:
    """Rounds a value to the stream's grid; the result is `name`."""
    inputs = [
        value,
        graph.constant(f"{name}.scale", np.float32(scale)),
        graph.constant(f"{name}.zero_point", np.float32(0)),
        graph.constant(f"{name}.bits", np.float32(16)),
    ]
    return graph.node("Quant", inputs, name, domain=QONNX, signed=1, narrow=0, rounding_mode="ROUND")


def add_bits(graph: Graph, value: str, name: str, thresholds: IntegerThresholds | None, scale: np.float32) -> str:
    """Bits of a tensor of that scale, 1 where it reaches the thresholds (or 0, without any); the result is `name`."""
    if thresholds is not None:
        level = graph.constant(f"{name}.threshold", _by_channel(thresholds.levels * np.float64(scale)))
        value = graph.node("Sub", [value, level], f"{name}.margin")
    one = graph.constant(f"{name}.scale", np.float32(1))
    return graph.node("BipolarQuant", [value, one], name, domain=QONNX)


def add_bend(graph: Graph, value: str, name: str, bend: IntegerBend, scale: np.float32) -> str:
    """The bend of a tensor of that scale, not yet rounded; the result is `name`."""
    before = graph.constant(f"{name}.before", _by_channel(bend.before * np.float64(scale)))
    slope = graph.constant(f"{name}.slope", _by_channel(bend.slopes))
    after = graph.constant(f"{name}.after", _by_channel(bend.after * np.float64(scale)))
    shifted = graph.node("Add", [value, before], f"{name}.shifted")
    return graph.node("Add", [graph.node("PRelu", [shifted, slope], f"{name}.bent"), after], name)


def _by_channel(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32).reshape(1, -1, 1)

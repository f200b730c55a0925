"""How weights of each encoding are written into an ONNX graph, so that their integers can be told from the file alone.

| encoding | nodes |
| --- | --- |
| `int8` | int8 initializer, DequantizeLinear |
| `int2` ... `int7`, `ternary` (as 2 bits) | float initializer, QONNX Quant: signed, narrow, zero point 0 |
| `rise2` ... `rise7` | float initializer, QONNX Quant: signed, not narrow, zero point -0.5, twice the scale |
| `binary` | float initializer, QONNX BipolarQuant |
| `binary` about a center | the same, and Add of a constant an output: a multiple of 1/256 of the scale |
| `codebook2` ... `codebook4` | int8 table, Gather by int32 indices, DequantizeLinear |

Float initializers hold `scale * level` already: quantizing them changes nothing.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .integer import QuantizedWeights
from .quantizers import encoding

QONNX = "qonnx.custom_op.general"


class Graph(Protocol):
    """What is needed of a graph under construction."""

    def constant(self, name: str, value: np.ndarray) -> str:
        """Adds an initializer."""

    def node(self, operator: str, inputs: list[str], output: str, **attributes) -> str:
        """Adds a node of one output."""


def add_weight(graph: Graph, name: str, layer: QuantizedWeights) -> str:
    """Adds the nodes that yield a layer's weight in float; returns `name`, which is their result."""
    kind = encoding(layer.encoding)
    if kind.name == "int8":
        return add_dequantized(graph, name, graph.constant(f"{name}.q", layer.weight), layer.scales, np.int8)
    if kind.family == "codebook":
        return _add_codebook(graph, name, layer)
    scales = layer.scales.reshape(-1, *[1] * (layer.weight.ndim - 1))
    real = graph.constant(f"{name}.real", (layer.weight * scales).astype(np.float32))
    if kind.family == "binary":
        inputs = [real, graph.constant(f"{name}.scale", scales)]
        if layer.centers is None:
            return graph.node("BipolarQuant", inputs, name, domain=QONNX)
        signs = graph.node("BipolarQuant", inputs, f"{name}.signs", domain=QONNX)
        centers = (layer.centers * layer.steps.astype(np.float64)).astype(np.float32).reshape(scales.shape)
        return graph.node("Add", [signs, graph.constant(f"{name}.center", centers)], name)
    rising = kind.family == "rise"
    inputs = [
        real,
        graph.constant(f"{name}.scale", 2 * scales if rising else scales),
        graph.constant(f"{name}.zero_point", np.float32(-0.5 if rising else 0)),
        graph.constant(f"{name}.bits", np.float32(kind.bits)),
    ]
    return graph.node("Quant", inputs, name, domain=QONNX, signed=1, narrow=0 if rising else 1, rounding_mode="ROUND")


def add_dequantized(graph: Graph, name: str, integers: str, scales: np.ndarray, kind: type) -> str:
    """Adds a DequantizeLinear over the first axis of integers that the graph has already."""
    inputs = [
        integers,
        graph.constant(f"{name}.scale", scales),
        graph.constant(f"{name}.zero_point", np.zeros(len(scales), dtype=kind)),
    ]
    return graph.node("DequantizeLinear", inputs, name, axis=0)


def _add_codebook(graph: Graph, name: str, layer: QuantizedWeights) -> str:
    indices = np.searchsorted(layer.table, layer.weight).astype(np.int32)
    inputs = [graph.constant(f"{name}.table", layer.table), graph.constant(f"{name}.indices", indices)]
    return add_dequantized(graph, name, graph.node("Gather", inputs, f"{name}.q", axis=0), layer.scales, np.int8)

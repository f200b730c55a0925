"""Weights of one to eight bits as ONNX spells them: QONNX Quant and BipolarQuant nodes, and codebooks by Gather."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class Levels:
    """The integers that an encoding has, and what an integer is worth in steps of the scale in the file."""

    values: np.ndarray
    worth: float = 1.0


def levels_of(encoding: str) -> Levels:
    """The levels of an encoding of fields, such as int4, ternary, binary or rise3."""
    if encoding == "ternary":
        return Levels(np.array([-1, 0, 1]))
    if encoding == "binary":
        return Levels(np.array([-1, 1]))
    bits = int(encoding[-1])
    if encoding.startswith("rise"):
        return Levels(np.arange(1 - 2**bits, 2**bits, 2), 0.5)
    return Levels(np.arange(1 - 2 ** (bits - 1), 2 ** (bits - 1)))


def draw(random: np.random.Generator, encoding: str, shape: list[int]) -> tuple[np.ndarray, Levels, np.ndarray | None]:
    """Random integer weights, their levels, and the codebook of a codebook encoding."""
    if encoding.startswith("codebook"):
        count = 2 ** int(encoding[-1])
        table = np.concatenate([[-127, 127], random.choice(np.arange(-126, 127), count - 2, replace=False)])
        return random.choice(table, shape), Levels(table), table
    levels = levels_of(encoding)
    return random.choice(levels.values, shape), levels, None


def add_nodes(net, encoding: str, weights: np.ndarray, levels: Levels, table, scales: np.ndarray, axis: int) -> str:
    """Nodes in `net` that make `weights` out of constants; `scales` is what an integer is worth. Returns their name."""
    spread = np.ones(weights.ndim, int)
    spread[axis] = len(scales)
    if table is not None:
        order = {int(level): index for index, level in enumerate(table)}
        indices = np.vectorize(order.get)(weights).astype(np.int64)
        picked = net.node("Gather", [net.constant("codebook", table.astype(np.int8)), net.constant("index", indices)])
        inputs = [picked, net.constant("scale", scales), net.constant("zero", np.zeros(len(scales), np.int8))]
        return net.node("DequantizeLinear", inputs, "weight", axis=axis)
    floats = (weights * scales.astype(np.float64).reshape(spread)).astype(np.float32)
    steps = (scales / np.float32(levels.worth)).reshape(spread)
    inputs = [net.constant("weight", floats), net.constant("scale", steps)]
    if encoding == "binary":
        return net.node("BipolarQuant", inputs, "weight")
    bits = 2 if encoding == "ternary" else int(encoding[-1])
    rises = encoding.startswith("rise")
    inputs += [net.constant("zero", np.float32(-0.5 if rises else 0)), net.constant("bits", np.float32(bits))]
    return net.node("Quant", inputs, "weight", signed=1, narrow=int(not rises), rounding_mode="ROUND")

"""Integers of what only binary networks have: thresholds and bends, as the runtime computes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .binary_network import BinaryNetwork
from .multiplier import apply_multiplier, quantize_multiplier
from .networks import Step
from .quantizers.stream import HIGHEST, LOWEST


@dataclass
class IntegerThresholds:
    """A bit a value: 1 where it reaches its channel's threshold, -1 below."""

    levels: np.ndarray  # int32 [channels]

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Integers `[n, time, channels]` to int8 -1 and 1."""
        return np.where(values >= self.levels, 1, -1).astype(np.int8)


@dataclass
class IntegerBend:
    """x' = x + before; x' or, where it is negative, x' times a multiplier, rounded half up; + after, within int16."""

    before: np.ndarray  # int32 [channels]
    after: np.ndarray  # int32 [channels]
    slopes: np.ndarray  # float32 [channels]

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """int16 `[n, time, channels]` to the same."""
        x = values.astype(np.int64) + self.before
        mantissas, shifts = np.array([quantize_multiplier(float(slope)) for slope in self.slopes], dtype=np.int64).T
        bent = np.where(x >= 0, x, apply_multiplier(x, mantissas, shifts))
        return np.clip(bent + self.after, LOWEST, HIGHEST).astype(np.int16)


def parts_of(network: BinaryNetwork) -> dict[str, IntegerThresholds | IntegerBend]:
    """By the names of steps; `frames` is for the comparators of an analog front end, in steps of its features."""
    stream = network.stream
    step_of_stream = float(stream.scale)

    def whole(values) -> np.ndarray:
        return np.rint(values.detach().double().numpy() / step_of_stream).astype(np.int32)

    parts: dict[str, IntegerThresholds | IntegerBend] = {}
    for name, threshold in network.thresholds.items():
        parts[name] = IntegerThresholds(whole(stream.whole(threshold.level)))
    for name, bend in network.bends.items():
        before, slope, after = bend.used(stream)
        parts[name] = IntegerBend(whole(before), whole(after), slope.detach().float().numpy())
    if network.comparators is not None:
        level = network.comparators.level.detach().double().numpy()
        parts["frames"] = IntegerThresholds(np.ceil(level).astype(np.int32))
    return parts


def limits(step: Step) -> tuple[int, int]:
    """The range of a step's tensor."""
    return (LOWEST, HIGHEST) if step.result == "int16" else (-128, 127)

"""The golden files: what a layer is given and what LiteRT's reference kernel answers.

A file is `DMGV`, the number of cases, two zero words, and the cases. A case is 32 little-endian int32 words and then,
each padded with zeros to a multiple of 16 bytes: weights, biases, multipliers, shifts, inputs, output. Weights and
biases are as the model image stores them: rows padded to a multiple of 4, the zero point folded into the biases.

Words: 0 operation (as in the image), 1-3 input height, width, channels, 4-6 output, 7-8 kernel height, width,
9-10 stride, 11-12 dilation, 13 padding above, 14 left, 15 zero point of the first input, 16 of the second, 17 of the
output, 18 least output, 19 greatest output, 20 axis, 21 number of inputs, 22 rows of weights, 23 weights in a row,
24 bytes from row to row, 25 multipliers, 26-29 extents of the inputs along the axis, 30 bytes of the case, 31 zero.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

DENSE, CONVOLUTION, DEPTHWISE, AVERAGE_POOL, MAX_POOL, ADD, CONCATENATION = range(1, 8)


@dataclass
class Case:
    """One layer with its inputs and expected output; see the module for the meaning of the fields."""

    operation: int
    inputs: list[np.ndarray]
    output: np.ndarray
    input_shape: tuple[int, int, int]
    output_shape: tuple[int, int, int]
    kernel: tuple[int, int] = (0, 0)
    stride: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (0, 0)
    pad: tuple[int, int] = (0, 0)
    zero_points: tuple[int, int, int] = (0, 0, 0)
    clamp: tuple[int, int] = (-128, 127)
    axis: int = 0
    extents: list[int] = field(default_factory=list)
    weights: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.int8))
    biases: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    multipliers: list[tuple[int, int]] = field(default_factory=list)

    def pack(self) -> bytes:
        """The bytes of the case."""
        rows, length = self.weights.shape
        stride = (length + 3) & ~3
        padded = np.zeros((rows, stride), np.int8)
        padded[:, :length] = self.weights
        folded = self.biases.astype(np.int64)
        if rows:
            # Depthwise weights are [taps][channels]; all others [channels][...].
            sums = self.weights.astype(np.int64).sum(axis=0 if self.operation == DEPTHWISE else 1)
            folded = folded - self.zero_points[0] * sums
        arrays = [
            padded.tobytes(),
            folded.astype("<i4").tobytes(),
            np.array([m for m, _ in self.multipliers], "<i4").tobytes(),
            np.array([s for _, s in self.multipliers], "<i4").tobytes(),
            *[value.astype(np.int8).tobytes() for value in self.inputs],
            self.output.astype(np.int8).tobytes(),
        ]
        body = b"".join(data + bytes(-len(data) % 16) for data in arrays)
        words = [
            self.operation,
            *self.input_shape,
            *self.output_shape,
            *self.kernel,
            *self.stride,
            *self.dilation,
            *self.pad,
            *self.zero_points,
            *self.clamp,
            self.axis,
            len(self.inputs),
            rows,
            length,
            stride,
            len(self.multipliers),
            *(self.extents + [0] * (4 - len(self.extents))),
            128 + len(body),
            0,
        ]
        return struct.pack("<32i", *words) + body


def write(path: Path, cases: Sequence) -> None:
    """Writes a golden file and says how large it is."""
    data = b"DMGV" + struct.pack("<3i", len(cases), 0, 0) + b"".join(case.pack() for case in cases)
    path.write_bytes(data)
    print(f"{path.name}: {len(cases)} cases, {len(data)} bytes")

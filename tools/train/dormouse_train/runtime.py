"""The runtime itself, from Python: the network of a model image, on the same code as the device's."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .library import LibraryError, load

ALIGNMENT = 16


class Runtime:
    """Runs the network of one image. One object serves one thread at a time."""

    def __init__(self, image: bytes | Path):
        """Raises LibraryError if the image is broken."""
        self._ffi, self._library = load()
        data = image if isinstance(image, bytes) else image.read_bytes()
        self._image = _aligned(len(data))
        self._image[:] = np.frombuffer(data, np.uint8)
        pointer = self._pointer(self._image)
        size = self._checked(self._library.dm_network_memory_size(pointer, len(data)))
        self._buffer = _aligned(size)
        self._memory = self._pointer(self._buffer)
        self._checked(self._library.dm_network_start(pointer, len(data), self._memory, size))
        self.inputs = self._checked(self._library.dm_network_input_length(self._memory))
        self.outputs = self._checked(self._library.dm_network_output_length(self._memory))

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """int8 frames `[n, context, bands]` to int8 logits `[n, classes]`."""
        flat = np.ascontiguousarray(frames, dtype=np.int8).reshape(len(frames), -1)
        if flat.shape[1] != self.inputs:
            raise ValueError(f"the image's network takes {self.inputs} values, not {flat.shape[1]}")
        logits = np.empty((len(flat), self.outputs), np.int8)
        for row, values in enumerate(flat):
            self._ffi.memmove(self._library.dm_network_input(self._memory), values.tobytes(), self.inputs)
            self._checked(self._library.dm_network_run(self._memory))
            output = self._ffi.buffer(self._library.dm_network_output(self._memory), self.outputs)
            logits[row] = np.frombuffer(output, np.int8)
        return logits

    def _pointer(self, array: np.ndarray):
        return self._ffi.cast("void *", array.ctypes.data)

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            raise LibraryError(f"the image was refused with code {result} (see Sources/CDormouse/include)")
        return result


def packed(bits: np.ndarray) -> np.ndarray:
    """Bits -1 and 1 `[..., channels]` as the runtime takes them: words of 32, channel c bit c % 32, as int8 bytes."""
    octets = np.packbits(bits > 0, axis=-1, bitorder="little")
    spare = -octets.shape[-1] % 4
    return np.pad(octets, [(0, 0)] * (bits.ndim - 1) + [(0, spare)]).view(np.int8)


def _aligned(size: int) -> np.ndarray:
    """Bytes that begin at a multiple of 16."""
    buffer = np.zeros(size + ALIGNMENT, np.uint8)
    skip = -buffer.ctypes.data % ALIGNMENT
    return buffer[skip : skip + size]

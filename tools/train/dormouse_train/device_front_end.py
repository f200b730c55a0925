"""What the front ends of the device share: a section that is designed from settings, and memory that is lent."""

import json

import numpy as np

from .library import LibraryError, load


class DeviceFrontEnd:
    """A front end that the runtime computes; subclasses name its C functions.

    `section` is the front-end section of an image. One object serves one thread at a time.
    """

    kind: str
    """As settings name it."""
    functions: str
    """What the names of its C functions have in common: dm_FUNCTIONS_frames, dm_design_FUNCTIONS and so on."""

    def __init__(self, settings: dict | None = None):
        self._ffi, self._library = load()
        self.section = self._design({"kind": self.kind, **(settings or {})})
        # The section and the memory start at multiples of 16 bytes: malloc's alignment.
        self._section = self._ffi.new("uint8_t[]", self.section)
        self._length = len(self.section)
        self._memory_size = self._asked("memory_size")
        self._buffer, self._memory = self._allocate()

    def frames(self, samples: int) -> int:
        """Frames that so many samples give."""
        return self._asked("frames", samples)

    def _function(self, name: str):
        return getattr(self._library, f"dm_{self.functions}_{name}")

    def _asked(self, name: str, *more) -> int:
        return self._checked(self._function(name)(self._section, self._length, *more))

    def _allocate(self):
        buffer = np.zeros(self._memory_size + 16, np.uint8)
        return buffer, self._ffi.cast("void *", buffer.ctypes.data + -buffer.ctypes.data % 16)

    def _batch(self, samples: np.ndarray, name: str, width: int, kind: type) -> np.ndarray:
        """What function `name` gives, [clips, frames, width], for int16 [clips, samples]."""
        samples = np.asarray(samples)
        if samples.dtype != np.int16 or samples.ndim != 2:
            raise TypeError(f"expected int16 samples [clips, samples], got {samples.dtype} {list(samples.shape)}")
        samples = np.ascontiguousarray(samples)
        clips, count = samples.shape
        frames = self.frames(count)
        output = np.empty((clips, frames, width), kind)
        pointer = f"{np.dtype(kind).name}_t *"
        for clip in range(clips):
            source = self._ffi.cast("const int16_t *", samples[clip].ctypes.data)
            target = self._ffi.cast(pointer, output[clip].ctypes.data)
            self._asked(name, source, count, target, frames, self._memory, self._memory_size)
        return output

    def _design(self, settings: dict) -> bytes:
        name = f"dm_design_{self.functions}"
        text = json.dumps(settings).encode()
        message = self._ffi.new("uint8_t[]", 500)
        output = self._ffi.new("uint8_t[]", 8192)
        size = getattr(self._library, name)(text, len(text), output, len(output), message, len(message))
        if size < 0:
            reason = self._ffi.string(self._ffi.cast("char *", message)).decode()
            raise LibraryError(reason or f"{name} failed with {size}")
        return bytes(self._ffi.buffer(output, size))

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            raise LibraryError(f"the front end failed with code {result} (see Sources/CDormouse/include)")
        return result

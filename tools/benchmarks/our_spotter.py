"""The runtime's spotter, called through the C interface as firmware calls it."""

from collections.abc import Iterator
from pathlib import Path

import cffi
import numpy as np

DECLARATIONS = """
typedef struct { int32_t frame, inference, label, score; uint64_t start, end; } dormouse_event;
ptrdiff_t dormouse_arena_length(const void *image, size_t image_length);
int32_t dormouse_open(void *arena, size_t arena_length, const void *image, size_t image_length);
int32_t dormouse_reset(void *arena);
ptrdiff_t dormouse_push(void *arena, const int16_t *samples, size_t count, dormouse_event *event);
const int8_t *dormouse_frame(void *arena, ptrdiff_t *length);
const int8_t *dormouse_logits(void *arena, ptrdiff_t *length);
const char *dormouse_label(void *arena, int32_t label, ptrdiff_t *length);
"""


def aligned(ffi: cffi.FFI, content: bytes | int):
    """Memory at a multiple of 16: a copy of bytes, or that many zeros. Returns the owner and the address."""
    length = content if isinstance(content, int) else len(content)
    owner = ffi.new("uint8_t[]", length + 16)
    address = ffi.cast("void *", (int(ffi.cast("uintptr_t", owner)) + 15) // 16 * 16)
    if not isinstance(content, int):
        ffi.memmove(address, content, length)
    return owner, address


class OurSpotter:
    """A spotter with an image; `event` says what the last push did. Raises ValueError for an image that is refused."""

    def __init__(self, library: Path, image: Path):
        self._ffi = cffi.FFI()
        self._ffi.cdef(DECLARATIONS)
        self.runtime = self._ffi.dlopen(str(library))
        content = image.read_bytes()
        self._image, base = aligned(self._ffi, content)
        self.arena_length = self.runtime.dormouse_arena_length(base, len(content))
        if self.arena_length <= 0:
            raise ValueError(f"{image} is refused with code {self.arena_length}")
        self._memory, self.arena = aligned(self._ffi, self.arena_length)
        if code := self.runtime.dormouse_open(self.arena, self.arena_length, base, len(content)):
            raise ValueError(f"{image} is refused with code {code}")
        self.event, self._count = self._ffi.new("dormouse_event *"), self._ffi.new("ptrdiff_t *")

    def hear(self, samples: np.ndarray, chunk: int | None = None) -> Iterator:
        """Pushes mono int16 samples, at most `chunk` at a time, and yields `event` after each step."""
        data = np.ascontiguousarray(samples, np.int16)
        source = self._ffi.cast("const int16_t *", data.ctypes.data)
        push, arena, event = self.runtime.dormouse_push, self.arena, self.event
        for start in range(0, len(data), chunk or max(1, len(data))):
            taken, end = start, min(len(data), start + (chunk or len(data)))
            while taken < end:
                taken += push(arena, source + taken, end - taken, event)
                yield event

    def frame(self) -> bytes:
        """Features of the last frame."""
        return self._bytes(self.runtime.dormouse_frame(self.arena, self._count))

    def logits(self) -> bytes:
        """Output of the last inference."""
        return self._bytes(self.runtime.dormouse_logits(self.arena, self._count))

    def label(self) -> str:
        """Of the event's detection."""
        return self._bytes(self.runtime.dormouse_label(self.arena, self.event.label, self._count)).decode()

    def reset(self) -> None:
        """Forgets everything heard."""
        self.runtime.dormouse_reset(self.arena)

    def _bytes(self, pointer) -> bytes:
        return bytes(self._ffi.buffer(pointer, self._count[0]))

"""The host's runtime, through the C interface: what it hears in samples, as text equal to the firmware's."""

from pathlib import Path

import cffi
import numpy as np

DECLARATIONS = """
typedef struct { int32_t frame, inference, label, score; uint64_t start, end; } dormouse_event;
ptrdiff_t dormouse_arena_length(const void *image, size_t image_length);
int32_t dormouse_open(void *arena, size_t arena_length, const void *image, size_t image_length);
ptrdiff_t dormouse_push(void *arena, const int16_t *samples, size_t count, dormouse_event *event);
const int8_t *dormouse_frame(void *arena, ptrdiff_t *length);
const int8_t *dormouse_logits(void *arena, ptrdiff_t *length);
const char *dormouse_label(void *arena, int32_t label, ptrdiff_t *length);
"""


def fnv1a(content: bytes) -> int:
    """FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for byte in content:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def aligned(ffi: cffi.FFI, content: bytes | int):
    """Memory at a multiple of 16: a copy of bytes, or that many zeros. Returns the owner and the address."""
    length = content if isinstance(content, int) else len(content)
    owner = ffi.new("uint8_t[]", length + 16)
    address = ffi.cast("void *", (int(ffi.cast("uintptr_t", owner)) + 15) // 16 * 16)
    if not isinstance(content, int):
        ffi.memmove(address, content, length)
    return owner, address


def hear(library: Path, image: Path, samples: np.ndarray) -> list[str]:
    """Detections, frame hash and logit hash of mono int16 samples, in the words of the firmware `spot`."""
    ffi = cffi.FFI()
    ffi.cdef(DECLARATIONS)
    runtime = ffi.dlopen(str(library))
    content = image.read_bytes()
    image_owner, base = aligned(ffi, content)
    size = runtime.dormouse_arena_length(base, len(content))
    assert size > 0, f"{image} is refused with code {size}"
    memory_owner, memory = aligned(ffi, size)
    assert runtime.dormouse_open(memory, size, base, len(content)) == 0
    data = np.ascontiguousarray(samples, np.int16)
    source = ffi.cast("const int16_t *", data.ctypes.data)
    progress, count = ffi.new("dormouse_event *"), ffi.new("ptrdiff_t *")
    lines: list[str] = []
    frames: list[bytes] = []
    logits: list[bytes] = []
    taken = 0
    while taken < len(data):
        taken += runtime.dormouse_push(memory, source + taken, len(data) - taken, progress)
        if progress.frame:
            frame = runtime.dormouse_frame(memory, count)
            frames.append(bytes(ffi.buffer(frame, count[0])))
        if progress.inference:
            output = runtime.dormouse_logits(memory, count)
            logits.append(bytes(ffi.buffer(output, count[0])))
        if progress.label >= 0:
            text = runtime.dormouse_label(memory, progress.label, count)
            label = bytes(ffi.buffer(text, count[0])).decode()
            lines.append(f"detection {label} {progress.score} {progress.start} {progress.end}")
    lines.append(f"frames {len(frames)} hash {fnv1a(b''.join(frames)):08x}")
    lines.append(f"inferences {len(logits)} hash {fnv1a(b''.join(logits)):08x}")
    del image_owner, memory_owner
    return lines

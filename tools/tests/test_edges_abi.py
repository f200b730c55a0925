"""Edges through the C interface give the frames that the definition says, and the codes that the header names."""

import math
import random
from pathlib import Path

import cffi
import pytest
from command_line import ROOT
from host_spotter import DECLARATIONS, aligned

LIBRARY = ROOT / ".build" / "release" / "libDormousePython.so"
IMAGE = ROOT / "models" / "zero-binary-analog8" / "zero-binary-analog8.dormouse"
MORE = """
int32_t dormouse_begin_edges(void *arena, uint32_t tick);
int32_t dormouse_push_edge(void *arena, uint32_t tick, uint8_t channel, int32_t high, dormouse_event *event);
int32_t dormouse_pass_time(void *arena, uint32_t tick, dormouse_event *event);
const char *dormouse_error_name(ptrdiff_t code);
"""
CHANNELS = 8
pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason=f"build first: {LIBRARY.relative_to(ROOT)} is absent")


def window_ticks(image: bytes) -> float:
    """Ticks of a window, from the front-end section: kind, sample rate, channels, window."""
    for entry in range(int.from_bytes(image[16:20], "little")):
        at = 32 + 16 * entry
        if int.from_bytes(image[at : at + 4], "little") == 1:
            start = int.from_bytes(image[at + 4 : at + 8], "little")
            rate = int.from_bytes(image[start + 4 : start + 8], "little")
            return int.from_bytes(image[start + 10 : start + 12], "little") * 32768 / rate
    raise AssertionError("no front end")


class Ears:
    """An open spotter."""

    def __init__(self, image: Path):
        self.ffi = cffi.FFI()
        self.ffi.cdef(DECLARATIONS + MORE)
        self.library = self.ffi.dlopen(str(LIBRARY))
        content = image.read_bytes()
        self.image, base = aligned(self.ffi, content)
        size = self.library.dormouse_arena_length(base, len(content))
        self.owner, self.arena = aligned(self.ffi, size)
        assert self.library.dormouse_open(self.arena, size, base, len(content)) == 0
        self.event, self.length = self.ffi.new("dormouse_event *"), self.ffi.new("ptrdiff_t *")

    def frame(self) -> int:
        bits = self.library.dormouse_frame(self.arena, self.length)
        return int.from_bytes(bytes(self.ffi.buffer(bits, self.length[0])), "little")

    def name(self, code: int) -> str:
        return self.ffi.string(self.library.dormouse_error_name(code)).decode()


def test_frames_of_random_edges_are_as_defined():
    generator = random.Random(4)
    ears, window = Ears(IMAGE), window_ticks(IMAGE.read_bytes())
    start = 2**32 - 70_000  # the timer wraps on the way
    ticks = sorted(generator.sample(range(1, 200_000), 600))
    level, edges = [0] * CHANNELS, []
    for tick in ticks:
        channel = generator.randrange(CHANNELS)
        level[channel] ^= 1
        edges.append((tick, channel, level[channel]))
    frames = []
    assert ears.library.dormouse_begin_edges(ears.arena, start) == 0
    for tick, channel, high in [*edges, (200_000, None, None)]:
        while True:
            place = (start + tick) % 2**32
            if channel is None:
                taken = ears.library.dormouse_pass_time(ears.arena, place, ears.event)
            else:
                taken = ears.library.dormouse_push_edge(ears.arena, place, channel, high, ears.event)
            assert taken in (0, 1) and ears.event.frame == 1 - taken
            if taken == 1:
                break
            frames.append(ears.frame())
    expected = []
    held, at = 0, 0
    while math.ceil((len(expected) + 1) * window) <= 200_000:
        end = math.ceil((len(expected) + 1) * window)
        heard = held
        while at < len(edges) and edges[at][0] < end:
            held ^= 1 << edges[at][1]
            heard |= held
            at += 1
        expected.append(heard)
    assert len(expected) > 50 and frames == expected


def test_what_is_wrong_with_an_edge_has_a_name():
    ears = Ears(IMAGE)
    push, arena, event = ears.library.dormouse_push_edge, ears.arena, ears.event
    assert ears.name(push(arena, 0, 0, 1, event)) == "wrong_input", "edges come after dormouse_begin_edges"
    assert ears.library.dormouse_begin_edges(arena, 100) == 0
    assert ears.name(ears.library.dormouse_push(arena, ears.ffi.new("int16_t[4]"), 4, event)) == "wrong_input"
    assert ears.name(push(arena, 100, CHANNELS, 1, event)) == "no_such_channel"
    assert ears.name(push(arena, 99, 0, 1, event)) == "out_of_order"
    assert ears.name(push(arena, 100, 0, 0, event)) == "lost_edge"
    assert ears.name(push(arena, 100, 0, 1, ears.ffi.NULL)) == "null_pointer"
    assert push(arena, 100, 0, 1, event) == 1 and event.frame == 0 and event.label == -1
    assert ears.library.dormouse_reset(arena) == 0
    assert ears.library.dormouse_push(arena, ears.ffi.new("int16_t[4]"), 4, event) == 4, "back to samples"

"""The micro front end beside TensorFlow's own C, which pymicro-features wraps: the same 10 ms, turn and turn about."""

import json
import statistics
import subprocess
import sys

import numpy as np
from count.counting import ROOT
from peers.runners import CHUNK, PymicroFeatures

from . import ears
from .dense250k import block

sys.path.insert(0, str(ROOT / "tools" / "train"))

from dormouse_train.frontend import LogMel, Micro

SECONDS, BLOCKS = 4, 101
FRAMES_A_SECOND = 98
"""Of the recording that devices hear: a second without what comes before the first window is full."""


def sound() -> np.ndarray:
    """Bursts of noise, int16."""
    return np.tile(ears.sound(), SECONDS)


class OurFrontEnd:
    """A sound through one of our front ends, in as many calls from Python as theirs takes."""

    def __init__(self, samples: np.ndarray, front_end: LogMel | None = None):
        self._front_end, self._samples = front_end or Micro(), samples
        self._buffer, self._memory = self._front_end._allocate()
        ffi, base = self._front_end._ffi, samples.ctypes.data
        starts = range(0, len(samples) // CHUNK * CHUNK, CHUNK)
        self._starts = [ffi.cast("const int16_t *", base + 2 * at) for at in starts]
        self._frame, self._ready = ffi.new("int8_t[]", 40), ffi.new("int32_t *")

    def __call__(self) -> None:
        library, memory, front_end = self._front_end._library, self._memory, self._front_end
        library.dm_logmel_start(front_end._section, front_end._length, memory, front_end._memory_size)
        frame, ready, push = self._frame, self._ready, library.dm_logmel_push
        for source in self._starts:
            # The first chunks fill the window; from then on a chunk completes a frame and is taken whole.
            assert push(memory, source, CHUNK, frame, ready) == CHUNK


def instructions() -> int:
    """Of a frame on Cortex-M4."""
    return round(ears.instructions("m4", "micro") / FRAMES_A_SECOND)


def run(as_json: bool) -> int:
    """Measures and prints."""
    build = ["swift", "build", "-c", "release", "--product", "DormousePython"]
    subprocess.run(build, cwd=ROOT, check=True, stdout=sys.stderr)
    samples = sound()
    frames = Micro().frames(len(samples))
    ours, theirs = OurFrontEnd(samples), PymicroFeatures(samples)
    pairs = [(block(ours, repeats=1), block(theirs, repeats=1)) for _ in range(BLOCKS)]
    medians = [statistics.median(pair[side] for pair in pairs) / frames for side in (0, 1)]
    results = {
        "microfrontend.host.ours_ns": round(medians[0]),
        "microfrontend.host.pymicro_ns": round(medians[1]),
        "microfrontend.host.ratio": round(statistics.median(a / b for a, b in pairs), 4),
        "microfrontend.m4.instructions_per_frame": instructions(),
    }
    if as_json:
        print(json.dumps(results))
        return 0
    print(f"a frame on this host, medians of {BLOCKS} alternating blocks:")
    print(f"ours {medians[0]:.0f} ns, theirs {medians[1]:.0f} ns")
    print(f"ours over theirs: {results['microfrontend.host.ratio']} (bar 0.80)")
    print(f"instructions a frame on Cortex-M4: {results['microfrontend.m4.instructions_per_frame']:,} (bar 60,000)")
    return 0

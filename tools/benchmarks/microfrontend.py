"""The micro front end beside TensorFlow's own C, which pymicro-features wraps: the same 10 ms, turn and turn about."""

import json
import statistics
import subprocess
import sys
import time

import numpy as np
from count.counting import ROOT

from . import ears

sys.path.insert(0, str(ROOT / "tools" / "train"))

from dormouse_train.frontend import Micro

CHUNK, SECONDS, BLOCKS = 160, 4, 101
FRAMES_A_SECOND = 98
"""Of the recording that devices hear: a second without what comes before the first window is full."""


def sound() -> np.ndarray:
    """Bursts of noise, int16."""
    return np.tile(ears.sound(), SECONDS)


def theirs(samples: np.ndarray) -> float:
    """Seconds that pymicro-features takes for the sound, in calls of its C++ module with 10 ms each."""
    import micro_features_cpp

    chunks = [samples[start : start + CHUNK].tobytes() for start in range(0, len(samples), CHUNK)]
    front_end, process = micro_features_cpp.create_frontend(), micro_features_cpp.process_samples
    start = time.perf_counter()
    for chunk in chunks:
        process(front_end, chunk)
    return time.perf_counter() - start


def ours(samples: np.ndarray, front_end: Micro) -> float:
    """Seconds that we take, in as many calls from Python."""
    ffi, library = front_end._ffi, front_end._library
    buffer, memory = front_end._allocate()
    library.dm_logmel_start(front_end._section, front_end._length, memory, front_end._memory_size)
    starts = [ffi.cast("const int16_t *", samples.ctypes.data + 2 * at) for at in range(0, len(samples), CHUNK)]
    frame, ready, push = ffi.new("int8_t[]", 40), ffi.new("int32_t *"), library.dm_logmel_push
    start = time.perf_counter()
    for source in starts:
        # The first chunks fill the window; from then on a chunk completes a frame and is taken whole.
        assert push(memory, source, CHUNK, frame, ready) == CHUNK
    took = time.perf_counter() - start
    del buffer
    return took


def run(as_json: bool) -> int:
    """Measures and prints."""
    build = ["swift", "build", "-c", "release", "--product", "DormousePython"]
    subprocess.run(build, cwd=ROOT, check=True, stdout=sys.stderr)
    samples, front_end = sound(), Micro()
    frames = front_end.frames(len(samples))
    pairs = [(ours(samples, front_end), theirs(samples)) for _ in range(BLOCKS)]
    medians = [statistics.median(pair[side] for pair in pairs) / frames * 1e9 for side in (0, 1)]
    results = {
        "microfrontend.host.ours_ns": round(medians[0]),
        "microfrontend.host.pymicro_ns": round(medians[1]),
        "microfrontend.host.ratio": round(statistics.median(a / b for a, b in pairs), 4),
        "microfrontend.m4.instructions_per_frame": round(ears.instructions("m4", "micro") / FRAMES_A_SECOND),
    }
    if as_json:
        print(json.dumps(results))
        return 0
    print(f"a frame on this host, medians of {BLOCKS} alternating blocks:")
    print(f"ours {medians[0]:.0f} ns, theirs {medians[1]:.0f} ns")
    print(f"ours over theirs: {results['microfrontend.host.ratio']} (bar 0.80)")
    print(f"instructions a frame on Cortex-M4: {results['microfrontend.m4.instructions_per_frame']:,} (bar 60,000)")
    return 0

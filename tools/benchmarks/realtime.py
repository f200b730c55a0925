"""How many seconds of audio `dormouse detect` gets through in a second, on one core."""

import os
import subprocess
import time
from pathlib import Path

import numpy as np
import soundfile
from count.counting import BUILD, ROOT

RATE = 16000
HOUR = 3600 * RATE
DATA = ROOT.parent / "shared" / "data"


def hour() -> tuple[Path, str]:
    """An hour of audio as a 16-bit WAV file, made once; and what it is."""
    folder = BUILD / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted((DATA / "speech").glob("*.opus")) + sorted((DATA / "noise").glob("*.opus"))
    what = "shared speech and noise" if sources else "generated noise"
    path = folder / f"hour-{'shared' if sources else 'generated'}.wav"
    if not path.exists():
        parts = [_read(source) for source in sources] or [_generated()]
        clip = np.concatenate(parts)
        fresh = path.with_suffix(".part")
        soundfile.write(fresh, np.resize(clip, HOUR), RATE, subtype="PCM_16", format="WAV")
        fresh.replace(path)
    return path, what


def _read(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    return samples[:: rate // RATE, 0]


def _generated() -> np.ndarray:
    generator = np.random.default_rng(1)
    loudness = np.repeat(generator.uniform(50, 12000, 120), RATE // 2)
    return np.clip(generator.normal(0, 1, len(loudness)) * loudness, -32768, 32767).astype(np.int16)


def factor(dormouse: Path, runs: int = 3) -> tuple[float, float, str]:
    """Audio time over wall time, and over processor time, the best of some runs pinned to one core; and what was heard.

    On an idle machine the two are the same.
    """
    path, what = hour()
    core = str(max(os.sched_getaffinity(0)))
    best = processor = float("inf")
    for _ in range(runs):
        start, before = time.perf_counter(), os.times()
        subprocess.run(
            ["taskset", "-c", core, str(dormouse), "detect", str(path)], check=True, stdout=subprocess.DEVNULL
        )
        wall, after = time.perf_counter() - start, os.times()
        best = min(best, wall)
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        processor = min(processor, spent)
    return HOUR / RATE / best, HOUR / RATE / processor, what

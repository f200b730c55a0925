"""Spoken words from speech synthesizers: what the recordings lack, above all many different words.

The unknown class of the recordings has about thirty words; a listener meets thousands. Synthesizers speak the list
`other_words.txt`, and the keywords too, in the same voices, so that a synthetic voice by itself means nothing.
"""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import scipy.signal

from .clips import CLIP_SAMPLES, SAMPLE_RATE, Clips
from .recipe import KEYWORDS

PER_KEYWORD = 48
PER_OTHER_WORD = 4
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-029")
VARIANTS = ("", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7", "+m8", "+f1", "+f2", "+f3", "+f4", "+f5", "+klatt3")
FLITE_VOICES = ("awb", "kal16", "rms", "slt")
AUDIBLE = 0.02
"""Of the peak: what is softer at both ends is cut off."""


def other_words() -> list[str]:
    """The words of the list, in its order."""
    lines = Path(__file__).with_name("other_words.txt").read_text().splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def load_synthetic(cache: Path) -> Clips:
    """Every keyword and every other word, some times each; spoken at the first call, then cached.

    Raises FileNotFoundError if a synthesizer is missing.
    """
    path = cache / "synthetic.npz"
    if not path.exists():
        for program in ("espeak-ng", "flite"):
            if shutil.which(program) is None:
                raise FileNotFoundError(f"{program} is missing: install it (tools/setup all does)")
        spoken = _speak_all()
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, **spoken)
        part.rename(path)
    with np.load(path) as stored:
        return Clips(stored["samples"], stored["lengths"], stored["words"])


def _speak_all() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    wanted = [word for word in KEYWORDS["words"] for _ in range(PER_KEYWORD)]
    wanted += [word for word in other_words() for _ in range(PER_OTHER_WORD)]
    commands = [_command(word, rng) for word in wanted]
    with ThreadPoolExecutor(2) as pool:
        clips = list(pool.map(_speak, commands))
    kept = [index for index, clip in enumerate(clips) if len(clip) > SAMPLE_RATE // 10]
    samples = np.stack([np.pad(clips[index], (0, CLIP_SAMPLES - len(clips[index]))) for index in kept])
    lengths = np.array([len(clips[index]) for index in kept], dtype=np.int32)
    return {"samples": samples, "lengths": lengths, "words": np.array([wanted[index] for index in kept])}


def _command(word: str, rng: np.random.Generator) -> list[str]:
    """A random voice, pace and pitch."""
    if rng.random() < 0.35:
        voice, stretch = rng.choice(FLITE_VOICES), rng.uniform(0.75, 1.3)
        return [
            "flite",
            "-voice",
            str(voice),
            "--setf",
            f"duration_stretch={stretch:.2f}",
            "-t",
            word,
            "-o",
            "/dev/stdout",
        ]
    voice = str(rng.choice(ACCENTS)) + str(rng.choice(VARIANTS))
    speed, pitch = rng.integers(110, 200), rng.integers(20, 80)
    return ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word]


def _speak(command: list[str]) -> np.ndarray:
    data = subprocess.run(command, check=True, capture_output=True).stdout
    samples, rate = _read(data)
    samples = scipy.signal.resample_poly(samples, SAMPLE_RATE, rate)
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE * np.abs(samples).max())
    if len(loud) == 0:
        return np.zeros(0, dtype=np.int16)
    samples = samples[loud[0] : loud[-1] + 1][:CLIP_SAMPLES]
    return (samples / np.abs(samples).max() * 16000).astype(np.int16)


def _read(data: bytes) -> tuple[np.ndarray, int]:
    # A WAV that was written to a pipe has no length in its header: read the samples behind it.
    rate = int.from_bytes(data[24:28], "little")
    start = data.index(b"data") + 8
    body = data[start : start + (len(data) - start) // 2 * 2]
    return np.frombuffer(body, dtype="<i2").astype(np.float64), rate

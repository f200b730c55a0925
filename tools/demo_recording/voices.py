"""Voices that speak here, without any recording of a person in the repository.

A voice is named `synthesizer voice`, such as `flite slt`, `espeak-ng en-gb+f2` or `hibari heart`.
"""

import io
import subprocess
from functools import cache, lru_cache

import numpy as np
import scipy.signal
import soundfile

SAMPLE_RATE = 16000
AUDIBLE = 0.01
"""Of the peak: what is softer at both ends is cut off."""


@lru_cache
def speak(voice: str, text: str, pace: float = 1.0) -> np.ndarray:
    """Float64 samples at 16 kHz with an RMS of 1, without silence before and behind."""
    synthesizer, name = voice.split(maxsplit=1)
    samples, rate = {"hibari": _hibari, "flite": _flite, "espeak-ng": _espeak}[synthesizer](name, text, pace)
    samples = scipy.signal.resample_poly(samples, *_ratio(rate))
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE * np.abs(samples).max())
    samples = samples[loud[0] : loud[-1] + 1]
    return samples / np.sqrt(np.mean(samples**2))


def _ratio(rate: int) -> tuple[int, int]:
    divisor = np.gcd(SAMPLE_RATE, rate)
    return SAMPLE_RATE // divisor, rate // divisor


@cache
def _hibari_voice(name: str):
    from hibari import Hibari

    return Hibari(voice=name)


def _hibari(name: str, text: str, pace: float) -> tuple[np.ndarray, int]:
    voice = _hibari_voice(name)
    return voice(text.capitalize() + ".", speed=pace, seed=1).astype(np.float64), voice.sample_rate


def _flite(name: str, text: str, pace: float) -> tuple[np.ndarray, int]:
    return _run("flite", "-voice", name, "--setf", f"duration_stretch={1 / pace:.3f}", "-t", text, "-o", "/dev/stdout")


def _espeak(name: str, text: str, pace: float) -> tuple[np.ndarray, int]:
    return _run("espeak-ng", "-v", name, "-s", str(round(150 * pace)), "--stdout", text)


def _run(*command: str) -> tuple[np.ndarray, int]:
    data = subprocess.run(command, check=True, capture_output=True).stdout
    # A WAV that was written to a pipe has no length in its header: the samples are all that follows.
    rate = int.from_bytes(data[24:28], "little")
    body = io.BytesIO(data[data.index(b"data") + 8 :])
    samples, _ = soundfile.read(
        body, samplerate=rate, channels=1, format="RAW", subtype="PCM_16", endian="LITTLE", dtype="float64"
    )
    return samples, rate

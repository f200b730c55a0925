"""What the comparators of an analog-binary front end compare, in steps of decibels: bits before their thresholds.

The device's own code computes the largest envelope of each channel and window, with the standard gains; a bit is 1
where it reaches the comparator's threshold (less the hysteresis, which is small). A level is int8: 127 is the supply,
where the rectifier clips, and each step below is a quarter of a decibel.
"""

from __future__ import annotations

import numpy as np

from .analog import AnalogBinary
from .frontend import LogMel
from .recipe import FrontEndSettings

TOP, STEP_DB = 127, 0.25
SUPPLY, FULL_SCALE = 1.8, 0.9
"""Volts, as AnalogBinarySettings has them."""

RECORD_BYTES, CHANNEL_WORDS, CLIP = 32, 8, 4
"""Of a front-end section: its record, an AnalogChannelRecord, and which of its words says where the rectifier clips."""


class AnalogLevels:
    """A front end before its comparators."""

    def __init__(self, settings: FrontEndSettings):
        """The bank of these settings, with standard gains."""
        self._front_end = AnalogBinary(described(settings))
        table = np.frombuffer(self._front_end.section[RECORD_BYTES:], np.int32)
        self.clips = table.reshape(-1, CHANNEL_WORDS)[: settings.bands, CLIP]

    @property
    def gains(self) -> list[float]:
        """Of the rectifiers."""
        return [round(SUPPLY / FULL_SCALE * 2**29 / int(clip), 6) for clip in self.clips]

    def features(self, samples: np.ndarray) -> np.ndarray:
        """Levels, int8 [frames, channels], of int16 samples."""
        return self.features_batch(np.asarray(samples)[np.newaxis])[0]

    def features_batch(self, samples: np.ndarray) -> np.ndarray:
        """Levels, int8 [clips, frames, channels], of int16 [clips, samples]."""
        envelopes = np.maximum(self._front_end.envelopes_batch(samples), 1)
        levels = 20 * np.log10(envelopes / self.clips, dtype=np.float32) / np.float32(STEP_DB)
        return np.clip(np.rint(levels) + TOP, -128, TOP).astype(np.int8)


def described(settings: FrontEndSettings) -> dict:
    """Settings in the words of AnalogBinarySettings."""
    return {
        "sample_rate": settings.sample_rate,
        "window_ms": settings.window_ms,
        "channels": settings.bands,
        "low_hz": settings.low_hz,
        "high_hz": settings.high_hz,
    }


def mel_bank(settings: FrontEndSettings) -> tuple[list[float], list[float]]:
    """Centres in Hz and qualities of the standard bank: mel in equal parts, neighbours crossing at half power."""
    mel = 1127 * np.log1p(np.array([settings.low_hz, settings.high_hz]) / 700)
    points = 700 * np.expm1(np.linspace(*mel, settings.bands + 2) / 1127)
    centres = points[1:-1]
    return centres.tolist(), (2 * centres / (points[2:] - points[:-2])).tolist()


def volts(levels: np.ndarray) -> list[float]:
    """Thresholds in volts that whole levels must reach: half a step below, for levels are rounded."""
    return [round(SUPPLY * 10 ** ((float(level) - TOP - 0.5) * STEP_DB / 20), 6) for level in levels]


def front_end_of(settings: FrontEndSettings) -> LogMel | AnalogLevels:
    """What computes a network's frames."""
    return AnalogLevels(settings) if settings.kind == "analog" else LogMel(settings.log_mel())

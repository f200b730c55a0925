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

COMPARED = 0.25
"""Share of the supply at which comparators compare: far above their offsets, and far below where rectifiers clip."""

TOLERANCE = 0.05
"""Components are evenly spread within this share of their value."""

RECORD_BYTES, CHANNEL_WORDS, CLIP = 32, 8, 4
"""Of a front-end section: its record, an AnalogChannelRecord, and which of its words says where the rectifier clips."""


class AnalogLevels:
    """A front end before its comparators."""

    def __init__(self, settings: FrontEndSettings, rng: np.random.Generator | None = None):
        """The bank of these settings, with standard gains; with `rng`, filters as random components make them."""
        self._front_end = AnalogBinary(described(settings))
        table = np.frombuffer(self._front_end.section[RECORD_BYTES:], np.int32)
        self.clips = table.reshape(-1, CHANNEL_WORDS)[: settings.bands, CLIP]
        if rng is not None:
            gains = (SUPPLY / FULL_SCALE * 2**29 / self.clips).tolist()
            self._front_end = AnalogBinary(described(settings) | {"gain": gains} | off(described(settings), rng))

    def realised(self, thresholds: np.ndarray) -> dict[str, list[float]]:
        """Gains, and thresholds in volts, that whole levels must reach.

        The gains lift those levels to `COMPARED` of the supply, so that comparators' offsets count equally, and little.
        """
        # Half a step below, for levels are rounded.
        before_gain = self.clips / 2**29 * FULL_SCALE * 10 ** ((np.asarray(thresholds) - TOP - 0.5) * STEP_DB / 20)
        gains = np.round(COMPARED * SUPPLY / before_gain, 6)
        return {"gain": gains.tolist(), "threshold_v": np.round(gains * before_gain, 6).tolist()}

    def features(self, samples: np.ndarray) -> np.ndarray:
        """Levels, int8 [frames, channels], of int16 samples."""
        return self.features_batch(np.asarray(samples)[np.newaxis])[0]

    def features_batch(self, samples: np.ndarray) -> np.ndarray:
        """Levels, int8 [clips, frames, channels], of int16 [clips, samples]."""
        envelopes = np.maximum(self._front_end.envelopes_batch(samples), 1)
        levels = 20 * np.log10(envelopes / self.clips, dtype=np.float32) / np.float32(STEP_DB)
        return np.clip(np.rint(levels) + TOP, -128, TOP).astype(np.int8)


def described(settings: FrontEndSettings) -> dict:
    """Settings in the words of AnalogBinarySettings; centres divide the mel scale equally."""
    mel = 1127 * np.log1p(np.array([settings.low_hz, settings.high_hz]) / 700)
    points = 700 * np.expm1(np.linspace(*mel, settings.bands + 2) / 1127)
    centres = points[1:-1]
    return {
        "sample_rate": settings.sample_rate,
        "window_ms": settings.window_ms,
        "channels": settings.bands,
        "low_hz": settings.low_hz,
        "high_hz": settings.high_hz,
        "centre_hz": centres.tolist(),
        "q": (settings.sharpness * 2 * centres / (points[2:] - points[:-2])).tolist(),
        "decay_ms": settings.decay_ms,
    }


def parts(count: int, rng: np.random.Generator) -> np.ndarray:
    """So many components, over what they should be."""
    return 1 + rng.uniform(-TOLERANCE, TOLERANCE, count)


def off(front_end: dict, rng: np.random.Generator) -> dict[str, list[float]]:
    """Centres and qualities of one board's filters: `front_end` is in the words of AnalogBinarySettings."""
    count, ceiling = front_end["channels"], front_end["sample_rate"] * 0.48
    centres = np.array(front_end["centre_hz"]) / (parts(count, rng) * parts(count, rng))
    qualities = np.array(front_end["q"]) * parts(count, rng) / parts(count, rng)
    return {"centre_hz": np.minimum(centres, ceiling).tolist(), "q": qualities.tolist()}


def front_end_of(settings: FrontEndSettings) -> LogMel | AnalogLevels:
    """What computes a network's frames."""
    return AnalogLevels(settings) if settings.kind == "analog" else LogMel(settings.log_mel())

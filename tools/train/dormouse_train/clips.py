"""Clips of single words, recorded or synthetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SAMPLE_RATE = 16000
CLIP_SAMPLES = 16000
"""A Speech Commands clip is at most one second."""


@dataclass
class Clips:
    """Spoken words, a row a clip, padded with zeros at the end."""

    samples: np.ndarray  # int16 [n, CLIP_SAMPLES]
    lengths: np.ndarray  # int32 [n]
    words: np.ndarray  # str [n]

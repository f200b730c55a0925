"""What is said in the recording, by whom, how loudly, over which noise."""

from dataclasses import dataclass

import numpy as np

from .voices import SAMPLE_RATE, speak

KEYWORDS = ("yes", "no", "up", "down", "left", "right")
GAP_SECONDS = 1.0
"""From the end of one utterance to the start of the next."""
NOISE_LEVEL = -56.0
"""dBFS RMS of the noise in the first half."""
NOISE_RISE = 10.0
"""dB that the noise gains from the middle to five sixths of the recording."""


@dataclass(frozen=True)
class Utterance:
    """Something said by a voice at a level (dBFS RMS of the speech)."""

    text: str
    voice: str
    level: float = -22.0
    pace: float = 1.0

    @property
    def is_keyword(self) -> bool:
        return self.text in KEYWORDS


@dataclass(frozen=True)
class Placed:
    """An utterance and the seconds at which it starts and ends."""

    utterance: Utterance
    start: float
    end: float


def pink_noise(count: int, rng: np.random.Generator) -> np.ndarray:
    """Noise with an RMS of 1 whose power falls by 3 dB an octave."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20 * count / SAMPLE_RATE))
    noise = np.fft.irfft(spectrum, count)
    return noise / np.sqrt(np.mean(noise**2))


def compose(utterances: list[Utterance], gap: float = GAP_SECONDS, seed: int = 1) -> tuple[np.ndarray, list[Placed]]:
    """Int16 samples at 16 kHz, and where everything is said, `gap` seconds apart."""
    placed, pieces, position = [], [], gap
    for utterance in utterances:
        sound = speak(utterance.voice, utterance.text, utterance.pace) * 10 ** (utterance.level / 20)
        start = round(position * SAMPLE_RATE)
        pieces.append((start, sound))
        placed.append(Placed(utterance, start / SAMPLE_RATE, (start + len(sound)) / SAMPLE_RATE))
        position = placed[-1].end + gap
    count = round((position + gap / 2) * SAMPLE_RATE)
    time = np.linspace(0, 1, count)
    level = NOISE_LEVEL + NOISE_RISE * np.clip(3 * time - 1.5, 0, 1)
    mix = pink_noise(count, np.random.default_rng(seed)) * 10 ** (level / 20)
    for start, sound in pieces:
        mix[start : start + len(sound)] += sound
    assert np.abs(mix).max() < 1, "too loud: lower the levels"
    return np.round(mix * 32767).astype(np.int16), placed

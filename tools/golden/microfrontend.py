"""What pymicro-features, TensorFlow's own microfrontend, makes of sounds.

The golden file is the number of samples and of frames, both 32 bits, then the samples, int16, then the levels, 16 bits,
[frames, 40], all little-endian.
"""

import struct

import numpy as np
from pymicro_features import MicroFrontend

RATE, CHUNK, BANDS = 16000, 160, 40
STEP = 0.0390625
"""pymicro-features divides its levels by 25.6."""


def levels(samples: np.ndarray) -> np.ndarray:
    """Levels, int [frames, 40], of int16 samples, every 10 ms; without what is left of the last chunk."""
    front_end = MicroFrontend()
    frames = []
    for start in range(0, len(samples) - CHUNK + 1, CHUNK):
        heard = front_end.process_samples(samples[start : start + CHUNK].tobytes())
        assert heard.samples_read == CHUNK
        if heard.features:
            frames.append(np.round(np.array(heard.features) / STEP).astype(int))
    return np.array(frames, int).reshape(-1, BANDS)


def sounds() -> dict[str, np.ndarray]:
    """Three tenths of a second each of what is easily got wrong, by name."""
    generator = np.random.default_rng(8)
    time = np.arange(3 * RATE // 10)
    square = {f"square of {2 * half} samples": np.where(time // half % 2 == 0, 32767, -32768) for half in (1, 3, 40)}
    return {
        "silence": np.zeros_like(time),
        "the quietest noise": generator.integers(-1, 2, len(time)),
        "quiet noise": generator.integers(-30, 31, len(time)),
        "noise": generator.integers(-3000, 3001, len(time)),
        "full-scale noise": generator.integers(-32768, 32768, len(time)),
        "clipped noise": np.clip(generator.normal(0, 80000, len(time)), -32768, 32767),
        "a rising tone": 32767 * np.sin(2 * np.pi * (100 * time / RATE + 13000 * (time / RATE) ** 2)),
        "a constant at the lowest value": np.full_like(time, -32768),
        "a constant at the highest value": np.full_like(time, 32767),
        "impulses of the lowest value": np.where(time % 700 == 300, -32768, 0),
        "the same in noise": np.where(time % 900 == 300, -32768, generator.integers(-3, 4, len(time))),
        **square,
    }


def golden() -> bytes:
    """The golden file: all sounds, one after the other, so that the noise estimate must follow."""
    samples = np.concatenate([sound.astype(np.int16) for sound in sounds().values()])
    heard = levels(samples)
    return (
        struct.pack("<2I", len(samples), len(heard)) + samples.astype("<i2").tobytes() + heard.astype("<u2").tobytes()
    )

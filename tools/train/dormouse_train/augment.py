"""Makes a second of speech sound as if said elsewhere: another pace, room, level, and noise.

All functions work on float32 batches `[n, samples]` in int16 units, and draw from the generator they are given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
import scipy.signal

from .clips import SAMPLE_RATE

FULL_SCALE = 32768.0
ROOM_SAMPLES = 6400
BLOCK = 320


def decibels(value: float | np.ndarray) -> float | np.ndarray:
    """The amplitude factor of a level in dB."""
    return 10.0 ** (np.asarray(value) / 20.0)


def place(clips: np.ndarray, lengths: np.ndarray, samples: int, shift: float, rng: np.random.Generator) -> np.ndarray:
    """Sets clips into a longer silence, near its middle, some of them slower or faster.

    `shift` is the largest displacement in seconds. Resampling is linear: at up to 14 % its images are far below the
    noise that follows.
    """
    count = len(clips)
    pace = np.where(rng.random(count) < 0.6, rng.uniform(0.88, 1.14, count), 1.0)
    lengths = np.maximum(lengths, 2)
    start = (samples - lengths / pace) / 2 + rng.uniform(-shift, shift, count) * SAMPLE_RATE
    source = (np.arange(samples, dtype=np.float32)[None, :] - start[:, None].astype(np.float32)) * pace[:, None].astype(
        np.float32
    )
    inside = (source >= 0) & (source <= (lengths - 2)[:, None])
    source = np.where(inside, source, 0)
    index = source.astype(np.int32)
    fraction = source - index
    first = np.take_along_axis(clips, index, axis=1).astype(np.float32)
    second = np.take_along_axis(clips, index + 1, axis=1).astype(np.float32)
    return np.where(inside, first + (second - first) * fraction, 0).astype(np.float32)


def rooms(count: int, rng: np.random.Generator) -> np.ndarray:
    """Synthetic room impulse responses `[count, ROOM_SAMPLES]`, of unit direct sound.

    A direct impulse, some early reflections, and a tail of noise that loses 60 dB in 0.1 to 0.7 s, its treble first.
    """
    time = np.arange(ROOM_SAMPLES) / SAMPLE_RATE
    responses = np.zeros((count, ROOM_SAMPLES), dtype=np.float32)
    for response in responses:
        decay = np.exp(-6.9 * time / rng.uniform(0.1, 0.7))
        tail = rng.standard_normal(ROOM_SAMPLES) * decay * decibels(rng.uniform(-32, -14))
        tail[: int(rng.uniform(0.002, 0.02) * SAMPLE_RATE)] = 0
        muffled = scipy.signal.lfilter([1.0], [1.0, -rng.uniform(0.0, 0.7)], tail)
        response[:] = muffled
        for _ in range(rng.integers(2, 8)):
            response[rng.integers(20, 800)] += rng.uniform(-0.5, 0.5) * decibels(rng.uniform(-15, 0))
        response[0] = 1
    return responses


class Rooms:
    """A bank of rooms, transformed once, to convolve batches of one length with."""

    def __init__(self, count: int, samples: int, rng: np.random.Generator):
        """Draws `count` rooms for batches `[n, samples]`."""
        self.samples = samples
        self.length = scipy.fft.next_fast_len(samples + ROOM_SAMPLES, real=True)
        self.spectra = scipy.fft.rfft(rooms(count, rng), self.length).astype(np.complex64)

    def __call__(self, batch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Each row in a random room."""
        chosen = self.spectra[rng.integers(0, len(self.spectra), len(batch))]
        spectrum = scipy.fft.rfft(batch, self.length)
        return scipy.fft.irfft(spectrum * chosen, self.length)[:, : self.samples].astype(np.float32)


def coloured_noise(count: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Noise of unit power `[count, samples]` whose spectrum falls by 0 to 9 dB an octave, with a random band edge."""
    white = rng.standard_normal((count, samples), dtype=np.float32)
    spectrum = scipy.fft.rfft(white)
    bins = np.arange(spectrum.shape[1], dtype=np.float32)
    hertz = bins * (SAMPLE_RATE / samples)
    slope = rng.uniform(0.0, 1.5, (count, 1)).astype(np.float32)
    shape = np.maximum(hertz, 20.0)[None, :] ** -slope
    edge = np.where(rng.random(count) < 0.3, rng.uniform(500, 6000, count), 1e5)[:, None]
    shape = np.where(hertz[None, :] > edge, shape * 0.03, shape).astype(np.float32)
    return unit_power(scipy.fft.irfft(spectrum * shape, samples).astype(np.float32))


def recorded_noise(recordings: list[np.ndarray], count: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Random excerpts `[count, samples]` of recordings, at unit power."""
    excerpts = np.empty((count, samples), dtype=np.float32)
    for row in excerpts:
        recording = recordings[rng.integers(len(recordings))]
        start = rng.integers(0, max(1, len(recording) - samples))
        part = recording[start : start + samples].astype(np.float32)
        row[:] = np.pad(part, (0, samples - len(part)), mode="wrap") if len(part) < samples else part
    return unit_power(excerpts)


def any_noise(recordings: list[np.ndarray], count: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Half recorded, half coloured noise, at unit power, in random order."""
    half = count // 2
    noise = np.concatenate([recorded_noise(recordings, half, samples, rng), coloured_noise(count - half, samples, rng)])
    return noise[rng.permutation(count)]


def unit_power(batch: np.ndarray) -> np.ndarray:
    """Rows scaled to a root mean square of 1 (silent rows stay silent)."""
    power = np.sqrt(np.mean(batch**2, axis=1, keepdims=True))
    return batch / np.maximum(power, 1e-6)


def speech_level(batch: np.ndarray) -> np.ndarray:
    """Root mean square of the loudest third of 20 ms blocks, so that pauses don't count: `[n, 1]`."""
    blocks = batch[:, : batch.shape[1] // BLOCK * BLOCK].reshape(len(batch), -1, BLOCK)
    power = np.sort(np.mean(blocks**2, axis=2), axis=1)
    return np.sqrt(np.mean(power[:, -power.shape[1] // 3 :], axis=1, keepdims=True))


@dataclass(frozen=True)
class Disturbances:
    """How much is done to speech. Shares are of the rows; what is done is drawn evenly from the ranges."""

    in_room: float = 0.4
    noisy: float = 0.75
    noise_below_speech_db: tuple[float, float] = (0.0, 30.0)
    any_level: float = 0.6
    """Share whose level has nothing to do with the recording's own: -50 to -8 dBFS."""
    near_level_db: float = 6.0
    """The others stay within this of their own level."""
    hiss: float = 20.0
    """Most of the microphone's own noise, in steps of int16."""


NATURAL = Disturbances(
    in_room=0.25, noisy=0.6, noise_below_speech_db=(5.0, 40.0), any_level=0.0, near_level_db=5.0, hiss=8.0
)
"""For front ends of fixed thresholds, which can't follow a level: what a microphone at a usual distance hears."""


def disturb(
    batch: np.ndarray, noise: list[np.ndarray], bank: Rooms, rng: np.random.Generator, how: Disturbances
) -> np.ndarray:
    """Speech in a room, with noise, at a random level: float32 in, int16 out."""
    count, samples = batch.shape
    in_room = rng.random(count) < how.in_room
    batch[in_room] = bank(batch[in_room], rng)

    level = np.maximum(speech_level(batch), 1.0)
    nearest, farthest = how.noise_below_speech_db
    ratio = decibels(-rng.uniform(nearest, farthest, (count, 1)))
    noisy = (rng.random((count, 1)) < how.noisy).astype(np.float32)
    batch = batch + any_noise(noise, count, samples, rng) * (level * ratio * noisy).astype(np.float32)

    target = np.where(
        rng.random((count, 1)) < how.any_level,
        FULL_SCALE * decibels(rng.uniform(-50.0, -8.0, (count, 1))),
        level * decibels(rng.uniform(-how.near_level_db, how.near_level_db, (count, 1))),
    )
    batch = batch * (target / level).astype(np.float32)
    hiss = np.where(rng.random((count, 1)) < 0.5, rng.uniform(0.3, how.hiss, (count, 1)), 0.0).astype(np.float32)
    batch = batch + rng.standard_normal(batch.shape, dtype=np.float32) * hiss
    return to_int16(batch)


def silence(noise: list[np.ndarray], count: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """What a microphone hears when nobody speaks: noise of -70 to -10 dBFS, and digital silence: int16 rows."""
    batch = any_noise(noise, count, samples, rng)
    batch *= FULL_SCALE * decibels(rng.uniform(-70.0, -10.0, (count, 1))).astype(np.float32)
    digital = np.flatnonzero(rng.random(count) < 0.12)
    dither = rng.choice([0.0, 0.4, 0.8, 2.0], len(digital)).astype(np.float32)[:, None]
    batch[digital] = rng.standard_normal((len(digital), samples), dtype=np.float32) * dither
    return to_int16(batch)


def to_int16(batch: np.ndarray) -> np.ndarray:
    """Rounded and clipped as a converter does."""
    return np.clip(np.rint(batch), -32768, 32767).astype(np.int16)

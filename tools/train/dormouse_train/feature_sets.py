"""Feature sets: all training recordings, once over, each differently disturbed, as int8 frames on disk.

Disturbing waveforms costs more than an epoch of training, so a set is made once and used for some epochs; those vary
it further on the features (crop, level, masks). A set depends on the front end's settings and its own number alone, so
that networks and seeds share it, and it holds every word: tasks choose rows by their metadata.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from . import augment
from .analog_levels import TOLERANCE, AnalogLevels, front_end_of
from .clips import CLIP_SAMPLES, SAMPLE_RATE
from .frontend import LogMel
from .recipe import FrontEndSettings
from .recordings import Recordings
from .synthesis import other_words

VERSION = 2
"""Raise it when the disturbances change, so that old sets are not used."""

SLACK_SECONDS = 0.2
"""A set's rows are this much longer than the context: epochs crop them at random, which shifts the word in time."""

CHUNK = 256
RARE = 100
RARE_COPIES = 6
REVERSED = 1500
SPLICES = 2500
SPEECH = 2000
PIECES = 2500
SILENCE = 3000
SHIFT_SECONDS = 0.05


@dataclass
class FeatureSet:
    """Rows of one set: `features` is int8 [n, frames, bands].

    `kinds` are words, `RARE_SUFFIX` after rare ones, or one of the kinds below. Where the features aren't log-mel ones,
    `heard_by_teacher` are those of the same sounds.
    """

    features: np.ndarray
    kinds: np.ndarray
    heard_by_teacher: np.ndarray | None = None


REVERSED_KIND = "(reversed)"
SPLICE_KIND = "(splice)"
SYNTHETIC_KIND = "(synthetic)"
RARE_SUFFIX = " (rare)"
SPEECH_KIND = "(speech)"
PIECE_KIND = "(piece)"
SILENCE_KIND = "(silence)"


def slack_frames(settings: FrontEndSettings) -> int:
    """Frames of a row beyond the context."""
    return round(SLACK_SECONDS * 1000 / settings.hop_ms)


def set_path(cache: Path, settings: FrontEndSettings, context: int, held_out: list[str], number: int) -> Path:
    """Where set `number` is kept; the name holds a digest of all it depends on."""
    described = settings.log_mel()
    if settings.kind == "log-mel":
        del described["kind"]  # it wasn't said before there were others: sets of that time stay valid
    else:
        described = asdict(settings) | asdict(augment.NATURAL) | {"boards": TOLERANCE}
    key = json.dumps([VERSION, described, context, sorted(held_out)])
    return cache / "sets" / f"{hashlib.sha1(key.encode()).hexdigest()[:12]}-{number}.npz"


def make_set(
    recordings: Recordings, settings: FrontEndSettings, context: int, held_out: list[str], number: int
) -> FeatureSet:
    """Makes set `number`: always the same for the same arguments."""
    rng = np.random.default_rng([VERSION, number])
    samples = settings.samples(context + slack_frames(settings))
    bank = augment.Rooms(96, samples, rng)
    front_end = front_end_of(settings)
    features, kinds, heard = [], [], []
    how, teachers = augment.Disturbances(), None
    if settings.kind == "analog":
        how, teachers = augment.NATURAL, LogMel()
    for names, batch in _waveforms(recordings, held_out, samples, bank, rng, how):
        if teachers is not None:
            front_end = AnalogLevels(settings, rng)  # each chunk hears a board of its own
        features.append(front_end.features_batch(batch))
        kinds.extend(names)
        if teachers is not None:
            heard.append(teachers.features_batch(batch))
    return FeatureSet(np.concatenate(features), np.array(kinds), np.concatenate(heard) if heard else None)


def load_or_make_set(
    cache: Path,
    recordings: Callable[[], Recordings],
    settings: FrontEndSettings,
    context: int,
    held_out: list[str],
    number: int,
) -> FeatureSet:
    """A set from the cache, or a new one that is then kept there."""
    path = set_path(cache, settings, context, held_out, number)
    if not path.exists():
        made = make_set(recordings(), settings, context, held_out, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            np.savez(file, **{key: value for key, value in vars(made).items() if value is not None})
        part.rename(path)
    with np.load(path) as stored:
        return FeatureSet(**{key: stored[key] for key in stored})


def _waveforms(
    recordings: Recordings,
    held_out: list[str],
    samples: int,
    bank: augment.Rooms,
    rng: np.random.Generator,
    how: augment.Disturbances,
) -> Iterator[tuple[list[str], np.ndarray]]:
    clips, noise = recordings.training, recordings.noise_training
    counts = dict(zip(*np.unique(clips.words, return_counts=True), strict=True))
    allowed = np.flatnonzero(~np.isin(clips.words, held_out))
    rare = np.array([row for row in allowed if counts[clips.words[row]] < RARE], dtype=np.int64)
    rows = np.concatenate([allowed, np.tile(rare, RARE_COPIES - 1)])

    def disturbed(batch: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return augment.disturb(augment.place(batch, lengths, samples, SHIFT_SECONDS, rng), noise, bank, rng, how)

    for part in _chunks(rows):
        names = [word + RARE_SUFFIX if counts[word] < RARE else str(word) for word in clips.words[part]]
        yield names, disturbed(clips.samples[part], clips.lengths[part])
    synthetic, listed = recordings.synthetic, set(other_words())
    for part in _chunks(np.flatnonzero(~np.isin(synthetic.words, held_out))):
        names = [SYNTHETIC_KIND if word in listed else str(word) for word in synthetic.words[part]]
        yield names, disturbed(synthetic.samples[part], synthetic.lengths[part])
    for part in _chunks(rng.choice(allowed, REVERSED)):
        backwards = np.stack([_reversed(clips.samples[row], clips.lengths[row]) for row in part])
        yield [REVERSED_KIND] * len(part), disturbed(backwards, clips.lengths[part])
    for part in _chunks(np.arange(SPLICES)):
        pairs = [_splice(clips.samples, clips.words, allowed, rng) for _ in part]
        yield [SPLICE_KIND] * len(part), disturbed(np.stack(pairs), np.full(len(part), CLIP_SAMPLES))
    for part in _chunks(np.arange(SPEECH)):
        excerpts = _excerpts(recordings.speech_training, len(part), samples, rng)
        yield [SPEECH_KIND] * len(part), augment.disturb(excerpts, noise, bank, rng, how)
    for part in _chunks(np.arange(PIECES)):
        lengths = rng.integers(SAMPLE_RATE // 4, SAMPLE_RATE * 3 // 4, len(part))
        yield [PIECE_KIND] * len(part), disturbed(_pieces(recordings.speech_training, lengths, rng), lengths)
    for part in _chunks(np.arange(SILENCE)):
        yield [SILENCE_KIND] * len(part), augment.silence(noise, len(part), samples, rng)


def _chunks(rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _reversed(clip: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([clip[:length][::-1], clip[length:]])


def _splice(samples: np.ndarray, words: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The first half of one word and the second half of another, cut where half of each one's energy has passed.

    Words that share their first or last letter are not joined: "go" after "n" would be a perfect "no".
    """
    while True:
        first, second = rng.choice(rows, 2)
        if words[first][0] != words[second][0] and words[first][-1] != words[second][-1]:
            break
    head, tail = samples[first].astype(np.float32), samples[second].astype(np.float32)
    cut_head, cut_tail = _middle(head), _middle(tail)
    joined = np.concatenate([head[:cut_head], tail[cut_tail:]])[:CLIP_SAMPLES]
    return np.pad(joined, (0, CLIP_SAMPLES - len(joined)))


def _middle(clip: np.ndarray) -> int:
    energy = np.cumsum(clip**2)
    return int(np.searchsorted(energy, energy[-1] / 2))


def _excerpts(recordings: list[np.ndarray], count: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    long_enough = [recording for recording in recordings if len(recording) > samples]
    excerpts = np.empty((count, samples), dtype=np.float32)
    for row in excerpts:
        recording = long_enough[rng.integers(len(long_enough))]
        start = rng.integers(0, len(recording) - samples)
        row[:] = recording[start : start + samples]
    return excerpts


def _pieces(recordings: list[np.ndarray], lengths: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Stretches of speech about a word long, begun and ended where it is softest, as if spoken alone."""
    reach, fade = SAMPLE_RATE // 12, SAMPLE_RATE // 100
    long_enough = [recording for recording in recordings if len(recording) > CLIP_SAMPLES + 2 * reach]
    pieces = np.zeros((len(lengths), CLIP_SAMPLES), dtype=np.float32)
    for row, index in enumerate(lengths):
        recording = long_enough[rng.integers(len(long_enough))]
        start = rng.integers(reach, len(recording) - CLIP_SAMPLES - reach)
        start, end = (_softest(recording, place, reach) for place in (start, start + index))
        piece = recording[start : max(end, start + 4 * fade)].astype(np.float32)[:CLIP_SAMPLES]
        piece[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
        piece[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        pieces[row, : len(piece)] = piece
        lengths[row] = len(piece)
    return pieces


def _softest(recording: np.ndarray, place: int, reach: int) -> int:
    """The softest 20 ms within `reach` samples of a place."""
    near = recording[place - reach : place + reach].astype(np.float32) ** 2
    loudness = np.convolve(near, np.ones(SAMPLE_RATE // 50, dtype=np.float32), mode="valid")
    return place - reach + int(np.argmin(loudness)) + SAMPLE_RATE // 100

"""Judges a network as a listener: hours of speech that name no keyword, and words spoken now and then.

The detector here follows `Sources/Dormouse/Detection/Detector.swift`, in floating point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .analog_levels import front_end_of
from .augment import FULL_SCALE, coloured_noise, decibels, to_int16
from .clips import SAMPLE_RATE, Clips
from .recipe import DetectorSettings, Recipe

SLOT_SECONDS = 2.5
"""A spoken word every so often: long enough for one detection to be over before the next."""

NOISE_LEVEL = -55.0
"""dBFS of the noise between and under the words of a stream."""


@dataclass
class Stream:
    """A long recording and, for judging, which word is spoken in which slot (none in plain speech)."""

    samples: np.ndarray  # int16
    words: list[str]


def word_stream(clips: Clips, rows: np.ndarray, seed: int) -> Stream:
    """Clips in slots of `SLOT_SECONDS`, over quiet noise."""
    rng = np.random.default_rng(seed)
    slot = int(SLOT_SECONDS * SAMPLE_RATE)
    noise = coloured_noise(len(rows), slot, rng) * FULL_SCALE * decibels(NOISE_LEVEL)
    for line, row in zip(noise, rows, strict=True):
        start = int(rng.integers(SAMPLE_RATE // 4, slot - SAMPLE_RATE - SAMPLE_RATE // 4))
        line[start : start + clips.samples.shape[1]] += clips.samples[row]
    return Stream(to_int16(noise).ravel(), [str(clips.words[row]) for row in rows])


def speech_stream(recordings: list[np.ndarray]) -> Stream:
    """Recordings one after the other."""
    return Stream(np.concatenate(recordings), [])


def posteriors(
    recipe: Recipe, predict: Callable[[np.ndarray], np.ndarray], logit_scale: float, samples: np.ndarray
) -> np.ndarray:
    """Softmax of every inference `[inferences, labels]`: the first ends with frame `context - 1`, then every stride."""
    context = recipe.shape.context
    frames = front_end_of(recipe.front_end).features(samples)
    windows = np.lib.stride_tricks.sliding_window_view(frames, context, axis=0).transpose(0, 2, 1)
    windows = windows[:: recipe.detector.stride]
    logits = np.concatenate(
        [predict(np.ascontiguousarray(windows[start : start + 512])) for start in range(0, len(windows), 512)]
    )
    real = logits.astype(np.float64) * logit_scale
    power = np.exp(real - real.max(1, keepdims=True))
    return power / power.sum(1, keepdims=True)


def detections(
    recipe: Recipe, scores: np.ndarray, settings: DetectorSettings, threshold: float
) -> list[tuple[int, int]]:
    """(sample at which the context ends, label) of every detection; `scores` are `posteriors`."""
    labels = len(recipe.keywords)
    history = np.concatenate([np.zeros((settings.smoothing, scores.shape[1])), scores]).cumsum(0)
    smoothed = (history[settings.smoothing :] - history[: -settings.smoothing])[:, :labels] / settings.smoothing
    refractory = settings.refractory_ms * SAMPLE_RATE // 1000
    run, held, quiet_until, found = np.zeros(labels, int), np.zeros(labels, bool), 0, []
    for step, row in enumerate(smoothed):
        end = recipe.front_end.samples(recipe.shape.context + step * settings.stride)
        above = row >= threshold
        run = np.where(above, run + 1, 0)
        held &= row * 2 >= threshold
        ready = above & (run >= settings.minimum_run) & ~held
        if end >= quiet_until and ready.any():
            label = int(np.argmax(np.where(ready, row, -1)))
            found.append((end, label))
            held[label] = True
            quiet_until = end + refractory
    return found


def judge_words(recipe: Recipe, stream: Stream, found: list[tuple[int, int]]) -> dict[str, float]:
    """Per cent of keywords that are missed, named wrongly, or reported more than once; of other words reported."""
    slot = int(SLOT_SECONDS * SAMPLE_RATE)
    slots: list[list[str]] = [[] for _ in stream.words]
    for end, label in found:
        # A detection comes at most half a context after the word's end: slots are wide enough to tell them apart.
        slots[min((end - SAMPLE_RATE // 4) // slot, len(slots) - 1)].append(recipe.labels[label])
    keyword = [(word, heard) for word, heard in zip(stream.words, slots, strict=True) if word in recipe.keywords]
    other = [heard for word, heard in zip(stream.words, slots, strict=True) if word not in recipe.keywords]
    return {
        "missed": _share([word not in heard for word, heard in keyword]),
        "wrong": _share([any(name != word for name in heard) for word, heard in keyword]),
        "repeated": _share([heard.count(word) > 1 for word, heard in keyword]),
        "false_on_other_words": _share([len(heard) > 0 for heard in other]),
    }


def judge(
    recipe: Recipe,
    predict: Callable[[np.ndarray], np.ndarray],
    logit_scale: float,
    words: Stream,
    speech: Stream,
    choices: list[tuple[DetectorSettings, float]],
) -> list[dict]:
    """The figures of several detector settings, all of the recipe's stride; `predict` gives int8 logits of frames."""
    word_scores = posteriors(recipe, predict, logit_scale, words.samples)
    speech_scores = posteriors(recipe, predict, logit_scale, speech.samples)
    hours = len(speech.samples) / SAMPLE_RATE / 3600
    results = []
    for settings, threshold in choices:
        false = detections(recipe, speech_scores, settings, threshold)
        results.append(
            {
                "threshold": threshold,
                "smoothing": settings.smoothing,
                "minimum_run": settings.minimum_run,
                **judge_words(recipe, words, detections(recipe, word_scores, settings, threshold)),
                "false_accepts_per_hour": round(len(false) / hours, 1),
                "speech_minutes": round(hours * 60, 1),
            }
        )
    return results


def _share(values: list[bool]) -> float:
    return round(100 * float(np.mean(values)), 2) if values else 0.0

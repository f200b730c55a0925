"""Judges a network on the validation recordings, which no training phase hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import augment
from .analog_levels import front_end_of
from .clips import CLIP_SAMPLES, Clips
from .recipe import Recipe
from .recordings import Recordings

SEED = 20
"""Of the choice of unknown clips and silence: the same set for every run."""


@dataclass
class Examples:
    """Frames of one context, what they should be called, and which word they are."""

    frames: np.ndarray  # int8 [n, context, bands]
    targets: np.ndarray  # int64 [n]
    words: np.ndarray  # str [n]


def clip_samples(recipe: Recipe, samples: np.ndarray) -> np.ndarray:
    """One-second clips, long enough for a context."""
    needed = recipe.front_end.samples(recipe.shape.context)
    return np.ascontiguousarray(np.pad(samples, ((0, 0), (0, max(0, needed - samples.shape[1])))))


def clip_frames(recipe: Recipe, samples: np.ndarray) -> np.ndarray:
    """The first context of each one-second clip, as the runtime hears it: int8 `[n, context, bands]`."""
    frames = front_end_of(recipe.front_end).features_batch(clip_samples(recipe, samples))
    return frames[:, : recipe.shape.context]


def validation_clips(recipe: Recipe, clips: Clips, noise: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Samples and words of all clips of the keywords, and of as many of other words, and of silence, as a keyword has.

    Other words come from all words that are no keyword, held out or not, every clip with the same chance.
    """
    rng = np.random.default_rng(SEED)
    spoken = np.flatnonzero(np.isin(clips.words, recipe.keywords))
    share = round(len(spoken) / len(recipe.keywords))
    candidates = np.flatnonzero(~np.isin(clips.words, recipe.keywords))
    others = rng.choice(candidates, min(share, len(candidates)), replace=False)
    rows = np.concatenate([spoken, others])
    quiet = augment.silence(noise, share, CLIP_SAMPLES, rng)
    samples = np.concatenate([clips.samples[rows], quiet])
    return samples, np.concatenate([clips.words[rows], np.full(share, "silence")])


def validation_examples(recipe: Recipe, recordings: Recordings) -> Examples:
    """The validation clips as the network sees them."""
    samples, words = validation_clips(recipe, recordings.validation, recordings.noise_validation)
    return Examples(clip_frames(recipe, samples), targets_of(words, recipe.labels), words)


def held_out_examples(recipe: Recipe, recordings: Recordings) -> Examples:
    """Every clip, of both splits, of the words that no training phase hears."""
    parts = [_clips_of(clips, recipe.held_out) for clips in (recordings.training, recordings.validation)]
    samples = np.concatenate([samples for samples, _ in parts])
    words = np.concatenate([words for _, words in parts])
    return Examples(clip_frames(recipe, samples), targets_of(words, recipe.labels), words)


def targets_of(words: np.ndarray, labels: list[str]) -> np.ndarray:
    """Class indices of words: a keyword's own, `silence`, or `unknown` for all others."""
    index = {label: number for number, label in enumerate(labels)}
    return np.array([index.get(word, index["unknown"]) for word in words], dtype=np.int64)


def _clips_of(clips: Clips, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    rows = np.flatnonzero(np.isin(clips.words, words))
    return clips.samples[rows], clips.words[rows]


def figures(
    recipe: Recipe, predict: Callable[[np.ndarray], np.ndarray], validation: Examples, held_out: Examples | None
) -> dict[str, float]:
    """Percentages of right answers; `predict` gives logits of frames.

    `accuracy` over all validation examples, `balanced` over classes, `unseen_words` over held-out words (each word
    the same weight): how many aren't taken for a keyword's class.
    """
    answers = predict(validation.frames).argmax(1)
    right = answers == validation.targets
    result = {"accuracy": _percent(right)}
    per_class = {
        label: _percent(right[validation.targets == number])
        for number, label in enumerate(recipe.labels)
        if np.any(validation.targets == number)
    }
    result["balanced"] = round(float(np.mean(list(per_class.values()))), 2)
    result |= {f"class.{label}": value for label, value in per_class.items()}
    if held_out is not None and len(held_out.words):
        rejected = predict(held_out.frames).argmax(1) >= len(recipe.keywords)
        by_word = {word: _percent(rejected[held_out.words == word]) for word in sorted(set(held_out.words))}
        result["unseen_words"] = round(float(np.mean(list(by_word.values()))), 2)
        result["unseen_clips"] = _percent(rejected)
        result |= {f"unseen.{word}": value for word, value in by_word.items()}
    return result


def _percent(values: np.ndarray) -> float:
    return round(100 * float(np.mean(values)), 2)

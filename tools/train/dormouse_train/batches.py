"""What one epoch shows a network: which rows of a feature set, in which order, and how they are varied."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from .feature_sets import (
    PIECE_KIND,
    RARE_SUFFIX,
    REVERSED_KIND,
    SILENCE_KIND,
    SPEECH_KIND,
    SPLICE_KIND,
    SYNTHETIC_KIND,
    FeatureSet,
)
from .recipe import Recipe

UNKNOWN_SHARES = {
    "frequent": 0.34,
    "rare": 0.14,
    SYNTHETIC_KIND: 0.2,
    PIECE_KIND: 0.1,
    SPEECH_KIND: 0.08,
    SPLICE_KIND: 0.08,
    REVERSED_KIND: 0.06,
}
"""What the `unknown` class is made of: frequent and rare words of the recordings, and the other kinds."""

LEVEL_STEPS = {"log-mel": 6, "analog": 12}
"""Features move up or down together by at most this many steps, about 3 dB at the default scale."""


def epoch_rows(features: FeatureSet, recipe: Recipe, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows and their classes, shuffled: every keyword clip, and the recipe's number of unknown and silence."""
    kinds, labels = features.kinds, recipe.labels
    rows, targets = [], []
    for target, word in enumerate(recipe.keywords):
        found = np.flatnonzero(kinds == word)
        rows.append(found)
        targets.append(np.full(len(found), target))
    unknown, silence = labels.index("unknown"), labels.index("silence")
    rare = np.char.endswith(kinds, RARE_SUFFIX)
    plain = ~rare & ~np.char.startswith(kinds, "(") & ~np.isin(kinds, recipe.keywords)
    for kind, share in UNKNOWN_SHARES.items():
        candidates = {"frequent": plain, "rare": rare}.get(kind, kinds == kind)
        chosen = _draw(np.flatnonzero(candidates), round(recipe.training.unknown * share), rng)
        rows.append(chosen)
        targets.append(np.full(len(chosen), unknown))
    chosen = _draw(np.flatnonzero(kinds == SILENCE_KIND), recipe.training.silence, rng)
    rows.append(chosen)
    targets.append(np.full(len(chosen), silence))
    order = rng.permutation(sum(map(len, rows)))
    return np.concatenate(rows)[order], np.concatenate(targets)[order]


def _draw(candidates: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    if len(candidates) == 0:  # a data folder without this kind
        return candidates
    return rng.choice(candidates, count, replace=count > len(candidates))


def batches(
    features: FeatureSet, recipe: Recipe, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor, np.ndarray]]:
    """Varied int8 frames `[batch, context, bands]`, their classes, their rows; the last, smaller batch is left out."""
    rows, targets = epoch_rows(features, recipe, rng)
    size = recipe.training.batch
    for start in range(0, len(rows) - size + 1, size):
        part = slice(start, start + size)
        frames = vary(features.features[rows[part]], recipe, rng)
        yield torch.from_numpy(frames), torch.from_numpy(targets[part].astype(np.int64)), rows[part]


def vary(rows: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    """A random crop of each row, a little louder or softer, with a masked stretch of time and of bands."""
    count, frames, bands = rows.shape
    context, training = recipe.shape.context, recipe.training
    starts = rng.integers(0, frames - context + 1, count)
    crops = rows[np.arange(count)[:, None], starts[:, None] + np.arange(context)[None, :]].astype(np.int16)
    steps = LEVEL_STEPS[recipe.front_end.kind]
    level = rng.integers(-steps, steps + 1, (count, 1, 1)).astype(np.int16)
    # The least value stands for "nothing": it stays, whatever the level.
    crops = np.where(crops > -128, np.clip(crops + level, -128, 127), -128)
    mean = crops.mean(axis=(1, 2), keepdims=True).astype(np.int16)
    time = _mask(context, training.time_mask, count, rng)[:, :, None]
    band = _mask(bands, training.band_mask, count, rng)[:, None, :]
    return np.where(time | band, mean, crops).astype(np.int8)


def _mask(length: int, widest: int, count: int, rng: np.random.Generator) -> np.ndarray:
    width = rng.integers(0, widest + 1, (count, 1))
    start = rng.integers(0, length, (count, 1))
    position = np.arange(length)[None, :]
    return (position >= start) & (position < start + width)

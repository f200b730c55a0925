"""How a model fares on real boards: its accuracy with components and comparators that are off, each board differently.

Every board is the device's own emulation with other settings: centres, qualities, gains and thresholds as components
within a tolerance make them, and comparators with an offset.
"""

from __future__ import annotations

import numpy as np

from .analog import AnalogBinary
from .analog_levels import SUPPLY, off, parts
from .evaluation import clip_frames, clip_samples, targets_of, validation_clips
from .integer import IntegerNetwork
from .recipe import Recipe
from .recordings import Recordings

BOARDS = 20
OFFSET = 0.035
"""Standard deviation of comparator offsets, a share of the supply."""

LEAST_VOLTS = 0.006
"""Thresholds stay above the hysteresis."""

SEED = 41


def board(front_end: dict, rng: np.random.Generator) -> dict:
    """Settings of one board: `front_end` are those of the image, with one number a channel in each list."""
    count = front_end["channels"]
    upper, lower = parts(count, rng), parts(count, rng)
    share = np.array(front_end["threshold_v"]) / SUPPLY
    divided = SUPPLY * share * lower / (share * lower + (1 - share) * upper)
    offset = rng.normal(0, OFFSET * SUPPLY, count)
    return {
        **front_end,
        **off(front_end, rng),
        "gain": (np.array(front_end["gain"]) * parts(count, rng) / parts(count, rng)).tolist(),
        "threshold_v": np.clip(divided + offset, LEAST_VOLTS, SUPPLY * 0.98).tolist(),
    }


def board_figures(recipe: Recipe, front_end: dict, exact: IntegerNetwork, recordings: Recordings) -> dict[str, float]:
    """Accuracy on validation clips with the bits of the emulation, as designed and over random boards.

    `agreement` is the share of bits, in per cent, that are those of training.
    """
    samples, words = validation_clips(recipe, recordings.validation, recordings.noise_validation)
    samples, targets = clip_samples(recipe, samples), targets_of(words, recipe.labels)

    def bits_of(settings: dict) -> np.ndarray:
        bank = AnalogBinary(settings)
        return bank.unpack(bank.features_batch(samples))[:, : recipe.shape.context].astype(np.int8) * 2 - 1

    def accuracy(bits: np.ndarray) -> float:
        return 100 * float(np.mean(exact.input_in_parts(bits).argmax(1) == targets))

    rng = np.random.default_rng(SEED)
    found = [accuracy(bits_of(board(front_end, rng))) for _ in range(BOARDS)]
    designed = bits_of(front_end)
    return {
        "agreement": round(100 * float(np.mean(designed == exact.bits_of(clip_frames(recipe, samples)))), 3),
        "designed": round(accuracy(designed), 2),
        "boards": BOARDS,
        "mean": round(float(np.mean(found)), 2),
        "worst": round(min(found), 2),
        "deviation": round(float(np.std(found, ddof=1)), 2),
    }

"""Posteriors of a finished run for every row of a feature set, which a smaller network learns beside the labels.

The teacher hears each row once, as it is; what epochs do to their copies of it (crops, masks) is no part of the word.
The figures are kept beside the sets: teaching costs as good as nothing then.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import torch

from .feature_sets import FeatureSet
from .prediction import in_float
from .recipe import Recipe, TeacherSettings, parse_recipe


class Teacher:
    """The posteriors of one run."""

    def __init__(self, settings: TeacherSettings, recipe: Recipe, cache: Path):
        """FileNotFoundError without that run, ValueError if it tells other classes apart."""
        self.name = f"{settings.recipe}-{settings.seed}"
        self._checkpoint = cache / "runs" / self.name / "checkpoint.pt"
        if not self._checkpoint.exists():
            raise FileNotFoundError(
                f"{self._checkpoint}: no run of {settings.recipe} to learn from; first train --recipe "
                f"tools/train/recipes/{settings.recipe}.toml --seed {settings.seed}"
            )
        stored = json.loads(torch.load(self._checkpoint, weights_only=True)["recipe"])
        self.recipe = parse_recipe(stored, str(self._checkpoint))
        if (self.recipe.labels, self.recipe.held_out) != (recipe.labels, recipe.held_out):
            raise ValueError(f"{self._checkpoint}: {settings.recipe} tells other classes apart, or heard other words")

    def logits(self, features: FeatureSet, path: Path) -> torch.Tensor:
        """Logits `[rows, classes]` of a set that is kept at `path`: from beside it, or computed and kept there."""
        kept = path.with_name(f"{path.stem}-{self.name}.npy")
        if not kept.exists():
            heard = features.heard_by_teacher if features.heard_by_teacher is not None else features.features
            context = self.recipe.shape.context
            start = (heard.shape[1] - context) // 2
            part = kept.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                np.save(file, self._predict(np.ascontiguousarray(heard[:, start : start + context])))
            part.rename(kept)
        return torch.from_numpy(np.load(kept))

    def _predict(self, frames: np.ndarray) -> np.ndarray:
        from .publish import load_network

        return in_float(load_network(self._checkpoint, self.recipe))(frames).astype(np.float32)

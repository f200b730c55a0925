"""What a run minimises: errors on the targets, in stage 1 also the distance to the float network and to the grid."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as functional

from .networks import Network
from .recipe import Recipe

TEMPERATURE = 2.0
"""By which the logits of both networks are divided before the trained one follows the other's posteriors."""


class Objective:
    """The loss of one run; `teacher` is asked for the float network once, when it is first needed."""

    def __init__(self, recipe: Recipe, teacher: Callable[[], Network]):
        """Nothing is loaded yet."""
        self._recipe, self._load = recipe, teacher
        self._teacher: Network | None = None

    def __call__(
        self,
        phase: str,
        progress: float,
        network: Network,
        logits: torch.Tensor,
        frames: torch.Tensor,
        targets: torch.Tensor,
        taught: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The loss of one batch; `progress` is the phase's, from 0 to 1; `taught` are the logits of a teacher."""
        loss = functional.cross_entropy(logits, targets, label_smoothing=self._recipe.training.label_smoothing)
        if taught is not None:
            loss += self._recipe.teacher.share * (_distance(logits, taught) - loss)
        if phase != "stage1":
            return loss
        share = self._recipe.stage1.distillation
        if share:
            loss = (1 - share) * loss + share * self._distance_to_teacher(logits, frames)
        drawn = network.regularization()
        # Weights find their place first; only the second half of the stage draws them to the grid.
        return loss if drawn is None else loss + max(0.0, 2 * progress - 1) * drawn

    def _distance_to_teacher(self, logits: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
        if self._teacher is None:
            self._teacher = self._load()
        with torch.no_grad():
            wanted = self._teacher(frames)
        return _distance(logits, wanted)


def _distance(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """How far posteriors are from those wanted, both softened."""
    found, aim = (functional.log_softmax(values / TEMPERATURE, 1) for values in (logits, wanted))
    return TEMPERATURE**2 * functional.kl_div(found, aim, log_target=True, reduction="batchmean")

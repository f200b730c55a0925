"""The phases of a run, and how each trains."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .assignment import in_first_stage, is_float
from .networks import Network
from .recipe import Recipe

RISE = 0.05
"""Part of a phase over which its learning rate rises."""


@dataclass(frozen=True)
class Course:
    """How one phase trains."""

    epochs: int
    learning_rate: float
    averaging: float
    weight_decay: float


def course_of(recipe: Recipe, phase: str) -> Course:
    """What the recipe says about a phase."""
    training, stage1, quantized = recipe.training, recipe.stage1, recipe.quantized
    decay = training.weight_decay
    if phase == "float":
        epochs = 0 if recipe.float else training.epochs
        return Course(epochs, training.learning_rate, training.averaging, decay)
    if phase == "stage1":
        return Course(stage1.epochs, stage1.learning_rate, stage1.averaging, stage1.weight_decay)
    return Course(quantized.epochs, quantized.learning_rate, quantized.averaging, decay)


def phases_of(recipe: Recipe, network: Network) -> tuple[str, ...]:
    """The phases of a run: stage 1 is for weights that need it, a float model has neither stage."""
    if is_float(recipe.weights):
        return ("float",)
    if any(in_first_stage(layer.quantizer) for layer in network.weights.values()):
        return ("float", "stage1", "quantized")
    return ("float", "quantized")


def restore(network: Network, phases: tuple[str, ...], phase: int) -> None:
    """Gives a fresh network the form that a checkpoint of this phase fits; past the last phase is a finished run."""
    at = phases[min(phase, len(phases) - 1)]
    if at == "stage1":
        network.restore_grids()
    elif at == "quantized":
        network.restore_quantized()


def schedule(progress: float, phase: str) -> float:
    """A short rise, but in stage 2, then half a cosine down to 1 %."""
    rise = 0.0 if phase == "quantized" else RISE
    if progress < rise:
        return RISE + (1 - RISE) * progress / rise
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - rise) / (1 - rise))))

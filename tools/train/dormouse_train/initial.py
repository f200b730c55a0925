"""The float network that a run starts from: that of another, finished run, with normalisations that are live again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch

from .assignment import is_float
from .networks import Network, build_network
from .recipe import Recipe, parse_recipe

SHARED = ("task", "network", "front_end", "shape", "held_out")
"""What the recipes of both runs must agree on."""


@dataclass
class FloatStart:
    """A float network in evaluation mode, and the float figures of its run."""

    network: Network
    figures: dict[str, float]


def load_float(checkpoint: Path, recipe: Recipe, seed: int, frames: torch.Tensor) -> FloatStart:
    """The float parameters of the run `recipe.float`: those that its integers, if any, were rounded from.

    A folded network gets normalisations again, with the statistics that `frames` have in it. FileNotFoundError
    without that run, ValueError if it isn't finished, isn't float beneath, or has another shape.
    """
    if not checkpoint.exists():
        raise FileNotFoundError(
            f"{checkpoint}: no run of {recipe.float} to start from; first train --recipe "
            f"tools/train/recipes/{recipe.float}.toml --seed {seed}"
        )
    state = torch.load(checkpoint, weights_only=True)
    trained = json.loads(state["recipe"])
    wanted = recipe.to_dict()
    for key in SHARED:
        if trained[key] != wanted[key]:
            raise ValueError(f"{checkpoint}: {recipe.float} has another {key} than {recipe.name}")
    source = parse_recipe(trained, str(checkpoint))
    network = build_network(recipe)
    values = state["average"]
    folded = not is_float(source.weights)
    for name, layer in network.weights.items():
        if f"weights.{name}.weight" not in values:
            raise ValueError(f"{checkpoint}: the weights of {name} have no float values left: start from a float model")
        if folded and layer.normalized:
            layer.normalization = None
        own = layer.state_dict()
        layer.load_state_dict({**own, **_of_layer(values, name, own)})
    if folded:
        if state["phase"] < 2:
            raise ValueError(f"{checkpoint}: this run isn't finished; go on with --resume")
        network.unfold(frames)
    return FloatStart(network.requires_grad_(False).eval(), state["float_figures"])


def _of_layer(values: dict[str, torch.Tensor], name: str, own: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    prefix = f"weights.{name}."
    wanted = {key for key in own if not key.startswith("quantizer.")}
    return {key: values[prefix + key] for key in wanted}

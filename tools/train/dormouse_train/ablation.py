"""Which parts of a binary network earn their place: the same short recipe, with one part changed at a time.

    python -m dormouse_train.ablation --seeds 1 2 3 --output docs/binary-ablation.json

Both training phases run; accuracy is that of the network with binary activations and weights and live normalisations.
What is in the output already isn't run again, so that seeds can be added and a killed run goes on.
"""

from __future__ import annotations

import argparse
import copy
import functools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from .library import LibraryError
from .recipe import Recipe, load_recipe, parse_recipe, recipe_folder
from .recordings import default_cache_folder, default_data_folder, load_recordings
from .run import Place, Run

EPOCHS = (4, 4)
"""Of the phase in which activations are binary, and of that in which weights are, too."""

BINARY = "binary*"
VARIANTS: dict[str, dict[str, Any]] = {
    "the recipe": {},
    "no teacher": {"teacher": {"recipe": ""}},
    "no shortcuts": {"binary": {"residual": "none"}},
    "a shortcut around each pair": {"binary": {"residual": "pair"}},
    "no learned thresholds": {"binary": {"thresholds": False}},
    "no learned slopes": {"binary": {"slopes": False}},
    "one step": {"training": {"epochs": 0}, "stage1": {"epochs": sum(EPOCHS)}},
    "weights: xnor": {"weights": {BINARY: {"quantizer": "xnor", "encoding": "binary"}}},
    "weights: balanced, tanh": {"weights": {BINARY: {"quantizer": "balanced", "encoding": "binary"}}},
    "weights: adabin, tanh": {"weights": {BINARY: {"quantizer": "adabin", "encoding": "binary"}}},
    "weights: binary, linear": {
        "weights": {BINARY: {"quantizer": "binary", "encoding": "binary", "estimator": "linear"}}
    },
    "activations: tanh": {"binary": {"estimator": "tanh"}},
    "activations: linear": {"binary": {"estimator": "linear"}},
    "activations: clip": {"binary": {"estimator": "clip"}},
}
"""Changes to the base recipe, by section."""


def variant(base: Recipe, changes: dict[str, Any]) -> Recipe:
    """The base recipe, shortened and changed."""
    values = copy.deepcopy(base.to_dict())
    values["training"]["epochs"], values["stage1"]["epochs"] = EPOCHS
    for section, change in changes.items():
        values[section].update(copy.deepcopy(change))
    return parse_recipe(values, "variant")


class ShortRun(Run):
    """A run that ends before integers."""

    def __init__(self, *arguments):
        """See the base class."""
        super().__init__(*arguments)
        self.phases = self.phases[:2]

    def _short_figures(self) -> dict[str, float]:
        return {}

    def _finish(self) -> dict:
        return self._figures(self.average)


def summary(found: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Mean and, of several seeds, standard deviation of accuracies: `found` maps variants to seeds to accuracies."""
    rows = {}
    for name, by_seed in found.items():
        values = list(by_seed.values())
        rows[name] = {"mean": round(float(np.mean(values)), 2), "seeds": by_seed}
        if len(values) > 1:
            rows[name]["deviation"] = round(float(np.std(values, ddof=1)), 2)
    return rows


def main(argv: list[str] | None = None) -> int:
    """Runs what is missing; returns the exit status."""
    parser = argparse.ArgumentParser(prog="ablation", description="Compares the parts of binary networks.")
    parser.add_argument("--recipe", type=Path, default=recipe_folder() / "commands-binary.toml")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    parser.add_argument("--output", type=Path, required=True, help="JSON file, read first and added to")
    parser.add_argument("--data", type=Path, default=default_data_folder(), help="folder of the recordings")
    parser.add_argument("--cache", type=Path, default=default_cache_folder(), help="decoded recordings and features")
    options = parser.parse_args(argv)
    try:
        _compare(options)
    except (FileNotFoundError, ValueError, LibraryError) as error:
        print(f"ablation: {error}", file=sys.stderr)
        return 1
    return 0


def _compare(options: argparse.Namespace) -> None:
    import torch

    torch.set_num_threads(1)
    base = load_recipe(path=options.recipe)
    recordings = functools.cache(lambda: load_recordings(options.data, options.cache))
    for seed in options.seeds:
        for name in options.variants:
            known = json.loads(options.output.read_text())["variants"] if options.output.exists() else {}
            found = {key: row["seeds"] for key, row in known.items()}
            if str(seed) in found.get(name, {}):
                continue
            place = Place(options.cache, options.cache / "ablation" / f"{name.replace(' ', '-')}-{seed}", recordings)
            figures = ShortRun(variant(base, VARIANTS[name]), seed, place, _quiet).train()
            found.setdefault(name, {})[str(seed)] = figures["accuracy"]
            print(f"{name}, seed {seed}: {figures['accuracy']} %", file=sys.stderr, flush=True)
            result = {"recipe": base.name, "epochs": list(EPOCHS), "variants": summary(found)}
            options.output.write_text(json.dumps(result, indent=2) + "\n")


def _quiet(line: str) -> None:
    del line


if __name__ == "__main__":
    sys.exit(main())

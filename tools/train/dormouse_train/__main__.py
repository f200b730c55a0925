"""The command line: `python -m dormouse_train --recipe tools/train/recipes/commands-temporal-w4.toml --seed 1`."""

from __future__ import annotations

import argparse
import functools
import json
import shutil
import sys
from pathlib import Path

from .library import LibraryError
from .recipe import NETWORKS, TASKS, load_recipe
from .recordings import default_cache_folder, default_data_folder, load_recordings


def arguments() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="train", description="Trains a keyword-spotting network and exports it.")
    parser.add_argument("--task", choices=TASKS, help="what to listen for")
    parser.add_argument("--network", choices=NETWORKS, help="dense layers or temporal convolutions")
    parser.add_argument("--seed", type=int, default=1, help="fixes all randomness (default 1)")
    parser.add_argument("--recipe", type=Path, help="TOML file (default: recipes/TASK-NETWORK.toml)")
    parser.add_argument("--epochs", type=int, help="epochs of the float phase, instead of the recipe's")
    parser.add_argument("--resume", action="store_true", help="go on where a killed run stopped")
    parser.add_argument("--output", type=Path, help="folder of the run (default: in the cache)")
    parser.add_argument("--data", type=Path, default=default_data_folder(), help="folder of the recordings")
    parser.add_argument("--cache", type=Path, default=default_cache_folder(), help="decoded recordings and features")
    parser.add_argument("--threads", type=int, default=1, help="processor cores to use (default 1)")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Trains; returns the exit status."""
    options = arguments().parse_args(argv)
    try:
        return _train(options)
    except (FileNotFoundError, ValueError, LibraryError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("train: stopped; --resume goes on after the last whole epoch", file=sys.stderr)
        return 1


def _train(options: argparse.Namespace) -> int:
    import torch

    from .run import Place, Run

    torch.set_num_threads(options.threads)
    recipe = load_recipe(options.task, options.network, options.recipe)
    if options.epochs is not None:
        recipe.training.epochs = options.epochs
    output = options.output or options.cache / "runs" / f"{recipe.name}-{options.seed}"
    recordings = functools.cache(lambda: load_recordings(options.data, options.cache))
    run = Run(recipe, options.seed, Place(options.cache, output, recordings), _report)
    if options.resume:
        run.resume()
    elif output.exists():
        shutil.rmtree(output)
    summary = run.train()
    results = {key: summary[key] for key in ("float", "integer") if key in summary}
    print(json.dumps({"output": str(output), **results}, indent=2))
    return 0


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Turns a finished run into a model folder: `python -m dormouse_train.publish --recipe RECIPE.toml --seed 1`.

Writes `NAME.onnx`, `NAME.json` (the figures) and `card.md` into `models/NAME`, and `NAME.dormouse` if `dormouse` is
built. A float model has no image: it is there to be compared with. With `--sweep` it only prints how detector settings
trade misses for false accepts; the choice is then written into the recipe.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from .boards import board_figures
from .card import card
from .evaluation import validation_examples
from .export import front_end_settings, save_onnx
from .integer import IntegerNetwork, differences
from .library import REPOSITORY, LibraryError
from .networks import Network, build_network
from .phases import phases_of, restore
from .prediction import predictor
from .recipe import NETWORKS, TASKS, Recipe, load_recipe
from .recordings import Recordings, default_cache_folder, default_data_folder, load_recordings
from .runtime import Runtime, packed
from .streaming import judge, speech_stream, word_stream

KEYWORD_SLOTS = 360
SLOTS_OF_OTHERS = 240
STREAM_SEED = 31


def load_network(checkpoint: Path, recipe: Recipe) -> Network:
    """The network of a finished run; ValueError if it isn't finished or belongs to another recipe.

    The detector may have been chosen since: it is no part of training.
    """
    if not checkpoint.exists():
        raise FileNotFoundError(f"{checkpoint}: no such run; train it first")
    state = torch.load(checkpoint, weights_only=True)
    if not recipe.trains_as(json.loads(state["recipe"]), str(checkpoint)):
        raise ValueError(f"{checkpoint}: trained with another recipe")
    network = build_network(recipe)
    phases = phases_of(recipe, network)
    if state["phase"] < len(phases):
        raise ValueError(f"{checkpoint}: this run isn't finished; go on with --resume")
    restore(network, phases, state["phase"])
    network.load_state_dict(state["average"])
    return network.eval()


def streaming_figures(
    recipe: Recipe,
    predict: Callable[[np.ndarray], np.ndarray],
    logit_scale: float,
    recordings: Recordings,
    choices: list,
) -> list[dict]:
    """`judge` on validation words and on the speech that no training phase heard."""
    rng = np.random.default_rng(STREAM_SEED)
    words = recordings.validation.words
    each = KEYWORD_SLOTS // len(recipe.keywords)
    rows = [rng.permutation(np.flatnonzero(words == word))[:each] for word in recipe.keywords]
    rows.append(rng.permutation(np.flatnonzero(~np.isin(words, recipe.keywords)))[:SLOTS_OF_OTHERS])
    order = rng.permutation(np.concatenate(rows))
    return judge(
        recipe,
        predict,
        logit_scale,
        word_stream(recordings.validation, order, STREAM_SEED),
        speech_stream(recordings.speech_validation),
        choices,
    )


def sweep_choices(recipe: Recipe) -> list:
    """Detector settings worth comparing."""
    return [
        (dataclasses.replace(recipe.detector, smoothing=smoothing, minimum_run=run), threshold)
        for smoothing, run in ((2, 1), (2, 2), (3, 1), (3, 2))
        for threshold in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
    ]


def main(argv: list[str] | None = None) -> int:
    """Publishes one model; returns the exit status."""
    parser = argparse.ArgumentParser(prog="publish", description="Writes the model folder of a finished run.")
    parser.add_argument("--task", choices=TASKS)
    parser.add_argument("--network", choices=NETWORKS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recipe", type=Path)
    parser.add_argument("--data", type=Path, default=default_data_folder())
    parser.add_argument("--cache", type=Path, default=default_cache_folder())
    parser.add_argument("--models", type=Path, default=REPOSITORY / "models")
    parser.add_argument("--sweep", action="store_true", help="only compare detector settings")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    try:
        return _publish(options)
    except (FileNotFoundError, ValueError, LibraryError) as error:
        print(f"publish: {error}", file=sys.stderr)
        return 1


def _publish(options: argparse.Namespace) -> int:
    recipe = load_recipe(options.task, options.network, options.recipe)
    run = options.cache / "runs" / f"{recipe.name}-{options.seed}"
    network = load_network(run / "checkpoint.pt", recipe)
    recordings = load_recordings(options.data, options.cache)
    exact = IntegerNetwork(network) if network.quantized else None
    predict = exact or predictor(network)
    scale = float(exact.tensors[exact.steps[-1].name].scale) if exact else 1.0
    if options.sweep:
        for figures in streaming_figures(recipe, predict, scale, recordings, sweep_choices(recipe)):
            print(json.dumps(figures))
        return 0
    folder = options.models / recipe.name
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / f"{recipe.name}.onnx"
    save_onnx(network, recipe, model)
    summary = json.loads((run / f"{recipe.name}.json").read_text())
    summary["recipe"] = recipe.to_dict()
    choice = (recipe.detector, recipe.detector.threshold)
    (summary["streaming"],) = streaming_figures(recipe, predict, scale, recordings, [choice])
    if exact:
        summary["simulation"] = differences(network, validation_examples(recipe, recordings).frames)
        summary["image"] = _convert(model, model.with_suffix(".dormouse"), exact, recipe)
        if recipe.front_end.kind == "analog":
            summary["boards"] = _boards(run / "boards.json", recipe, exact, recordings)
    (folder / f"{recipe.name}.json").write_text(json.dumps(summary, indent=2) + "\n")
    (folder / "card.md").write_text(card(recipe, summary))
    print(f"{folder}: written", file=sys.stderr)
    return 0


def _boards(kept: Path, recipe: Recipe, exact: IntegerNetwork, recordings: Recordings) -> dict:
    """`board_figures`, which take minutes, from the run's folder if they are there."""
    if not kept.exists():
        settings = front_end_settings(recipe, exact.parts["frames"].levels)
        kept.write_text(json.dumps(board_figures(recipe, settings, exact, recordings)))
    return json.loads(kept.read_text())


def _convert(model: Path, image: Path, exact: IntegerNetwork, recipe: Recipe) -> dict:
    """Makes the image with the `dormouse` command and compares its logits; empty without the command."""
    command = REPOSITORY / ".build" / "release" / "dormouse"
    if not command.exists():
        print(f"publish: {command} isn't built: no image written", file=sys.stderr)
        return {}
    subprocess.run([command, "convert", model, "-o", image], check=True)
    report = json.loads(subprocess.run([command, "inspect", image, "--json"], check=True, capture_output=True).stdout)
    frames = np.random.default_rng(1).integers(-128, 128, (200, recipe.shape.context, recipe.front_end.bands))
    frames = frames.astype(np.int8)
    given = packed(exact.bits_of(frames)) if exact.input_result == "bits" else frames
    if not np.array_equal(Runtime(image)(given), exact(frames)):
        raise ValueError(f"{image}: the runtime's logits differ from the training's")
    return {"bytes": image.stat().st_size, "arena": report["totals"]["arena"]}


if __name__ == "__main__":
    sys.exit(main())

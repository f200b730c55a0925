"""One training run: float, stage 1, stage 2; a checkpoint after each epoch, so that a killed run loses one at most.

All randomness comes from the seed, the phase and the epoch's number: a resumed run goes the way the first would have.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .batches import batches
from .evaluation import Examples, figures, held_out_examples, validation_examples
from .export import save_onnx
from .feature_sets import FeatureSet, load_or_make_set, set_path
from .initial import FloatStart, load_float
from .networks import Network, build_network
from .objective import Objective
from .phases import course_of, phases_of, restore, schedule
from .prediction import in_float, predictor
from .recipe import Recipe
from .recordings import Recordings
from .teacher import Teacher

CALIBRATION_SET = 0


@dataclass
class Place:
    """Folders and the recordings, which are read only when something needs them."""

    cache: Path
    output: Path
    recordings: Callable[[], Recordings]


class Run:
    """State and course of one run."""

    def __init__(self, recipe: Recipe, seed: int, place: Place, report: Callable[[str], None]):
        """`report` takes lines of progress. Nothing is read or written yet."""
        self.recipe, self.seed, self.place, self.report = recipe, seed, place, report
        torch.manual_seed(seed)
        self.network = build_network(recipe)
        self.average = _copy(self.network)
        self.phases = phases_of(recipe, self.network)
        self.phase, self.epoch = 0, 0
        self.float_figures: dict[str, float] = {}
        self.optimizer = self._optimizer()
        self._objective = Objective(recipe, lambda: self._float_start().network)
        self._set: tuple[int, FeatureSet] | None = None
        self._teacher = Teacher(recipe.teacher, recipe, place.cache) if recipe.teacher.recipe else None
        self._taught: tuple[int, torch.Tensor] | None = None
        self._judges: tuple[Examples, Examples | None] | None = None

    @property
    def checkpoint(self) -> Path:
        """The file that `--resume` reads."""
        return self.place.output / "checkpoint.pt"

    def resume(self) -> None:
        """Goes on where the checkpoint stopped; FileNotFoundError without one, ValueError if it isn't this run's."""
        if not self.checkpoint.exists():
            raise FileNotFoundError(f"{self.checkpoint}: nothing to resume; run without --resume first")
        state = torch.load(self.checkpoint, weights_only=True)
        if state["seed"] != self.seed or not self.recipe.trains_as(json.loads(state["recipe"]), str(self.checkpoint)):
            raise ValueError(f"{self.checkpoint}: made with another recipe or seed; run without --resume")
        self.phase, self.epoch, self.float_figures = state["phase"], state["epoch"], state["float_figures"]
        for network in (self.network, self.average):
            restore(network, self.phases, self.phase)
        self.optimizer = self._optimizer()
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])

    def train(self) -> dict:
        """Runs every epoch that is still to do and writes model and summary; returns the summary."""
        self.place.output.mkdir(parents=True, exist_ok=True)
        if self.recipe.float and self.phase == 0:
            start = self._float_start()
            self.average.load_state_dict(start.network.state_dict())
            self.float_figures = start.figures
        elif self.phase == 0 and self.epoch == 0:
            self.network.prepare(self._calibration_frames())
        while self.phase < len(self.phases):
            while self.epoch < course_of(self.recipe, self.phases[self.phase]).epochs:
                self._train_epoch()
            self._end_phase()
        return self._finish()

    def _train_epoch(self) -> None:
        began = time.monotonic()
        training, phase = self.recipe.training, self.phases[self.phase]
        course = course_of(self.recipe, phase)
        overall = self.epoch + sum(course_of(self.recipe, phase).epochs for phase in self.phases[: self.phase])
        rng = np.random.default_rng([self.seed, self.phase, self.epoch])
        torch.manual_seed(int(rng.integers(2**31)))
        number = overall // training.epochs_per_set % training.sets
        features = self._features(number)
        self.network.train()
        losses, right, seen = [], 0, 0
        for frames, targets, rows in batches(features, self.recipe, rng):
            progress = (self.epoch + min(1.0, seen / self._epoch_examples(features))) / course.epochs
            for group in self.optimizer.param_groups:
                group["lr"] = course.learning_rate * schedule(progress, phase)
            self.network.advance(progress)
            self.optimizer.zero_grad(set_to_none=True)
            logits = self.network(frames)
            taught = self._lessons(number)[rows] if self._teacher is not None else None
            loss = self._objective(phase, progress, self.network, logits, frames, targets, taught)
            loss.backward()
            self.optimizer.step()
            _follow(self.average, self.network, course.averaging)
            losses.append(loss.item())
            right += int((logits.argmax(1) == targets).sum())
            seen += len(targets)
        self.epoch += 1
        self._log(
            {
                "phase": phase,
                "epoch": self.epoch,
                "of": course.epochs,
                "loss": round(float(np.mean(losses)), 4),
                "training_accuracy": round(100 * right / seen, 2),
                "seconds": round(time.monotonic() - began, 1),
                **self._short_figures(),
            }
        )
        self._save()

    def _float_start(self) -> FloatStart:
        folder = self.place.cache / "runs" / f"{self.recipe.float}-{self.seed}"
        return load_float(folder / "checkpoint.pt", self.recipe, self.seed, self._calibration_frames())

    def _end_phase(self) -> None:
        """Between the phases the averaged network becomes the next one's start."""
        ended = self.phases[self.phase]
        following = self.phases[self.phase + 1] if self.phase + 1 < len(self.phases) else None
        if ended == "float" and not self.recipe.float:
            self.float_figures = self._figures(self.average)
            self._log({"phase": "float", "result": self.float_figures})
        if ended == "stage1":
            self.average.settle(self._calibration_frames())
            self._log({"phase": "stage1", "result": self._figures(self.average)})
        if following is not None:
            self.network.load_state_dict(self.average.state_dict())
            if following == "stage1":
                self.network.begin_grids()
            else:
                self.network.quantize(self._calibration_frames())
            self.average = _copy(self.network)
        self.phase, self.epoch = self.phase + 1, 0
        self.optimizer = self._optimizer()
        self._save()

    def _finish(self) -> dict:
        recipe, network = self.recipe, self.average
        summary = {
            "model": recipe.name,
            "version": recipe.version,
            "seed": self.seed,
            "parameters": network.parameters_at_inference(),
            "multiply_accumulates": network.multiply_accumulates(recipe.shape.context),
            "arithmetic_cost": network.arithmetic_cost(recipe.shape.context),
            "encodings": {name: layer.encoding for name, layer in network.weights.items()},
            "float": self.float_figures,
            "recipe": recipe.to_dict(),
        }
        if network.quantized:
            summary["integer"] = self._figures(network)
            self._log({"phase": "quantized", "result": summary["integer"]})
        save_onnx(network, recipe, self.place.output / f"{recipe.name}.onnx")
        (self.place.output / f"{recipe.name}.json").write_text(json.dumps(summary, indent=2) + "\n")
        return summary

    def _figures(self, network: Network) -> dict[str, float]:
        validation, held_out = self._examples()
        return figures(self.recipe, predictor(network), validation, held_out)

    def _short_figures(self) -> dict[str, float]:
        # Every epoch in float arithmetic, which is near enough to follow the course.
        self.average.eval()
        validation, held_out = self._examples()
        full = figures(self.recipe, in_float(self.average), validation, held_out)
        return {key: value for key, value in full.items() if "." not in key}

    def _examples(self) -> tuple[Examples, Examples | None]:
        if self._judges is None:
            recordings = self.place.recordings()
            held_out = held_out_examples(self.recipe, recordings) if self.recipe.held_out else None
            self._judges = validation_examples(self.recipe, recordings), held_out
        return self._judges

    def _features(self, number: int) -> FeatureSet:
        if self._set is None or self._set[0] != number:
            recipe = self.recipe
            made = load_or_make_set(
                self.place.cache, self.place.recordings, recipe.front_end, recipe.shape.context, recipe.held_out, number
            )
            self._set = number, made
        return self._set[1]

    def _lessons(self, number: int) -> torch.Tensor:
        if self._taught is None or self._taught[0] != number:
            recipe = self.recipe
            path = set_path(self.place.cache, recipe.front_end, recipe.shape.context, recipe.held_out, number)
            self._taught = number, self._teacher.logits(self._features(number), path)
        return self._taught[1]

    def _epoch_examples(self, features: FeatureSet) -> int:
        keywords = int(np.isin(features.kinds, self.recipe.keywords).sum())
        return keywords + self.recipe.training.unknown + self.recipe.training.silence

    def _calibration_frames(self) -> torch.Tensor:
        rng = np.random.default_rng([self.seed, CALIBRATION_SET])
        parts = [frames for frames, _, _ in batches(self._features(CALIBRATION_SET), self.recipe, rng)]
        return torch.cat(parts)[: self.recipe.quantized.calibration]

    def _optimizer(self) -> torch.optim.Optimizer:
        parameters = [parameter for parameter in self.network.parameters() if parameter.requires_grad]
        matrices = [parameter for parameter in parameters if parameter.dim() > 1]
        vectors = [parameter for parameter in parameters if parameter.dim() <= 1]
        phase = self.phases[min(self.phase, len(self.phases) - 1)]
        decay = course_of(self.recipe, phase).weight_decay
        return torch.optim.AdamW([{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0}])

    def _save(self) -> None:
        state = {
            "seed": self.seed,
            "recipe": json.dumps(self.recipe.to_dict()),
            "phase": self.phase,
            "epoch": self.epoch,
            "float_figures": self.float_figures,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.rename(self.checkpoint)

    def _log(self, entry: dict) -> None:
        line = json.dumps(entry)
        with (self.place.output / "log.jsonl").open("a") as file:
            file.write(line + "\n")
        self.report(line)


def _copy(network: Network) -> Network:
    return copy.deepcopy(network).requires_grad_(False).eval()


@torch.no_grad()
def _follow(average: Network, network: Network, share: float) -> None:
    """Exponential moving average of parameters; statistics and ranges are taken as they are."""
    for mine, theirs in zip(average.parameters(), network.parameters(), strict=True):
        mine.lerp_(theirs, 1 - share)
    for mine, theirs in zip(average.buffers(), network.buffers(), strict=True):
        mine.copy_(theirs)

"""A recipe: every choice of a training run, read from one TOML file, so that a model can be made again."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

KEYWORDS = {
    "commands": ["yes", "no", "up", "down", "left", "right"],
    "zero": ["zero"],
    "words": ["yes", "no", "up", "down", "left", "right", "zero", "one", "two", "three", "four", "five"],
}
"""What each task listens for; `unknown` and `silence` follow as the last two classes."""

TASKS = tuple(KEYWORDS)
NETWORKS = ("dense", "temporal")


@dataclass
class FrontEndSettings:
    """The log-mel front end, as the image will hold it."""

    sample_rate: int = 16000
    window_ms: int = 30
    hop_ms: int = 20
    fft: int = 512
    bands: int = 40
    low_hz: int = 60
    high_hz: int = 7600
    origin: float = 26.5
    steps_per_octave: float = 6.5
    zero_point: int = 0

    def samples(self, frames: int) -> int:
        """Samples that exactly `frames` frames take."""
        return (self.window_ms + (frames - 1) * self.hop_ms) * self.sample_rate // 1000


@dataclass
class NetworkSettings:
    """Shape of the network; `hidden` belongs to `dense`, the rest from `channels` on to `temporal`."""

    context: int = 49
    dropout: float = 0.0
    hidden: list[int] = field(default_factory=lambda: [192, 192, 128])
    channels: int = 128
    blocks: int = 12
    kernel: int = 9
    stem_kernel: int = 5
    stem_stride: int = 2


@dataclass
class TrainingSettings:
    """The float phase."""

    epochs: int = 30
    batch: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    label_smoothing: float = 0.05
    sets: int = 10
    epochs_per_set: int = 3
    unknown: int = 7000
    silence: int = 1500
    time_mask: int = 8
    band_mask: int = 6
    averaging: float = 0.998


@dataclass
class QuantizedSettings:
    """The quantization-aware phase that follows."""

    epochs: int = 4
    learning_rate: float = 2e-4
    calibration: int = 2048
    averaging: float = 0.99


@dataclass
class DetectorSettings:
    """How the scores of a stream become detections."""

    stride: int = 8
    smoothing: int = 3
    refractory_ms: int = 700
    threshold: float = 0.8
    minimum_run: int = 2


@dataclass
class Recipe:
    """All of it. `held_out` names the words that no training phase may hear."""

    task: str
    network: str
    version: str = "1.0.0"
    held_out: list[str] = field(default_factory=list)
    front_end: FrontEndSettings = field(default_factory=FrontEndSettings)
    shape: NetworkSettings = field(default_factory=NetworkSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    quantized: QuantizedSettings = field(default_factory=QuantizedSettings)
    detector: DetectorSettings = field(default_factory=DetectorSettings)

    @property
    def name(self) -> str:
        """Of the model, such as `commands-temporal`."""
        return f"{self.task}-{self.network}"

    @property
    def keywords(self) -> list[str]:
        """Words that the detector reports."""
        return KEYWORDS[self.task]

    @property
    def labels(self) -> list[str]:
        """Classes, in the order of the network's outputs."""
        return [*self.keywords, "unknown", "silence"]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for logs and checkpoints."""
        return asdict(self)


SECTIONS = {
    "front_end": FrontEndSettings,
    "shape": NetworkSettings,
    "training": TrainingSettings,
    "quantized": QuantizedSettings,
    "detector": DetectorSettings,
}


def recipe_folder() -> Path:
    """The recipes that come with the repository."""
    return Path(__file__).resolve().parents[1] / "recipes"


def load_recipe(task: str, network: str, path: Path | None = None) -> Recipe:
    """Reads `path`, or the repository's recipe for this task and network.

    Raises ValueError for an unknown key, FileNotFoundError without a file.
    """
    path = path or recipe_folder() / f"{task}-{network}.toml"
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such recipe; write one or name another with --recipe")
    return parse_recipe(task, network, tomllib.loads(path.read_text()), str(path))


def parse_recipe(task: str, network: str, values: dict[str, Any], source: str = "recipe") -> Recipe:
    """A recipe from plain values; what they leave out keeps its default."""
    if task not in TASKS or network not in NETWORKS:
        raise ValueError(f"{source}: task is one of {', '.join(TASKS)}; network one of {', '.join(NETWORKS)}")
    recipe = Recipe(task=task, network=network)
    for key, value in values.items():
        if key in SECTIONS:
            known = {entry.name for entry in fields(SECTIONS[key])}
            unknown = set(value) - known
            if unknown:
                raise ValueError(f"{source}: [{key}] has no setting {', '.join(sorted(unknown))}")
            setattr(recipe, key, SECTIONS[key](**value))
        elif key in ("version", "held_out"):
            setattr(recipe, key, value)
        else:
            raise ValueError(f"{source}: no setting {key}")
    return recipe

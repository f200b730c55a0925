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
NETWORKS = ("dense", "temporal", "binary")

RESIDUALS = ("each", "pair", "none")
FRONT_ENDS = ("log-mel", "analog")


@dataclass
class FrontEndSettings:
    """The front end, as the image will hold it: `log-mel`, or `analog`, whose frames are a bit a channel (`bands`).

    With `analog` the hop is the window: a bit says whether the comparator was high at any moment of it.
    """

    kind: str = "log-mel"
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
    sharpness: float = 1.0
    """Of analog filters: their quality over that at which neighbours cross at half power."""
    decay_ms: float = 10.0
    """Time constant of a falling envelope of an analog front end."""

    def log_mel(self) -> dict[str, Any]:
        """The keys of LogMelSettings."""
        return {key: value for key, value in asdict(self).items() if key not in ("sharpness", "decay_ms")}

    def samples(self, frames: int) -> int:
        """Samples that exactly `frames` frames take."""
        return (self.window_ms + (frames - 1) * self.hop_ms) * self.sample_rate // 1000


@dataclass
class NetworkSettings:
    """Shape of the network; `hidden` belongs to `dense`, the rest from `channels` on to `temporal` and `binary`."""

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
    """The float phase, and what all phases share: batches, sets, the classes' shares, masks, label smoothing.

    With `float` in the recipe the float phase is left out.
    """

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
class StageOneSettings:
    """Stage 1: weights on their grids, all else float. It is there if any layer's weights need it.

    `distillation` is the share of the loss that follows the float network that the run starts from.
    """

    epochs: int = 20
    learning_rate: float = 2e-3
    weight_decay: float = 0.0
    averaging: float = 0.998
    distillation: float = 0.0


@dataclass
class QuantizedSettings:
    """Stage 2, which every integer model goes through: all tensors are integers, grids of stage 1 stay as they are."""

    epochs: int = 4
    learning_rate: float = 2e-4
    calibration: int = 2048
    averaging: float = 0.99
    activations: str = "affine"


@dataclass
class BinarySettings:
    """What the network `binary` consists of.

    `estimator` lends the activations' signs a gradient; `thresholds` and `slopes` are learned ones (RSign, RPReLU);
    `residual` leads around `each` layer, each `pair` of them, or `none`.
    """

    estimator: str = "piecewise"
    thresholds: bool = True
    slopes: bool = True
    residual: str = "each"


@dataclass
class TeacherSettings:
    """A finished run, by recipe and seed, whose posteriors take a share of the loss in all phases.

    It hears the rows of the sets as they are, once, not as each epoch varies them.
    """

    recipe: str = ""
    seed: int = 1
    share: float = 0.5


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
    """All of it.

    `held_out` names the words that no training phase may hear. `float` names the recipe whose float network, trained
    with the same seed, is where this one starts; empty for a start from scratch. `weights` says which layer gets which
    weights (assignment.py).
    """

    task: str
    network: str
    name: str
    version: str = "1.0.0"
    float: str = ""
    held_out: list[str] = field(default_factory=list)
    front_end: FrontEndSettings = field(default_factory=FrontEndSettings)
    shape: NetworkSettings = field(default_factory=NetworkSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    stage1: StageOneSettings = field(default_factory=StageOneSettings)
    quantized: QuantizedSettings = field(default_factory=QuantizedSettings)
    binary: BinarySettings = field(default_factory=BinarySettings)
    teacher: TeacherSettings = field(default_factory=TeacherSettings)
    weights: dict[str, dict[str, Any]] = field(default_factory=dict)
    detector: DetectorSettings = field(default_factory=DetectorSettings)

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

    def trains_as(self, stored: dict[str, Any], source: str) -> bool:
        """Whether a run whose `to_dict` was stored trains as this one: the detector is no part of training.

        What the stored recipe doesn't mention had its default then, too. ValueError if it isn't valid any more.
        """
        mine, theirs = self.to_dict(), parse_recipe(stored, source).to_dict()
        for part in (mine, theirs):
            del part["detector"], part["version"]
        return mine == theirs


SECTIONS = {
    "front_end": FrontEndSettings,
    "shape": NetworkSettings,
    "training": TrainingSettings,
    "stage1": StageOneSettings,
    "quantized": QuantizedSettings,
    "binary": BinarySettings,
    "teacher": TeacherSettings,
    "detector": DetectorSettings,
}


def recipe_folder() -> Path:
    """The recipes that come with the repository."""
    return Path(__file__).resolve().parents[1] / "recipes"


def load_recipe(task: str | None = None, network: str | None = None, path: Path | None = None) -> Recipe:
    """Reads `path`, or the repository's recipe for this task and network.

    The file names task and network itself, or leaves them to be given. Raises ValueError for an unknown key,
    FileNotFoundError without a file.
    """
    if path is None and (task is None or network is None):
        raise ValueError("name a recipe with --recipe, or the repository's own with --task and --network")
    path = path or recipe_folder() / f"{task}-{network}.toml"
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such recipe; write one or name another with --recipe")
    try:
        values = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from error
    for key, given in (("task", task), ("network", network)):
        if given is not None and values.setdefault(key, given) != given:
            raise ValueError(f"{path}: its {key} is {values[key]}, not {given}")
    values.setdefault("name", path.stem)
    return parse_recipe(values, str(path))


def parse_recipe(values: dict[str, Any], source: str = "recipe") -> Recipe:
    """A recipe from plain values; what they leave out keeps its default."""
    task, network = values.get("task"), values.get("network")
    if task not in TASKS or network not in NETWORKS:
        raise ValueError(f"{source}: task is one of {', '.join(TASKS)}; network one of {', '.join(NETWORKS)}")
    recipe = Recipe(task=task, network=network, name=f"{task}-{network}")
    for key, value in values.items():
        if key in SECTIONS:
            setattr(recipe, key, _section(SECTIONS[key], key, value, source))
        elif key in ("task", "network", "name", "version", "float", "held_out", "weights"):
            setattr(recipe, key, value)
        else:
            raise ValueError(f"{source}: no setting {key}")
    _check(recipe, source)
    return recipe


def _section(kind: type, key: str, value: Any, source: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{source}: {key} is a section, [{key}], not a value")
    unknown = set(value) - {entry.name for entry in fields(kind)}
    if unknown:
        raise ValueError(f"{source}: [{key}] has no setting {', '.join(sorted(unknown))}")
    return kind(**value)


def _check(recipe: Recipe, source: str) -> None:
    # Quantizers are PyTorch modules: they are loaded only once there is a recipe to check, so that --help is quick.
    from . import assignment, quantizers

    if not isinstance(recipe.weights, dict):
        raise ValueError(f"{source}: weights holds sections such as [weights.default]")
    assignment.check(recipe.weights, source)
    try:
        quantizers.look_up(quantizers.ACTIVATIONS, "activation quantizer", recipe.quantized.activations)
    except ValueError as error:
        raise ValueError(f"{source}: [quantized]: {error}") from error
    try:
        quantizers.look_up(quantizers.ESTIMATORS, "sign estimator", recipe.binary.estimator)
    except ValueError as error:
        raise ValueError(f"{source}: [binary]: {error}") from error
    for section, key, found, known in (
        ("binary", "residual", recipe.binary.residual, RESIDUALS),
        ("front_end", "kind", recipe.front_end.kind, FRONT_ENDS),
    ):
        if found not in known:
            raise ValueError(f"{source}: [{section}] {key} is one of {', '.join(known)}, not {found!r}")
    if recipe.front_end.kind == "analog" and recipe.network != "binary":
        raise ValueError(f"{source}: [front_end] kind analog gives bits, which only the network binary takes")
    if recipe.stage1.distillation and not recipe.float:
        raise ValueError(f"{source}: [stage1] distillation needs a float network to follow: name it with float")
    if not 0 <= recipe.stage1.distillation <= 1:
        raise ValueError(f"{source}: [stage1] distillation is a share from 0 to 1, not {recipe.stage1.distillation}")

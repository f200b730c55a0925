"""The committed models side by side: bits, flash, arena, recognition and instructions, as a table for the README."""

import json
import subprocess
from collections import Counter
from pathlib import Path

from count.counting import BUILD, ROOT, CountError
from count.spotter import measure

from .det import MODELS, DetError, evaluate, fdr_at_frr
from .spine import build, recording, say
from .sub8 import float_image, has_recordings, inspect
from .validation import entries, write_manifest, write_task_clips

BOARD = "mps2-an386"
WORK = BUILD / "bench" / "models"
COLUMNS = (
    ("bits", "bits a weight"),
    ("image", "image, bytes"),
    ("float_ratio", "of float32"),
    ("arena", "arena, bytes"),
    ("accuracy", "accuracy"),
    ("fdr_at_frr5", "FDR at FRR 5 %"),
    ("m4.instructions", "Cortex-M4 instructions"),
    ("ace", "ACE"),
)


def images() -> dict[str, Path]:
    """The committed images of single networks by name."""
    found = sorted(MODELS.glob("*/*.dormouse"))
    return {path.stem: path for path in found if path.with_suffix(".onnx").exists()}


def weight_bits(report: dict) -> str:
    """Widths of the weights, that of most of them first: 4, or 4/8."""
    weights: Counter[int] = Counter()
    for layer in report["layers"]:
        # Thresholds and slopes are no weights.
        if layer["weight_bits"]:
            weights[layer["weight_bits"]] += layer["parameters"]
    return "/".join(str(bits) for bits, _ in weights.most_common())


def costs(image: Path, dormouse: Path) -> dict:
    """What needs no recordings: sizes, and instructions of an inference on Cortex-M4."""
    report = inspect(dormouse, image)
    build_firmware = [str(ROOT / "firmware" / "build"), "--model", str(image), BOARD]
    subprocess.run(build_firmware, check=True, stdout=subprocess.DEVNULL)
    return {
        "bits": weight_bits(report),
        "image": image.stat().st_size,
        "float_ratio": round(image.stat().st_size / float_image(report), 3),
        "arena": report["totals"]["arena"],
        "m4.instructions": measure(BOARD, recording())["inference_instructions"],
        "ace": report["totals"]["arithmetic_cost"],
    }


def recognition(name: str, image: Path) -> dict[str, float]:
    """Accuracy over the validation clips of a model's task; of a wake word, FDR at an FRR of 5 %."""
    from dormouse_train.recipe import parse_recipe

    if name.startswith("zero"):
        manifest = write_manifest(entries(), WORK / "zero.csv")
        return {"fdr_at_frr5": fdr_at_frr(evaluate("--model", image, "--data", manifest, "--bootstrap", "0"))["fdr"]}
    described = image.with_suffix(".json")
    recipe = parse_recipe(json.loads(described.read_text())["recipe"], str(described))
    clips = write_task_clips(recipe, WORK / f"{recipe.task}-{recipe.network}")
    return {"accuracy": evaluate("--model", image, "--data", clips, "--bootstrap", "0")["accuracy"]}


def shown(key: str, value: float | str | None) -> str:
    """A cell of the table."""
    if value is None:
        return ""
    if key in ("accuracy", "fdr_at_frr5"):
        return f"{value:.2%}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(results: dict[str, dict]) -> list[str]:
    """Markdown."""
    lines = ["| model | " + " | ".join(title for _, title in COLUMNS) + " |", "| --- " * (len(COLUMNS) + 1) + "|"]
    for name, row in results.items():
        cells = " | ".join(shown(key, row.get(key)) for key, _ in COLUMNS)
        lines.append(f"| `{name}` | {cells} |")
    return lines


def run(as_json: bool) -> int:
    """Measures everything that can be measured here and prints it."""
    try:
        dormouse = build() / "dormouse"
        judged = has_recordings()
        if not judged:
            say("skipped accuracy and fdr_at_frr5: ../shared/data is absent")
        results = {}
        for name, image in images().items():
            say(f"{name} ...")
            results[name] = costs(image, dormouse) | (recognition(name, image) if judged else {})
    except (CountError, DetError, subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    if as_json:
        print(json.dumps({f"{name}.{key}": value for name, row in results.items() for key, value in row.items()}))
    else:
        print("\n".join(table(results)))
    return 0

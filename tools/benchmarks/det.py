"""Detection-error trade-off of the wake word's models, and accuracy of the commands', from float down to one bit."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from count.counting import BUILD, ROOT

from .spine import build, say
from .validation import entries, write_manifest, write_task_clips

MODELS = ROOT / "models"
WORK = BUILD / "bench" / "det"
WAKE_WORD = {"w8": "zero-dense-w8", "w5": "zero-dense-w5", "w4": "zero-dense-w4", "w1": "zero-dense-w1"}
COMMANDS = {"w8": "commands-temporal-w8", "w4": "commands-temporal-w4", "w1": "commands-temporal-w1"}
EIGHT_BITS = {"zero-dense-w8": "zero-dense", "commands-temporal-w8": "commands-temporal"}
"""The ordinary int8 models stand in where those of two-stage training are missing."""
FLOATS = {"zero": "zero-dense-float", "commands": "commands-temporal-float"}
FRR = 0.05


class DetError(Exception):
    """What went wrong and what to do, in one line."""


def image(name: str) -> Path | None:
    """A model's image, or that of its stand-in; says what is missing."""
    for candidate in (name, EIGHT_BITS.get(name)):
        if candidate is None:
            break
        path = MODELS / candidate / f"{candidate}.dormouse"
        if path.exists():
            if candidate != name:
                say(f"models/{name} is missing: {candidate} stands in for it")
            return path
    say(f"models/{name} is missing: its figures are left out")
    return None


def evaluate(*arguments: str | Path) -> dict:
    """The report of `dormouse evaluate --json`."""
    command = [str(part) for part in (ROOT / ".build" / "release" / "dormouse", "evaluate", "--json", *arguments)]
    result = subprocess.run(command, stdout=subprocess.PIPE)
    if result.returncode != 0:
        raise DetError(f"dormouse evaluate ended with {result.returncode}")
    return json.loads(result.stdout)


def fdr_at_frr(report: dict, limit: float = FRR) -> dict:
    """The operating point of a model's only keyword."""
    (points,) = report["operating_points"].values()
    return next(point for point in points["fdr_at_frr"] if point["limit"] == limit)


def wake_word(results: dict[str, float]) -> list[Path]:
    """FDR of the zero models at an FRR of 5 %; returns the reports, to be drawn."""
    lines = entries()
    manifest = write_manifest(lines, WORK / "zero.csv")
    images = {bits: path for bits, name in WAKE_WORD.items() if (path := image(name))}
    reports = []
    float_onnx = MODELS / FLOATS["zero"] / f"{FLOATS['zero']}.onnx"
    if float_onnx.exists():
        from .float_scores import onnx_listener, write

        say("hearing the validation recordings with the float model ...")
        scores = write([onnx_listener(float_onnx).sheet(lines)], WORK / "zero-float-scores.json")
        reports.append(("zero.float.fdr_at_frr5", evaluate("--scores", scores)))
    else:
        say(f"models/{FLOATS['zero']} is missing: zero.float.* is left out")
    for bits, path in images.items():
        reports.append((f"zero.{bits}.fdr_at_float_frr5", evaluate("--model", path, "--data", manifest)))
    files = []
    for key, report in reports:
        point = fdr_at_frr(report)
        results[key] = point["fdr"]
        results[f"{key}_low"], results[f"{key}_high"] = point["low"], point["high"]
        say(
            f"{key}: FRR {point['frr']:.2%}, FDR {point['fdr']:.2%} ({point['low']:.2%} to {point['high']:.2%}), "
            f"{point['false_accepts_per_hour']:.2f} false accepts an hour of {report['hours']:.2f} hours, "
            f"threshold {point['threshold']:.3f}"
        )
        files.append(WORK / f"{key.split('.fdr')[0]}.json")
        files[-1].write_text(json.dumps(report))
    return files


def commands(results: dict[str, float]) -> None:
    """Accuracy of the commands-temporal models on the clips that training judges them by."""
    from dormouse_train.recipe import load_recipe

    recipe = load_recipe("commands", "temporal")
    clips = write_task_clips(recipe, WORK / "commands")
    for bits, name in COMMANDS.items():
        if path := image(name):
            report = evaluate("--model", path, "--data", clips, "--bootstrap", "0")
            results[f"commands_temporal.{bits}.accuracy"] = report["accuracy"]
            say(f"commands_temporal.{bits}: {report['accuracy']:.2%} of {report['clips']} clips")
    results["commands_temporal.float.accuracy"] = float_accuracy(clips)


def float_accuracy(clips: Path) -> float:
    """Of commands-temporal in floating point: run here, or what its training has noted."""
    path = MODELS / FLOATS["commands"] / f"{FLOATS['commands']}.onnx"
    if path.exists():
        import soundfile

        from .float_scores import onnx_listener

        listener = onnx_listener(path)
        right = [
            listener.labels[listener.answer(soundfile.read(clip, dtype="int16")[0])]
            == (clip.parent.name if clip.parent.name in listener.labels else "unknown")
            for clip in sorted(clips.glob("*/*.wav"))
        ]
        say(f"commands_temporal.float: {np.mean(right):.2%} of {len(right)} clips, by ONNX Runtime")
        return float(np.mean(right))
    noted = MODELS / "commands-temporal" / "commands-temporal.json"
    accuracy = json.loads(noted.read_text())["float"]["accuracy"] / 100
    say(f"commands_temporal.float: {accuracy:.2%}, as training noted it for the same clips in {noted.name}")
    return accuracy


def det_figures() -> dict[str, float]:
    """Everything that can be measured here, by key; rates are 0 to 1. What is left out is said on standard error."""
    results: dict[str, float] = {}
    wake_word(results)
    commands(results)
    return results


def run(as_json: bool) -> int:
    """Measures and prints."""
    from dormouse_train.recordings import default_data_folder

    if not default_data_folder().is_dir():
        print(f"tools/bench: {default_data_folder()} is absent: there are no recordings to judge by", file=sys.stderr)
        return 1
    try:
        build()
        results = det_figures()
    except (DetError, subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    if as_json:
        print(json.dumps(results))
    else:
        for key, value in results.items():
            print(f"{key:44}{value:10.4f}")
    return 0

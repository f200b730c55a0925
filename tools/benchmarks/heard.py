"""What binary networks and a cascade of one with the int8 network hear, on the validation recordings."""

import json
from collections.abc import Callable
from pathlib import Path

from count.counting import BUILD

from .det import MODELS, evaluate, float_accuracy
from .sub8 import has_recordings
from .validation import entries, write_manifest, write_task_clips

Results = dict[str, float]

WORK = BUILD / "bench" / "heard"
BINARY = {
    "binary_logmel": "commands-binary",
    "binary_analog64": "commands-binary-analog64",
    "binary_analog8": "commands-binary-analog8",
}
CASCADE, ALONE = "commands-cascade", "commands-temporal"


def image(name: str) -> Path:
    """Where a committed model's image lies."""
    return MODELS / name / f"{name}.dormouse"


def noise_manifest() -> Path:
    """The parts of the noise recordings that no training hears, as long audio."""
    lines = [line for line in entries() if not line.label and Path(line.path).parent.name == "noise"]
    return write_manifest(lines, WORK / "noise.csv")


def measure(results: Results, say: Callable[[str], None]) -> None:
    """Accuracies of the binary networks; costs and accuracy of the cascade."""
    if not has_recordings():
        say("skipped commands.* and cascade.*: ../shared/data is absent")
        return
    from dormouse_train.recipe import load_recipe

    clips = write_task_clips(load_recipe("commands", "temporal"), WORK / "commands")
    results["commands.float.accuracy"] = float_accuracy(clips)
    for key, name in BINARY.items():
        if not image(name).exists():
            say(f"skipped commands.{key}.accuracy: models/{name} is missing")
            continue
        results[f"commands.{key}.accuracy"] = evaluate("--model", image(name), "--data", clips, "--bootstrap", "0")[
            "accuracy"
        ]
        boards = json.loads(image(name).with_suffix(".json").read_text()).get("boards")
        if key == "binary_analog8" and boards:
            results[f"commands.{key}.accuracy_tolerance_mean"] = boards["mean"] / 100
    joined = image(CASCADE)
    speech = evaluate("--model", joined, "--data", clips, "--bootstrap", "0")
    noise = evaluate("--model", joined, "--data", noise_manifest(), "--bootstrap", "0")
    alone = evaluate("--model", image(ALONE), "--data", clips, "--bootstrap", "0")
    cost = speech["cascade"]["verifier_arithmetic_cost"]
    results["cascade.speech.ace_ratio"] = round(speech["cascade"]["clip_arithmetic_cost"] / cost, 4)
    results["cascade.noise.ace_ratio"] = round(noise["cascade"]["long_arithmetic_cost"] / cost, 4)
    results["cascade.accuracy"] = speech["accuracy"]
    results["cascade.int8.accuracy"] = alone["accuracy"]
    say(
        f"cascade: verified {speech['cascade']['clip_escalations']:.1%} of {speech['clips']} clips and "
        f"{noise['cascade']['long_escalations']:.1%} of the inferences over {noise['hours'] * 3600:.0f} s of noise"
    )

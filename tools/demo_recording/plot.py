"""A picture of listening: waveform, features, and scores with their detections, over time.

Everything drawn comes from the command line: `features` computes what the device computes, `detect --scores` tells
what it made of it. A JSON file beside the recording (`words.json` beside `words.flac`) adds what is really said.
"""

import argparse
import json
import subprocess
import tempfile
import textwrap
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import soundfile
from matplotlib.colors import LinearSegmentedColormap
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
DORMOUSE = ROOT / ".build" / "release" / "dormouse"
INK, SPOKEN, FAINT = "#2b2d42", "#5c6178", "#8d92a5"
COLOURS = ("#d1495b", "#0a8a99", "#e09f1f", "#3d5a9e", "#6a9a2d", "#8e5ea2", "#b5651d", "#4d4d4d")
FEATURE_COLOURS = LinearSegmentedColormap.from_list("dusk", ("#fbfaf6", "#c9d6df", "#6d8fb0", "#34507e", "#1b1f3b"))


def run(*arguments: str | Path) -> str:
    """Standard output of a dormouse command."""
    command = [str(part) for part in (DORMOUSE, *arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def listen(recording: Path, model: list[str]) -> tuple[np.ndarray, dict, list[dict], list[dict]]:
    """(features `[frames, bands]`, front-end facts, score lines, detections)."""
    report = json.loads(run("features", "--json", *model, recording))
    features = np.array(report.pop("features"), np.int8)
    lines = [json.loads(line) for line in run("detect", "--json", "--scores", *model, recording).splitlines()]
    return features, report, [line for line in lines if "scores" in line], [line for line in lines if "label" in line]


def draw_waveform(axis, samples: np.ndarray, rate: int, script: list[dict]) -> None:
    """The envelope of the samples, and what is said."""
    column = max(1, len(samples) // 3000)
    columns = samples[: len(samples) // column * column].reshape(-1, column)
    time = (np.arange(len(columns)) + 0.5) * column / rate
    axis.fill_between(time, columns.min(1), columns.max(1), color=INK, linewidth=0)
    loudest = np.abs(samples).max()
    axis.set_ylim(-loudest, 2.1 * loudest)
    axis.set_yticks([])
    axis.set_ylabel("sound")
    for item in script:
        middle = (item["start"] + item["end"]) / 2
        text = textwrap.fill(item["text"], 12)
        axis.text(middle, 1.1 * loudest, text, ha="center", va="bottom", size=9, style="italic", color=SPOKEN)


def draw_features(axis, features: np.ndarray, report: dict) -> None:
    """Bands upwards, frames to the right."""
    seconds = len(features) * report["hop"] / report["sample_rate"]
    low, high = np.percentile(features, (2, 99.8))
    bands = features.shape[1]
    axis.imshow(
        features.T, origin="lower", aspect="auto", interpolation="nearest", extent=(0, seconds, 0, bands),
        cmap=FEATURE_COLOURS, vmin=low, vmax=high,
    )  # fmt: skip
    axis.set_yticks([0, bands])
    axis.set_ylabel("log-mel bands")


def draw_scores(axis, scores: list[dict], found: list[dict], colours: dict[str, str]) -> None:
    """A line a keyword, a mark and a name a detection."""
    time = [line["time"] for line in scores]
    for label, colour in colours.items():
        values = np.array([line["scores"][label] for line in scores])
        axis.fill_between(time, values, color=colour, alpha=0.12, linewidth=0)
        axis.plot(time, values, color=colour, linewidth=1.6, label=label)
    for line in found:
        colour = colours[line["label"]]
        axis.plot(line["time"], line["score"], "o", color=colour, markersize=7, markeredgecolor="white", zorder=5)
        axis.annotate(
            line["label"], (line["time"], 1.06), ha="center", va="bottom", size=12, weight="bold", color=colour,
            annotation_clip=False, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    axis.set_ylim(0, 1.25)
    axis.set_yticks([0, 0.5, 1])
    axis.set_ylabel("score")
    axis.set_xlabel("seconds")
    axis.grid(axis="y", color="#e4e4ea", linewidth=0.8)
    axis.set_axisbelow(True)


def draw(recording: Path, model: list[str], output: Path) -> None:
    """Writes the picture, with a palette of 256 colours so that it stays small."""
    features, report, scores, found = listen(recording, model)
    samples, rate = soundfile.read(recording, dtype="float32", always_2d=True)
    said = recording.with_suffix(".json")
    script = json.loads(said.read_text()).get("script", []) if said.exists() else []
    # Keywords in order of appearance; labels that are never detected (silence, unknown) are left out.
    colours = dict(zip(dict.fromkeys(line["label"] for line in found), COLOURS, strict=False))

    plt.rcParams.update(
        {"font.family": "DejaVu Sans", "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK,
         "ytick.color": INK, "axes.edgecolor": FAINT, "font.size": 10.5}
    )  # fmt: skip
    figure, axes = plt.subplots(
        3, 1, sharex=True, figsize=(12, 6.4), gridspec_kw={"height_ratios": (1, 1.5, 1.5), "hspace": 0.09}
    )
    draw_waveform(axes[0], samples.mean(1), rate, script)
    draw_features(axes[1], features, report)
    draw_scores(axes[2], scores, found, colours)
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.yaxis.set_label_coords(-0.045, 0.5)
    for line in found:
        axes[1].axvline(line["time"], color=colours[line["label"]], linewidth=0.9, alpha=0.55)
        axes[2].vlines(line["time"], 0, 1.25, color=colours[line["label"]], linewidth=0.9, alpha=0.55)
    for axis in axes[:2]:
        axis.tick_params(bottom=False)
        axis.spines["bottom"].set_visible(False)
    axes[0].set_xlim(0, len(samples) / rate)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.png"
        figure.savefig(full, dpi=130, facecolor="white", bbox_inches="tight", pad_inches=0.15)
        Image.open(full).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(output, optimize=True)
    print(f"{output}: {output.stat().st_size} bytes, {len(found)} detections")


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="tools/plot-listening", description="Draws what is heard in a recording.")
    parser.add_argument("recording", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the PNG file to write")
    parser.add_argument("-m", "--model", help="image file or name of a model; commands-temporal if left out")
    arguments = parser.parse_args()
    draw(arguments.recording, ["--model", arguments.model] if arguments.model else [], arguments.output)


if __name__ == "__main__":
    main()

"""Pictures of energy, from reports of `dormouse simulate --json` and from what `tools/bench energy` leaves."""

import json
from pathlib import Path

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

from .results import ReportError
from .style import COLOURS, FAINT, INK, MARKS, plt

PARTS = ("microphone", "filter bank", "acquire", "wake-ups", "front end", "network", "verifier", "detector", "sleep")
MODELS = Path(__file__).resolve().parents[2] / "models"


def reports(paths: list[Path]) -> list[dict]:
    """All simulations in the files: of one device, of all, or those of `tools/bench energy`."""
    found = []
    for path in paths:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            found += data.get("reports") or data.get("devices") or [data]
            if not all("parts" in report and "days" in report for report in found):
                raise KeyError("parts")
        except (ValueError, KeyError, AttributeError) as error:
            raise ReportError(f"{path}: is not what dormouse simulate --json prints") from error
    return found


def stages(report: dict) -> dict[str, float]:
    """Microwatts by part, the network's layers together."""
    sums = dict.fromkeys(PARTS, 0.0)
    for entry in report["parts"]:
        name = "network" if entry["part"].startswith("layer ") else entry["part"]
        sums[name] = sums.get(name, 0.0) + entry["uw"]
    return sums


def draw_stages(found: list[dict], output: Path) -> None:
    """Stacked bars, one a simulation: where the microwatts go."""
    names = [f"{report['model']}\n{report['device']}, {report['clock_mhz']:g} MHz" for report in found]
    figure, axes = plt.subplots(figsize=(8.4, 1.2 + 0.55 * len(found)), layout="constrained")
    left = np.zeros(len(found))
    for number, part in enumerate(PARTS):
        widths = np.array([stages(report)[part] for report in found])
        if widths.max() <= 0.002 * max(report["power_uw"] for report in found):
            left += widths
            continue
        axes.barh(names, widths, left=left, label=part, color=COLOURS[number % len(COLOURS)])
        left += widths
    for place, report in enumerate(found):
        axes.text(left[place], place, f" {report['power_uw']:,.0f}", va="center")
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12 * left.max())
    axes.set_xlabel("uW, average")
    axes.tick_params(axis="y", labelsize=8)
    axes.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8)
    figure.savefig(output)
    plt.close(figure)


def draw_time(report: dict, output: Path, start: float = 0, end: float | None = None) -> None:
    """Power over time under the waveform; the report is of `--timeline`."""
    timeline = report.get("timeline")
    if not timeline:
        raise ReportError("the report has no timeline; add --timeline to dormouse simulate --json")
    step = timeline["step_ms"] / 1000
    power = np.asarray(timeline["power_uw"]) / 1000
    waveform = np.asarray(timeline["waveform"]) / 32768
    seconds = np.arange(len(power)) * step
    end = seconds[-1] if end is None else end
    figure, (sound, watts) = plt.subplots(
        2, 1, figsize=(8.4, 4.4), sharex=True, height_ratios=(1, 2), layout="constrained"
    )
    sound.fill_between(seconds, waveform[:, 0], waveform[:, 1], color=INK, linewidth=0.3)
    sound.set_ylabel("sound")
    watts.step(seconds, power, where="post", color=COLOURS[2], linewidth=0.8)
    watts.axhline(report["power_uw"] / 1000, color=COLOURS[1], linewidth=1, linestyle="--", label="average")
    for name, colour in (("verified", COLOURS[3]), ("detected", COLOURS[1])):
        places = np.asarray(timeline[name], dtype=int)
        if len(places):
            top = 1.05 * power.max()
            watts.plot(places * step, np.full(len(places), top), "v", color=colour, markersize=5, label=name)
    watts.set_xlim(start, end)
    watts.set_ylim(0)
    watts.set_xlabel("seconds")
    watts.set_ylabel("mW")
    watts.legend(loc="upper right", fontsize=8)
    watts.set_title(f"{report['model']} on {report['device']} at {report['clock_mhz']:g} MHz", fontsize=9)
    figure.savefig(output)
    plt.close(figure)


def draw_life(found: list[dict], output: Path) -> None:
    """Days that the battery lasts by device: the best of the models that keep up, and where 8 of 10 draws lie."""
    devices = sorted({report["device"] for report in found})
    kept = sorted({report["model"] for report in found})
    figure, axes = plt.subplots(figsize=(8.4, 4.6), layout="constrained")
    for number, model in enumerate(kept):
        colour, mark = COLOURS[number % len(COLOURS)], MARKS[number // len(COLOURS) % len(MARKS)]
        rows = [report for report in found if report["model"] == model]
        places = np.array([devices.index(report["device"]) for report in rows]) + 0.6 * (number + 0.5) / len(kept) - 0.3
        days = np.array([report["days"] for report in rows])
        low = days - np.minimum(days, [report["days_low"] for report in rows])
        high = np.maximum(days, [report["days_high"] for report in rows]) - days
        axes.errorbar(places, days, yerr=(low, high), fmt=mark, color=colour, markersize=4, linewidth=0.8, label=model)
    axes.set_xticks(range(len(devices)), devices)
    axes.set_yscale("log")
    axes.set_ylabel(f"days that a {found[0]['battery']} lasts")
    axes.grid(axis="y", color=FAINT, linewidth=0.3)
    axes.legend(ncols=3, fontsize=7, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    figure.savefig(output)
    plt.close(figure)


def accuracy(model: str) -> float | None:
    """Share of validation clips that come out right, from the model's folder; None where there is none."""
    file = MODELS / model / f"{model}.json"
    if not file.exists():
        return None
    described = json.loads(file.read_text(encoding="utf-8"))
    value = described.get("integer", {}).get("accuracy")
    return None if value is None or model.startswith("zero") else value


def draw_accuracy(found: list[dict], output: Path) -> None:
    """Accuracy against the energy of a second of sound, a point a model on its best device."""
    figure, axes = plt.subplots(figsize=(7.2, 4.6), layout="constrained")
    best: dict[str, dict] = {}
    for report in found:
        if report["model"] not in best or report["power_uw"] < best[report["model"]]["power_uw"]:
            best[report["model"]] = report
    points = [(accuracy(model), model, report) for model, report in best.items() if accuracy(model) is not None]
    if not points:
        raise ReportError("no model among the reports has an accuracy; draw those of tools/bench energy")
    points.sort(key=lambda point: -point[0])
    for number, (value, model, report) in enumerate(points):
        mark, colour = MARKS[number % len(MARKS)], COLOURS[number % len(COLOURS)]
        label = f"{model}, {report['device']}"
        axes.plot(report["power_uw"] / 1000, value, mark, color=colour, label=label, alpha=0.85)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 20, 50]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("mJ a second of sound")
    axes.set_ylabel("accuracy, %")
    axes.grid(color=FAINT, linewidth=0.3)
    axes.legend(loc="lower right", fontsize=8)
    figure.savefig(output)
    plt.close(figure)


PICTURES = {
    "stages": "stacked bars: where the microwatts go",
    "time": "power over time under the waveform (of --timeline)",
    "life": "how long the battery lasts, by device and model",
    "accuracy": "accuracy against energy, a point a model",
}


def draw(kind: str, paths: list[Path], output: Path, start: float, end: float | None) -> None:
    """One of PICTURES."""
    found = reports(paths)
    if kind == "time":
        draw_time(found[0], output, start, end)
    elif kind == "life":
        draw_life(found, output)
    elif kind == "accuracy":
        draw_accuracy(found, output)
    else:
        draw_stages(found, output)

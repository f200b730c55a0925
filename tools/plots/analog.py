"""Pictures of an analog board: its filters, and the bits that it hears."""

from pathlib import Path

import numpy as np

from .results import ReportError
from .style import COLOURS, FAINT, INK, plt


def draw_design(report: dict, output: Path) -> None:
    """Response of every channel, and its threshold at full scale; `report` is of `dormouse analog design --json`."""
    frequencies = np.asarray(_part(report, "frequencies_hz"))
    channels = _part(report, "channels")
    figure, (responses, levels) = plt.subplots(
        2, 1, figsize=(7.2, 5.6), sharex=True, height_ratios=(3, 2), layout="constrained"
    )
    for number, channel in enumerate(channels):
        colour = COLOURS[number % len(COLOURS)]
        responses.plot(frequencies, channel["response_db"], color=colour, linewidth=0.9)
        levels.plot(channel["centre_hz"], channel["threshold_v"] / channel["gain"], "o", color=colour, markersize=4)
    responses.set_ylim(-40, 3)
    responses.set_ylabel("filter, dB")
    responses.grid(color=FAINT, linewidth=0.3)
    levels.set_xscale("log")
    levels.set_yscale("log")
    levels.set_xlim(frequencies[0], frequencies[-1])
    levels.set_xlabel("Hz")
    levels.set_ylabel("threshold at the filter, V")
    levels.grid(color=FAINT, linewidth=0.3)
    figure.savefig(output)
    plt.close(figure)


def draw_trace(report: dict, output: Path, start: float = 0, end: float | None = None) -> None:
    """The waveform and the bits under it, from second `start` to `end`; `report`: `dormouse analog trace --json`."""
    bits = np.asarray(_part(report, "bits"))
    centres = np.asarray(_part(report, "centres_hz"))
    waveform = np.asarray(_part(report, "waveform")) / 32768
    if bits.ndim != 2 or not len(bits):
        raise ReportError("the trace holds no window")
    window = report["window_ms"] / 1000
    end = len(bits) * window if end is None else end
    figure, axes = plt.subplots(
        2,
        1,
        figsize=(8.4, 5.4),
        sharex=True,
        height_ratios=(1, 3) if len(waveform) else (0.01, 3),
        layout="constrained",
    )
    if len(waveform):
        time = np.arange(len(waveform)) / 1000
        axes[0].fill_between(time, waveform[:, 0], waveform[:, 1], color=INK, linewidth=0.3)
        near = waveform[(time >= start) & (time < end)]
        reach = 1.1 * np.abs(near).max() if len(near) and np.abs(near).max() > 0 else 1
        axes[0].set_ylim(-reach, reach)
        axes[0].set_ylabel("sound")
    else:
        axes[0].set_visible(False)
    axes[1].imshow(
        bits.T,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap=plt.matplotlib.colors.ListedColormap(["#ffffff", COLOURS[2]]),
        extent=(0, len(bits) * window, -0.5, bits.shape[1] - 0.5),
        vmin=0,
        vmax=1,
    )
    places = np.unique(np.linspace(0, len(centres) - 1, 8).round().astype(int))
    axes[1].set_yticks(places, [f"{centres[place]:.0f} Hz" for place in places])
    axes[1].set_xlim(start, end)
    axes[1].set_xlabel("seconds")
    axes[1].set_ylabel("channel")
    figure.savefig(output)
    plt.close(figure)


def _part(report: dict, key: str):
    if not isinstance(report, dict) or key not in report:
        raise ReportError(f"there is no '{key}': is this the output of dormouse analog ... --json?")
    return report[key]

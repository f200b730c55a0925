"""Detection-error trade-off curves on normal-deviate axes.

On such axes the curve of two normally distributed scores is a straight line, and the corner near the origin, where good
detectors differ, gets most of the room (Martin, Doddington, Kamm, Ordowski, Przybocki, 1997).
"""

from pathlib import Path

import numpy as np
from matplotlib.transforms import ScaledTranslation
from scipy.stats import norm

from .results import Model, ReportError
from .style import COLOURS, FAINT, MARKS, per_cent, plt

TICKS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
FRR = 0.05


def draw(models: list[Model], keyword: str | None, across: str, output: Path) -> None:
    """FRR against FDR, or against false accepts an hour (`across` = "hour", on a logarithmic axis)."""
    figure, axis = plt.subplots(figsize=(6.4, 5.6), layout="constrained")
    low, high = (1.0, 1.0), (0.0, 0.0)
    for number, model in enumerate(models):
        colour, mark = COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)]
        name = model.keyword(keyword)
        x, y, least = columns(model, name, across)
        axis.step(_place(x, across), norm.ppf(y), where="post", color=colour, linewidth=1.5, label=model.name)
        # Below one another, for they all lie at the same FRR.
        lowered = axis.transData + ScaledTranslation(0, -number * 5 / 72, figure.dpi_scale_trans)
        _mark_interval(axis, model, name, across, (colour, mark), least, lowered)
        low = (min(low[0], x.min()), min(low[1], y.min()))
        high = (max(high[0], x.max()), max(high[1], y.max()))
    _axis(axis.yaxis, axis.set_ylim, low[1], min(high[1], 0.4))
    if across == "fdr":
        _axis(axis.xaxis, axis.set_xlim, low[0], min(high[0], 0.4))
        axis.set_xlabel("false detections, % of other clips")
    else:
        axis.set_xscale("log")
        axis.set_xlabel("false accepts an hour of other sound")
    axis.set_ylabel("false rejects, % of keyword clips")
    axis.axhline(norm.ppf(FRR), color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    axis.grid(color=FAINT, linewidth=0.3)
    axis.legend(loc="upper right")
    figure.savefig(output)
    plt.close(figure)


def columns(model: Model, name: str, across: str) -> tuple[np.ndarray, np.ndarray, float]:
    """(across, FRR) of a curve from many false detections to none, and the smallest value across that is drawn.

    A count of none can't be drawn on these axes: it is drawn as half of one.
    """
    curve = model.report["curves"][name]
    values = curve.get("fdr" if across == "fdr" else "false_accepts_per_hour")
    frr = curve.get("frr")
    if frr is None or values is None:
        what = "clips of the keyword" if frr is None else "other clips" if across == "fdr" else "long audio"
        raise ReportError(f"{model.name}: the curve of {name} has no {what}")
    one = 1 / curve["other_clips"] if across == "fdr" else 1 / model.report["hours"]
    rejects = 1 / curve["keyword_clips"]
    x = np.clip(values, one / 2, 1 - one / 2 if across == "fdr" else None)
    return np.asarray(x), np.clip(frr, rejects / 2, 1 - rejects / 2), one / 2


def _mark_interval(axis, model: Model, name: str, across: str, look: tuple[str, str], least: float, lowered) -> None:
    """The point at an FRR of 5 %, and the 95 % interval of its FDR, drawn with the transformation `lowered`."""
    points = model.report["operating_points"][name]["fdr_at_frr"]
    point = next((point for point in points if point["limit"] == FRR), None)
    value = point and point.get("fdr" if across == "fdr" else "false_accepts_per_hour")
    if value is None:
        return
    colour, mark = look
    height = norm.ppf(max(point["frr"], 1e-6))
    axis.plot(_place(max(value, least), across), height, mark, color=colour, markersize=5)
    if across == "fdr" and point.get("low") is not None:
        ends = [_place(max(point[end], least), across) for end in ("low", "high")]
        axis.plot(ends, [height, height], color=colour, linewidth=3, alpha=0.35, transform=lowered)


def _place(x, across: str):
    return norm.ppf(x) if across == "fdr" else x


def _axis(axis, set_limits, low: float, high: float) -> None:
    ticks = [tick for tick in TICKS if low / 1.5 <= tick <= high] or list(TICKS[3:6])
    axis.set_ticks([norm.ppf(tick) for tick in ticks], [per_cent(tick) for tick in ticks])
    set_limits(norm.ppf(min(low, ticks[0]) * 0.85), norm.ppf(min(max(high, ticks[-1]), 0.99)))

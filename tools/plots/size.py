"""How good models are against how much flash they take."""

from pathlib import Path

from .results import Model, ReportError
from .style import COLOURS, plt

FRR = 0.05
TITLES = {
    "accuracy": "accuracy, % of clips",
    "fdr": "FDR at an FRR of 5 %, %",
    "frr": "FRR at 1 false accept an hour, %",
}


def draw(models: list[Model], keyword: str | None, figure_name: str, output: Path) -> None:
    """A point a model, with its 95 % interval; `figure_name` is a key of `TITLES`."""
    figure, axis = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    for model, colour in zip(models, COLOURS * 8, strict=False):
        value, low, high = figure_of(model, keyword, figure_name)
        size = model.report.get("image_bytes")
        if size is None:
            raise ReportError(f"{model.name}: its size is not in the report; scores from elsewhere have none")
        if low is not None:
            axis.plot([size / 1024] * 2, [100 * low, 100 * high], color=colour, linewidth=4, alpha=0.3)
        axis.plot(size / 1024, 100 * value, "o", color=colour)
        axis.annotate(model.name, (size / 1024, 100 * value), (6, 4), textcoords="offset points", color=colour)
    axis.set_xlim(0, 1.35 * max(model.report["image_bytes"] for model in models) / 1024)
    axis.set_xlabel("flash of the image, KiB")
    axis.set_ylabel(TITLES[figure_name])
    axis.grid(linewidth=0.3)
    figure.savefig(output)
    plt.close(figure)


def figure_of(model: Model, keyword: str | None, name: str) -> tuple[float, float | None, float | None]:
    """(value, low, high) of a model."""
    report = model.report
    if name == "accuracy":
        if report.get("accuracy") is None:
            raise ReportError(f"{model.name}: the report has no accuracy; it holds no clips")
        return report["accuracy"], report.get("accuracy_low"), report.get("accuracy_high")
    points = report["operating_points"][model.keyword(keyword)]
    listed, limit = (points["fdr_at_frr"], FRR) if name == "fdr" else (points["frr_at_fa_per_hour"], 1)
    point = next((point for point in listed if point["limit"] == limit), None)
    if point is None or point.get(name) is None:
        raise ReportError(f"{model.name}: the report has no {TITLES[name].rsplit(',', 1)[0]}")
    return point[name], point.get("low"), point.get("high")

"""How many times as long, or as much, as its peers Dormouse takes."""

from pathlib import Path

from benchmarks.peer_table import PUBLISHED, TIMED, label

from .style import COLOURS, FAINT, INK, plt


def draw(report: dict, output: Path) -> None:
    """A bar a pair: medians and spread of what was timed; what peers' figures are cited for is hollow.

    Reference kernels, which are not meant for hosts, are left to the table.
    """
    results = report["results"]
    rows = []
    for key, what, peers in TIMED:
        for peer in peers:
            ratio = f"{key}.host.ratio_{peer}"
            if ratio in results and peer != "tflm":
                ends = results[f"{ratio}_low"], results[f"{ratio}_high"]
                rows.append((f"{what.replace('`', '')}\nagainst {label(key, peer)}", results[ratio], ends))
    for key, what, theirs, whose in PUBLISHED:
        if key in results:
            rows.append((f"{what.replace('`', '')}\nagainst {whose.split(',')[0]}", results[key] / theirs, None))
    figure, axis = plt.subplots(figsize=(8.4, 0.42 * len(rows) + 0.9), layout="constrained")
    for place, (_, value, ends) in enumerate(rows):
        colour = COLOURS[2] if value <= 1 else COLOURS[1]
        timed = {"color": colour} if ends else {"color": "none", "edgecolor": colour, "linewidth": 1.4}
        axis.barh(place, value, height=0.6, **timed)
        if ends:
            axis.plot(ends, [place, place], color=INK, linewidth=1)
        edge = max(value, ends[1]) if ends else value
        axis.annotate(f"{value:.2g}", (edge, place), (4, 0), textcoords="offset points", va="center", fontsize=8)
    axis.axvline(1, color=FAINT, linewidth=1, zorder=0)
    axis.set_yticks(range(len(rows)), [row[0] for row in rows], fontsize=7)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_xlabel("Dormouse over peer; less is better (hollow: the peer's figure is cited)")
    axis.set_xlim(0, 1.12 * max(max(value, ends[1] if ends else 0) for _, value, ends in rows))
    figure.savefig(output)
    plt.close(figure)

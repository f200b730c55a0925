"""Which words are taken for which."""

from pathlib import Path

import numpy as np

from .results import Model
from .style import INK, plt


def draw(models: list[Model], output: Path) -> None:
    """A matrix a model: a row a right label that has clips, a column an answer, shares of the row as shades."""
    rows = [np.array(model.report["confusion"]["counts"]) for model in models]
    width = max(matrix.shape[1] for matrix in rows) * 0.62 + 1.6
    figure, axes = plt.subplots(
        1, len(models), figsize=(width * len(models), width), squeeze=False, layout="constrained"
    )
    for axis, model, matrix in zip(axes[0], models, rows, strict=True):
        labels = model.report["confusion"]["labels"]
        spoken = np.flatnonzero(matrix.sum(1))
        share = matrix[spoken] / matrix[spoken].sum(1, keepdims=True)
        axis.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="equal")
        for row, column in np.argwhere(matrix[spoken] > 0):
            colour = "white" if share[row, column] > 0.5 else INK
            axis.text(column, row, matrix[spoken][row, column], ha="center", va="center", size=8, color=colour)
        axis.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
        axis.set_yticks(range(len(spoken)), [labels[index] for index in spoken])
        axis.set_xlabel("answer")
        axis.set_ylabel("said")
        axis.set_title(model.name)
        axis.spines[:].set_visible(False)
        axis.tick_params(length=0)
    figure.savefig(output)
    plt.close(figure)

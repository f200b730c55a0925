"""What all pictures share."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

INK, FAINT = "#2b2d42", "#b9bcc9"
COLOURS = ("#2b2d42", "#d1495b", "#0a8a99", "#e09f1f", "#3d5a9e", "#6a9a2d", "#8e5ea2", "#b5651d")
MARKS = ("o", "s", "D", "^", "v", "P", "X", "*")

plt.rcParams.update(
    {
        "font.size": 10,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": plt.cycler(color=COLOURS),
        "legend.frameon": False,
        "figure.dpi": 150,
    }
)


def per_cent(value: float) -> str:
    """Such as "0.5"; rates are 0 to 1."""
    return f"{100 * value:g}"

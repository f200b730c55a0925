"""Below eight bits: what narrow weights cost in recognition, and what they save in flash and instructions."""

import json
import subprocess
from pathlib import Path

from count.counting import BUILD, CountError

from . import binary1024, dense250k, det, float250k
from .spine import build, say

BOARDS = {"m4": "mps2-an386", "m55": "mps3-an547", "rv32imc": "virt-rv32imc", "m0plus": "mps2-an385-m0plus"}
ENCODINGS = ("int8", "int4", "int5", "ternary", "binary")
COUNTS = {
    "m4": {"int8": 330_000, "int4": 310_000, "int5": 420_000, "ternary": 330_000, "binary": 260_000},
    "m55": {"int8": 45_000, "int4": 60_000},
    "rv32imc": {"int8": 950_000, "int4": 700_000},
    "m0plus": {"int8": 1_250_000, "int4": 850_000},
}
"""Instructions of an inference of dense250k, at most."""
HOST = {"int8": 0.9, "int4": 0.6}
"""Time of an inference of dense250k over that of LiteRT with XNNPACK and int8 weights, at most."""
IMAGES = {"w8": "zero-dense-w8", "w4": "zero-dense-w4"}

Results = dict[str, float]


def device_counts(results: Results, dormouse: Path) -> None:
    """Instructions of dense250k, all encodings on all boards, after their outputs have come out right."""
    for encoding in ENCODINGS:
        dense250k.prepare(dormouse, encoding)
        for core, board in BOARDS.items():
            results[f"dense250k.{core}.{encoding}.instructions"] = dense250k.device(board, encoding)
    # Bytes times bits go by planes of bits where an instruction counts ones.
    zbb = dense250k.device(binary1024.DEVICES["rv32imc_zbb"][0], "binary", *binary1024.DEVICES["rv32imc_zbb"][1:])
    results["dense250k.rv32imc_zbb.binary.instructions"] = zbb


def host_times(results: Results, library: Path) -> None:
    """Both runtimes on this host, in turn."""
    for encoding in HOST:
        times = dense250k.host(library, encoding=encoding)
        results[f"dense250k.host.{encoding}.ratio_litert"] = round(times["ratio"], 4)
        say(
            f"dense250k, {encoding}, on this host, medians of {times['blocks']} alternating blocks: ours "
            f"{times['ours']:.0f} ns, LiteRT (int8) {times['theirs']:.0f} ns"
        )


def float_baseline(results: Results, dormouse: Path) -> None:
    """The same network in floating point on Cortex-M4F, plainly written; and the bytes that weights take."""
    network = float250k.prepare()
    results["dense250k.m4f.float.instructions"] = float250k.device(BOARDS["m4"])
    results["dense250k.m4f.int4.instructions"] = results["dense250k.m4.int4.instructions"]
    results["dense250k.m4f.float.weights"] = float250k.weight_bytes(network)
    layers = inspect(dormouse, dense250k.image("int4"))["layers"]
    # An output channel has a bias, a multiplier and a shift, 4 bytes each.
    channels = sum(layer["output"]["channels"] for layer in layers)
    results["dense250k.m4f.int4.weights"] = sum(layer["flash"] for layer in layers) - 12 * channels


def inspect(dormouse: Path, image: Path) -> dict:
    """What `dormouse inspect` says of an image."""
    result = subprocess.run([dormouse, "inspect", "--json", image], check=True, stdout=subprocess.PIPE)
    return json.loads(result.stdout)


def float_image(report: dict) -> int:
    """Bytes that an image would take in float32: 4 a weight and a bias, and all that it holds beside its layers."""
    return (
        report["totals"]["flash"]
        - sum(layer["flash"] for layer in report["layers"])
        + 4 * report["totals"]["parameters"]
    )


def image_sizes(results: Results, dormouse: Path) -> None:
    """Bytes of the wake word's images, and what one in float32 would take."""
    for bits, name in IMAGES.items():
        path = det.image(name)
        if path is None:
            continue
        results[f"zero.{bits}.image"] = path.stat().st_size
        if bits == "w8":
            results["zero.float.image"] = float_image(inspect(dormouse, path))


def has_recordings() -> bool:
    """Whether the recordings that the models are judged by are here."""
    from dormouse_train.recordings import default_data_folder

    return default_data_folder().is_dir()


def bars(results: Results) -> dict[str, tuple[str, float]]:
    """By key what is asked: "at most" or "at least", and a number; some depend on other results."""
    found = {f"dense250k.{core}.{e}.instructions": ("at most", n) for core, of in COUNTS.items() for e, n in of.items()}
    found |= {f"dense250k.host.{encoding}.ratio_litert": ("at most", ratio) for encoding, ratio in HOST.items()}

    def relative(key: str, word: str, *terms: tuple[str, float, float]) -> None:
        """The strictest of `factor * other + offset`; nothing if an other is missing."""
        if all(other in results for other, _, _ in terms):
            values = [factor * results[other] + offset for other, factor, offset in terms]
            found[key] = (word, min(values) if word == "at most" else max(values))

    for bits in ("w8", "w5", "w4"):
        limits = (("zero.float.fdr_at_frr5_high", 1, 0), ("zero.float.fdr_at_frr5", 1.1, 0))
        relative(f"zero.{bits}.fdr_at_float_frr5", "at most", *limits)
    for bits, points in (("w4", 0.005), ("w1", 0.03)):
        relative(f"commands_temporal.{bits}.accuracy", "at least", ("commands_temporal.float.accuracy", 1, -points))
    relative("zero.w4.image", "at most", ("zero.w8.image", 0.56, 0), ("zero.float.image", 0.15, 0))
    relative("dense250k.m4f.int4.instructions", "at most", ("dense250k.m4f.float.instructions", 1 / 3, 0))
    relative("dense250k.m4f.int4.weights", "at most", ("dense250k.m4f.float.weights", 1 / 7, 0))
    return found


def keys() -> list[str]:
    """All that can be measured, in the order in which it is printed."""
    rates = ["zero.float.fdr_at_frr5", *(f"zero.{bits}.fdr_at_float_frr5" for bits in ("w8", "w5", "w4", "w1"))]
    return [
        *(key + end for key in rates for end in ("", "_low", "_high")),
        *(f"commands_temporal.{bits}.accuracy" for bits in ("float", "w8", "w4", "w1")),
        *(f"zero.{bits}.image" for bits in ("float", "w8", "w4")),
        *(f"dense250k.{core}.{encoding}.instructions" for core in BOARDS for encoding in ENCODINGS),
        "dense250k.rv32imc_zbb.binary.instructions",
        *(f"dense250k.host.{encoding}.ratio_litert" for encoding in HOST),
        *(f"dense250k.m4f.{kind}.{what}" for what in ("instructions", "weights") for kind in ("float", "int4")),
    ]


def table(results: Results) -> list[str]:
    """A line a key: what was measured, what is asked, and whether it is met."""

    def shown(value: float) -> str:
        return f"{value:,}" if isinstance(value, int) else f"{value:.4f}" if value < 100 else f"{value:,.0f}"

    asked = bars(results)
    lines = [f"{'':44}{'measured':>12}  bar"]
    for key in keys():
        measured = shown(results[key]) if key in results else "skipped"
        word, bar = asked.get(key, ("", 0))
        met = ""
        if word and key in results:
            met = "met" if (results[key] <= bar if word == "at most" else results[key] >= bar) else "MISSED"
        lines.append(f"{key:44}{measured:>12}  {f'{word} {shown(bar)}, {met}' if met else ''}".rstrip())
    return lines


def run(as_json: bool) -> int:
    """Measures everything that can be measured here and prints it."""
    results: Results = {}
    try:
        built = build()
        dormouse = built / "dormouse"
        if dense250k.MODELS.exists():
            BUILD.mkdir(exist_ok=True)
            device_counts(results, dormouse)
            float_baseline(results, dormouse)
            host_times(results, built / "libDormousePython.so")
        else:
            say("skipped dense250k.*: ../shared/data/models is absent")
        image_sizes(results, dormouse)
        if has_recordings():
            results |= det.det_figures()
        else:
            say("skipped zero.*.fdr_* and commands_temporal.*: there are no recordings to judge by")
    except (CountError, dense250k.BenchError, det.DetError, subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    print(json.dumps(results) if as_json else "\n".join(table(results)))
    return 0

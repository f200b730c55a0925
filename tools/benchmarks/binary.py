"""Binary networks: what a binary multiply-accumulate costs, and what one-bit networks and cascades hear."""

import json
import platform
import subprocess

from count.counting import BUILD, CountError

from . import binary1024, ears, heard
from .det import DetError
from .spine import build, say

Results = dict[str, float]

DEVICE_BARS = {"m4": 0.28, "rv32imc": 0.36, "rv32imc_zbb": 0.16}
"""Instructions a binary multiply-accumulate of the dense layer 1024 -> 256, at most."""
PEERS = {
    "binary1024x256.m4.instructions_per_mac": "a first draft 0.59",
    "binary1024x256.rv32imc.instructions_per_mac": "a first draft 0.71",
    "binary1024x256.rv32imc_zbb.instructions_per_mac": "a first draft 0.36",
    "binary1024x256.host.ns": "Larq Compute Engine 13,800",
    "commands.binary_logmel.accuracy": "paper, 12 classes 0.899",
    "commands.binary_analog64.accuracy": "paper, 12 classes 0.860",
    "commands.binary_analog8.accuracy": "paper, 12 classes 0.763",
}
"""What is known of others; not measured here."""


def layers_on_devices(results: Results) -> None:
    """Instructions of the binary dense layer on all cores."""
    for core in binary1024.DEVICES:
        say(f"binary1024x256 on {core} ...")
        count = binary1024.device(core)
        results[f"binary1024x256.{core}.instructions_per_mac"] = round(count / binary1024.MACS, 4)


def layer_on_host(results: Results) -> None:
    """Time of the binary dense layer on this host, beside our int8 and a hand-written loop."""
    if platform.machine() != "x86_64":
        say("skipped binary1024x256.host.*: the hand-written loop is one for x86-64")
        return
    binary1024.build_host()
    times = binary1024.host()
    if not times:
        say("skipped binary1024x256.host.*: this processor has no VPOPCNTDQ for the hand-written loop")
        return
    results["binary1024x256.host.ns"] = round(times["binary"], 1)
    results["binary1024x256.host.ratio_int8"] = round(times["ratio_int8"], 4)
    results["binary1024x256.host.ratio_hand"] = round(times["ratio_hand"], 4)
    say(
        f"binary1024x256 on this host, medians of {times['blocks']:.0f} alternating blocks: "
        f"binary {times['binary']:.0f} ns, int8 {times['int8']:.0f} ns, "
        f"hand-written AVX-512 loop {times['hand']:.0f} ns (the products alone)"
    )


def front_ends(results: Results) -> None:
    """Instructions of the emulated filter banks, with the log-mel front end beside them."""
    ears.measure(results, say)


def recognition(results: Results) -> None:
    """Accuracies of binary networks, and of a cascade, with its costs."""
    heard.measure(results, say)


MEASURES = (layers_on_devices, layer_on_host, front_ends, recognition)
"""What fills the table, in order."""


def bars(results: Results) -> dict[str, tuple[str, float]]:
    """By key what is asked: "at most" or "at least", and a number; some depend on other results."""
    found = {f"binary1024x256.{core}.instructions_per_mac": ("at most", most) for core, most in DEVICE_BARS.items()}
    found |= {
        "binary1024x256.host.ratio_int8": ("at most", 1 / 8),
        "binary1024x256.host.ratio_hand": ("at most", 1.5),
        "commands.binary_analog64.accuracy": ("at least", 0.88),
        "commands.binary_analog8.accuracy": ("at least", 0.79),
        "cascade.speech.ace_ratio": ("at most", 1 / 4),
        "cascade.noise.ace_ratio": ("at most", 1 / 20),
    }
    # Points lost against another result.
    for key, other, points in (
        ("commands.binary_logmel.accuracy", "commands.float.accuracy", 0.035),
        ("commands.binary_analog8.accuracy_tolerance_mean", "commands.binary_analog8.accuracy", 0.03),
        ("cascade.accuracy", "cascade.int8.accuracy", 0.003),
    ):
        if other in results:
            found[key] = ("at least", round(results[other] - points, 6))
    return found


def keys() -> list[str]:
    """All that can be measured, in the order in which it is printed."""
    return [
        *(f"commands.{kind}.accuracy" for kind in ("float", "binary_logmel", "binary_analog64", "binary_analog8")),
        "commands.binary_analog8.accuracy_tolerance_mean",
        "cascade.speech.ace_ratio",
        "cascade.noise.ace_ratio",
        "cascade.accuracy",
        "cascade.int8.accuracy",
        *(f"binary1024x256.{core}.instructions_per_mac" for core in binary1024.DEVICES),
        *(f"binary1024x256.host.{what}" for what in ("ns", "ratio_int8", "ratio_hand")),
        *ears.keys(),
    ]


def table(results: Results) -> list[str]:
    """A line a key: what was measured, what is asked, whether it is met, and what others reach."""
    asked = bars(results)
    lines = [f"{'':52}{'measured':>10}  {'bar':28}peer"]
    for key in [*keys(), *(key for key in results if key not in keys())]:
        measured = f"{results[key]:,.4f}" if key in results else "skipped"
        word, bar = asked.get(key, ("", 0))
        met = ""
        if word and key in results:
            met = "met" if (results[key] <= bar if word == "at most" else results[key] >= bar) else "MISSED"
        said = f"{word} {bar:.4f}, {met}" if met else ""
        lines.append(f"{key:52}{measured:>10}  {said:28}{PEERS.get(key, '')}".rstrip())
    return lines


def run(as_json: bool) -> int:
    """Measures everything that can be measured here and prints it."""
    results: Results = {}
    try:
        build()
        BUILD.mkdir(exist_ok=True)
        for measure in MEASURES:
            measure(results)
    except (CountError, DetError, subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    print(json.dumps(results) if as_json else "\n".join(table(results)))
    return 0

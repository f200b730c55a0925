"""Cycles of the CV32E40P: our timing table against the core's own description, over kernels, front ends and inferences.

Both run the very same programs. The table is applied to QEMU's counts; the description is simulated (`tools/rtl`).
"""

import dataclasses
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from count.counting import BUILD, ROOT, CountError
from count.spotter import noise
from rtl import simulator
from rtl.__main__ import report
from rtl.simulator import RTLError, Unavailable

from . import dense250k, dscnn, ears
from .spine import build, say

BOARD = "virt-rv32imc"
VARIANT = "-rtl"
GOLDEN = ROOT / "Tests" / "DormouseTests" / "Golden"
PROGRAMS = BUILD / "rtl"
KERNELS = ("dense", "convolution", "depthwise", "fields", "average_pool", "max_pool", "add", "concatenation")
"""Golden files; `fields` holds the products of weights of 1 to 7 bits."""
SPOTTERS = ("commands-temporal", "commands-temporal-w4", "zero-dense-w5", "commands-binary-analog8")
FRONT_ENDS = ("logmel", "analog8")
SECONDS = 1.02
"""Of sound; enough for one inference or more of every model."""
LEAST_SHARE = 0.01
"""Of a program's cycles that a stage must take to be compared."""
NOT_COMPARED = ("acquire",)
"""Reading a recording is the emulator's way to get samples, no device's."""
BARS = {"cv32e40p.cycles.error_mean": 0.05, "cv32e40p.cycles.error_worst": 0.10}


@dataclasses.dataclass(frozen=True)
class Program:
    """A program of the board and its command line, whose first word is its own name."""

    name: str
    elf: Path
    arguments: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Comparison:
    """A stage of a program: cycles by the core's description and by the table."""

    program: str
    stage: str
    measured: int
    estimated: float

    @property
    def error(self) -> float:
        """How far the table is off, of what was measured; positive if it says too many."""
        return self.estimated / self.measured - 1


def compiled(name: str, application: str, model: Path | str = "", *options: str) -> Path:
    """Builds an application, and keeps the program under a name of its own."""
    make = ["make", "--silent", "-C", ROOT / "firmware", f"BOARD={BOARD}", f"VARIANT={VARIANT}", f"APP={application}"]
    make += [f"MODEL={model}", "WITHOUT=", *options]
    # The application of another model may lie there, as new as this one's sources.
    subprocess.run([*make, "clean-application"], check=True)
    subprocess.run(make, check=True)
    kept = PROGRAMS / f"{name}.elf"
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(BUILD / f"{BOARD}{VARIANT}" / application / "firmware.elf", kept)
    return kept


def kernels() -> Iterator[Program]:
    """Single layers, of golden files; and products of words of bits."""
    elf = compiled("kernels", "kernels")
    for name in KERNELS:
        yield Program(f"kernels: {name}", elf, ("firmware", str(GOLDEN / f"{name}.golden")))
    yield Program("kernels: bits", compiled("xnor", "xnor"), ("firmware",))


def front_ends() -> Iterator[Program]:
    """A second of sound through each."""
    for name in FRONT_ENDS:
        folder = BUILD / "models" / f"ears-{name}"
        ears.write(ears.FRONT_ENDS[name](), folder)
        yield Program(f"front end: {name}", compiled(f"ears-{name}", "ears", folder), ("firmware",))


def spotters(dormouse: Path) -> Iterator[Program]:
    """The spotter with models of all kinds, over a little more than one inference."""
    recording = noise(PROGRAMS / "noise.wav", SECONDS)
    for name in SPOTTERS:
        image = ROOT / "models" / name / f"{name}.dormouse"
        if not image.exists():
            say(f"skipped {name}: {image} is absent")
            continue
        folder = BUILD / "models" / f"spot-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([dormouse, "export-c", image, "-o", folder], check=True, stdout=subprocess.DEVNULL)
        yield Program(f"spot: {name}", compiled(f"spot-{name}", "spot", folder), ("firmware", str(recording)))


def networks(dormouse: Path) -> Iterator[Program]:
    """Bare networks made of models beside the checkout."""
    if not dscnn.available():
        say("skipped dscnn and dense250k: ../shared/data/models is absent")
        return
    yield Program("network: dscnn", compiled("dscnn", "bench", dscnn.prepare(dormouse)), ("firmware",))
    dense250k.prepare(dormouse, "ternary")
    folder = dense250k.folder("ternary")
    dense250k.write_golden(folder / "golden.c", *(rows[: dscnn.VECTORS] for rows in dense250k.golden("ternary")))
    elf = compiled("dense250k-ternary", "bench", folder)
    yield Program("network: dense250k-ternary", elf, ("firmware",))


def build_table() -> None:
    """Builds the program that applies the timing tables."""
    command = ["swift", "build", "-c", "release", "--product", "dormouse-cycles"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)


def estimate(program: Program) -> dict[str, float]:
    """Cycles by stage, by QEMU's counts and the timing table."""
    command = [ROOT / ".build" / "release" / "dormouse-cycles", "cv32e40p", program.elf, *program.arguments]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise CountError(f"{program.name}: {result.stderr.strip()}")
    return {name: stage["cycles"] for name, stage in json.loads(result.stdout)["stages"].items()}


def compare(program: Program) -> list[Comparison]:
    """Every stage of a program that takes a share worth speaking of."""
    run = simulator.run(program.elf, program.arguments)
    if run.code != 0:
        raise CountError(f"{program.name} ended with code {run.code}: {run.output.strip()[-400:]}")
    found, estimated = report(run, program.elf), estimate(program)
    return [
        Comparison(program.name, stage, counts["cycles"], estimated.get(stage, 0.0))
        for stage, counts in found["stages"].items()
        if stage not in NOT_COMPARED and counts["cycles"] >= LEAST_SHARE * found["cycles"]
    ]


def summary(comparisons: list[Comparison]) -> dict[str, float]:
    """The rows of `tools/bench energy`."""
    errors = [abs(each.error) for each in comparisons]
    return dict(zip(BARS, (round(sum(errors) / len(errors), 4), round(max(errors), 4)), strict=True))


def measure(results: dict[str, float]) -> list[Comparison]:
    """Fills the rows of `tools/bench energy`; some minutes. Returns what they are made of."""
    comparisons: list[Comparison] = []
    try:
        simulator.simulator()
        dormouse = build() / "dormouse"
        build_table()
        for programs in (kernels(), front_ends(), spotters(dormouse), networks(dormouse)):
            for program in programs:
                say(f"{program.name} on the CV32E40P's description ...")
                comparisons += compare(program)
    except Unavailable as error:
        say(f"skipped cv32e40p.cycles.*: {error}")
        return []
    except RTLError as error:
        raise CountError(str(error)) from error
    results |= summary(comparisons)
    return comparisons


def table(comparisons: list[Comparison]) -> list[str]:
    """A line a comparison."""
    lines = [f"{'':40}{'stage':12}{'measured':>14}{'table':>14}{'error':>9}"]
    for each in comparisons:
        lines.append(
            f"{each.program:40}{each.stage:12}{each.measured:>14,}{each.estimated:>14,.0f}{100 * each.error:>8.2f}%"
        )
    return lines


def run(as_json: bool) -> int:
    """`tools/bench rtl`: the comparison alone, stage by stage."""
    results: dict[str, float] = {}
    try:
        comparisons = measure(results)
    except (CountError, dense250k.BenchError, subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    if as_json:
        print(json.dumps(results))
        return 0
    print("\n".join(table(comparisons)))
    for key, bar in BARS.items():
        if key in results:
            met = "met" if results[key] <= bar else "MISSED"
            print(f"{key:52}{results[key]:>12.4f}  at most {bar:.2f}, {met}")
    return 0

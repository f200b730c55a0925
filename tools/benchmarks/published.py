"""MLPerf Tiny's keyword-spotting network: our cycles by core beside the results that others have published.

Ours are instructions counted in QEMU times the core's timing table, with memory as fast as the core. Theirs were
measured on boards; cycles are clock over throughput.
"""

import dataclasses
import json
import subprocess

from count.counting import BUILD, ROOT, CountError

from . import dscnn
from .dense250k import BenchError
from .rtl import build_table
from .spine import build, say


@dataclasses.dataclass(frozen=True)
class Result:
    """A published result: inferences a second at a clock in MHz, and microjoules an inference where measured."""

    core: str
    board: str
    software: str
    clock: float
    throughput: float
    energy: float | None
    source: str

    @property
    def cycles(self) -> float:
        """Clock cycles an inference."""
        return self.clock * 1e6 / self.throughput


def _mlperf(version: str, folder: str) -> str:
    return f"MLPerf Tiny {version}, closed/{folder}"


PUBLISHED = (
    Result(
        "cortex-m0plus",
        "NUCLEO-G0B1RE",
        "Bosch HALE 1.0",
        64,
        1.472,
        None,
        _mlperf("1.1", "bosch/results/NUCLEO_G0B1RE"),
    ),
    Result(
        "cortex-m4",
        "NUCLEO-L4R5ZI",
        "microTVM, CMSIS-NN",
        120,
        10.019,
        5230,
        _mlperf("1.0", "OctoML/results/microtvm_cmsis_nn/NUCLEO_L4R5ZI"),
    ),
    Result(
        "cortex-m4",
        "NUCLEO-L4R5ZI",
        "X-CUBE-AI 7.3",
        120,
        13.323,
        3372,
        _mlperf("1.0", "STMicroelectronics/results/NUCLEO_L4R5ZI"),
    ),
    Result(
        "cortex-m4",
        "NUCLEO-L4R5ZI",
        "X-CUBE-AI 8.0",
        120,
        13.759,
        5482,
        _mlperf("1.1", "Krai/results/NUCLEO-L4R5ZI_X-CUBE-AI-8.0"),
    ),
    Result(
        "cortex-m4", "NUCLEO-L4R5ZI", "Bosch HALE 1.0", 120, 15.954, None, _mlperf("1.1", "bosch/results/NUCLEO_L4R5ZI")
    ),
    Result(
        "cortex-m4", "NUCLEO-L4R5ZI", "Plumerai", 120, 20.929, None, _mlperf("1.1", "plumerai/results/NUCLEO-L4R5ZI")
    ),
    Result(
        "cortex-m33",
        "nRF5340 DK",
        "microTVM, CMSIS-NN",
        128,
        13.143,
        None,
        _mlperf("1.0", "OctoML/results/microtvm_cmsis_nn/NRF5340-DK"),
    ),
    Result(
        "cortex-m33",
        "NUCLEO-U575ZI-Q",
        "X-CUBE-AI 7.3",
        160,
        22.689,
        1139,
        _mlperf("1.0", "STMicroelectronics/results/NUCLEO-U575ZI-Q"),
    ),
    Result(
        "cortex-m33",
        "NUCLEO-U575ZI-Q",
        "Plumerai",
        160,
        33.286,
        None,
        _mlperf("1.1", "plumerai/results/NUCLEO-U575ZI-Q"),
    ),
    Result(
        "GAP9, 9 cores and NE16",
        "GAP9 EVK",
        "GapFlow",
        240,
        1365.785,
        18.6,
        _mlperf("1.0", "greenwaves-technologies/results/gap9_650_240"),
    ),
    Result(
        "Syntiant NDP9120",
        "syntiant_9120, 0.9 V",
        "Syntiant",
        30,
        227.2,
        31.5,
        _mlperf("1.0", "syntiant/results/syntiant_9120_0v9_30mhz"),
    ),
)
"""Medians of each folder's kws/performance and kws/energy in github.com/mlcommons/tiny_results_v1.0 and _v1.1."""

CORES = {
    "cortex-m0plus": "mps2-an385-m0plus",
    "cortex-m4": "mps2-an386",
    "cortex-m33": "mps2-an386",
    "cortex-m7": "mps2-an386",
    "cortex-m55": "mps3-an547",
    "cv32e40p": "virt-rv32imc",
    "ibex": "virt-rv32imc",
}
"""The board whose firmware a core runs. Cortex-M33 and M7 run Cortex-M4's."""


def ours(core: str) -> dict[str, float]:
    """Cycles and instructions of one inference."""
    board = CORES[core]
    make = ["make", "--silent", "-C", ROOT / "firmware", f"BOARD={board}", "APP=bench", f"MODEL={dscnn.FOLDER}"]
    subprocess.run([*make, "clean-application"], check=True)
    subprocess.run(make, check=True)
    program = BUILD / board / "bench" / "firmware.elf"
    command = [ROOT / ".build" / "release" / "dormouse-cycles", core, program]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise CountError(f"{core}: {result.stderr.strip()}")
    counted = json.loads(result.stdout)
    if counted["exitCode"] != 0:
        raise CountError(f"{core}: the logits differ from the golden ones")
    layers = [stage for name, stage in counted["stages"].items() if name.startswith("layer ")]
    return {what: sum(layer[what] / layer["times"] for layer in layers) for what in ("cycles", "instructions")}


def table(results: dict[str, float]) -> list[str]:
    """Ours and theirs, by core."""
    lines = [f"{'core':24}{'board':22}{'software':22}{'MHz':>5}{'ms':>9}{'cycles':>13}{'uJ':>7}  source"]
    cores = list(dict.fromkeys([*(each.core for each in PUBLISHED), *CORES]))
    for core in cores:
        for each in PUBLISHED:
            if each.core == core:
                energy = "" if each.energy is None else f"{each.energy:,.4g}"
                lines.append(
                    f"{core:24}{each.board:22}{each.software:22}{each.clock:>5.0f}{1e3 / each.throughput:>9.2f}"
                    f"{each.cycles:>13,.0f}{energy:>7}  {each.source}"
                )
        if core in CORES:
            cycles = results[f"dscnn.{core}.cycles"]
            lines.append(f"{core:24}{'no wait states':22}{'Dormouse':22}{'':14}{cycles:>13,.0f}{'':7}  counted")
    return lines


def run(as_json: bool) -> int:
    """`tools/bench published`."""
    results: dict[str, float] = {}
    if not dscnn.available():
        say("skipped dscnn.*: ../shared/data/models is absent")
        return 0
    try:
        dscnn.prepare(build() / "dormouse")
        build_table()
        for core in CORES:
            for what, value in ours(core).items():
                results[f"dscnn.{core}.{what}"] = round(value)
    except (CountError, BenchError, subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    print(json.dumps(results) if as_json else "\n".join(table(results)))
    return 0

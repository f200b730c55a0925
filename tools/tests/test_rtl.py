"""The CV32E40P's own description runs our firmware, and as many instructions of it as QEMU does."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from benchmarks import rtl  # noqa: E402
from count.counting import BUILD, count  # noqa: E402
from rtl import simulator  # noqa: E402
from rtl.functions import by_function  # noqa: E402

GOLDEN = ROOT / "Tests" / "DormouseTests" / "Golden"
ELF = BUILD / "virt-rv32imc" / "kernels" / "firmware.elf"
RESET_VECTOR = 6
"""Instructions that QEMU's `virt` executes in its ROM before the program."""

missing = [tool for tool in ("verilator", "swiftc", "qemu-system-riscv32", "g++", "make") if not shutil.which(tool)]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@pytest.fixture(scope="module")
def kernels() -> Path:
    """The firmware that runs golden layers."""
    subprocess.run(["make", "--silent", "-C", ROOT / "firmware", "BOARD=virt-rv32imc", "APP=kernels"], check=True)
    return ELF


def test_the_same_instructions_run_as_in_qemu_and_all_layers_come_out_right(kernels):
    file = str(GOLDEN / "dense.golden")
    emulated = count("virt-rv32imc", "kernels", [file], {})
    run = simulator.run(kernels, ["kernels", file])
    assert run.code == 0 and run.output == emulated.output and " 0 differ\n" in run.output
    assert run.instructions == emulated.total - RESET_VECTOR
    functions = by_function(run, kernels)
    assert sum(function.cycles for function in functions.values()) == run.cycles
    assert sum(stage.cycles for stage in run.stages.values()) == run.cycles
    print(f"{run.instructions} instructions as in QEMU, {run.cycles} cycles, most in {next(iter(functions))}")


def test_a_run_repeats_itself(kernels):
    runs = [simulator.run(kernels, ["kernels", str(GOLDEN / "concatenation.golden")]) for _ in range(2)]
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("arguments", "limit", "message"),
    [(["kernels", "x"], 1000, "--limit allows more"), (None, 1000, "is no executable for 32-bit RISC-V")],
)
def test_what_cannot_be_run_to_its_end_says_why(kernels, arguments, limit, message):
    program = kernels if arguments else Path(shutil.which("make"))
    with pytest.raises(simulator.RTLError, match=message):
        simulator.run(program, arguments or [], limit)


def test_the_timing_table_says_what_the_description_does(kernels):
    """A slice of `tools/bench rtl`: single layers of all kinds, and products of narrow weights."""
    rtl.build_table()
    comparisons = []
    for name in ("dense", "add", "concatenation", "max_pool", "fields"):
        program = rtl.Program(f"kernels: {name}", kernels, ("kernels", str(GOLDEN / f"{name}.golden")))
        comparisons += rtl.compare(program)
    errors = rtl.summary(comparisons)
    print("\n".join(rtl.table(comparisons)))
    for key, bar in rtl.BARS.items():
        assert errors[key] <= bar, f"{key} is {errors[key]}, at most {bar} is asked:\n" + "\n".join(
            rtl.table(comparisons)
        )

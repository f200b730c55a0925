"""Builds the simulator of the CV32E40P, outside the checkout and once, and runs firmware on it.

The core's description comes from PyPI (`pythondata-cpu-cv32e40p`, Solderpad Hardware Licence), the compiler from Debian
(`verilator`); the testbench is `testbench.cpp`.
"""

import dataclasses
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "pythondata-cpu-cv32e40p==1.0.1.post1909"
SOURCES = sorted([*HERE.glob("*.cpp"), *HERE.glob("*.h"), HERE / "signals.vlt"])
TESTBENCH_ONLY = ("tracer_pkg", "tb_wrapper")
"""Files of the package's manifest that only its own testbench needs."""
WARNINGS = ("BLKANDNBLK", "CASEINCOMPLETE", "COMBDLY", "UNOPTFLAT", "WIDTH")
"""What Verilator says of the core's description, which is not ours to change."""
OPTIONS = ["-sv", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert", *(f"-Wno-{w}" for w in WARNINGS)]


class RTLError(Exception):
    """What went wrong and what to do, in one line."""


class Unavailable(RTLError):
    """Verilator is not installed."""


@dataclasses.dataclass(frozen=True)
class Place:
    """An instruction: how often it ran, and the cycles until the next one left the decode stage."""

    count: int
    cycles: int


@dataclasses.dataclass(frozen=True)
class Stage:
    """What ran from a marker to the next: how often it was passed, instructions, cycles."""

    times: int
    instructions: int
    cycles: int


@dataclasses.dataclass(frozen=True)
class Run:
    """A program from reset to exit. `stages` by marker and number of the layer; marker 0 is before the first."""

    code: int
    output: str
    cycles: int
    instructions: int
    places: dict[int, Place]
    stages: dict[tuple[int, int], Stage]


def cache() -> Path:
    """Where the simulator and the core's description are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dormouse"


def execute(command: Sequence[str | Path], **environment: str) -> None:
    """Runs a step of the build; its output is shown only if it fails."""
    words = [str(word) for word in command]
    result = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **environment})
    if result.returncode != 0:
        raise RTLError(f"{' '.join(words[:4])} ... failed: {(result.stdout + result.stderr).strip()[-2000:]}")


def description() -> Path:
    """Folder of the core's description; fetched if it is not there."""
    folder = cache() / PACKAGE.replace("==", "-")
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix="fetching-"))
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--no-compile"]
        try:
            execute([*pip, "--target", fresh, PACKAGE])
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return folder / "pythondata_cpu_cv32e40p" / "system_verilog"


@functools.cache
def simulator() -> Path:
    """The simulator; built if it is missing, or older than the testbench (half a minute)."""
    if shutil.which("verilator") is None:
        raise Unavailable("verilator is not installed; tools/setup all installs it")
    version = subprocess.run(["verilator", "--version"], capture_output=True, text=True, check=True).stdout
    parts = [version.encode(), PACKAGE.encode(), " ".join(OPTIONS).encode(), *(file.read_bytes() for file in SOURCES)]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
    program = cache() / f"rtl-{key}" / "simulate"
    if program.exists():
        return program
    rtl = description() / "rtl"
    manifest = (rtl.parent / "cv32e40p_manifest.flist").read_text().splitlines()
    files = [
        line.strip().replace("${DESIGN_RTL_DIR}", str(rtl))
        for line in manifest
        if line.startswith(("+incdir", "${")) and not any(name in line for name in TESTBENCH_ONLY)
    ]
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as folder:
        (Path(folder) / "files.f").write_text("\n".join(files) + "\n")
        build = ["verilator", "--cc", "--exe", "--build", "-j", "2", *OPTIONS, "--top-module", "cv32e40p_top"]
        build += ["-CFLAGS", "-std=c++17 -Wall", "-MAKEFLAGS", "OPT_FAST=-O3", "--Mdir", folder, "-o", "simulate"]
        build += [HERE / "signals.vlt", "-f", Path(folder) / "files.f", *HERE.glob("*.cpp")]
        execute(build)
        (Path(folder) / "simulate").rename(program)
    return program


def run(elf: Path, arguments: Sequence[str] = (), limit: int = 2_000_000_000) -> Run:
    """Runs a program of the board virt-rv32imc; `arguments` begin with its name. Stops after `limit` cycles."""
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        command = [simulator(), "--limit", str(limit), "--profile", profile, elf, *arguments]
        result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if not profile.exists():
            raise RTLError(
                result.stderr.strip().removeprefix("simulate: ") or f"the simulator ended with code {result.returncode}"
            )
        return parse(profile.read_text(), result.returncode, result.stdout)


def parse(text: str, code: int, output: str) -> Run:
    """Reads the profile that the simulator wrote."""
    totals, places, stages = {}, {}, {}
    for line in text.splitlines():
        kind, *fields = line.split()
        if kind == "at":
            places[int(fields[0], 16)] = Place(int(fields[1]), int(fields[2]))
        elif kind == "stage":
            marker, index, *counts = map(int, fields)
            stages[marker, index] = Stage(*counts)
        else:
            totals[kind] = int(fields[0])
    return Run(code, output, totals["cycles"], totals["instructions"], places, stages)

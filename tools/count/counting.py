"""Counts the instructions that a firmware executes under QEMU: in all, and inside chosen functions.

The work is done by `count.c`, a plugin of QEMU's, which is built on demand.
"""

import dataclasses
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build-firmware"


class CountError(Exception):
    """What went wrong and what to do, in one line."""


@dataclasses.dataclass(frozen=True)
class Region:
    """Instructions inside one function, with all that it calls; `own` without the watched functions that it calls."""

    name: str
    calls: int
    total: int
    own: int
    minimum: int
    maximum: int

    @property
    def mean(self) -> float:
        """Instructions a call."""
        return self.total / self.calls if self.calls else 0.0


@dataclasses.dataclass(frozen=True)
class Counts:
    """What one run executed, and what it printed."""

    total: int
    regions: dict[str, Region]
    output: str


def plugin() -> Path:
    """Builds the plugin if it is missing or old; returns its path."""
    source = Path(__file__).with_name("count.c")
    header = source.with_name("qemu_plugin.h")
    library = BUILD / "count" / "libcount.so"
    if not library.exists() or library.stat().st_mtime < max(source.stat().st_mtime, header.stat().st_mtime):
        library.parent.mkdir(parents=True, exist_ok=True)
        fresh = library.with_suffix(f".{id(source)}.so")
        command = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden"]
        subprocess.run([*command, str(source), "-o", str(fresh)], check=True)
        fresh.replace(library)
    return library


def toolchain(tool: str) -> str:
    """Path of an LLVM tool that comes with the Swift toolchain."""
    swiftc = subprocess.run(["which", "swiftc"], capture_output=True, text=True, check=True).stdout.strip()
    return str(Path(swiftc).resolve().parent / tool)


def symbols(elf: Path) -> dict[str, int]:
    """Functions of a linked firmware with their addresses."""
    listing = subprocess.run([toolchain("llvm-nm"), str(elf)], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in listing.splitlines():
        match = re.fullmatch(r"([0-9a-f]+) [TtW] (\S+)", line)
        if match:
            found[match[2]] = int(match[1], 16)
    return found


def count(
    board: str,
    application: str,
    arguments: list[str],
    watched: dict[str, str],
    variant: str = "",
    options: Sequence[str] = (),
) -> Counts:
    """Runs an application and counts.

    `watched` maps the name that a region gets to a regular expression that exactly one symbol of the firmware matches.
    `variant` is the Makefile's, `options` are further ones for QEMU.
    """
    folder = BUILD / f"{board}{variant}" / application
    elf = folder / "firmware.elf"
    known = symbols(elf)
    watches, names = [], {}
    for name, pattern in watched.items():
        matches = [symbol for symbol in known if re.search(pattern, symbol)]
        if len(matches) != 1:
            raise CountError(f"{elf}: {len(matches)} symbols match {pattern!r} ({name}): {', '.join(matches)}")
        address = known[matches[0]]
        names[address & ~1] = name
        watches.append(f",watch={address:#x}")
    result = folder / "counts.txt"
    result.unlink(missing_ok=True)
    extra = " ".join([f"-plugin {plugin()},out={result}{''.join(watches)}", *options])
    run = subprocess.run(
        [str(ROOT / "firmware" / "run"), board, application, *arguments],
        env={**os.environ, "QEMU_EXTRA": extra, "VARIANT": variant},
        capture_output=True,
        text=True,
        timeout=600,
    )
    output = run.stdout + run.stderr
    if run.returncode != 0:
        raise CountError(f"{board} {application} ended with code {run.returncode}: {output.strip()[-400:]}")
    return parse(result.read_text(), names, output)


def parse(text: str, names: dict[int, str], output: str) -> Counts:
    """Reads the file that the plugin wrote."""
    total, regions = None, {}
    for line in text.splitlines():
        kind, *fields = line.split()
        if kind == "total":
            total = int(fields[0])
        elif kind == "watch":
            name = names[int(fields[0], 16)]
            regions[name] = Region(name, *map(int, fields[1:]))
        else:
            raise CountError("calls are nested too deeply to be counted")
    if total is None:
        raise CountError("the counting plugin wrote no total")
    return Counts(total, regions, output)

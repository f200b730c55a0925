"""Cycles of a run by function."""

import bisect
import subprocess
from pathlib import Path

from count.counting import toolchain

from .simulator import Place, Run


def symbols(elf: Path) -> list[tuple[int, str]]:
    """Functions of a program by ascending address; of several names for one address, the first."""
    command = [toolchain("llvm-nm"), "--numeric-sort", "--defined-only", str(elf)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[int, str] = {}
    for line in listing.splitlines():
        address, kind, name = line.split(maxsplit=2)
        if kind in "tTwW" and not name.startswith(".L") and name not in ("$x", "$d"):
            found.setdefault(int(address, 16), name)
    return sorted(found.items())


def by_function(run: Run, elf: Path) -> dict[str, Place]:
    """What every function took itself, without those that it called; most cycles first."""
    known = symbols(elf)
    starts = [address for address, _ in known]
    found: dict[str, Place] = {}
    for address, place in run.places.items():
        index = bisect.bisect_right(starts, address) - 1
        name = known[index][1] if index >= 0 else "?"
        before = found.get(name, Place(0, 0))
        found[name] = Place(before.count + place.count, before.cycles + place.cycles)
    return dict(sorted(found.items(), key=lambda item: -item[1].cycles))

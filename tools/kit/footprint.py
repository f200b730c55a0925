"""What the libraries and the models cost: a table, and a gate against the numbers that are committed."""

import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from count.counting import BUILD as PLUGIN_BUILD
from count.counting import parse, plugin, toolchain

from . import boards
from .cores import CORES, DENSE, FULL, core
from .libraries import BUILD, SLOTS, SPOTTER, interface
from .package import SOURCE

BASELINE = SOURCE / "footprint.json"
# A number may grow by this much before somebody has to say that it is meant.
TOLERANCE = 1.02
# What a spotter needs that says which word it heard. The table has all functions of dormouse.h with the names of
# errors, and those of dormouse_slots.h too.
LEAST = ("dormouse_open", "dormouse_push")
BOARDS = {
    "cortex-m0plus": "mps2-an385-m0plus",
    "cortex-m3": "mps2-an385",
    "cortex-m4f": "mps2-an386",
    "cortex-m4f-softabi": "mps2-an386",
    "cortex-m7": "mps2-an500",
    "cortex-m33": "mps2-an505",
    "cortex-m55": "mps3-an547",
    "rv32imc": "virt-rv32imc",
    "rv32imac": "virt-rv32imc",
    "rv32imc_zbb": "virt-rv32imc",
}


class FootprintError(Exception):
    """What went wrong, in one line."""


def flash(name: str, library: str, roots: tuple[str, ...] | list[str]) -> dict[str, int]:
    """Bytes of each kind of section that the linker keeps of a library when an application calls `roots`."""
    archive = BUILD / "lib" / name / f"lib{library}.a"
    linked = BUILD / "lib" / name / f"{library}.weighed"
    command = [toolchain("ld.lld"), "--gc-sections", "--unresolved-symbols=ignore-all", "-e", roots[0], archive]
    command += [f"--undefined={root}" for root in roots]
    subprocess.run([*map(str, command), "-o", str(linked)], check=True, capture_output=True)
    listing = subprocess.run(
        [toolchain("llvm-objdump"), "-h", str(linked)], check=True, capture_output=True, text=True
    ).stdout
    sizes = {"text": 0, "rodata": 0, "data": 0, "bss": 0}
    for line in listing.splitlines():
        if match := re.match(r"\s*\d+ (\.\w+)\S* +([0-9a-f]+)", line):
            kind = {".srodata": "rodata", ".sdata": "data", ".sbss": "bss"}.get(match[1], match[1][1:])
            if kind in sizes:
                sizes[kind] += int(match[2], 16)
    return sizes


def run(sdk: Path, name: str, model: str, library: str = FULL) -> dict[str, int]:
    """Arena, stack and instructions of a model that hears the examples' recording on a core that QEMU emulates."""
    counts = PLUGIN_BUILD / f"kit-{name}-{model}.txt"
    counts.unlink(missing_ok=True)
    zbb = "-cpu rv32,zbb=on " if name.endswith("zbb") else ""
    command = ["make", "--silent", "-C", str(sdk / "examples"), "run", "EXAMPLE=measure", f"BOARD={BOARDS[name]}"]
    command += [f"CORE={name}", f"MODEL={model}", f"LIBRARY={library}"]
    command += [f"QEMU_EXTRA={zbb}-plugin {plugin()},out={counts}"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    found = dict(re.findall(r"^(arena|stack|frames|inferences) (\d+)$", result.stdout, re.MULTILINE))
    if result.returncode != 0 or len(found) != 4 or int(found["frames"]) == 0:
        raise FootprintError(f"{model} on {name}: {(result.stdout + result.stderr).strip()[-400:]}")
    total = parse(counts.read_text(), {}, result.stdout).total
    counts.unlink()
    return {"arena": int(found["arena"]), "stack": int(found["stack"]), "instructions": total}


def measure(sdk: Path) -> dict[str, int]:
    """Every library, every model on every core that is emulated, and every board, under keys such as
    `cortex-m4f.dormouse.text`, `cortex-m4f.zero-dense.stack` and `board.mps2-an386.flash`."""
    numbers: dict[str, int] = {}
    for one in CORES:
        if not one.bare:
            continue
        for library in one.libraries:
            for name, headers in ((library, [SPOTTER]), (f"{library}+slots", [SPOTTER, SLOTS])):
                for kind, size in flash(one.name, library, interface(*headers)).items():
                    numbers[f"{one.name}.{name}.{kind}"] = size
    shipped = sorted(path.stem for path in (sdk / "models").glob("*/*.dormouse"))
    wanted = [(name, model) for name in BOARDS for model in shipped]
    with ThreadPoolExecutor(2) as pool:
        for (name, model), found in zip(wanted, pool.map(lambda pair: run(sdk, *pair), wanted), strict=True):
            for kind, value in found.items():
                numbers[f"{name}.{model}.{kind}"] = value
    for board in (*boards.emulated(), *boards.real()):
        for kind, value in boards.size(sdk, board).items():
            numbers[f"board.{board}.{kind}"] = value
    return numbers


def table(numbers: dict[str, int]) -> str:
    """The numbers, a line a library or model."""
    rows: dict[str, dict[str, int]] = {}
    for key, value in numbers.items():
        row, kind = key.rsplit(".", 1)
        rows.setdefault(row, {})[kind] = value
    lines, before = [], None
    for row, values in rows.items():
        if tuple(values) != before:
            before = tuple(values)
            lines.append(f"{'':44}" + "".join(f"{kind:>14}" for kind in before))
        lines.append(f"{row:44}" + "".join(f"{value:>14,}" for value in values.values()))
    return "\n".join(lines)


def complaints(numbers: dict[str, int]) -> list[str]:
    """What grew by more than the tolerance, is new, or is gone, against the committed numbers."""
    committed = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    found = [f"{key} is not in the baseline" for key in numbers if key not in committed]
    found += [f"{key} is no longer measured" for key in committed if key not in numbers]
    for key, value in numbers.items():
        if key in committed and value > committed[key] * TOLERANCE:
            found.append(
                f"{key}: {value:,}, was {committed[key]:,}: {100 * (value / max(committed[key], 1) - 1):+.1f} %"
            )
    return found


def accept(numbers: dict[str, int]) -> None:
    """Makes these numbers the committed ones."""
    BASELINE.write_text(json.dumps(numbers, indent=1) + "\n")


__all__ = [
    "BUILD",
    "DENSE",
    "LEAST",
    "SPOTTER",
    "FootprintError",
    "accept",
    "complaints",
    "core",
    "flash",
    "interface",
    "measure",
    "run",
    "table",
]

"""Compiles the runtime and its C interface into one static library a core."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

from count.counting import ROOT, toolchain

from .cores import DENSE, LEFT_OUT, Core

BUILD = ROOT / ".build-sdk"
SOURCES = ROOT / "Sources"
HEADERS = SOURCES / "CDormouse" / "include"
# The headers that firmware gets, and the files that implement them; the rest is for the training tools.
SPOTTER, SLOTS = "dormouse.h", "dormouse_slots.h"
INTERFACE = (
    *("ImageError+Code", "OpenSpotter", "SpotterABI", "EdgesABI", "ModelABI"),
    *("UpdateError+Code", "LentFlash", "OpenSlots", "SlotsABI"),
)
SWIFT = (
    *("-swift-version", "6", "-enable-experimental-feature", "Embedded", "-wmo", "-parse-as-library", "-Osize"),
    *("-Xllvm", "-machine-outliner-reruns=4"),
    *("-no-allocations", "-Xfrontend", "-function-sections", "-Xfrontend", "-disable-stack-protector"),
    *("-suppress-warnings", "-module-name", "Dormouse"),
)
# Kernels that only tests call.
UNCALLED = "Reference"
CLANG = (
    "-Os",
    "-fno-builtin",
    "-g0",
    "-std=c11",
    "-ffunction-sections",
    "-fdata-sections",
    "-Wall",
    "-Wextra",
    "-Werror",
)


def swift_sources() -> list[Path]:
    """What a library is made of: the runtime without what no function of the interface calls, and the interface."""
    runtime = [path for path in (SOURCES / "Dormouse").rglob("*.swift") if path.parent.name != UNCALLED]
    return sorted(runtime) + [SOURCES / "DormouseABI" / f"{name}.swift" for name in INTERFACE]


def interface(*headers: str) -> list[str]:
    """The functions of these headers; of both, if none is named."""
    text = [(HEADERS / name).read_text().split("#ifndef", 1)[1] for name in headers or (SPOTTER, SLOTS)]
    return sorted(set(re.findall(r"\b(dormouse_\w+)\(", "".join(text))))


def _inputs() -> list[Path]:
    headers = [*(SOURCES / "DormouseISA" / "include").iterdir(), *HEADERS.iterdir()]
    return [*swift_sources(), SOURCES / "CDormouse" / "error_names.c", *sorted(headers)]


def _commands(core: Core, library: str, folder: Path) -> list[list[str]]:
    """One object of Swift and one of C, and an archive of both."""
    common = ["-fshort-enums", "-fsigned-char", *(["-ffreestanding"] if core.bare else []), *core.cpu]
    without = [f"DORMOUSE_WITHOUT_{part}" for part in LEFT_OUT[library]]
    conditions = ["DORMOUSE_SMALL", *without, *core.conditions]
    swift = ["swiftc", "-target", core.triple, *SWIFT, *(f"-D{name}" for name in conditions)]
    # The full library keeps the kernels that are unrolled for speed.
    for flag in (*common, *(f"-D{name}=1" for name in (conditions if library == DENSE else without))):
        swift += ["-Xcc", flag]
    swift += ["-I", SOURCES / "DormouseISA" / "include", "-I", HEADERS, "-module-cache-path", BUILD / "modules"]
    runtime, names = folder / f"{library}.o", folder / f"{library}_names.o"
    clang = [toolchain("clang"), f"--target={core.triple}", *CLANG, *common, "-I", HEADERS]
    # What no function of the interface reaches goes: reference counting, which wants atomics. Only the interface is
    # seen from outside: no name of ours can clash with one of the application's.
    whole = folder / f"{library}_whole.o"
    reach = [
        toolchain("ld.lld"),
        "-r",
        "--gc-sections",
        "-e",
        "dormouse_open",
        *(f"--undefined={name}" for name in interface() if name != "dormouse_error_name"),
    ]
    hide = [toolchain("llvm-objcopy"), "--wildcard", "--keep-global-symbol=dormouse_*"]
    return [
        [*swift, *swift_sources(), "-c", "-o", whole],
        [*reach, whole, "-o", runtime],
        [*hide, "--remove-section=.riscv.attributes", runtime],
        [*clang, "-c", SOURCES / "CDormouse" / "error_names.c", "-o", names],
        [toolchain("llvm-ar"), "rcsD", folder / f"lib{library}.a", runtime, names],
    ]


def build(core: Core, library: str) -> Path:
    """Builds a library unless the one that is there was made of the same; returns its path."""
    folder = BUILD / "lib" / core.name
    folder.mkdir(parents=True, exist_ok=True)
    commands = [[str(word) for word in command] for command in _commands(core, library, folder)]
    digest = hashlib.sha256(repr(commands).encode())
    for path in _inputs():
        digest.update(path.read_bytes())
    archive, stamp = folder / f"lib{library}.a", folder / f"{library}.made-of"
    if archive.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
        return archive
    stamp.unlink(missing_ok=True)
    archive.unlink(missing_ok=True)
    for command in commands:
        subprocess.run(command, check=True, env={**os.environ, "LC_ALL": "C"})
    stamp.write_text(digest.hexdigest())
    return archive

"""The boards: which there are, and what the examples' listener takes of each one's memory."""

import re
import subprocess
from pathlib import Path

from count.counting import ROOT, toolchain

BOARDS = ROOT / "firmware" / "boards"
EXAMPLE, MODEL = "listen", "commands-dense-w4"


def _with(pattern: str) -> list[str]:
    return sorted(p.parent.name for p in BOARDS.glob("*/board.mk") if re.search(pattern, p.read_text(), re.MULTILINE))


def emulated() -> list[str]:
    """Boards that QEMU emulates."""
    return _with("^QEMU :=")


def real() -> list[str]:
    """Boards with a microphone, for which firmware is built but run nowhere."""
    return _with("^BOARD_SOURCES :=")


def build(sdk: Path, board: str, example: str = EXAMPLE) -> Path:
    """Builds an example from the SDK alone; returns its ELF file."""
    command = ["make", "--silent", "-C", str(sdk / "examples"), f"BOARD={board}", f"EXAMPLE={example}"]
    result = subprocess.run([*command, f"MODEL={MODEL}"], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{example} for {board}: {result.stderr.strip()[-600:]}")
    core = re.search(r"^BOARD_CORE := (\S+)", (BOARDS / board / "board.mk").read_text(), re.MULTILINE)[1]
    return sdk / "examples" / "build" / f"{core}-dormouse-{board}" / MODEL / f"{example}.elf"


def regions(board: str, attributes: str = r"\w+") -> dict[str, range]:
    """The memory map of the linker script, by region; only those with `attributes`, a pattern."""
    text = (BOARDS / board / "link.ld").read_text()
    pattern = rf"^ +(\w+) \({attributes}\) : ORIGIN = (0x\w+), LENGTH = (\d+)([KM]?)"
    found = {}
    for name, origin, length, unit in re.findall(pattern, text, re.MULTILINE):
        start = int(origin, 16)
        found[name] = range(start, start + int(length) * {"": 1, "K": 1 << 10, "M": 1 << 20}[unit])
    return found


def sections(elf: Path) -> list[tuple[str, int, int, int, bool]]:
    """What the device gets: name, length, address, address it is loaded to, and whether it is in the file."""
    listing = subprocess.run(
        [toolchain("llvm-objdump"), "-h", "--show-lma", str(elf)], check=True, capture_output=True, text=True
    ).stdout
    found = []
    for name, length, address, load, kind in re.findall(
        r"^ *\d+ (\.\S+) +(\w{8}) (\w{8}) (\w{8})(.*)", listing, re.MULTILINE
    ):
        if int(length, 16) > 0 and re.search("TEXT|DATA|BSS", kind):
            found.append((name, int(length, 16), int(address, 16), int(load, 16), "BSS" not in kind))
    return found


def size(sdk: Path, board: str) -> dict[str, int]:
    """Bytes of flash and of RAM that the listener takes, with its model, its arena and the stack that is reserved."""
    ram = regions(board, "rwx?").values()
    found = sections(build(sdk, board))
    return {
        "flash": sum(length for _, length, _, _, stored in found if stored),
        "ram": sum(length for _, length, address, _, _ in found if any(address in part for part in ram)),
    }

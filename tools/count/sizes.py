"""Where the bytes of a linked firmware come from, read from the linker's map."""

import re
from pathlib import Path

SECTION = re.compile(r"\s*[0-9a-f]+\s+[0-9a-f]+\s+([0-9a-f]+)\s+\d+ (\.\S+)")
INPUT = re.compile(r"\s*[0-9a-f]+\s+[0-9a-f]+\s+([0-9a-f]+)\s+\d+ {9}(\S+):\((\S+)\)")
FLASH = (".text", ".rodata", ".data", ".model")
RAM = (".data", ".bss", ".stack")


def owner(source: str, section: str) -> str:
    """Which part of the firmware a section of an object file belongs to.

    Runtime code that the compiler specialised into the application's object, and the memory functions that compilers
    call, count as runtime.
    """
    name = Path(source).name
    if name in ("Dormouse.o", "memory.o") or "$e8Dormouse" in section:
        return "runtime"
    if name.endswith("_image.o") or name in ("golden.o", "linked_model.o"):
        return "model"
    if name == "Application.o" or source == "<internal>":
        return "application"
    return "board"


def sizes(map_file: Path) -> dict[str, dict[str, int]]:
    """Bytes of flash and RAM a part: `{"runtime": {"flash": ..., "ram": ...}, ...}`, the stack a part of its own."""
    parts = {part: {"flash": 0, "ram": 0} for part in ("runtime", "application", "board", "model", "stack")}
    output = ""
    for line in map_file.read_text().splitlines():
        if match := INPUT.match(line):
            size, part = int(match[1], 16), owner(match[2], match[3])
            if output in FLASH:
                parts[part]["flash"] += size
            if output in RAM:
                parts[part]["ram"] += size
        elif match := SECTION.match(line):
            output = match[2]
            if output == ".stack":
                parts["stack"]["ram"] += int(match[1], 16)
    return parts

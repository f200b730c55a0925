"""Stands for openocd, pyocd, esptool and picotool: keeps a flash memory in a file, and writes down how it was called.

PROBE_FLASH is the file, PROBE_BASE the address of its first byte, PROBE_LOG the list of calls, a line of JSON each.
PROBE_HARM: "fail" on writing, with words; "forget" to write the last byte; "hang" on writing, deaf to Ctrl-C; "cutN" to
lose power, and die, after pages were erased or written N times. With "@WORD" only calls come to harm that contain it.
"""

import json
import os
import re
import signal
import struct
import sys
import time
from pathlib import Path

PAGE = 4096
BASE = int(os.environ["PROBE_BASE"], 0)
FLASH = Path(os.environ["PROBE_FLASH"])
HARM, _, ONLY = os.environ.get("PROBE_HARM", "").partition("@")
if ONLY not in " ".join(sys.argv):
    HARM = ""


def parts_of_hex(text: str):
    """(address, bytes) of each record of Intel HEX."""
    upper = 0
    for line in text.split():
        record = bytes.fromhex(line[1:])
        assert sum(record) % 256 == 0 and record[0] == len(record) - 5
        if record[3] == 4:
            upper = int.from_bytes(record[4:6], "big") << 16
        elif record[3] == 0:
            yield upper + int.from_bytes(record[1:3], "big"), record[4:-1]


def parts_of_uf2(data: bytes):
    """(address, bytes) of each block."""
    for start in range(0, len(data), 512):
        words = struct.unpack("<8I", data[start : start + 32])
        assert words[:2] == (0x0A324655, 0x9E5D5157) and words[7] == 0xE48BFF56
        yield words[3], data[start + 32 : start + 32 + words[4]]


def write(parts) -> None:
    """Erases the pages that are touched, then writes them, page by page."""
    if HARM == "hang":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        Path(os.environ["PROBE_LOG"] + ".hanging").write_text(str(os.getpid()))
        time.sleep(3600)
    if HARM == "fail":
        print("Info : the chip says hello\nError: flash is write protected at sector 7", file=sys.stderr)
        sys.exit(1)
    memory = bytearray(FLASH.read_bytes())
    pages = {}
    for address, data in parts:
        for index, byte in enumerate(data, address - BASE):
            pages.setdefault(index // PAGE, bytearray(b"\xff" * PAGE))[index % PAGE] = byte
    left = int(HARM[3:]) if HARM.startswith("cut") else None
    for page, content in sorted(pages.items()):
        for new in (b"\xff" * PAGE, bytes(content)):
            if left == 0:
                # Half of the page is as it was.
                memory[page * PAGE : page * PAGE + PAGE // 2] = new[: PAGE // 2]
                FLASH.write_bytes(memory)
                print("Error: the probe has lost its target")
                sys.exit(1)
            memory[page * PAGE : (page + 1) * PAGE] = new
            left = None if left is None else left - 1
    if HARM == "forget":
        last = max(pages)
        memory[last * PAGE + len(pages[last].rstrip(b"\xff")) - 1] ^= 0x10
    FLASH.write_bytes(memory)


def read(address: int, length: int, name: str) -> None:
    """Puts what lies there into a file."""
    Path(name).write_bytes(FLASH.read_bytes()[address - BASE : address - BASE + length])


def main() -> None:
    name, words = Path(sys.argv[0]).stem, sys.argv[1:]
    with open(os.environ["PROBE_LOG"], "a") as log:
        log.write(json.dumps([name, *words]) + "\n")
    line = " ".join(words)
    number = r"(0x[0-9a-f]+|\d+)"
    if found := re.search(rf"(?:dump_image (\S+) {number} {number})", line):
        read(int(found[2], 0), int(found[3], 0), found[1])
    elif found := re.search(rf"savemem {number} {number} (\S+)", line):
        read(int(found[1], 0), int(found[2], 0), found[3])
    elif found := re.search(rf"save -r {number} {number} (\S+) -t bin", line):
        read(int(found[1], 0), int(found[2], 0) - int(found[1], 0), found[3])
    elif found := re.search(rf"read_flash {number} {number} (\S+)", line):
        read(BASE + int(found[1], 0), int(found[2], 0), found[3])
    elif "write_flash" in words:
        pairs = words[words.index("write_flash") + 1 :]
        files = zip(pairs[::2], pairs[1::2], strict=True)
        write([(BASE + int(address, 0), Path(file).read_bytes()) for address, file in files])
    elif found := re.search(r"(\S+\.hex)", line):
        write(parts_of_hex(Path(found[1]).read_text()))
    elif found := re.search(r"load (\S+\.uf2)", line):
        write(parts_of_uf2(Path(found[1]).read_bytes()))


if __name__ == "__main__":
    main()

"""Firmware of the real boards, built from the SDK: the core finds where to start, and all lies where there is memory.

It is built here and run nowhere: none of these boards is emulated.
"""

import functools
import hashlib
import itertools
import json
import operator
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from command_line import DORMOUSE
from count.counting import toolchain
from kit import boards, footprint

TOOLS = ("swiftc", "make", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc")
missing = [tool for tool in TOOLS if not shutil.which(tool)]
pytestmark = [
    pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}"),
    pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE.name} is absent"),
]
KB, MB = 1 << 10, 1 << 20
# What there is, from the data sheets: memory that keeps, and memory that DMA reaches.
FLASH = {"nrf52840-dk": range(0, MB), "nucleo-l4r5zi": range(0x0800_0000, 0x0800_0000 + 2 * MB)}
FLASH["rp2040-pico"] = range(0x1000_0000, 0x1000_0000 + 2 * MB)
RAM = {
    "nrf52840-dk": range(0x2000_0000, 0x2000_0000 + 256 * KB),
    "nucleo-l4r5zi": range(0x2000_0000, 0x2000_0000 + 640 * KB),
    "rp2040-pico": range(0x2000_0000, 0x2000_0000 + 264 * KB),
    "esp32-c3": range(0x3FC8_0000, 0x3FCD_C710),
}
# The ESP32-C3's boot ROM loads all into RAM, which has these addresses for instructions.
FLASH["esp32-c3"] = range(0x3FC8_0000, 0x3FCD_C710)
INSTRUCTIONS = range(0x4038_0000, 0x4038_0000 + 384 * KB)
# The microphone's interrupt, for a Cortex-M.
INTERRUPT = {"nrf52840-dk": 29, "nucleo-l4r5zi": 11, "rp2040-pico": 11}
# The serial port's, where firmware takes models over it.
SERIAL = {"nrf52840-dk": 2, "nucleo-l4r5zi": 70}


@pytest.fixture(scope="module", params=boards.real())
def board(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def elf(sdk, board) -> Path:
    return boards.build(sdk, board)


def symbols(elf: Path) -> dict[str, int]:
    listing = subprocess.run([toolchain("llvm-nm"), elf], check=True, capture_output=True, text=True).stdout
    return {name: int(value, 16) for value, name in re.findall(r"^(\w+) \w (\S+)$", listing, re.MULTILINE)}


def content(elf: Path, folder: Path, section: str) -> bytes:
    target = folder / section.strip(".")
    command = [toolchain("llvm-objcopy"), f"--dump-section={section}={target}", elf, folder / "copy.elf"]
    subprocess.run(command, check=True)
    return target.read_bytes()


def test_every_section_lies_in_memory_that_the_board_has(board, elf):
    found = boards.sections(elf)
    print(board, [(name, hex(address), length) for name, length, address, _, _ in found])
    if board == "esp32-c3":
        data = INSTRUCTIONS.start - RAM[board].start
        assert {name for name, _, address, _, _ in found if address in INSTRUCTIONS} == {".text"}
        found = [
            (name, length, *(place - data if place in INSTRUCTIONS else place for place in (address, load)), stored)
            for name, length, address, load, stored in found
        ]
    for name, length, address, load, stored in found:
        runs = FLASH[board] if address in FLASH[board] else RAM[board]
        assert address in runs and address + length - 1 in runs, name
        if stored:
            assert load in FLASH[board] and load + length - 1 in FLASH[board], name
    kept = sorted((load, load + length, name) for name, length, _, load, stored in found if stored)
    for (_, end, name), (start, _, other) in itertools.pairwise(kept):
        assert end <= start, f"{name} and {other} are loaded to the same place"
    names = {name for name, *_ in found}
    assert {".model", ".bss", ".stack"} <= names


def test_the_model_has_a_region_of_its_own(board, elf):
    model = boards.regions(board)["MODEL"]
    inside = [name for name, _, _, load, stored in boards.sections(elf) if stored and load in model]
    assert inside == [".model"]


def test_the_driver_and_not_semihosting_is_linked(board, elf):
    found = symbols(elf)
    assert {"microphone_interrupt", "microphone_start", "console_put", "dormouse_push"} <= set(found)
    assert not {"semihost", "recording"} & set(found), "these are for emulated boards"


@pytest.mark.parametrize("board", sorted(INTERRUPT), scope="module")
def test_firmware_with_slots_reads_the_region_that_a_probe_writes(sdk, board):
    elf = boards.build(sdk, board, "update")
    described = json.loads((boards.BOARDS / board / "flash.json").read_text())
    found = symbols(elf)
    assert found["__model_region"] == int(described["models"]["address"], 16)
    assert found["__model_region_length"] == described["models"]["bytes"]
    defines = (boards.BOARDS / board / "board.mk").read_text()
    assert f"-DMODELS_PAGE={described['page_bytes']} -DMODELS_UNIT={described['unit_bytes']}" in defines
    model = boards.regions(board)["MODEL"]
    assert not [name for name, _, _, load, stored in boards.sections(elf) if stored and load in model]
    assert {"dormouse_slots_boot", "microphone_read"} <= set(found)


@pytest.mark.parametrize("board", sorted(SERIAL), scope="module")
def test_firmware_with_slots_has_the_vectors_of_its_line(sdk, board, tmp_path):
    elf = boards.build(sdk, board, "update")
    found = symbols(elf)
    count = 16 + max(INTERRUPT[board], SERIAL[board]) + 1
    section, address = next((n, a) for n, length, a, _, _ in boards.sections(elf) if a <= found["vectors"] < a + length)
    vectors = struct.unpack_from(f"<{count}I", content(elf, tmp_path, section), found["vectors"] - address)
    handlers = {INTERRUPT[board]: found["microphone_interrupt"], SERIAL[board]: found["console_interrupt"]}
    assert vectors[16:] == tuple(handlers[irq] | 1 if irq in handlers else 0 for irq in range(count - 16))
    # Without error correction every interrupt that can't be masked is a fault.
    assert ("flash_forgive" in found) == (board == "nucleo-l4r5zi")


def test_a_board_that_cannot_read_its_models_has_no_firmware_with_slots(sdk):
    with pytest.raises(RuntimeError, match="esp32-c3 has no flash memory for EXAMPLE=update"):
        boards.build(sdk, "esp32-c3", "update")


@pytest.mark.parametrize("board", sorted(INTERRUPT), scope="module")
def test_the_vectors_name_the_stack_the_start_and_the_microphone(board, elf, tmp_path):
    found = symbols(elf)
    start = found["vectors"]
    section, address = next((n, a) for n, length, a, _, _ in boards.sections(elf) if a <= start < a + length)
    count = 16 + INTERRUPT[board] + 1
    vectors = struct.unpack_from(f"<{count}I", content(elf, tmp_path, section), start - address)
    behind = 0x100 if board == "rp2040-pico" else 0
    assert start == FLASH[board][behind], "where the core looks, or what runs before says"
    assert vectors[0] == found["__stack_top"] and vectors[0] % 8 == 0
    assert vectors[1] == found["reset"] | 1
    assert vectors[-1] == found["microphone_interrupt"] | 1
    assert vectors[2] == found["not_maskable"] | 1
    assert set(vectors[3:7]) == {found["fault"] | 1}
    assert set(vectors[7:-1]) == {0}, "no other interrupt is ever switched on"


def test_rp2040s_boot_rom_finds_a_second_stage_with_its_checksum(sdk, tmp_path):
    elf = boards.build(sdk, "rp2040-pico")
    name, length, address, load, _ = next(section for section in boards.sections(elf) if section[0] == ".boot2")
    assert (length, address, load) == (256, 0x1000_0000, 0x1000_0000), name
    stage = content(elf, tmp_path, ".boot2")
    # The ROM's CRC takes the highest bit first; zlib's takes the lowest, and inverts at the end.
    mirror = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
    expected = int(f"{zlib.crc32(stage[:252].translate(mirror)) ^ 0xFFFF_FFFF:032b}"[::-1], 2)
    assert struct.unpack("<I", stage[252:])[0] == expected
    # It is copied to the end of RAM: it must not depend on where it lies, so it has no addresses of itself.
    words = struct.unpack("<63I", stage[:252])
    assert not [hex(word) for word in words if address <= word & ~1 < address + 256 and word != 0x1000_0000]
    assert struct.pack("<I", 0x1000_0100) in stage, "where the vectors are"


def test_rp2040_runs_from_ram_apart_from_its_start(sdk):
    elf = boards.build(sdk, "rp2040-pico")
    found = symbols(elf)
    in_flash = [name for name, value in found.items() if value in FLASH["rp2040-pico"] and not name.startswith("$")]
    veneers = {name for name in in_flash if name.endswith("_veneer")}
    assert set(in_flash) - veneers <= {"boot2", "vectors", "reset", "__data_load", "__model_load"}, in_flash
    assert found["__model_load"] == boards.regions("rp2040-pico")["MODEL"].start
    assert found["commands_dense_w4_image"] % 16 == 0


def test_esp32c3s_boot_rom_finds_an_image_with_the_elf_files_content(sdk, tmp_path):
    elf = boards.build(sdk, "esp32-c3")
    image = elf.with_suffix(".bin").read_bytes()
    magic, count, mode, size, entry = struct.unpack_from("<4BI", image)
    # Any chip revision; a digest at the end.
    assert (magic, mode, size, image[12:24]) == (0xE9, 2, 0x20, bytes([5, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 1]))
    at, checksum, loaded = 24, 0xEF, {}
    for _ in range(count):
        address, length = struct.unpack_from("<II", image, at)
        loaded[address] = image[at + 8 : at + 8 + length]
        assert address % 4 == length % 4 == 0 and len(loaded[address]) == length
        checksum ^= functools.reduce(operator.xor, loaded[address])
        at += 8 + length
    end = at + 15 - at % 16
    assert not any(image[at:end]) and image[end] == checksum and (end + 1) % 16 == 0
    assert hashlib.sha256(image[: end + 1]).digest() == image[end + 1 :]
    for name, length, address, _, stored in boards.sections(elf):
        if stored:
            assert loaded[address][:length] == content(elf, tmp_path, name), name
    found = symbols(elf)
    assert entry == found["_start"] and entry in INSTRUCTIONS
    assert found["vectors"] % 256 == 0 and found["commands_dense_w4_image"] % 16 == 0
    # Entry 1 of the table jumps to the microphone's handler, each other one to the same place; all have 4 bytes.
    jumps = struct.unpack_from("<32I", loaded[found["_start"]], found["vectors"] - found["_start"])
    targets = [found["vectors"] + 4 * index + jump_offset(word) for index, word in enumerate(jumps)]
    assert targets == [found["trapped"], found["sound_came"]] + 30 * [found["trapped"]]


def test_the_table_of_sizes_is_that_of_the_baseline():
    baseline = json.loads(footprint.BASELINE.read_text())
    text = (boards.BOARDS.parent / "README.md").read_text()
    stated = {
        f"board.{board}.{kind}": int(size.replace(",", ""))
        for board, *sizes in re.findall(r"^\| ([\w-]+) \| ([\d,]+) \| ([\d,]+) \|$", text, re.MULTILINE)
        for kind, size in zip(("flash", "ram"), sizes, strict=True)
    }
    measured = {key: value for key, value in baseline.items() if key.startswith("board.")}
    assert set(stated) == set(measured) and len(stated) == 2 * len(boards.emulated() + boards.real())
    far = [key for key, value in measured.items() if abs(stated[key] / value - 1) > 0.02]
    assert not far, f"say anew in firmware/README.md: {far}"


def jump_offset(word: int) -> int:
    """Where a RISC-V `j` goes, from its own address."""
    assert word & 0xFFF == 0x6F, hex(word)
    offset = (word >> 21 & 0x3FF) << 1 | (word >> 20 & 1) << 11 | (word >> 12 & 0xFF) << 12
    return offset - (word >> 31 << 20)

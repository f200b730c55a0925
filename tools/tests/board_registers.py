"""A device that consists of a log: what a board's drivers do with their registers, when compiled for this host."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
RECORDER = Path(__file__).parent / "board_stubs" / "recorder.c"
BLOCK = 640

Step = tuple[str, int | None]


def fields(**named: tuple[int, int]) -> int:
    """A register's value of its fields, each as its lowest bit and its value."""
    return sum(value << bit for bit, value in named.values())


def change(name: str, value: int) -> list[Step]:
    """A register is read, and written with some bits changed."""
    return [(name, None), (name, value)]


def ramp(first: int) -> np.ndarray:
    """A block that differs from others."""
    return np.arange(first, first + BLOCK, dtype=np.int16)


def drivers(board: str, registers: dict[str, int], sources: tuple[str, ...] = ("device.c", "microphone.c")):
    """Two fixtures: a board's drivers as a library, and a fresh device with them."""

    @pytest.fixture(scope="module")
    def library(tmp_path_factory):
        return compile_drivers(board, sources, tmp_path_factory.mktemp(board))

    @pytest.fixture
    def device(library, tmp_path):
        return Device(library, registers, tmp_path)

    return library, device


def compile_drivers(board: str, sources: tuple[str, ...], folder: Path) -> Path:
    """The drivers of a board as a shared library for this host."""
    library = folder / f"{board}.so"
    home = FIRMWARE / "boards" / board
    files = [home / name if (home / name).exists() else FIRMWARE / "support" / name for name in sources]
    command = ["cc", "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-DREGISTERS_RECORDED"]
    subprocess.run([*command, "-I", FIRMWARE / "support" / "include", *files, RECORDER, "-o", library], check=True)
    return library


class Device:
    """Drivers over registers that hold what was last written, unless the test says otherwise.

    `log` has a step for each access in order: a name and what was written, or None for what was read; reads of one
    register in a row are one step. `registers` names addresses as the manual does; an access elsewhere fails the test.
    """

    def __init__(self, library: Path, registers: dict[str, int], folder: Path):
        self.names = {address: name for name, address in registers.items()}
        assert len(self.names) == len(registers), "two registers at one address"
        self.addresses = registers
        self.values: dict[str, int] = {}
        # What a register reads as at the next reads, before it reads as its value again.
        self.coming: dict[str, list[int]] = {}
        self.react: dict[str, Callable[[int], None]] = {}
        self.log: list[Step] = []
        self.strays: list[str] = []
        self.result = 0
        self.memory: dict[int, int] = {}
        # A copy of its own: each device starts with fresh static variables.
        copy = folder / f"{library.stem}-{id(self)}.so"
        shutil.copy(library, copy)
        self.code = ctypes.CDLL(str(copy))
        copy.unlink()
        word = ctypes.c_uint32
        self._kept = (
            ctypes.CFUNCTYPE(word, word)(self._read),
            ctypes.CFUNCTYPE(None, word, word)(self._write),
            ctypes.CFUNCTYPE(word, ctypes.c_void_p)(self._address),
        )
        for name, function in zip(("on_read", "on_write", "on_address"), self._kept, strict=True):
            ctypes.c_void_p.in_dll(self.code, name).value = ctypes.cast(function, ctypes.c_void_p).value

    def _name(self, address: int) -> str:
        if address not in self.names:
            self.strays.append(hex(address))
        return self.names.get(address, hex(address))

    def _read(self, address: int) -> int:
        name = self._name(address)
        if not self.log or self.log[-1] != (name, None):
            self.log.append((name, None))
        if self.coming.get(name):
            return self.coming[name].pop(0)
        return self.values.get(name, 0)

    def _write(self, address: int, value: int) -> None:
        name = self._name(address)
        self.log.append((name, value))
        self.values[name] = value
        if name in self.react:
            self.react[name](value)

    def _address(self, memory: int) -> int:
        self.memory[memory & 0xFFFF_FFFF] = memory
        return memory & 0xFFFF_FFFF

    def does(self, function: str, *arguments: object) -> list[Step]:
        """What a call of one of the drivers' functions does; `result` is what it said, if that is a _Bool."""
        self.log = []
        self.result = getattr(self.code, function)(*arguments) & 0xFF
        assert not self.strays, f"{function} touches {self.strays}, which the test has no names for"
        return self.log

    def fill(self, address: int, values: np.ndarray) -> None:
        """Does as DMA: writes memory that a register was told of."""
        ctypes.memmove(self.memory[address], values.ctypes.data, values.nbytes)

    def take(self) -> int:
        """The next byte that has come over the console's line, or why there is none."""
        return ctypes.c_int32(self.code.console_get()).value

    def samples(self, capacity: int) -> np.ndarray:
        """What `microphone_read` gives."""
        buffer = (ctypes.c_int16 * capacity)()
        self.code.microphone_read.restype = ctypes.c_size_t
        count = self.code.microphone_read(buffer, ctypes.c_size_t(capacity))
        return np.frombuffer(buffer, np.int16)[:count].copy()

    def block(self) -> np.ndarray:
        """A block that has come, read in parts as an application does."""
        return np.concatenate([self.samples(160) for _ in range(4)])

    @property
    def lost(self) -> int:
        return self.code.microphone_lost()

"""Front ends on emulated cores: every frame as on the host, bit for bit."""

import shutil
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))

from benchmarks import ears  # noqa: E402
from dormouse_train.library import LibraryError  # noqa: E402

QEMU = {"m4": "qemu-system-arm", "rv32imc": "qemu-system-riscv32", "m0plus": "qemu-system-arm"}


@pytest.mark.parametrize("core", QEMU)
@pytest.mark.parametrize("name", ["analog8", "analog64"])
def test_cores_hear_the_same_bits_as_the_host(core, name):
    if shutil.which(QEMU[core]) is None or shutil.which("swiftc") is None:
        pytest.skip(f"{QEMU[core]} or swiftc is not installed")
    try:
        assert ears.instructions(core, name) > 16000
    except LibraryError as error:
        pytest.skip(str(error))

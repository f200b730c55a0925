"""Another model without another firmware, in C: `dormouse_slots.h` here, and the example on emulated cores."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from serial_line import Line

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from command_line import DORMOUSE, dormouse  # noqa: E402

OLD, NEW = "commands-dense-w4", "commands-dense-mixed"
BOARDS = {
    "mps2-an386": ("arm-none-eabi-gcc", "qemu-system-arm"),
    "virt-rv32imc": ("riscv64-unknown-elf-gcc", "qemu-system-riscv32"),
}
MODELS = {"A": "zero-dense-w4", "B": "zero-dense-w1"}

pytestmark = pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE} is absent")


def test_the_c_interface_refuses_misuse_and_survives_power_cuts(sdk, tmp_path):
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    command = ["gcc", "-std=c11", "-g", "-O1", "-fsanitize=address,undefined", "-Wall", "-Wextra", "-Werror"]
    command += ["-I", sdk / "include", ROOT / "tools/tests/slots_host.c"]
    for letter, model in MODELS.items():
        name, folder = model.replace("-", "_"), sdk / "models" / model
        command += ["-I", folder, folder / f"{name}_image.c", f'-DMODEL_{letter}="{name}_image.h"']
        command += [f"-D{letter}_IMAGE={name}_image", f"-D{letter}_LENGTH={name.upper()}_IMAGE_LENGTH"]
    library = sdk / "lib" / "x86_64-linux" / "libdormouse.a"
    subprocess.run([*map(str, command), str(library), "-o", str(tmp_path / "slots")], check=True)
    result = subprocess.run([tmp_path / "slots"], capture_output=True, text=True, check=False)
    print(result.stdout, result.stderr)
    said = re.fullmatch(r"ok \d+ checks, (\d+) cuts of power\n", result.stdout)
    assert result.returncode == 0 and said and int(said[1]) > 500


def without_stack(said: list[str]) -> list[str]:
    """What was said, less the depth of the stack, which must be what the header promises."""
    for line in said:
        if depth := re.search(r", stack (\d+)$", line):
            assert 1000 < int(depth[1]) <= 4096, f"DORMOUSE_STACK_LENGTH is too small: {line}"
    return [re.sub(r", stack \d+$", "", line) for line in said]


class Device:
    """The example on an emulated board; it is built once, and never again for another model."""

    def __init__(self, sdk: Path, board: str, flash: Path):
        make = ["make", "--silent", "-C", sdk / "examples", f"BOARD={board}", "EXAMPLE=update"]
        subprocess.run([*make, "all"], check=True)
        self.firmware = sdk / f"examples/build/{self.library(sdk, board)}-dormouse-{board}/{OLD}/update.elf"
        self.bytes = self.firmware.read_bytes()
        self.run_it = [*make, f"FLASH={flash}", "run"]

    @staticmethod
    def library(sdk: Path, board: str) -> str:
        text = (sdk / "boards" / board / "board.mk").read_text()
        return re.search(r"^BOARD_CORE := (\S+)$", text, re.MULTILINE)[1]

    def hear(self, code: int = 0) -> list[str]:
        """What it says from start to the end of the recording."""
        result = subprocess.run(self.run_it, capture_output=True, text=True, check=False)
        assert (result.returncode == 0) == (code == 0), result.stdout + result.stderr
        assert self.firmware.read_bytes() == self.bytes
        return without_stack(result.stdout.splitlines())


@pytest.fixture(params=BOARDS)
def device(request, sdk, tmp_path) -> Device:
    """A board with an empty flash memory at `tmp_path / "flash"`."""
    for tool in ("make", *BOARDS[request.param]):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    return Device(sdk, request.param, tmp_path / "flash")


def flash(*arguments: object) -> subprocess.CompletedProcess:
    return dormouse("flash", *arguments, text=True)


def test_firmware_in_c_hears_with_the_newest_model_and_is_not_built_again(device, tmp_path):
    file = tmp_path / "flash"
    assert device.hear(code=1) == ["no flash memory"]
    file.write_bytes(b"\xff" * (1 << 20))
    said = device.hear(code=1)
    assert said == [
        *(f"slot {slot}: refused as bad_magic" for slot in (0, 1)),
        "no slot holds a model for this device; send one",
    ]
    for slot, model in enumerate((OLD, NEW)):
        assert flash("-m", model, "--file", file).returncode == 0
        assert device.hear() == [f"slot {slot} (newest): {model} 1.0.0", "yes"]
    # The newest decays.
    data = bytearray(file.read_bytes())
    data[(len(data) - 2 * 4096) // 2 // 4096 * 4096 + 5000] ^= 1
    file.write_bytes(data)
    said = ["slot 1: refused as checksum_mismatch", f"slot 0 (the newest is refused): {OLD} 1.0.0", "yes"]
    assert device.hear() == said


def test_firmware_in_c_takes_a_model_over_its_serial_line(device, tmp_path):
    file = tmp_path / "flash"
    assert flash("-m", OLD, "--file", file).returncode == 0
    # The plug is pulled in the middle: the old model stays.
    line = Line(device.run_it, harm=0)
    line.left = 20_000
    result = flash("-m", NEW, "--port", line.port)
    line.end()
    assert result.returncode == 1 and "does not answer any more; it keeps the model" in result.stderr
    assert device.hear() == [f"slot 0 (newest): {OLD} 1.0.0", "yes"]
    # Sent again, over a line that harms bytes; the device starts with it without being told more.
    line = Line(device.run_it, harm=0.0001)
    result = flash("-m", NEW, "--port", line.port)
    assert result.returncode == 0, result.stderr
    said = without_stack(line.printed(lines=4))
    line.end()
    assert said == [f"slot 0 (newest): {OLD} 1.0.0", "yes", f"slot 1 (newest): {NEW} 1.0.0", "yes"]
    assert device.hear() == [f"slot 1 (newest): {NEW} 1.0.0", "yes"]

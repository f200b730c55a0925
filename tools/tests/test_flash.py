"""Models brought to an emulated device: as files for programmers, into its flash memory, and over a bad serial line."""

import os
import random
import shutil
import struct
import subprocess
import sys
import wave
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from count.counting import BUILD, ROOT
from serial_line import Line

DORMOUSE = ROOT / ".build" / "release" / "dormouse"
BOARDS = {"mps2-an386": "qemu-system-arm", "virt-rv32imc": "qemu-system-riscv32"}
OLD, NEW = "zero-dense-w4", "zero-dense-w1"
VARIANT = "-any"


def dormouse(*arguments: object) -> subprocess.CompletedProcess:
    """Runs the command line; what it prints is kept."""
    return subprocess.run([DORMOUSE, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", params=BOARDS)
def board(request) -> str:
    """A board whose firmware takes any model."""
    if shutil.which(BOARDS[request.param]) is None:
        pytest.skip(f"{BOARDS[request.param]} is not installed")
    if not DORMOUSE.exists():
        pytest.skip("build with: swift build -c release")
    make = ["make", "--silent", "-C", ROOT / "firmware", f"BOARD={request.param}", f"VARIANT={VARIANT}"]
    subprocess.run(["flock", BUILD / "lock", *make, "APP=update", "MODEL="], check=True)
    return request.param


def run(board: str, *arguments: object) -> str:
    """What the device prints until it stops."""
    command = [ROOT / "firmware" / "run", board, "update", *map(str, arguments)]
    environment = os.environ | {"VARIANT": VARIANT}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout


@pytest.fixture
def flash(tmp_path) -> Path:
    """Flash memory with the old model."""
    file = tmp_path / "flash"
    assert dormouse("flash", "-m", OLD, "--file", file).returncode == 0
    return file


@pytest.fixture
def sound(tmp_path) -> Path:
    """Two seconds of noise."""
    file = tmp_path / "sound.wav"
    noise = random.Random(4)
    with wave.open(str(file), "wb") as recording:
        recording.setparams((1, 2, 16000, 0, "NONE", ""))
        recording.writeframes(b"".join(struct.pack("<h", noise.randrange(-9000, 9000)) for _ in range(32000)))
    return file


def line_to(board: str, flash: Path, harm: float) -> Line:
    """A serial line to a device that waits for models."""
    return Line([ROOT / "firmware" / "run", board, "update", flash], harm, VARIANT=VARIANT)


def test_a_model_in_flash_memory_hears_what_the_host_hears(board, flash, sound):
    printed = run(board, flash, sound)
    expected = dormouse("detect", "-m", OLD, "--hash", sound).stdout
    assert printed.splitlines()[0] == f"slot 0 (newest): {OLD} 1.0.0"
    lines = [line for line in printed.splitlines() if line.startswith(("frames", "inferences", "detection"))]
    assert lines and lines == [
        line for line in expected.splitlines() if line.startswith(("frames", "inferences", "detection"))
    ]
    assert dormouse("flash", "-m", NEW, "--file", flash).returncode == 0
    assert run(board, flash, sound).splitlines()[0] == f"slot 1 (newest): {NEW} 1.0.0"


def test_a_newest_model_that_has_decayed_gives_way(board, flash, sound):
    assert dormouse("flash", "-m", NEW, "--file", flash).returncode == 0
    data = bytearray(flash.read_bytes())
    # The second slot begins in the middle of what the journal's two pages leave.
    data[(len(data) - 2 * 4096) // 2 // 4096 * 4096 + 5000] ^= 1
    flash.write_bytes(data)
    lines = run(board, flash, sound).splitlines()
    assert lines[0] == "slot 1: refused (rule 5, at byte 12)"
    assert lines[1] == f"slot 0 (the newest is refused): {OLD} 1.0.0"


def test_an_update_over_a_line_that_harms_bytes_completes(board, flash, sound):
    # With 10 in 1000, as in the tests of UpdateClient, it takes minutes.
    line = line_to(board, flash, harm=0.001)
    result = dormouse("flash", "-m", NEW, "--port", line.port, "--json")
    printed = line.end()
    assert result.returncode == 0, result.stderr
    assert '"repeated_requests":' in result.stdout and '"repeated_requests":0' not in result.stdout
    assert printed.splitlines()[0] == f"slot 0 (newest): {OLD} 1.0.0"
    assert run(board, flash, sound).splitlines()[0] == f"slot 1 (newest): {NEW} 1.0.0"
    print(f"{board}: {result.stdout.strip()}")


def test_a_device_whose_power_fails_amid_an_update_starts_with_the_old_model(board, flash, sound):
    line = line_to(board, flash, harm=0)
    line.left = 20_000
    result = dormouse("flash", "-m", NEW, "--port", line.port)
    line.end()
    assert result.returncode == 1 and "does not answer any more; it keeps the model" in result.stderr
    assert run(board, flash, sound).splitlines()[0] == f"slot 0 (newest): {OLD} 1.0.0"


def test_a_model_as_intel_hex_is_what_binutils_reads(tmp_path):
    objcopy = shutil.which("arm-none-eabi-objcopy") or shutil.which("objcopy")
    if objcopy is None:
        pytest.skip("objcopy is not installed")
    # An address so that the image crosses the end of 64 KB.
    target = tmp_path / "model.hex"
    assert dormouse("export", NEW, "--format", "hex", "--address", "0x0800fff0", "-o", target).returncode == 0
    subprocess.run([objcopy, "-I", "ihex", "-O", "binary", target, tmp_path / "back"], check=True)
    image = ROOT / "models" / NEW / f"{NEW}.dormouse"
    assert (tmp_path / "back").read_bytes() == image.read_bytes()
    assert ":020000040800F2" in target.read_text() and ":020000040801F1" in target.read_text()


def test_a_model_as_uf2_has_every_block_that_the_format_asks_for(tmp_path):
    target = tmp_path / "model.uf2"
    assert dormouse("export", NEW, "--format", "uf2", "--address", "0x10100000", "-o", target).returncode == 0
    data = target.read_bytes()
    image = (ROOT / "models" / NEW / f"{NEW}.dormouse").read_bytes()
    count = -(-len(image) // 256)
    assert len(data) == 512 * count
    payload = b""
    for number in range(count):
        block = data[512 * number : 512 * (number + 1)]
        words = struct.unpack("<8I", block[:32])
        assert words == (0x0A324655, 0x9E5D5157, 0x2000, 0x10100000 + 256 * number, 256, number, count, 0xE48BFF56)
        assert struct.unpack("<I", block[508:]) == (0x0AB16F30,) and not any(block[288:508])
        payload += block[32:288]
    assert payload[: len(image)] == image and not any(payload[len(image) :])


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (["export", NEW, "--format", "hex", "-o", "x"], "--address is missing", 2),
        (["export", NEW, "--format", "uf2", "--address", "0x10100010", "-o", "x"], "multiple of 256", 2),
        (["export", NEW, "--format", "hex", "--address", "0xfffffff0", "-o", "x"], "beyond 2^32", 1),
        (["flash", "-m", NEW, "--port", "x", "--file", "y"], "either --port or --file", 2),
        (["flash", "-m", NEW, "--firmware", "x"], "either --model or --firmware", 2),
        (["flash", "-m", NEW, "--slot", "2"], "'--slot", 2),
        (["flash", "-m", NEW, "--slot", "1", "--address", "0"], "either --slot or --address", 2),
        (["flash", "--firmware", "x", "--slot", "1"], "--slot is for models", 2),
        (["flash", "-m", NEW, "--address", "high"], "--address must be a number", 2),
        (["flash", "-m", NEW, "--port", "x", "--verify"], "takes models alone, into its free slot", 2),
        (["flash", "-m", NEW, "--file", "x", "--no-restart"], "--no-restart is for devices at --port", 2),
        (["flash", "-m", NEW, "--port", "/dev/null"], "is no serial port", 1),
        (["flash", "-m", NEW, "--port", "/nowhere"], "No such file", 1),
        (["flash", "-m", NEW, "--file", __file__], "is no flash memory of an emulated board", 1),
    ],
)
def test_misuse_is_one_line_that_says_what_to_do(arguments, words, code):
    before = Path(__file__).read_bytes()
    result = dormouse(*arguments)
    assert result.returncode == code and words in result.stderr
    assert Path(__file__).read_bytes() == before

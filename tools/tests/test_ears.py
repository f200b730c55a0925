"""Front ends on emulated cores, alone and with a binary network behind: the host's frames and logits, bit for bit."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from command_line import DORMOUSE, FIXTURES, dormouse

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))

from benchmarks import ears  # noqa: E402
from count.counting import BUILD  # noqa: E402
from dormouse_train.library import LibraryError  # noqa: E402

QEMU = {"m4": "qemu-system-arm", "rv32imc": "qemu-system-riscv32", "m0plus": "qemu-system-arm"}


@pytest.mark.parametrize("core", QEMU)
@pytest.mark.parametrize("name", ["analog8", "analog64", "micro"])
def test_cores_hear_the_same_frames_as_the_host(core, name):
    if shutil.which(QEMU[core]) is None or shutil.which("swiftc") is None:
        pytest.skip(f"{QEMU[core]} or swiftc is not installed")
    try:
        assert ears.instructions(core, name) > 16000
    except LibraryError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def ears_with_network(tmp_path_factory):
    """An image that hears eight channels of bits, its C arrays, the demo recording, and what the host hears in it."""
    if not DORMOUSE.exists():
        pytest.skip(f"build first: {DORMOUSE} is absent")
    path = tmp_path_factory.mktemp("ears")
    keywords = {"class 1": {"threshold": 0.9, "minimum_run": 2}}
    settings = {
        "front_end": {"kind": "analog-binary", "channels": 8},
        "detector": {"stride": 5, "smoothing": 2, "refractory_ms": 500, "keywords": keywords},
    }
    (path / "settings.json").write_text(json.dumps(settings))
    samples, rate = soundfile.read(REPOSITORY / "demo" / "words.flac", dtype="int16")
    soundfile.write(path / "words.wav", samples[: 8 * rate], rate)
    image = path / "ears.dormouse"
    model = BUILD / "models" / "ears-spot"
    model.mkdir(parents=True, exist_ok=True)
    for command in (
        ["convert", FIXTURES / "binary_analog.onnx", "-s", path / "settings.json", "-o", image],
        ["export-c", image, "-o", model],
    ):
        result = dormouse(*command)
        assert result.returncode == 0, result.stderr
    heard = dormouse("detect", "-m", image, "--hash", path / "words.wav").stdout.decode()
    return model, path / "words.wav", [line for line in heard.splitlines() if " hash " in line]


@pytest.mark.parametrize("core", QEMU)
def test_cores_spot_words_in_bits_like_the_host(core, ears_with_network):
    if shutil.which(QEMU[core]) is None or shutil.which("swiftc") is None:
        pytest.skip(f"{QEMU[core]} or swiftc is not installed")
    model, recording, expected = ears_with_network
    assert len(expected) == 2 and expected[0].startswith("frames 800 ")
    make = ["make", "--silent", "-C", REPOSITORY / "firmware", f"BOARD={ears.BOARDS[core]}", "VARIANT=-ears"]
    make += ["WITHOUT=", "APP=spot", f"MODEL={model}"]
    subprocess.run([*make, "clean-application"], check=True)
    subprocess.run(make, check=True)
    command = [REPOSITORY / "firmware" / "run", ears.BOARDS[core], "spot", recording]
    result = subprocess.run(command, env={**os.environ, "VARIANT": "-ears"}, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert [line for line in result.stdout.splitlines() if " hash " in line] == expected

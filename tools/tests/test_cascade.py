"""A cascade on emulated cores: the same frames, logits and detections as on the host."""

import os
import shutil
import subprocess
import sys

import pytest
import soundfile
from command_line import DORMOUSE, ROOT, dormouse

sys.path.insert(0, str(ROOT / "tools"))

from count.counting import BUILD

BOARDS = {"mps2-an386": "qemu-system-arm", "virt-rv32imc": "qemu-system-riscv32"}


@pytest.fixture(scope="module")
def cascade(tmp_path_factory):
    """C arrays of the committed cascade, a recording, and what the host hears in it."""
    if not DORMOUSE.exists():
        pytest.skip(f"build first: {DORMOUSE} is absent")
    image = ROOT / "models" / "commands-cascade" / "commands-cascade.dormouse"
    recording = tmp_path_factory.mktemp("cascade") / "words.wav"
    samples, rate = soundfile.read(ROOT / "demo" / "words.flac", dtype="int16")
    soundfile.write(recording, samples[: 8 * rate], rate)
    model = BUILD / "models" / "cascade-spot"
    model.mkdir(parents=True, exist_ok=True)
    exported = dormouse("export-c", image, "-o", model)
    assert exported.returncode == 0, exported.stderr
    heard = dormouse("detect", "-m", image, "--hash", recording).stdout.decode().splitlines()
    return model, recording, [line for line in heard if line.startswith(("detection", "frames", "inferences"))]


@pytest.mark.parametrize("board", BOARDS)
def test_cores_hear_what_the_host_hears(board, cascade):
    if shutil.which(BOARDS[board]) is None or shutil.which("swiftc") is None:
        pytest.skip(f"{BOARDS[board]} or swiftc is not installed")
    model, recording, expected = cascade
    assert any(line.startswith("detection") for line in expected)
    make = ["make", "--silent", "-C", ROOT / "firmware", f"BOARD={board}", "VARIANT=-cascade"]
    make += ["WITHOUT=ANALOG", "APP=spot", f"MODEL={model}"]
    subprocess.run(make, check=True)
    command = [ROOT / "firmware" / "run", board, "spot", recording]
    result = subprocess.run(command, env={**os.environ, "VARIANT": "-cascade"}, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    heard = [line for line in result.stdout.splitlines() if line.startswith(("detection", "frames", "inferences"))]
    assert heard == expected

"""Counting by stages repeats itself, and agrees with the counting by functions, on the spotting firmware."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from count import counting  # noqa: E402
from count.spotter import WATCHED, noise  # noqa: E402

missing = [tool for tool in ("swiftc", "qemu-system-arm", "cc", "make") if not shutil.which(tool)]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
ELF = ROOT / ".build-firmware" / "mps2-an386" / "spot" / "firmware.elf"


@pytest.fixture(scope="module")
def cycles():
    """Runs dormouse-cycles; gives what it prints as an object."""
    build = ["swift", "build", "-c", "release", "--product", "dormouse-cycles"]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=900)
    subprocess.run([str(ROOT / "firmware" / "build"), "mps2-an386"], check=True, capture_output=True, timeout=900)

    def run(*arguments: str | Path, code: int = 0):
        command = [ROOT / ".build" / "release" / "dormouse-cycles", *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=600)
        assert result.returncode == code, result.stderr
        return json.loads(result.stdout) if code == 0 else result.stderr

    return run


def test_the_same_firmware_and_audio_give_identical_counts(cycles, tmp_path):
    recording = noise(tmp_path / "noise.wav", 1.25)
    first = cycles("cortex-m4", ELF, "spot", recording)
    assert first == cycles("cortex-m4", ELF, "spot", recording)
    assert first["exitCode"] == 0 and not first["stopped"]
    assert first["stages"]["layer 0"]["times"] == first["stages"]["detector"]["times"] > 0


def test_stages_and_functions_add_up_to_what_the_other_plugin_counts(cycles, tmp_path):
    recording = noise(tmp_path / "noise.wav", 1.25)
    staged = cycles("cortex-m4", ELF, "spot", recording)
    for parts in ("stages", "functions"):
        assert sum(part["instructions"] for part in staged[parts].values()) == staged["instructions"]
    counts = counting.count("mps2-an386", "spot", [str(recording)], WATCHED)
    # The programs' names differ by four letters, which start-up reads.
    assert abs(counts.total - staged["instructions"]) < 500
    inferences = sum(part["instructions"] for name, part in staged["stages"].items() if name.startswith("layer"))
    region = counts.regions["inference"]
    # Around the layers: frames carried to the input, and the detector.
    assert 0.98 * region.total < inferences <= region.total


def test_bad_usage_is_one_line(cycles):
    assert "usage" in cycles("cortex-m99", ELF, code=2)
    assert "does not run" in cycles("cortex-m0plus", ELF, code=1)
    assert cycles("cortex-m4", "/nowhere.elf", code=1).count("\n") == 1

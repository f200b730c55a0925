"""The way from samples to detections allocates nothing on the host either, in the release build that is shipped."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / ".build" / "release" / "libDormousePython.so"
IMAGES = sorted((ROOT / "models").glob("*/*.dormouse"))
DEMO = ROOT / "demo" / "words.flac"

pytestmark = [
    pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed"),
    pytest.mark.skipif(not LIBRARY.exists(), reason=f"build first: {LIBRARY.relative_to(ROOT)} is absent"),
    pytest.mark.skipif(not IMAGES, reason="models/ holds no image"),
]


@pytest.fixture(scope="module")
def counter(tmp_path_factory) -> Path:
    """The counting program."""
    program = tmp_path_factory.mktemp("counter") / "allocations"
    source = Path(__file__).with_name("allocations.c")
    command = ["gcc", "-std=gnu11", "-O1", "-Wall", "-Werror", "-fno-builtin"]
    command += [f"-I{ROOT / 'Sources/CDormouse/include'}", source, LIBRARY, f"-Wl,-rpath,{LIBRARY.parent}"]
    result = subprocess.run([*command, "-o", program], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return program


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Path:
    """30 s: noise whose level wanders from silence to full scale, then the demo's words if they are there."""
    noise = np.random.default_rng(11).standard_normal(30 * 16000)
    level = 10 ** (3 * np.sin(np.arange(len(noise)) / 16000) / 2 - 2)
    sound = np.clip(noise * level * 32767, -32768, 32767).astype(np.int16)
    if DEMO.exists():
        import soundfile

        sound = np.concatenate([sound, soundfile.read(DEMO, dtype="int16")[0]])
    path = tmp_path_factory.mktemp("samples") / "samples.raw"
    sound.tofile(path)
    return path


@pytest.mark.parametrize("image", IMAGES, ids=lambda path: path.stem)
def test_hearing_allocates_nothing(counter, samples, image):
    result = subprocess.run([counter, image, samples], capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    found = re.fullmatch(
        r"control (\d+)\nstart (\d+)\npush (\d+) of \d+, (\d+) frames, (\d+) inferences, \d+ detections\n",
        result.stdout,
    )
    assert found, result.stdout
    control, start, push, frames, inferences = map(int, found.groups())
    assert control > 0, "the counter does not see what the Swift runtime allocates"
    assert frames > 1000 and inferences > 50, result.stdout
    assert (start, push) == (0, 0), result.stdout
    print(result.stdout)

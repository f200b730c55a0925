"""The demo's recording: the words that it says are heard, in order and on time, and no others."""

import json
import subprocess
from pathlib import Path

import pytest
import soundfile

ROOT = Path(__file__).resolve().parents[2]
DORMOUSE = ROOT / ".build" / "release" / "dormouse"
RECORDING, SAID = ROOT / "demo" / "words.flac", ROOT / "demo" / "words.json"

pytestmark = pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE.relative_to(ROOT)} is absent")


def heard(path: Path) -> list[dict]:
    result = subprocess.run([DORMOUSE, "detect", "--json", path], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def assert_heard(lines: list[dict], words: list[dict], shift: float = 0) -> None:
    """Exactly the words, each accepted between its start and a second after its end."""
    assert [line["label"] for line in lines] == [word["label"] for word in words]
    for line, word in zip(lines, words, strict=True):
        assert word["start"] < line["time"] - shift < word["end"] + 1, (line, word)


def test_every_word_is_heard_in_order_on_time_and_nothing_else():
    words = json.loads(SAID.read_text())["words"]
    assert {word["label"] for word in words} == {"yes", "no", "up", "down", "left", "right"}
    assert_heard(heard(RECORDING), words)


@pytest.mark.parametrize("gain", [0.5, 0.7, 1.1])
def test_the_words_are_heard_at_another_level_and_time(tmp_path, gain):
    """Shifted by a few odd numbers of samples, so that every window falls elsewhere."""
    words = json.loads(SAID.read_text())["words"]
    samples, rate = soundfile.read(RECORDING)
    shift = round(gain * 4567)
    soundfile.write(tmp_path / "other.wav", gain * samples[shift:], rate, subtype="PCM_16")
    assert_heard(heard(tmp_path / "other.wav"), words, shift=-shift / rate)


def test_recording_is_small_and_says_what_the_script_says():
    said = json.loads(SAID.read_text())
    assert RECORDING.stat().st_size < 600_000
    assert said["say"].split() == [word["label"] for word in said["words"]]
    information = soundfile.info(RECORDING)
    assert (information.samplerate, information.channels, information.subtype) == (16000, 1, "PCM_16")
    assert all(word["end"] < information.duration for word in said["words"])

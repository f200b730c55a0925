"""One utterance gives one detection, however long it is drawn out: real words, from validation recordings."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import DORMOUSE, ROOT, dormouse

CLIPS = ROOT.parent / "shared" / "data" / "speech-commands" / "validation"
WORDS = ("yes", "no", "up", "down", "left", "right")
CLIPS_PER_WORD = 20
SPACING = 6 * 16000

pytestmark = [
    pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE} is absent"),
    pytest.mark.skipif(not CLIPS.is_dir(), reason="../shared/data is absent: no real recordings"),
    pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed"),
]


def stretched(clip: bytes, tempo: float, folder: Path) -> np.ndarray:
    """A clip at another tempo and the same pitch."""
    (folder / "clip.flac").write_bytes(clip)
    subprocess.run(["sox", "-V1", folder / "clip.flac", folder / "long.wav", "tempo", "-s", str(tempo)], check=True)
    return soundfile.read(folder / "long.wav")[0]


@pytest.mark.parametrize(("tempo", "least"), [(1.0, 0.85), (0.6, 0.6), (0.35, 0.2)])
def test_a_word_is_reported_once_however_long_it_lasts(tmp_path, tempo, least):
    """`least`: the share of words that must be heard at all, for the test to say something."""
    generator = np.random.default_rng(5)
    sound = generator.normal(0, 10 ** (-60 / 20), SPACING * CLIPS_PER_WORD * len(WORDS))
    said = []
    for word in WORDS:
        with zipfile.ZipFile(CLIPS / f"{word}.zip") as archive:
            names = sorted(archive.namelist())[:: max(1, len(archive.namelist()) // CLIPS_PER_WORD)][:CLIPS_PER_WORD]
            for name in names:
                clip = stretched(archive.read(name), tempo, tmp_path)[: SPACING - 16000]
                sound[len(said) * SPACING : len(said) * SPACING + len(clip)] += clip
                said.append(word)
    soundfile.write(tmp_path / "words.wav", np.clip(sound, -1, 1), 16000, subtype="PCM_16")
    result = dormouse("detect", "--json", tmp_path / "words.wav")
    assert result.returncode == 0, result.stderr
    heard = [[] for _ in said]
    for line in result.stdout.decode().splitlines():
        detection = json.loads(line)
        heard[int(detection["time"] * 16000 // SPACING)].append(detection["label"])
    repeated = [(word, labels) for word, labels in zip(said, heard, strict=True) if labels.count(word) > 1]
    right = sum(word in labels for word, labels in zip(said, heard, strict=True)) / len(said)
    print(f"tempo {tempo}: {right:.0%} of {len(said)} words heard, {len(repeated)} more than once")
    assert not repeated
    assert right >= least

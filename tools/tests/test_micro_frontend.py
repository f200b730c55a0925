"""The micro front end against TensorFlow's own, which pymicro-features wraps: level by level, without a tolerance."""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "train"), str(ROOT / "tools" / "golden")]

import microfrontend  # noqa: E402
from dormouse_train.frontend import Micro  # noqa: E402
from dormouse_train.library import LibraryError  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
CLIPS_A_WORD = 2


def check(samples, name):
    """Compares all levels; returns how many."""
    ours, theirs = Micro().levels(samples), microfrontend.levels(samples)
    assert ours.shape[0] >= len(theirs) > 0
    different = np.argwhere(ours[: len(theirs)] != theirs)
    assert not len(different), f"{name}: {len(different)} of {theirs.size} levels differ, first {different[0]}"
    return theirs.size


def test_made_up_sounds_give_the_same_levels():
    cells = sum(check(sound.astype(np.int16), name) for name, sound in microfrontend.sounds().items())
    print(f"{cells} levels equal")


@pytest.mark.skipif(not DATA.exists(), reason=f"no recordings at {DATA}")
def test_recordings_give_the_same_levels():
    soundfile = pytest.importorskip("soundfile")
    cells = files = 0
    for path in sorted(f for folder in ("noise", "speech", "recordings") for f in (DATA / folder).iterdir()):
        samples, rate = soundfile.read(path, dtype="int16", frames=16000 * 6)
        assert rate == 16000
        cells += check(samples if samples.ndim == 1 else np.ascontiguousarray(samples[:, 0]), path.name)
        files += 1
    for archive in sorted((DATA / "speech-commands" / "validation").glob("*.zip")):
        with zipfile.ZipFile(archive) as words:
            for clip in sorted(words.namelist())[:CLIPS_A_WORD]:
                samples, _ = soundfile.read(io.BytesIO(words.read(clip)), dtype="int16")
                if len(samples) >= 960:
                    cells += check(samples, clip)
                    files += 1
    print(f"{files} recordings, {cells} levels equal")
    assert files > 90


@pytest.mark.parametrize("hop", [10, 20])
def test_int8_features_are_those_of_microwakeword(hop):
    samples = microfrontend.sounds()["noise"].astype(np.int16)
    levels = Micro({"hop_ms": hop}).levels(samples)
    # The arithmetic of microWakeWord's firmware: 256 / (25.6 * 26), rounded.
    expected = np.clip((levels * 256 + 333) // 666 - 128, -128, 127)
    assert np.array_equal(Micro({"hop_ms": hop}).features(samples), expected)


def test_every_level_is_scaled_as_in_microwakeword():
    """The factor of the image is a rounded one: no level may notice."""
    multiplier, shift = np.frombuffer(Micro().section, "<i4", 2, 28)
    levels = np.arange(65536)
    ours = (levels * int(multiplier) + (1 << (30 - int(shift)))) >> (31 - int(shift))
    assert np.array_equal(ours, (levels * 256 + 333) // 666)


def test_streaming_gives_what_whole_clips_give():
    samples = np.random.default_rng(4).integers(-20000, 20000, 16000).astype(np.int16)
    front_end = Micro()
    stream = front_end.stream()
    frames = [stream.push(samples[start : start + 333]) for start in range(0, 16000, 333)]
    assert np.array_equal(np.concatenate(frames), front_end.features(samples))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"window_ms": 40}, "a micro window must hold 257 to 512 samples"),
        ({"high_hz": 8000}, "below half of sample_rate"),
        ({"steps_per_level": 1.5}, "steps_per_level is 1.5"),
        ({"fft": 512}, "unknown key 'fft'"),
        ({"bands": 80, "low_hz": 0, "high_hz": 2000}, "holds no FFT bin"),
    ],
)
def test_impossible_settings_are_refused_in_plain_words(settings, words):
    with pytest.raises(LibraryError, match=words):
        Micro(settings)

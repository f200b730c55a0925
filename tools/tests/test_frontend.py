"""The shipping front end against a float64 reference that is written from its definition.

Bar: at least 99.5 % of cells within one step of the reference, none off by more than three.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.fft

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools" / "train"))

from dormouse_train.frontend import LogMel  # noqa: E402
from dormouse_train.library import LibraryError  # noqa: E402

VALIDATION = REPOSITORY.parent / "shared" / "data" / "speech-commands" / "validation"
CLIPS_A_WORD = 12

DEFAULTS = {
    "sample_rate": 16000,
    "window_ms": 30,
    "hop_ms": 20,
    "fft": 512,
    "bands": 40,
    "low_hz": 60,
    "high_hz": 7600,
    "origin": 26.5,
    "steps_per_octave": 6.5,
    "zero_point": 0,
}
SETTINGS = {
    "default": {},
    "10 bands": {"bands": 10},
    "80 bands, 1024 points": {"bands": 80, "fft": 1024},
    "64 ms, 1024 points": {"fft": 1024, "window_ms": 64, "hop_ms": 32, "bands": 64, "low_hz": 0, "high_hz": 8000},
    "16 ms, 256 points": {"fft": 256, "window_ms": 16, "hop_ms": 10, "bands": 20},
    "25 ms every 10 ms": {"window_ms": 25, "hop_ms": 10, "origin": 20.0, "steps_per_octave": 5.0, "zero_point": -30},
    "8 kHz": {"sample_rate": 8000, "fft": 256, "bands": 20, "high_hz": 3800},
    "8 kHz, 1024 points": {
        "sample_rate": 8000,
        "fft": 1024,
        "window_ms": 100,
        "bands": 40,
        "low_hz": 0,
        "high_hz": 4000,
    },
}


def mel(frequency):
    return 1127 * np.log(1 + frequency / 700)


def reference(samples, settings):
    """Features in float64, as LogMelRecord defines them."""
    settings = {**DEFAULTS, **settings}
    rate, length, bands = settings["sample_rate"], settings["fft"], settings["bands"]
    window = rate * settings["window_ms"] // 1000
    hop = rate * settings["hop_ms"] // 1000
    taper = np.sin(np.pi * (np.arange(window) + 0.5) / window) ** 2
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), window)[::hop]
    power = np.abs(scipy.fft.rfft(frames * taper, length, axis=1)) ** 2
    edges = np.linspace(mel(settings["low_hz"]), mel(settings["high_hz"]), bands + 2)
    position = mel(np.arange(length // 2 + 1) * rate / length)
    rising = (position - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - position) / (edges[2:] - edges[1:-1])[:, None]
    energy = power @ np.maximum(0, np.minimum(rising, falling)).T
    level = np.log2(np.maximum(energy, 1)) - settings["origin"]
    features = settings["zero_point"] + settings["steps_per_octave"] * level
    return np.clip(np.floor(features + 0.5), -128, 127).astype(int)


def differences(samples, settings):
    ours = LogMel(settings).features(samples).astype(int)
    expected = reference(samples, settings)
    assert ours.shape == expected.shape
    return np.abs(ours - expected).ravel()


def check(distances):
    within = np.mean(distances <= 1)
    print(f"{distances.size} cells: {within:.4%} within 1, largest difference {distances.max()}")
    assert within >= 0.995
    assert distances.max() <= 3


def decibels(level):
    return 32768 * 10 ** (level / 20)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("level", [-60, -40, -20, 0])
def test_white_noise_follows_the_reference(name, level):
    noise = np.random.default_rng(1).standard_normal(64000) * decibels(level)
    check(differences(np.clip(np.round(noise), -32768, 32767).astype(np.int16), SETTINGS[name]))


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("cycle", [0.0, 0.003, 0.11, 0.25, 0.4999])
def test_pure_tones_follow_the_reference_down_to_the_quiet_bands(name, cycle):
    phase = 2 * np.pi * cycle * np.arange(32000)
    check(differences(np.round(32767 * np.cos(phase)).astype(np.int16), SETTINGS[name]))
    check(differences(np.where(np.cos(phase) >= 0, 32767, -32768).astype(np.int16), SETTINGS[name]))


@pytest.mark.parametrize("name", SETTINGS)
def test_the_quietest_sounds_follow_the_reference(name):
    steps = np.random.default_rng(2).integers(-1, 2, 32000).astype(np.int16)
    check(differences(steps, SETTINGS[name]))
    check(differences(np.zeros(32000, np.int16), SETTINGS[name]))


@pytest.mark.skipif(not VALIDATION.exists(), reason=f"no validation clips at {VALIDATION}")
@pytest.mark.parametrize("name", SETTINGS)
def test_recorded_words_follow_the_reference(name):
    soundfile = pytest.importorskip("soundfile")
    found = []
    for archive in sorted(VALIDATION.glob("*.zip")):
        with zipfile.ZipFile(archive) as words:
            for clip in sorted(words.namelist())[:CLIPS_A_WORD]:
                samples, _ = soundfile.read(io.BytesIO(words.read(clip)), dtype="int16")
                if len(samples) >= 1600:
                    found.append(differences(samples, SETTINGS[name]))
    print(f"{len(found)} clips")
    assert len(found) > 200
    check(np.concatenate(found))


def test_a_batch_gives_what_single_clips_give():
    clips = np.random.default_rng(3).integers(-20000, 20000, (5, 16000)).astype(np.int16)
    front_end = LogMel()
    batch = front_end.features_batch(clips)
    assert batch.shape == (5, 49, 40) and batch.dtype == np.int8
    for clip, features in zip(clips, batch, strict=True):
        assert np.array_equal(front_end.features(clip), features)
    assert np.array_equal(front_end.features_batch(np.asfortranarray(clips)), batch)


def test_streaming_gives_what_whole_clips_give():
    front_end = LogMel()
    samples = np.random.default_rng(4).integers(-20000, 20000, 16000).astype(np.int16)
    generator = np.random.default_rng(5)
    stream = front_end.stream()
    frames, start = [], 0
    while start < len(samples):
        end = start + int(generator.integers(1, 1000))
        frames.append(stream.push(samples[start:end]))
        start = end
    assert np.array_equal(np.concatenate(frames), front_end.features(samples))


def test_a_clip_shorter_than_a_window_has_no_frames():
    assert LogMel().features(np.zeros(479, np.int16)).shape == (0, 40)
    assert LogMel().features(np.zeros(0, np.int16)).shape == (0, 40)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"fft": 500}, "fft is 500"),
        ({"bands": 80, "fft": 256, "window_ms": 16, "hop_ms": 8}, "holds no FFT bin"),
        ({"bands": "many"}, "'bands' must be a whole number"),
        ({"window": 480}, "unknown key 'window'"),
    ],
)
def test_impossible_settings_are_refused_in_plain_words(settings, words):
    with pytest.raises(LibraryError, match=words):
        LogMel(settings)


def test_float_samples_are_refused():
    with pytest.raises(TypeError, match="expected int16 samples"):
        LogMel().features(np.zeros(16000))

"""Recordings of other formats give the features that the same sound gives as 16 kHz mono WAV."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import DORMOUSE, ROOT, dormouse
from scipy.signal import chirp, resample_poly

IMAGE = ROOT / "models" / "commands-temporal" / "commands-temporal.dormouse"

pytestmark = [
    pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE} is absent"),
    pytest.mark.skipif(not IMAGE.exists(), reason=f"{IMAGE.relative_to(ROOT)} is absent"),
]


def sound(rate: int) -> np.ndarray:
    """3 s, full scale 1.0: noise under a chirp from 100 Hz to 7 kHz."""
    time = np.arange(3 * 48000) / 48000
    noise = np.random.default_rng(5).standard_normal(len(time)) * 0.05
    wide = noise + 0.3 * chirp(time, 100, 3, 7000)
    return wide if rate == 48000 else resample_poly(wide, rate // 100, 480)


def features(path: Path) -> np.ndarray:
    output = path.with_suffix(".npy")
    result = dormouse("features", "--model", IMAGE, path, "-o", output)
    assert result.returncode == 0, result.stderr
    return np.load(output)


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> tuple[np.ndarray, np.ndarray]:
    """The sound as int16 at 16 kHz, and its features."""
    samples = np.round(sound(16000) * 32767).astype(np.int16)
    path = tmp_path_factory.mktemp("reference") / "reference.wav"
    soundfile.write(path, samples, 16000)
    result = features(path)
    assert result.dtype == np.int8
    assert result.shape == (149, 40)
    return samples, result


@pytest.mark.parametrize(("name", "subtype"), [("x.flac", "PCM_16"), ("x.wav", "PCM_24"), ("x.wav", "FLOAT")])
def test_lossless_formats_give_equal_features(reference, tmp_path, name, subtype):
    samples, expected = reference
    soundfile.write(tmp_path / name, samples / 32768 if subtype == "FLOAT" else samples, 16000, subtype)
    assert np.array_equal(features(tmp_path / name), expected)


def test_equal_channels_give_equal_features(reference, tmp_path):
    samples, expected = reference
    soundfile.write(tmp_path / "x.wav", np.stack([samples] * 4, axis=1), 16000)
    assert np.array_equal(features(tmp_path / "x.wav"), expected)


@pytest.mark.parametrize("rate", [44100, 48000, 22100, 32000])
def test_other_rates_give_features_like_those_of_another_resampler(reference, tmp_path, rate):
    _, expected = reference
    soundfile.write(tmp_path / "x.wav", sound(rate).astype(np.float32), rate, "FLOAT")
    actual = features(tmp_path / "x.wav")
    assert abs(len(actual) - len(expected)) <= 1
    # The two resamplers differ from about 7 kHz on, where scipy's filter already falls off, and at the ends.
    count = min(len(actual), len(expected))
    difference = np.abs(actual[2 : count - 2, :36].astype(int) - expected[2 : count - 2, :36])
    assert np.mean(difference <= 1) > 0.99
    assert difference.max() <= 6


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_lossy_formats_give_similar_features(reference, tmp_path, subtype):
    samples, expected = reference
    soundfile.write(tmp_path / "x.ogg", samples / 32768, 16000, format="OGG", subtype=subtype)
    actual = features(tmp_path / "x.ogg")
    count = min(len(actual), len(expected))
    assert abs(len(actual) - len(expected)) <= 2
    difference = np.abs(actual[:count, :30].astype(int) - expected[:count, :30])
    assert np.median(difference) <= 6

"""Models without a manifest, with the settings of docs/settings: what they hear, and through which features."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import DORMOUSE, ROOT, dormouse

sys.path.insert(0, str(ROOT / "tools" / "train"))

from dormouse_train.frontend import LogMel

DATA = ROOT.parent / "shared" / "data"
MODELS, RECORDINGS = DATA / "models", DATA / "recordings"
SETTINGS = ROOT / "docs" / "settings"
EMPHASIS = 1 - 2**-5

pytestmark = [
    pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE} is absent"),
    pytest.mark.skipif(not MODELS.exists(), reason="../shared/data is absent"),
]


def heard(name: str, recording: Path, folder: Path) -> list[tuple[str, float]]:
    """Words and when they were accepted."""
    image = folder / "model.dormouse"
    model, settings = MODELS / f"{name}.tflite", SETTINGS / f"{name}.json"
    converted = dormouse("convert", model, "--settings", settings, "-o", image)
    assert converted.returncode == 0, converted.stderr
    result = dormouse("detect", "--json", "--model", image, recording)
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return [(line["label"], line["time"]) for line in lines]


@pytest.mark.parametrize("word", ["yes", "no"])
def test_micro_speech_hears_its_own_recordings(word, tmp_path):
    words = heard("micro_speech_quantized", RECORDINGS / f"micro-speech-{word}.flac", tmp_path)
    assert [label for label, _ in words] == [word]


def test_mlperf_tinys_keywords_are_heard_in_the_demo(tmp_path):
    described = json.loads((ROOT / "demo" / "words.json").read_text())
    words = heard("kws_ref_model", ROOT / "demo" / "words.flac", tmp_path)
    found = [
        any(label == word["label"] and word["start"] < time < word["end"] + 0.8 for label, time in words)
        for word in described["words"]
    ]
    print(f"{sum(found)} of {len(found)} words, {len(words)} detections")
    assert all(found) and len(words) <= len(found) + 1


def test_mlperf_tinys_wake_word_is_heard(tmp_path):
    words = heard("str_ww_ref_model", RECORDINGS / "mlperf-tiny-marvin-10s.flac", tmp_path)
    # Where MLPerf Tiny says that the word is; a network of 30 frames hears it for a second.
    spans = [(1.0, 1.65), (4.0, 4.77), (7.0, 7.36)]
    assert [label for label, _ in words] == ["marvin"] * len(spans)
    assert all(start < time < end + 0.5 for (_, time), (start, end) in zip(words, spans, strict=True))


def mel(frequency):
    return 1127 * np.log1p(frequency / 700)


def reference(samples: np.ndarray) -> np.ndarray:
    """Features of MLPerf Tiny's streaming wake word, float64 from 0 to 1, [frames, 40], of int16 samples."""
    sound = samples / 32768
    sound = sound - EMPHASIS * np.concatenate([[0], sound[:-1]])
    frames = np.lib.stride_tricks.sliding_window_view(sound, 1024)[::512] * np.hamming(1024)
    powers = np.abs(np.fft.rfft(frames)) ** 2 / 1024
    edges = np.linspace(0, mel(8000.0), 42)
    position = mel(np.arange(513) * 16000 / 1024)[:, None]
    rising = (position - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - position) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    weights[0] = 0
    levels = 10 * np.log10(np.maximum(powers, 1e-30) @ weights)
    return np.clip((levels + 52) / 64, 0, 1)


def test_streaming_log_mel_is_that_of_floating_point():
    settings = json.loads((SETTINGS / "str_ww_ref_model.json").read_text())["front_end"]
    front_end = LogMel(settings)
    scale, total, differing, worst = 0.003701042616739869, 0, 0, 0
    recordings = [RECORDINGS / "mlperf-tiny-marvin-10s.flac", *sorted((DATA / "noise").iterdir())]
    recordings += sorted((DATA / "speech").iterdir())[:10]
    for path in recordings:
        samples, _ = soundfile.read(path, dtype="int16", frames=16000 * 6)
        samples = np.ascontiguousarray(samples if samples.ndim == 1 else samples[:, 0])
        ours = front_end.features(samples).astype(int)
        theirs = np.clip(np.rint(reference(samples) / scale) - 128, -128, 127).astype(int)
        apart = np.abs(ours - theirs)
        total, differing, worst = total + apart.size, differing + int((apart > 0).sum()), max(worst, int(apart.max()))
    print(f"{total} features of {len(recordings)} recordings: {differing} differ, by at most {worst}")
    assert worst <= 1 and differing < 0.03 * total


def test_streaming_gives_the_same_however_sound_is_cut():
    settings = json.loads((SETTINGS / "str_ww_ref_model.json").read_text())["front_end"]
    samples = np.random.default_rng(3).integers(-32768, 32768, 16000).astype(np.int16)
    front_end = LogMel(settings)
    stream = front_end.stream()
    frames = [stream.push(samples[start : start + 333]) for start in range(0, 16000, 333)]
    assert np.array_equal(np.concatenate(frames), front_end.features(samples))

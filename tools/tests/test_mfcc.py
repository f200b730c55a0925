"""MFCC against float64, and the accuracy of MLPerf Tiny's keyword spotting behind both.

MLPerf Tiny divides each clip by its largest sample; so do both paths here, ours in int16.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "train"))

from dormouse_train.frontend import Mfcc  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
MODEL = DATA / "models" / "kws_ref_model.tflite"
VALIDATION = DATA / "speech-commands" / "validation"
WORDS = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes")
"""In the order of the model's outputs, before silence and unknown."""
BANDS, COEFFICIENTS = 40, 10


def mel(frequency):
    return 1127 * np.log1p(frequency / 700)


def filters():
    """Weights of the bands, [bins, bands]."""
    edges = np.linspace(mel(20.0), mel(4000.0), BANDS + 2)
    position = mel(np.arange(257) * 16000 / 512)[:, None]
    rising = (position - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - position) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    weights[0] = 0
    return weights


def reference(clip, weights):
    """Coefficients, [frames, 10], of samples from -1 to 1."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(480) / 480)
    frames = np.lib.stride_tricks.sliding_window_view(clip, 480)[::320] * window
    levels = np.log(np.abs(np.fft.rfft(frames, 512)) @ weights + 1e-6)
    angles = np.pi * np.arange(COEFFICIENTS) * (np.arange(BANDS)[:, None] + 0.5) / BANDS
    return levels @ np.cos(angles) * np.sqrt(2 / BANDS)


def quantized(coefficients, scale, zero_point):
    return np.clip(np.round(coefficients / scale) + zero_point, -128, 127).astype(np.int8)


def clips():
    """Samples, int16 [clips, 16000], and the index of the word."""
    soundfile = pytest.importorskip("soundfile")
    samples, labels = [], []
    for label, word in enumerate(WORDS):
        with zipfile.ZipFile(VALIDATION / f"{word}.zip") as archive:
            for name in sorted(archive.namelist()):
                clip, _ = soundfile.read(io.BytesIO(archive.read(name)), dtype="int16")
                samples.append(np.pad(clip, (0, max(0, 16000 - len(clip))))[:16000])
                labels.append(label)
    return np.array(samples), np.array(labels)


def test_noise_follows_the_reference():
    weights = filters()
    for level in (30, 1000, 30000):
        noise = np.random.default_rng(level).integers(-level, level + 1, 16000).astype(np.int16)
        expected = quantized(reference(noise / 32768, weights), 0.5847029089927673, 83)
        distance = np.abs(Mfcc().features(noise).astype(int) - expected)
        print(f"peak {level}: {np.mean(distance == 0):.4%} equal, largest difference {distance.max()}")
        assert distance.max() <= 1


@pytest.mark.skipif(not MODEL.exists(), reason=f"there is no {MODEL}")
def test_mlperf_tiny_spots_as_well_behind_fixed_point():
    interpreter = pytest.importorskip("ai_edge_litert.interpreter").Interpreter(model_path=str(MODEL))
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero_point = source["quantization"]

    def words(features):
        found = []
        for clip in features:
            interpreter.set_tensor(source["index"], clip.reshape(1, 49, COEFFICIENTS, 1))
            interpreter.invoke()
            found.append(interpreter.get_tensor(target["index"])[0].argmax())
        return np.array(found)

    samples, labels = clips()
    peaks = np.maximum(samples.max(axis=1, keepdims=True), 1).astype(float)
    weights = filters()
    theirs = words([quantized(reference(clip, weights), scale, zero_point) for clip in samples / peaks])
    loud = np.clip(np.round(samples * (32768 / peaks)), -32768, 32767).astype(np.int16)
    front_end = Mfcc({"scale": float(scale), "zero_point": int(zero_point)})
    ours = words(front_end.features_batch(loud))
    right = [np.mean(found == labels) * 100 for found in (ours, theirs)]
    print(f"{len(labels)} clips: {right[0]:.2f} % right in fixed point, {right[1]:.2f} % in floating point")
    assert len(labels) > 1500
    assert abs(right[0] - right[1]) <= 0.3

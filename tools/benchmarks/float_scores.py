"""What a float ONNX model makes of recordings, as the scores that `dormouse evaluate --scores` judges.

The steps are those of `Sources/DormouseEvaluation/Hearing`, on the runtime's own features, with the network and the
detector's mean in floating point.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from count.counting import ROOT

from .validation import RATE, Entry

sys.path.insert(0, str(ROOT / "tools" / "train"))

from dormouse_train.frontend import LogMel

INPUT_SCALE = 1 / 32
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Listener:
    """A model's front end and detector settings, and `predict`: int8 frames `[n, context, bands]` to real logits."""

    def __init__(self, metadata: dict[str, str], context: int, predict: Callable[[np.ndarray], np.ndarray]):
        self.name = metadata["dormouse.name"]
        self.labels = json.loads(metadata["dormouse.labels"])
        self.detector = json.loads(metadata["dormouse.detector"])
        settings = json.loads(metadata["dormouse.front_end"])
        settings.pop("kind")
        self.front_end = LogMel(settings)
        self.window = settings["window_ms"] * RATE // 1000
        self.hop = settings["hop_ms"] * RATE // 1000
        self.context, self.predict = context, predict
        self.keywords = [self.labels.index(word) for word in self.detector["keywords"]]
        self.minimum_runs = [self.detector["keywords"][self.labels[index]]["minimum_run"] for index in self.keywords]

    @property
    def samples(self) -> int:
        """Of one context."""
        return self.window + (self.context - 1) * self.hop

    @property
    def step(self) -> int:
        """Samples between inferences."""
        return self.detector["stride"] * self.hop

    def answer(self, clip: np.ndarray) -> int:
        """Label with the highest logit over the clip's first second (of a longer clip, the middle one)."""
        judged = clip[max(0, (len(clip) - RATE) // 2) :][: self.samples]
        judged = np.pad(judged, (0, self.samples - len(judged)))
        return int(self.predict(self.front_end.features(judged)[None, : self.context])[0].argmax())

    def scores(self, samples: np.ndarray, name: str) -> np.ndarray:
        """Smoothed posteriors `[keywords, inferences]` of a recording with quiet noise before and after it."""
        after = self.samples + (self.detector["smoothing"] + max(self.minimum_runs) - 2) * self.step
        noise = hush(samples[: 10 * RATE + 1], name, self.samples + after)
        frames = self.front_end.features(np.concatenate([noise[: self.samples], samples, noise[self.samples :]]))
        windows = np.lib.stride_tricks.sliding_window_view(frames, self.context, axis=0).transpose(0, 2, 1)
        windows = windows[:: self.detector["stride"]]
        logits = np.concatenate(
            [self.predict(np.ascontiguousarray(windows[at : at + 512])) for at in range(0, len(windows), 512)]
        )
        power = np.exp(logits - logits.max(1, keepdims=True))
        posteriors = (power / power.sum(1, keepdims=True))[:, self.keywords]
        smoothing = self.detector["smoothing"]
        total = np.concatenate([np.zeros((smoothing, len(self.keywords))), posteriors]).cumsum(0)
        return np.clip((total[smoothing:] - total[:-smoothing]) / smoothing, 0, 1).T

    def sheet(self, recordings: list[Entry]) -> dict:
        """The score sheet of all recordings."""
        clips, long = [], []
        for entry in recordings:
            samples, rate = soundfile.read(entry.path, dtype="int16")
            if rate != RATE or samples.ndim != 1:
                raise ValueError(f"{entry.path}: expected {RATE} Hz mono")
            samples = samples[round(float(entry.start or 0) * RATE) :]
            scores = self.scores(samples, entry.name)
            head = {"name": entry.name, "speaker": entry.speaker or entry.path}
            if entry.label:
                best = [highest_threshold(row, run) for row, run in zip(scores, self.minimum_runs, strict=True)]
                label = entry.label if entry.label in self.labels else "unknown"
                clips.append(
                    {**head, "label": self.labels.index(label), "answer": self.answer(samples), "scores": best}
                )
            else:
                long.append({**head, "seconds": len(samples) / RATE, "scores": scores.tolist()})
        keywords = [
            {
                "label": index,
                "threshold": self.detector["keywords"][self.labels[index]]["threshold"],
                "minimum_run": run,
            }
            for index, run in zip(self.keywords, self.minimum_runs, strict=True)
        ]
        return {
            "model": self.name,
            "labels": self.labels,
            "keywords": keywords,
            "sample_rate": RATE,
            "step": self.step,
            "refractory": self.detector["refractory_ms"] * RATE // 1000,
            "clips": clips,
            "recordings": long,
        }


def highest_threshold(scores: np.ndarray, run: int) -> float:
    """The highest level that `run` successive scores reach."""
    return float(np.lib.stride_tricks.sliding_window_view(scores, run).min(1).max()) if len(scores) >= run else 0.0


def hush(samples: np.ndarray, name: str, count: int) -> np.ndarray:
    """`count` samples of white noise as loud as the recording's quiet moments: `Hush` of the runtime's evaluation."""
    block = RATE // 50
    powers = sorted(
        np.mean(samples[start : start + block].astype(np.float64) ** 2) for start in range(0, len(samples), block)
    )
    amplitude = (3 * powers[len(powers) // 10]) ** 0.5
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    state = np.uint64(int(_mixed(np.array([GOLDEN]))[0]) ^ value)
    with np.errstate(over="ignore"):
        bits = _mixed(state + GOLDEN * np.arange(1, count + 1, dtype=np.uint64))
    uniform = (bits >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1
    return np.clip(np.rint(uniform * amplitude), -32768, 32767).astype(np.int16)


def _mixed(z: np.ndarray) -> np.ndarray:
    """The output function of SplitMix64."""
    with np.errstate(over="ignore"):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def onnx_listener(path: Path) -> Listener:
    """A float model with the runtime's metadata."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    source = session.get_inputs()[0]
    batch, context, _ = source.shape

    def predict(frames: np.ndarray) -> np.ndarray:
        real = frames.astype(np.float32) * np.float32(INPUT_SCALE)
        parts = [real] if batch != 1 else [row[None] for row in real]
        return np.concatenate([session.run(None, {source.name: part})[0] for part in parts]).astype(np.float64)

    return Listener(session.get_modelmeta().custom_metadata_map, context, predict)


def write(sheets: list[dict], path: Path) -> Path:
    """A file of scores."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"format": "dormouse-scores", "version": 1, "sheets": sheets}))
    return path

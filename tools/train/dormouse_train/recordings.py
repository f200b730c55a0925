"""The recordings that networks learn from: found, decoded once, and split so that no judge is also a teacher.

A cache holds every recording as int16 at 16 kHz, because decoding 22,000 Opus clips takes longer than an epoch.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from .clips import CLIP_SAMPLES, SAMPLE_RATE, Clips
from .synthesis import load_synthetic

NOISE_FOR_TRAINING = 0.8
"""The first part of each noise recording; the rest belongs to validation."""


@dataclass
class Recordings:
    """Everything one training run reads."""

    training: Clips
    validation: Clips
    noise_training: list[np.ndarray]
    noise_validation: list[np.ndarray]
    speech_training: list[np.ndarray]
    speech_validation: list[np.ndarray]
    synthetic: Clips


def default_data_folder() -> Path:
    """`shared/data` beside the repository."""
    return Path(__file__).resolve().parents[4] / "shared" / "data"


def default_cache_folder() -> Path:
    """Where decoded recordings, feature sets and runs are kept."""
    return Path.home() / ".cache" / "dormouse" / "train"


def decode(data: bytes | Path) -> np.ndarray:
    """Mono int16 samples at 16 kHz of an Opus, FLAC or WAV file.

    Raises ValueError if the file has another rate or more than one channel.
    """
    source = io.BytesIO(data) if isinstance(data, bytes) else str(data)
    samples, rate = soundfile.read(source, dtype="int16")
    if rate != SAMPLE_RATE or samples.ndim != 1:
        raise ValueError(f"expected {SAMPLE_RATE} Hz mono, got {rate} Hz, shape {samples.shape}")
    return samples


def is_speaker_for_training(file_name: str) -> bool:
    """Whether a LibriSpeech speaker teaches (one third of them) or judges false accepts (the rest)."""
    speaker = file_name.split("-")[1]
    return hashlib.sha1(speaker.encode()).digest()[0] % 3 == 0


def load_recordings(data: Path, cache: Path) -> Recordings:
    """Reads all recordings, from the cache if an earlier run has left one there.

    Raises FileNotFoundError if `data` is not the data folder.
    """
    if not (data / "speech-commands").is_dir():
        raise FileNotFoundError(f"{data}: no speech-commands folder here; name the data folder with --data")
    cache.mkdir(parents=True, exist_ok=True)
    speech = {path.name: decode(path) for path in sorted((data / "speech").glob("*.opus"))}
    noise = [decode(path) for path in sorted((data / "noise").glob("*.opus"))]
    return Recordings(
        training=_load_clips(data / "speech-commands" / "training", cache / "clips-training"),
        validation=_load_clips(data / "speech-commands" / "validation", cache / "clips-validation"),
        noise_training=[part[: int(len(part) * NOISE_FOR_TRAINING)] for part in noise],
        noise_validation=[part[int(len(part) * NOISE_FOR_TRAINING) :] for part in noise],
        speech_training=[samples for name, samples in speech.items() if is_speaker_for_training(name)],
        speech_validation=[samples for name, samples in speech.items() if not is_speaker_for_training(name)],
        synthetic=load_synthetic(cache),
    )


def load_validation(data: Path, cache: Path) -> tuple[Clips, list[np.ndarray]]:
    """The validation clips and noise alone.

    Raises FileNotFoundError if `data` is not the data folder.
    """
    cache.mkdir(parents=True, exist_ok=True)
    noise = [decode(path) for path in sorted((data / "noise").glob("*.opus"))]
    clips = _load_clips(data / "speech-commands" / "validation", cache / "clips-validation")
    return clips, [part[int(len(part) * NOISE_FOR_TRAINING) :] for part in noise]


def _load_clips(folder: Path, cached: Path) -> Clips:
    array, index = cached.with_suffix(".npy"), cached.with_suffix(".json")
    if not index.exists():
        _decode_clips(folder, array, index)
    entries = json.loads(index.read_text())
    return Clips(
        samples=np.load(array, mmap_mode="r"),
        lengths=np.array([entry["length"] for entry in entries], dtype=np.int32),
        words=np.array([entry["word"] for entry in entries]),
    )


def _decode_clips(folder: Path, array: Path, index: Path) -> None:
    rows, entries = [], []
    for archive in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(archive) as clips:
            for name in sorted(clips.namelist()):
                samples = decode(clips.read(name))[:CLIP_SAMPLES]
                rows.append(np.pad(samples, (0, CLIP_SAMPLES - len(samples))))
                entries.append({"word": archive.stem, "length": len(samples)})
    if not rows:
        raise FileNotFoundError(f"{folder}: no zip archives of clips here")
    with array.with_suffix(".part").open("wb") as file:
        np.save(file, np.stack(rows))
    array.with_suffix(".part").rename(array)
    # The index comes last: without it the array does not count as complete.
    index.write_text(json.dumps(entries))

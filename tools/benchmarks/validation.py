"""The recordings that models are judged on, as the files that `dormouse evaluate` reads.

No training hears them: Speech Commands' validation speakers, the LibriSpeech speakers that training leaves out, and the
last part of each recording of noise.
"""

import csv
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from count.counting import BUILD, ROOT

sys.path.insert(0, str(ROOT / "tools" / "train"))

from dormouse_train.evaluation import validation_clips
from dormouse_train.recipe import Recipe
from dormouse_train.recordings import (
    NOISE_FOR_TRAINING,
    default_cache_folder,
    default_data_folder,
    is_speaker_for_training,
    load_validation,
)

RATE = 16000
FOLDER = BUILD / "bench" / "validation"


@dataclass(frozen=True)
class Entry:
    """A line of the manifest; an empty label is long audio without keywords, of which `start` seconds are skipped."""

    path: str
    label: str
    start: str
    speaker: str

    @property
    def name(self) -> str:
        """As the runtime calls it."""
        return f"{self.path}[{self.start}:]" if self.start else self.path


def entries() -> list[Entry]:
    """Every clip and every long recording; clips are unpacked first, once."""
    data = default_data_folder()
    found = []
    for archive in sorted((data / "speech-commands" / "validation").glob("*.zip")):
        with zipfile.ZipFile(archive) as clips:
            names = sorted(clips.namelist())
            folder = FOLDER / archive.stem
            if not folder.is_dir() or len(list(folder.iterdir())) != len(names):
                clips.extractall(folder)
        found += [Entry(str(folder / name), archive.stem, "", name.split("_nohash_")[0]) for name in names]
    for path in sorted((data / "speech").glob("*.opus")):
        if not is_speaker_for_training(path.name):
            found.append(Entry(str(path), "", "", path.name.split("-")[1]))
    for path in sorted((data / "noise").glob("*.opus")):
        seconds = soundfile.info(path).frames / soundfile.info(path).samplerate
        found.append(Entry(str(path), "", f"{seconds * NOISE_FOR_TRAINING:.2f}", ""))
    return found


def write_manifest(lines: list[Entry], path: Path) -> Path:
    """The entries as `--data` takes them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "start", "speaker"])
        writer.writerows([line.path, line.label, line.start, line.speaker] for line in lines)
    return path


def write_task_clips(recipe: Recipe, folder: Path) -> Path:
    """The very clips of which training prints the accuracy: a folder a class, made once."""
    complete = folder / "complete"
    if not complete.exists():
        samples, words = validation_clips(recipe, *load_validation(default_data_folder(), default_cache_folder()))
        for number, (clip, word) in enumerate(zip(samples, words, strict=True)):
            target = folder / "clips" / str(word) / f"{number:05}.wav"
            target.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(target, np.asarray(clip), RATE, subtype="PCM_16")
        complete.touch()
    return folder / "clips"

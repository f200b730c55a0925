"""The recording that the examples hear, and what they must hear in it, as C."""

import re
import subprocess
from pathlib import Path

import numpy as np
import soundfile
from count.counting import ROOT

MODEL = "commands-dense-w4"
# Where the demo's speech says a word, in samples: as little as the model hears it in, for a board with little flash.
FIRST, LENGTH = 41_600, 23_360
DEMO = ROOT / "demo" / "words.flac"


def _array(samples: np.ndarray) -> str:
    rows = (samples[at : at + 16] for at in range(0, len(samples), 16))
    return "\n".join("    " + ", ".join(str(value) for value in row) + "," for row in rows)


def write(folder: Path, dormouse: Path) -> None:
    """Writes recording.h, recording.c and expected.h; `dormouse` is the command line, which says what is heard."""
    sound, rate = soundfile.read(DEMO, dtype="int16")
    cut = sound[FIRST : FIRST + LENGTH]
    wave = folder / "recording.wav"
    soundfile.write(wave, cut, rate, subtype="PCM_16")
    image = ROOT / "models" / MODEL / f"{MODEL}.dormouse"
    command = [str(dormouse), "detect", "--hash", "--model", str(image), str(wave)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.fullmatch(r"detection (\S+) \d+ \d+ \d+\nframes \d+ hash (\w{8})\ninferences \d+ hash (\w{8})\n", said)
    if found is None:
        raise RuntimeError(f"exactly one word should be heard in the examples' recording: {said!r}")
    labels = re.search(r"_labels\[[^{]*\{(.*?)\};", _source(folder.parent), re.DOTALL)
    names = re.findall(r'"([^"]+)"', labels[1]) if labels else []
    comment = f'/* {rate} Hz, from the demo\'s recording: synthesized speech that says "{found[1]}". Generated. */\n'
    (folder / "recording.h").write_text(
        f"{comment}#ifndef RECORDING_H\n#define RECORDING_H\n#include <stdint.h>\n\n"
        f"#define RECORDING_LENGTH {len(cut)}U\nextern const int16_t recording[RECORDING_LENGTH];\n#endif\n"
    )
    (folder / "recording.c").write_text(
        f'{comment}#include "recording.h"\n\nconst int16_t recording[RECORDING_LENGTH] = {{\n{_array(cut)}\n}};\n'
    )
    (folder / "expected.h").write_text(
        f"/* What the host hears in the recording with {MODEL}. Generated. */\n"
        f"#define EXPECTED_LABEL {names.index(found[1])}\n"
        f"#define EXPECTED_FRAME_HASH 0x{found[2]}U\n#define EXPECTED_LOGIT_HASH 0x{found[3]}U\n"
    )


def _source(package: Path) -> str:
    name = MODEL.replace("-", "_")
    return (package / "models" / MODEL / f"{name}_image.c").read_text()

"""Measures the spotting firmware: sizes from the linker's map, instructions and stack from a run under QEMU."""

import random
import re
import struct
import wave
from pathlib import Path

from .counting import BUILD, CountError, count
from .sizes import sizes

# Functions of the runtime by their mangled names.
WATCHED = {
    "push": r"^\$e11Application7SessionV4push",
    "inference": r"^\$e8Dormouse7SpotterV5infer",
    "detector": r"^\$e8Dormouse8DetectorV6update",
}


def noise(path: Path, seconds: float = 4.0, rate: int = 16000) -> Path:
    """Writes a reproducible recording of noise in bursts; returns its path."""
    generator = random.Random(1)
    samples = []
    for index in range(int(seconds * rate)):
        loudness = 8000 if index * 4 // rate % 2 else 100
        samples.append(int(generator.uniform(-loudness, loudness)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


def number(output: str, pattern: str) -> int:
    """The number that a line of the firmware's output holds."""
    match = re.search(rf"^{pattern}", output, re.MULTILINE)
    if match is None:
        raise CountError(f"the firmware printed no {pattern!r}: {output.strip()[-400:]}")
    return int(match[1])


def measure(board: str, recording: Path, variant: str = "") -> dict[str, int]:
    """Runs the spotter over `recording` on `board`; sizes in bytes, counts in instructions."""
    folder = BUILD / f"{board}{variant}" / "spot"
    if not (folder / "firmware.map").exists():
        raise CountError(f"{board} is not built; run firmware/build {board}")
    parts = sizes(folder / "firmware.map")
    counts = count(board, "spot", [str(recording.resolve())], WATCHED, variant)
    push, inference = counts.regions["push"], counts.regions["inference"]
    frames = number(counts.output, r"frames (\d+)")
    inferences = number(counts.output, r"inferences (\d+)")
    if frames == 0 or inferences == 0 or inference.calls != inferences:
        raise CountError(f"{board}: {frames} frames, {inferences} inferences: the recording is too short")
    return {
        "runtime_flash": parts["runtime"]["flash"],
        "runtime_ram": parts["runtime"]["ram"],
        "application_flash": parts["application"]["flash"],
        "board_flash": parts["board"]["flash"],
        "model_flash": parts["model"]["flash"],
        "arena": number(counts.output, r"arena (\d+)"),
        "stack": number(counts.output, r"stack (\d+)"),
        "frames": frames,
        # Everything that `push` does but inferences: carrying samples, the transform, the features, the ring.
        "frame_instructions": round((push.total - inference.total) / frames),
        "inferences": inferences,
        "inference_instructions": round(inference.mean),
        "detector_instructions": round(counts.regions["detector"].mean),
        "total_instructions": counts.total,
    }

"""The host's runtime, through the C interface: what it hears in samples, as text equal to the firmware's."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.our_spotter import DECLARATIONS, OurSpotter, aligned

__all__ = ["DECLARATIONS", "aligned", "fnv1a", "hear"]


def fnv1a(content: bytes) -> int:
    """FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for byte in content:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def hear(library: Path, image: Path, samples: np.ndarray) -> list[str]:
    """Detections, frame hash and logit hash of mono int16 samples, in the words of the firmware `spot`."""
    spotter = OurSpotter(library, image)
    lines: list[str] = []
    frames: list[bytes] = []
    logits: list[bytes] = []
    for event in spotter.hear(samples):
        if event.frame:
            frames.append(spotter.frame())
        if event.inference:
            logits.append(spotter.logits())
        if event.label >= 0:
            lines.append(f"detection {spotter.label()} {event.score} {event.start} {event.end}")
    lines.append(f"frames {len(frames)} hash {fnv1a(b''.join(frames)):08x}")
    lines.append(f"inferences {len(logits)} hash {fnv1a(b''.join(logits)):08x}")
    return lines

"""MLPerf Tiny's keyword-spotting network (DS-CNN) as firmware: the work of published results."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from count.counting import BUILD, ROOT

from .dense250k import MODELS, BenchError, write_golden

FOLDER = BUILD / "models" / "dscnn"
VECTORS = 2
"""Golden inputs that go into the firmware; an inference takes the same work for every input."""


def available() -> bool:
    """Whether MLPerf Tiny's model is here."""
    return (MODELS / "kws_ref_model.tflite").exists()


def prepare(dormouse: Path) -> Path:
    """Makes the image, its C arrays and the golden vectors; returns their folder."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    onnx, image = FOLDER / "dscnn.onnx", FOLDER / "dscnn.dormouse"
    script = ROOT / "tools" / "golden" / "dscnn_onnx.py"
    for command in (
        [sys.executable, script, "-o", onnx],
        [dormouse, "convert", onnx, "-o", image],
        [dormouse, "export-c", image, "-o", FOLDER],
    ):
        subprocess.run(list(map(str, command)), check=True, stdout=sys.stderr)
    golden = np.load(onnx.with_suffix(".npz"))
    vectors = [golden[name][:VECTORS].reshape(VECTORS, -1) for name in ("x", "y")]
    write_golden(FOLDER / "golden.c", *vectors)
    return FOLDER


def check(output: str) -> None:
    """Raises BenchError unless the firmware `bench` has printed that all logits are the golden ones."""
    if f"vectors {VECTORS} wrong 0" not in output:
        raise BenchError(f"dscnn: {output.strip()}")

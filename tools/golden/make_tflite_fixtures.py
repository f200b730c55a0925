"""Writes a TensorFlow Lite model of every kind with golden vectors of LiteRT's reference kernels.

Usage: python tools/golden/make_tflite_fixtures.py [FOLDER]   (default Tests/DormouseImportTests/Fixtures)

Files are tflite_KIND.tflite, .input and .output: int8, sample after sample. They are the fuzzer's first corpus, too.
"""

import sys
from pathlib import Path

import numpy as np
from tflite_cases import KINDS, build
from tflite_compare import Peer, random_inputs


def main() -> int:
    """Writes three files a kind."""
    default = Path(__file__).resolve().parents[2] / "Tests/DormouseImportTests/Fixtures"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    for kind in KINDS:
        content = build(kind, 0)
        peer = Peer(content)
        inputs = random_inputs(peer, 8)
        outputs = np.array([peer(x) for x in inputs])
        (folder / f"tflite_{kind}.tflite").write_bytes(content)
        (folder / f"tflite_{kind}.input").write_bytes(inputs.tobytes())
        (folder / f"tflite_{kind}.output").write_bytes(outputs.tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())

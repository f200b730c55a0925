"""Writes the golden vectors: random layers, run by LiteRT's reference kernels, and sounds, heard by pymicro-features.

Usage: python tools/golden/generate.py [FOLDER]   (default Tests/DormouseTests/Golden)

Seeds are fixed, so with the same versions the files come out the same.
"""

import sys
from pathlib import Path

import cases
import fields
import golden_file
import microfrontend


def main() -> int:
    """Writes one file an operation."""
    default = Path(__file__).resolve().parents[2] / "Tests/DormouseTests/Golden"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in {
        "dense": cases.dense,
        "convolution": cases.convolution,
        "depthwise": cases.depthwise,
        "average_pool": cases.average_pool,
        "max_pool": cases.max_pool,
        "add": cases.add,
        "concatenation": cases.concatenation,
        "fields": fields.cases,
    }.items():
        golden_file.write(folder / f"{name}.golden", make())
    (folder / "micro.vectors").write_bytes(microfrontend.golden())
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Models of other people's exporters, converted and compared with onnxruntime or qonnx, output by output.

    tools/check-onnx [--samples N] [--only WORD] [FILE...]

Without files: dense, temporal and DS-CNN networks as PyTorch, Brevitas and onnxruntime's quantizer export them, in
every way that exporters_*.py lists. Ends with 1 if a model is refused or differs by more than is known of its kind.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx_executor import Executor

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

from benchmarks.dense250k import OurNetwork  # noqa: E402

BUILT = ROOT / ".build" / "release"
BOUNDS = (
    # Words of the name, the share of outputs that may differ, by how many steps. The first that fits counts.
    (("unsigned_weights",), None),  # refused: weights of 9 bits once the zero point is taken away
    (("pt2e_x86",), None),  # refused: that quantizer leaves the output, and some layers, in float
    (("torch", "columns"), (0.4, 4)),  # a mean that keeps its scale: halves go elsewhere
    (("torch", "dscnn"), (0.2, 3)),
    (("unfolded",), (0.2, 2)),  # a normalisation as a layer of its own, whose terms are rounded
    ((), (0.04, 1)),
)
EXPORTERS = ("exporters_onnxruntime", "exporters_torch", "exporters_brevitas")


def everything() -> Iterator[tuple[str, Callable[[], onnx.ModelProto]]]:
    """Name and maker of every model that can be made here."""
    for name in EXPORTERS:
        try:
            module = importlib.import_module(name)
        except ImportError as problem:
            print(f"{name}: left out, {problem}", file=sys.stderr)
            continue
        yield from module.variants()


def convert(model: Path, image: Path) -> str:
    """Converts; the complaint, or nothing."""
    result = subprocess.run([BUILT / "dormouse", "convert", model, "-o", image], capture_output=True, text=True)
    return result.stderr.strip().removeprefix(f"dormouse: {model}: ") if result.returncode else ""


def compared(model: onnx.ModelProto, samples: int, folder: Path) -> tuple[str, np.ndarray | None]:
    """A line for people, and by how many steps each output differs; none if the model is refused."""
    path, image = folder / "model.onnx", folder / "model.dormouse"
    path.write_bytes(model.SerializeToString())
    if problem := convert(path, image):
        return f"refused: {problem}", None
    executor = Executor(model)
    levels = executor.random_levels(samples)
    expected = executor.outputs(levels)
    network = OurNetwork(image, BUILT / "libDormousePython.so")
    ours = np.stack([network(sample) for sample in executor.in_memory_order(levels)])
    steps = np.abs(ours.astype(int) - expected)
    answers = len(np.unique(expected, axis=0))
    return (
        f"{np.count_nonzero(steps)} of {steps.size} outputs differ, at most by {steps.max()}; {answers} answers",
        steps,
    )


def is_known(name: str, steps: np.ndarray | None) -> bool:
    """Whether a model does as its kind is known to do."""
    bound = next(bound for words, bound in BOUNDS if all(word in name for word in words))
    if steps is None or bound is None:
        return steps is None and bound is None
    return np.count_nonzero(steps) <= bound[0] * steps.size and steps.max() <= bound[1]


def main() -> int:
    """Prints a line a model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--only", default="", help="models whose name has this in it")
    parser.add_argument("--keep", type=Path, help="folder in which the models are left")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    models = ((path.stem, lambda path=path: onnx.load(path)) for path in arguments.files)
    failed = 0
    for name, make in models if arguments.files else everything():
        if arguments.only not in name:
            continue
        model = make()
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
            onnx.save(model, arguments.keep / f"{name}.onnx")
        with tempfile.TemporaryDirectory() as folder:
            line, steps = compared(model, arguments.samples, Path(folder))
        known = is_known(name, steps)
        failed += not known
        print(f"{name}: {line}{'' if known else ' (UNEXPECTED)'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

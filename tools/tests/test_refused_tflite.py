"""TensorFlow Lite files that contradict themselves are refused with one line that names the place."""

import sys
from pathlib import Path

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools" / "golden"))

from command_line import refused  # noqa: E402
from tflite_builder import Model, Type  # noqa: E402


def complaint(model: Model, ends: tuple[int, int], folder: Path, *says: str) -> None:
    """The model is refused, in words that hold all of `says`."""
    path = folder / "model.tflite"
    path.write_bytes(model.content([ends[0]], [ends[1]]))
    text = refused("convert", path, "-o", folder / "out")
    assert all(part in text for part in says), text


def dense(*, scale=0.1, zero_point=0, kind=Type.INT8, weight_scale=0.1, result=Type.INT8) -> tuple[Model, int, int]:
    """A dense layer 4 -> 2 whose parts can be broken: operator 0, tensors input 0, weights 1, output 2."""
    model = Model()
    source = model.main.tensor((1, 4), scale, zero_point, type=kind)
    weights = model.main.tensor((2, 4), weight_scale, data=np.ones((2, 4), np.int8))
    target = model.main.tensor((1, 2), 0.1, type=result)
    model.main.apply("FULLY_CONNECTED", [source, weights, -1], [target], "FullyConnectedOptions")
    return model, source, target


@pytest.mark.parametrize("scale", [0.0, -0.5, float("nan"), float("inf")])
def test_scales_that_are_none_are_refused(scale: float, tmp_path: Path) -> None:
    """Of an activation, and of weights."""
    model, *ends = dense(scale=scale)
    complaint(model, ends, tmp_path, "operator 0 FULLY_CONNECTED", "tensor 0", "scale")
    model, *ends = dense(weight_scale=scale)
    complaint(model, ends, tmp_path, "operator 0 FULLY_CONNECTED", "tensor 1", "scale")


@pytest.mark.parametrize(
    ("kind", "zero_point"),
    [(Type.INT8, 128), (Type.INT8, -129), (Type.UINT8, -1), (Type.UINT8, 256), (Type.UINT8, -(1 << 63))],
)
def test_zero_points_beyond_their_type_are_refused(kind: int, zero_point: int, tmp_path: Path) -> None:
    """Those that int8 and uint8 don't hold, the lowest of 64 bits among them."""
    model, *ends = dense(kind=kind, zero_point=zero_point)
    complaint(model, ends, tmp_path, f"zero point {zero_point}", "tensor 0")


def test_activations_of_16_bits_are_refused_by_operator_index_and_tensor(tmp_path: Path) -> None:
    """At the input, which the first operator that reads it names, and at a result."""
    model, *ends = dense(kind=Type.INT16)
    complaint(model, ends, tmp_path, "operator 0 FULLY_CONNECTED", "tensor 0 'tensor0'", "is int16")
    model, *ends = dense(result=Type.INT16)
    complaint(model, ends, tmp_path, "operator 0 FULLY_CONNECTED", "tensor 2 'tensor2'", "is int16")


def test_cycles_are_refused(tmp_path: Path) -> None:
    """Two operators that read one another's results, and one that reads its own."""
    model = Model()
    source, first, second = (model.main.tensor((1, 4), 0.1) for _ in range(3))
    model.main.apply("ADD", [source, second], [first], "AddOptions")
    model.main.apply("ADD", [source, first], [second], "AddOptions")
    complaint(model, (source, second), tmp_path, "operator 0 ADD", "tensor 2", "no operator before it writes")
    model = Model()
    source, loop = (model.main.tensor((1, 4), 0.1) for _ in range(2))
    model.main.apply("ADD", [source, loop], [loop], "AddOptions")
    complaint(model, (source, loop), tmp_path, "operator 0 ADD", "tensor 1")


@pytest.mark.parametrize(
    ("shape", "says"),
    [((1, 1 << 30, 1 << 30), "shape"), ((1, -4), "shape"), ((1, 0), "shape"), ((1,) * 9, "at most 8")],
)
def test_absurd_shapes_are_refused(shape: tuple[int, ...], says: str, tmp_path: Path) -> None:
    """Too large, negative, empty, of too many dimensions."""
    model = Model()
    source, target = (model.main.tensor(shape, 0.1) for _ in range(2))
    model.main.apply("RELU", [source], [target])
    complaint(model, (source, target), tmp_path, says)


def test_missing_buffers_are_refused(tmp_path: Path) -> None:
    """Weights whose buffer is empty, too short, or not in the file."""
    for index, says in ((0, "tensor 1"), (1, "tensor 1"), (99, "99")):
        model, *ends = dense()
        model.table.buffers[1].data = model.table.buffers[1].data[:3]
        model.main.table.tensors[1].buffer = index
        complaint(model, ends, tmp_path, says)

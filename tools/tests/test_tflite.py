"""Converted TensorFlow Lite models equal LiteRT's reference kernels, bit for bit; a slice of tools/check-tflite."""

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))
sys.path.insert(0, str(REPOSITORY / "tools" / "golden"))

import tflite_compare  # noqa: E402
from command_line import dormouse, refused  # noqa: E402
from tflite_builder import Model  # noqa: E402
from tflite_cases import KINDS, build  # noqa: E402

pytestmark = pytest.mark.skipif(not tflite_compare.LIBRARY.exists(), reason="build first: libDormousePython is absent")


@pytest.mark.parametrize("kind", KINDS)
def test_random_models_are_exact(kind: str, tmp_path: Path) -> None:
    """Ten models of the operator, twenty inputs each."""
    assert tflite_compare.check_cases(kind, range(10), tmp_path) == []


@pytest.mark.parametrize("name", tflite_compare.MODELS)
def test_models_that_others_trained_are_exact(name: str, tmp_path: Path) -> None:
    """A few random inputs and a few features of recordings."""
    model = tflite_compare.SHARED / "models" / f"{name}.tflite"
    if not model.exists():
        pytest.skip("../shared/data/models is absent")
    assert tflite_compare.check_file(model, tmp_path, random=40, real=40)


def test_unknown_operator_is_named(tmp_path: Path) -> None:
    """The complaint says which operator, where, and which tensor."""
    model = Model()
    source, target = model.main.tensor((1, 4), 0.1), model.main.tensor((1, 4), 0.1)
    model.main.apply("ABS", [source], [target])
    path = tmp_path / "abs.tflite"
    path.write_bytes(model.content([source], [target]))
    refused("convert", path, "-o", tmp_path / "out", says="operator 0 ABS 'tensor1': can't be converted")


def test_content_decides_the_format(tmp_path: Path) -> None:
    """A file without the usual ending converts all the same."""
    path = tmp_path / "model.bin"
    path.write_bytes(build("dense", 0))
    assert dormouse("convert", path, "-o", tmp_path / "out").returncode == 0


@pytest.mark.parametrize("length", [0, 3, 8, 40, 200, -1])
def test_truncated_files_are_refused(length: int, tmp_path: Path) -> None:
    """Whatever is missing, one line says so."""
    path = tmp_path / "cut.tflite"
    path.write_bytes(build("network", 0)[:length])
    refused("convert", path, "-o", tmp_path / "out")

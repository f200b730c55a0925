"""Binary networks in the runtime: what numpy, QONNX's executor, training's integers and the device's code compute."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools" / "golden"))
sys.path.insert(0, str(REPOSITORY / "tools" / "train"))

import binary_networks  # noqa: E402
from dormouse_train import integer  # noqa: E402
from dormouse_train.export import save_onnx  # noqa: E402
from dormouse_train.library import LibraryError, load  # noqa: E402
from dormouse_train.runtime import Runtime  # noqa: E402
from test_binary_networks import CASES, binary_network  # noqa: E402

COMMAND = REPOSITORY / ".build" / "release" / "dormouse"


@pytest.mark.parametrize("name", binary_networks.NETWORKS)
def test_the_executor_of_qonnx_agrees_with_the_definitions(name, monkeypatch):
    execute = pytest.importorskip("qonnx.core.onnx_exec").execute_onnx
    wrapper = pytest.importorskip("qonnx.core.modelwrapper").ModelWrapper
    shapes = pytest.importorskip("qonnx.transformation.infer_shapes").InferShapes
    # QONNX runs each standard node as a model of its own, of a version that an older ONNX Runtime may not know.
    monkeypatch.setattr(onnx, "IR_VERSION", 8)
    net, output, model = binary_networks.build(name)
    wrapped = wrapper(model).transform(shapes())
    expected = binary_networks.levels(output).reshape(net.samples, -1)
    for row in range(8):
        found = execute(wrapped, {"input": net.input_data[row][None].astype(np.float32)})[output.name]
        found = np.rint(found.reshape(-1) / output.scale + output.zero).astype(int)
        assert np.array_equal(found, expected[row])


@pytest.mark.parametrize("case", CASES)
def test_the_runtime_gives_exactly_the_integers_of_training(case, tmp_path):
    if not COMMAND.exists():
        pytest.skip(f"{COMMAND} is not built: swift build -c release")
    try:
        load()
    except LibraryError as error:
        pytest.skip(str(error))
    settings, made, frames = binary_network(case)
    model, image = tmp_path / "model.onnx", tmp_path / "model.dormouse"
    save_onnx(made, settings, model)
    result = subprocess.run([COMMAND, "convert", model, "-o", image], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    exact = integer.IntegerNetwork(made)
    given = frames
    if case == "analog":
        # Frames of bits are words, channels from the lowest bit on.
        bits = np.zeros((*frames.shape[:2], 32), np.uint8)
        bits[..., : frames.shape[2]] = exact.bits_of(frames) > 0
        given = np.packbits(bits, axis=-1, bitorder="little").view(np.int8)
    logits = Runtime(image)(given)
    print(f"{case}: {logits.size} logits compared, image of {image.stat().st_size} bytes")
    assert np.array_equal(logits, exact(frames))

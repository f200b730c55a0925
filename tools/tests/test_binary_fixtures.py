"""The binary networks of the importer's tests: numpy's definitions, QONNX's executor and every emulated core agree."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))
sys.path.insert(0, str(REPOSITORY / "tools" / "golden"))

import binary_networks  # noqa: E402
from benchmarks.dense250k import write_golden  # noqa: E402

COMMAND = REPOSITORY / ".build" / "release" / "dormouse"
FIXTURES = REPOSITORY / "Tests" / "DormouseImportTests" / "Fixtures"
BOARDS = ("mps2-an385-m0plus", "mps2-an386", "mps3-an547", "virt-rv32imc")
TOOLS = ("swiftc", "qemu-system-arm", "qemu-system-riscv32", "gcc", "make")


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


@pytest.mark.parametrize("name", binary_networks.NETWORKS)
def test_fixtures_are_what_the_definitions_give(name):
    net, output, model = binary_networks.build(name)
    assert (FIXTURES / f"{name}.onnx").read_bytes() == model.SerializeToString()
    assert (FIXTURES / f"{name}.input").read_bytes() == net.input_bytes
    assert (FIXTURES / f"{name}.output").read_bytes() == binary_networks.levels(output).tobytes()


@pytest.mark.parametrize("board", BOARDS)
def test_every_core_computes_the_definitions(board, tmp_path):
    absent = [tool for tool in TOOLS if not shutil.which(tool)]
    if absent or not COMMAND.exists():
        pytest.skip(f"not installed: {', '.join(absent)}" if absent else f"{COMMAND} is not built")
    for name in ("binary_stream", "binary_analog", "binary_planes", "binary_two_levels"):
        folder, image = tmp_path / name, tmp_path / f"{name}.dormouse"
        folder.mkdir()
        for command in (("convert", FIXTURES / f"{name}.onnx", "-o", image), ("export-c", image, "-o", folder)):
            subprocess.run([COMMAND, *command], check=True)
        net, output, _ = binary_networks.build(name)
        inputs = np.frombuffer(net.input_bytes, np.int8).reshape(net.samples, -1)
        write_golden(folder / "golden.c", inputs, binary_networks.levels(output))
        make = ["make", "--silent", "-C", REPOSITORY / "firmware", f"BOARD={board}", "APP=bench", f"MODEL={folder}"]
        # The application of another model may lie there, as new as this one's sources.
        subprocess.run([*make, "clean-application"], check=True)
        subprocess.run(make, check=True)
        run = [REPOSITORY / "firmware" / "run", board, "bench"]
        printed = subprocess.run(run, capture_output=True, text=True, timeout=300)
        assert f"vectors {net.samples} wrong 0" in printed.stdout, printed.stdout + printed.stderr

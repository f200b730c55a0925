"""The dense network 960-192-192-128-12 in floating point, to compare with: its weights are those of dense250k, int4."""

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from count.counting import BUILD, ROOT, count
from onnx import TensorProto, helper, numpy_helper

from .dense250k import MODELS, BenchError

sys.path.insert(0, str(ROOT / "tools" / "golden"))

import dense250k_onnx

FOLDER = BUILD / "models" / "float250k"
VECTORS = 8
TOLERANCE = 1e-5
"""Of outputs, relative to the largest: sums of a thousand products are rounded in another order."""

Layer = tuple[np.ndarray, np.ndarray]


def layers(encoding: str = "int4") -> tuple[list[Layer], np.ndarray]:
    """Weights [outputs][inputs] and biases in float32, of dense250k in an encoding; and some inputs."""
    quantized = dense250k_onnx.layers_of(MODELS / "kws250k_int8_perchannel.tflite")
    first = quantized[0]
    levels = np.load(MODELS / "kws250k_golden_x_int8_pc.npy")[:VECTORS]
    inputs = ((levels.reshape(len(levels), -1).astype(np.float64) - first.input_zero) * first.input_scale).astype("f4")
    narrowed = [layer.narrowed(encoding) for layer in quantized]
    return [
        (
            (layer.weights * layer.weight_scales.reshape(-1, 1)).astype("f4"),
            (layer.bias * layer.bias_scales).astype("f4"),
        )
        for layer in narrowed
    ], inputs


def reference(network: list[Layer], inputs: np.ndarray) -> np.ndarray:
    """What ONNX Runtime makes of the network in floating point."""
    nodes, constants, value = [], [], "x"
    for index, (weights, biases) in enumerate(network):
        constants += [numpy_helper.from_array(weights, f"w{index}"), numpy_helper.from_array(biases, f"b{index}")]
        nodes.append(helper.make_node("Gemm", [value, f"w{index}", f"b{index}"], [f"s{index}"], transB=1))
        value = f"s{index}"
        if index + 1 < len(network):
            nodes.append(helper.make_node("Relu", [value], [f"r{index}"]))
            value = f"r{index}"
    shapes = ([1, inputs.shape[1]], [1, len(network[-1][1])])
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in zip(("x", value), shapes, strict=True)]
    graph = helper.make_graph(nodes, "float250k", ends[:1], ends[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"x": x.reshape(1, -1)})[0] for x in inputs])


def parameters(network: list[Layer]) -> np.ndarray:
    """Of every layer the weights, then the biases."""
    return np.concatenate([part.ravel() for layer in network for part in layer])


def prepare() -> list[Layer]:
    """Writes the network and its vectors as C; returns the layers."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    network, inputs = layers()

    def array(kind: str, name: str, values: list[str]) -> str:
        return f"static const {kind} {name}[] = {{{', '.join(values)}}};\nconst {kind} *const float_{name} = {name};\n"

    def floats(name: str, values: np.ndarray) -> str:
        return array("float", name, [f"{float(value).hex()}f" for value in values.ravel()])

    widths = [inputs.shape[1], *(len(biases) for _, biases in network)]
    text = (
        f'#include "float_model.h"\nconst intptr_t float_layers = {len(network)};\n'
        f"const intptr_t float_vectors = {len(inputs)};\n"
        + array("int32_t", "widths", [str(width) for width in widths])
        + floats("parameters", parameters(network))
        + floats("inputs", inputs)
        + floats("outputs", reference(network, inputs))
    )
    path = FOLDER / "float_image.c"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return network


def weight_bytes(network: list[Layer]) -> int:
    """Memory that the weights take."""
    return sum(weights.nbytes for weights, _ in network)


def device(board: str = "mps2-an386") -> int:
    """Instructions of one inference on a core with floating point, after outputs within tolerance of the reference."""
    firmware = ROOT / "firmware"
    subprocess.run(["make", "--silent", "-C", firmware, f"BOARD={board}", "APP=float", f"MODEL={FOLDER}"], check=True)
    counts = count(board, "float", [], {"infer": r"^\$e11Application5infer"})
    words = counts.output.split()
    if words[:3] != ["vectors", str(VECTORS), "difference"] or int(words[3]) > TOLERANCE * 1e6:
        raise BenchError(f"{board}, float: {counts.output.strip()}")
    return round(counts.regions["infer"].mean)

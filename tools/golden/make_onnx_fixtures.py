"""Writes the ONNX models and golden vectors of Tests/DormouseImportTests/Fixtures.

For each model: NAME.onnx, NAME.input (int8, sample after sample, in the order of the front end: frame by frame, bands
innermost) and NAME.output (int8). The expected outputs come from exact integer arithmetic in numpy; every model is also
run by onnxruntime (or qonnx), in float, and must agree within one step. Run it with the private Python environment:

    python tools/golden/make_onnx_fixtures.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from qdq_builder import Activation, Network
from qonnx.custom_op.general.quant import quant

FIXTURES = Path(__file__).parents[2] / "Tests" / "DormouseImportTests" / "Fixtures"

Build = Callable[[Network], Activation]


def dense(net: Network) -> Activation:
    """A frame stack and two dense layers."""
    x = net.view(net.input([1, 6, 5]), "Flatten", axis=1)
    return net.dense(net.dense(x, 9, activation="relu"), 4)


def dense_forms(net: Network) -> Activation:
    """The ways in which exporters spell a dense layer."""
    x = net.input([1, 30])
    x = net.dense(x, 17, activation="relu", form="gemm")
    x = net.dense(x, 11, activation="relu6", form="matmul")
    return net.dense(x, 3, form="matmul_weights_transposed")


def temporal(net: Network) -> Activation:
    """Separable temporal convolutions with a residual, as the trainer exports them."""
    x = net.view(net.input([1, 12, 5]), "Transpose", perm=[0, 2, 1])
    x = net.conv(x, 8, [5], strides=[2], pads=[2, 2], activation="relu")
    y = net.conv(x, 8, [3], pads=[2, 2], dilations=[2], depthwise=True)
    y = net.conv(y, 8, [1])
    x = net.add(x, y, "relu")
    return net.dense(net.mean(x, [2], "drop"), 4, coarse=3)


def bands_first(net: Network) -> Activation:
    """An input of [1, bands, frames], as torch.nn.Conv1d takes it."""
    x = net.conv(net.input([1, 5, 9]), 6, [3], pads=[2, 0], activation="relu", pad_node=True)
    return net.dense(net.view(x, "Flatten", axis=1), 4)


def dscnn(net: Network) -> Activation:
    """Two-dimensional convolutions over [1, 1, frames, bands]."""
    x = net.input([1, 1, 11, 8])
    x = net.conv(x, 6, [5, 3], strides=[2, 2], pads=[2, 1, 2, 1], activation="relu")
    x = net.conv(x, 6, [3, 3], pads=[1, 1, 1, 1], depthwise=True, activation="relu6")
    x = net.conv(x, 7, [1, 1], activation="relu", per_tensor=True)
    return net.dense(net.view(net.mean(x, [2, 3], "global"), "Flatten", axis=1), 4, coarse=6)


def unsqueezed(net: Network) -> Activation:
    """Frames reshaped to a picture; the dense layer reads a flattened channel-first tensor."""
    x = net.view(net.input([1, 54]), "Reshape", list=[1, 9, 6])
    x = net.conv(net.view(x, "Unsqueeze", list=[1]), 5, [3, 2], strides=[2, 1], activation="relu")
    x = net.pool(x, "max", [2, 2], [1, 2], [0, 0, 0, 0])
    return net.dense(net.view(x, "Reshape", list=[1, -1]), 3)


def branches(net: Network) -> Activation:
    """Concatenation over channels and over time, pools with padding."""
    x = net.view(net.input([1, 10, 4]), "Transpose", perm=[0, 2, 1])
    a = net.pool(x, "average", [3], [1], [1, 1])
    b = net.pool(x, "max", [3], [1], [1, 1])
    y = net.concat([a, b, x], 1)
    z = net.concat([y, net.relu(y)], 2)
    return net.dense(net.view(net.mean(z, [2], "keep"), "Squeeze", list=[2]), 4)


def rescaled(net: Network) -> Activation:
    """A mean and a concatenation whose inputs and outputs differ in scale."""
    x = net.view(net.input([1, 10, 4]), "Transpose", perm=[0, 2, 1])
    a = net.conv(x, 4, [3], pads=[1, 1], activation="relu")
    y = net.concat([a, x], 1)
    return net.dense(net.mean(y, [2], "drop", scale=y.scale * 0.61), 4)


def rows(net: Network) -> Activation:
    """A product a frame, which is a convolution with a kernel of one frame."""
    x = net.dense(net.input([1, 7, 6]), 8, activation="relu", form="matmul")
    return net.dense(net.mean(x, [1], "drop"), 4)


def integer_input(net: Network) -> Activation:
    """An int8 input that the file only dequantizes."""
    x = net.view(net.input([1, 6, 5], integer=True), "Flatten", axis=1)
    return net.dense(x, 4)


def narrow_dense(net: Network) -> Activation:
    """Dense layers of many encodings."""
    x = net.view(net.input([1, 7, 5]), "Flatten", axis=1)
    for outputs in (37, 20, 33, 64, 9, 31, 17, 40):
        x = net.dense(x, outputs, activation="relu", coarse=0.5)
    return net.dense(x, 4, coarse=2)


METADATA = {
    "dormouse.name": "fixture",
    "dormouse.version": "2.1",
    "dormouse.labels": json.dumps(["yes", "no", "unknown", "silence"]),
    "dormouse.front_end": json.dumps({"kind": "log-mel", "bands": 10, "window_ms": 30, "hop_ms": 20}),
    "dormouse.detector": json.dumps(
        {"stride": 5, "smoothing": 4, "refractory_ms": 1000, "keywords": {"yes": {"threshold": 0.8, "minimum_run": 2}}}
    ),
}


def heard(net: Network) -> Activation:
    """A model with everything that an image holds."""
    x = net.view(net.input([1, 8, 10]), "Flatten", axis=1)
    return net.dense(net.dense(x, 6, activation="relu"), 4)


INTEGERS = ["int7", "int6", "int5", "int4", "int3", "ternary", "binary", "int4", "int8"]
ODD = ["rise2", "rise3", "rise4", "rise5", "rise6", "rise7", "codebook2", "codebook3", "codebook4"]
MIXED = ["int8", "int4", "binary", "codebook3"]

CASES: list[tuple[str, Build, str, list[int] | None, dict[str, str]]] = [
    ("dense", dense, "qdq", None, {}),
    ("dense_forms", dense_forms, "qdq", None, {}),
    ("dense_uint8", dense, "uint8", None, {}),
    ("dense_qonnx", dense, "qonnx", None, {}),
    ("temporal", temporal, "qdq", None, {}),
    ("temporal_uint8", temporal, "uint8", None, {}),
    ("temporal_qonnx", temporal, "qonnx", None, {}),
    ("bands_first", bands_first, "qdq", [0, 2, 1], {}),
    ("dscnn", dscnn, "qdq", None, {}),
    ("unsqueezed", unsqueezed, "qdq", None, {}),
    ("branches", branches, "qdq", None, {}),
    ("rescaled", rescaled, "qdq", None, {}),
    ("rows", rows, "qdq", None, {}),
    ("integer_input", integer_input, "qdq", None, {}),
    ("heard", heard, "qdq", None, METADATA),
    ("narrow_integers", narrow_dense, "qonnx", None, {}),
    ("narrow_odd", narrow_dense, "qonnx", None, {}),
    ("narrow_temporal", temporal, "qonnx", None, {}),
]

ENCODINGS = {"narrow_integers": INTEGERS, "narrow_odd": ODD, "narrow_temporal": MIXED}


class Quant(OpRun):
    """The Quant operator for onnx's evaluator, computed by qonnx."""

    op_domain = "qonnx.custom_op.general"

    def _run(self, x, scale, zero, bits, signed=1, narrow=0, rounding_mode="ROUND"):
        return (quant(x, scale, zero, bits, signed, narrow, rounding_mode).astype(np.float32),)


class BipolarQuant(OpRun):
    """The BipolarQuant operator for onnx's evaluator, computed by qonnx."""

    op_domain = "qonnx.custom_op.general"

    def _run(self, x, scale):
        return ((np.where(x >= 0, 1, -1) * scale).astype(np.float32),)


def peer_levels(model: onnx.ModelProto, net: Network, output: Activation) -> np.ndarray:
    """What onnxruntime, or onnx with qonnx's own operator, makes of the same inputs."""
    integer = model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.INT8
    results = []
    if net.style == "qonnx":
        evaluate = ReferenceEvaluator(model, new_ops=[Quant, BipolarQuant]).run
    else:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        evaluate = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"]).run
    for levels in net.input_levels:
        sample = levels[None]
        frames = sample if integer else (net.input_scale * (sample.astype(np.float32) - net.input_zero))
        results.append(evaluate(None, {"frames": frames if integer else frames.astype(np.float32)})[0][0])
    return np.stack(results) / output.scale + output.zero


def main() -> int:
    """Writes every fixture; returns 1 if a peer disagrees by more than one step."""
    FIXTURES.mkdir(parents=True, exist_ok=True)
    failures = 0
    for index, (name, build, style, order, metadata) in enumerate(CASES):
        net = Network(seed=100 + index, style=style, encodings=ENCODINGS.get(name))
        output = build(net)
        model = net.model(output, metadata)
        onnx.checker.check_model(model) if style != "qonnx" else None
        difference = np.abs(peer_levels(model, net, output) - output.levels)
        changed = int((difference > 0.5).sum())
        failures += int(difference.max() > 1.01)
        print(f"{name}: {changed} of {difference.size} outputs differ from the peer, at most by {difference.max():.2f}")
        frames = net.input_levels if order is None else net.input_levels.transpose(order)
        (FIXTURES / f"{name}.onnx").write_bytes(model.SerializeToString())
        (FIXTURES / f"{name}.input").write_bytes(np.ascontiguousarray(frames).tobytes())
        (FIXTURES / f"{name}.output").write_bytes(np.ascontiguousarray(output.levels).tobytes())
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

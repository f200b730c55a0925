"""Writes the keyword-spotting network of MLPerf Tiny (DS-CNN, 49 x 10 MFCC, 12 classes) as quantized ONNX.

Weights, biases and quantization are read from MLPerf Tiny's own TensorFlow Lite model, through LiteRT's interpreter,
and stored without any change, so that our cycles can stand beside the benchmark's published times: the work is the
same, XX for the golden inputs is LiteRT's answer before its softmax, which
our networks don't end in.

    python tools/golden/dscnn_onnx.py -o dscnn.onnx [--models ../shared/data/models]

Beside it goes dscnn.npz, with the inputs `x` and the logits `y`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from onnx import helper, numpy_helper

SHARED = Path(__file__).parents[3] / "shared" / "data" / "models"
WEIGHTED = {"CONV_2D": (2, 2), "DEPTHWISE_CONV_2D": (1, 1), "FULLY_CONNECTED": (1, 1)}
"""Operators with weights, and the stride that this network has in the first of the kind; all others are 1."""


class Graph:
    """A growing ONNX graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        """Adds a constant; returns its name."""
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operation: str, inputs: list[str], output: str, **attributes: object) -> str:
        """Adds a node; returns its output."""
        self.nodes.append(helper.make_node(operation, inputs, [output], name=f"{operation}:{output}", **attributes))
        return output

    def quantize(self, value: str, output: str, tensor: dict) -> str:
        """The value on the grid of a TensorFlow Lite tensor."""
        scale, zero = tensor["quantization"]
        unit = [self.constant(f"{output}.scale", np.float32(scale)), self.constant(f"{output}.zero", np.int8(zero))]
        levels = self.node("QuantizeLinear", [value, *unit], f"{output}.levels")
        return self.node("DequantizeLinear", [levels, *unit], output)

    def weights(self, name: str, levels: np.ndarray, tensor: dict) -> str:
        """Constant levels as reals; the scales are those of the output channels."""
        scales = tensor["quantization_parameters"]["scales"].astype(np.float32)
        inputs = [
            self.constant(f"{name}.levels", levels),
            self.constant(f"{name}.scale", scales if len(scales) > 1 else scales[0]),
        ]
        return self.node("DequantizeLinear", inputs, name, axis=0)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Rows before and after, by TensorFlow's rule."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def translate(interpreter: Interpreter) -> onnx.ModelProto:
    """The network up to its logits."""
    details = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    graph = Graph()
    value, first = "", True
    for step, operation in enumerate(interpreter._get_ops_details()):
        kind, inputs, result = operation["op_name"], operation["inputs"], details[operation["outputs"][0]]
        name = f"step{step}"
        if first:
            source = details[inputs[0]]
            value = graph.quantize("frames", "frames.real", source)
        if kind in WEIGHTED:
            levels = interpreter.get_tensor(inputs[1])
            # Height and width last, as in ONNX; depthwise weights have their channels last.
            if kind != "FULLY_CONNECTED":
                levels = levels.transpose((3, 0, 1, 2) if kind == "DEPTHWISE_CONV_2D" else (0, 3, 1, 2))
            reals = [
                graph.weights(f"{name}.weight", levels, details[inputs[1]]),
                graph.weights(f"{name}.bias", interpreter.get_tensor(inputs[2]), details[inputs[2]]),
            ]
            if kind == "FULLY_CONNECTED":
                value = graph.node("Gemm", [value, *reals], f"{name}.sum", transB=1)
            else:
                shape = details[inputs[0]]["shape"][1:3]
                strides = WEIGHTED[kind] if first else (1, 1)
                pads = [same_padding(*each) for each in zip(shape, levels.shape[2:], strides, strict=True)]
                value = graph.node(
                    "Conv",
                    [value, *reals],
                    f"{name}.sum",
                    strides=list(strides),
                    pads=[pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
                    group=levels.shape[0] if kind == "DEPTHWISE_CONV_2D" else 1,
                )
                value = graph.node("Relu", [value], f"{name}.relu")
            value = graph.quantize(value, f"{name}.real", result)
        elif kind == "AVERAGE_POOL_2D":
            extent = [int(size) for size in details[inputs[0]]["shape"][1:3]]
            value = graph.node("AveragePool", [value], f"{name}.mean", kernel_shape=extent, strides=extent)
            value = graph.quantize(value, f"{name}.real", result)
        elif kind == "RESHAPE":
            value = graph.node("Flatten", [value], f"{name}.flat")
        elif kind == "SOFTMAX":
            break
        else:
            raise SystemExit(f"dscnn_onnx: operator {kind} is not one of the network's")
        first = False
    shapes = ([1, 1, 49, 10], [1, 12])
    ends = [
        helper.make_tensor_value_info(end, onnx.TensorProto.FLOAT, shape)
        for end, shape in zip(("frames", value), shapes, strict=True)
    ]
    proto = helper.make_graph(graph.nodes, "dscnn", ends[:1], ends[1:], graph.constants)
    model = helper.make_model(proto, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"dormouse.name": "dscnn", "dormouse.version": "1.0.0"})
    onnx.checker.check_model(model, full_check=True)
    return model


def logits_of(model: bytes, frames: np.ndarray) -> np.ndarray:
    """The levels of the logits, by ONNX Runtime."""
    graph = onnx.load_from_string(model)
    last = next(node for node in reversed(graph.graph.node) if node.op_type == "QuantizeLinear").output[0]
    graph.graph.output.append(helper.make_tensor_value_info(last, onnx.TensorProto.INT8, None))
    scale, zero = (
        numpy_helper.to_array(next(c for c in graph.graph.initializer if c.name == f"frames.real.{part}"))
        for part in ("scale", "zero")
    )
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    # Channel, height, width.
    reals = (frames.astype(np.float32) - np.float32(zero)) * scale
    return np.array([session.run([last], {"frames": each.transpose(2, 0, 1)[None]})[0][0] for each in reals])


def main() -> int:
    """Writes the model, and the inputs with their logits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the ONNX file to write")
    parser.add_argument("--models", type=Path, default=SHARED, help="folder of kws_ref_model.tflite")
    arguments = parser.parse_args()
    source = arguments.models / "kws_ref_model.tflite"
    if not source.exists():
        print(f"dscnn_onnx: {source} is missing; name its folder with --models", file=sys.stderr)
        return 1
    interpreter = Interpreter(str(source), num_threads=1, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    frames = np.load(arguments.models / "kwsref_golden_x_int8.npy")
    model = translate(interpreter).SerializeToString()
    arguments.output.write_bytes(model)
    np.savez(arguments.output.with_suffix(".npz"), x=frames, y=logits_of(model, frames))
    print(f"{arguments.output}: {len(frames)} golden inputs beside it")
    return 0


if __name__ == "__main__":
    sys.exit(main())

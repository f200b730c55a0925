"""Writes the benchmark network `dense250k` (960-192-192-128-12) as quantized ONNX.

Weights, biases and quantization are read from the TensorFlow Lite model of the same network, through LiteRT's
interpreter, and stored without any change, so that a converted image gives the integers of the original. The golden
vectors beside the model are checked here, with exact integer arithmetic, before anything is written.

With `--encoding int4` and the like the weights are rounded to that grid first: a network that hears worse, but has the
shape and the cost of a trained one. What it has to give for the golden inputs comes from the same integer arithmetic.

    python tools/golden/dense250k_onnx.py -o dense250k.onnx [--encoding int4] [--models ../shared/data/models]
"""

from __future__ import annotations

import argparse
import copy
import sys
from pathlib import Path

import narrow_weights
import numpy as np
import onnx
from ai_edge_litert.interpreter import Interpreter
from onnx import TensorProto, helper, numpy_helper
from qdq_builder import scaled

SHARED = Path(__file__).parents[3] / "shared" / "data" / "models"


class Layer:
    """One fully connected layer: weights `[outputs][inputs]`, biases, and the quantization around them."""

    def __init__(self, interpreter: Interpreter, operation: dict) -> None:
        details = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
        source, weights, bias = (details[index] for index in operation["inputs"])
        result = details[operation["outputs"][0]]
        self.weights = interpreter.get_tensor(weights["index"])
        self.bias = interpreter.get_tensor(bias["index"])
        self.weight_scales = weights["quantization_parameters"]["scales"].astype(np.float32)
        self.bias_scales = bias["quantization_parameters"]["scales"].astype(np.float32)
        self.input_scale, self.input_zero = source["quantization"]
        self.output_scale, self.output_zero = result["quantization"]

    def narrowed(self, encoding: str) -> Layer:
        """The layer with its weights on the grid of another encoding, an output channel's own step each."""
        reals = self.weights * self.weight_scales.reshape(-1, 1).astype(np.float64)
        grid = narrow_weights.levels_of(encoding).values
        # Ternary and binary weights are worth the mean magnitude; finer grids reach the largest one.
        magnitudes = np.abs(reals)
        steps = magnitudes.mean(1) if len(grid) < 4 else magnitudes.max(1) / grid.max()
        result = copy.copy(self)
        result.weight_scales = steps.astype(np.float32)
        thresholds = (grid[1:] + grid[:-1]) / 2
        places = np.searchsorted(thresholds, reals / result.weight_scales.reshape(-1, 1).astype(np.float64), "right")
        result.weights = grid[places].astype(np.int8)
        unit = np.float64(self.input_scale)
        biases = self.bias * unit * self.weight_scales.astype(np.float64)
        result.bias_scales = np.float32(self.input_scale) * result.weight_scales
        result.bias = np.round(biases / (unit * result.weight_scales.astype(np.float64))).astype(np.int32)
        return result

    def run(self, levels: np.ndarray, rectified: bool) -> np.ndarray:
        """The layer's int8 outputs, in exact integer arithmetic."""
        accumulator = (levels.astype(np.int64) - self.input_zero) @ self.weights.astype(np.int64).T + self.bias
        output = np.empty_like(accumulator)
        for channel, scale in enumerate(np.broadcast_to(self.weight_scales, self.bias.shape)):
            factor = float(self.input_scale) * float(scale) / float(self.output_scale)
            output[:, channel] = scaled(accumulator[:, channel], factor)
        low = self.output_zero if rectified else -128
        return np.clip(output + self.output_zero, low, 127).astype(np.int8)


def layers_of(model: Path) -> list[Layer]:
    """The fully connected layers of a TensorFlow Lite model, which holds no others."""
    interpreter = Interpreter(str(model), num_threads=1)
    interpreter.allocate_tensors()
    operations = [op for op in interpreter._get_ops_details() if op["op_name"] != "DELEGATE"]
    strangers = {op["op_name"] for op in operations} - {"FULLY_CONNECTED"}
    if strangers:
        raise SystemExit(f"{model}: has operators other than FULLY_CONNECTED: {sorted(strangers)}")
    return [Layer(interpreter, op) for op in operations]


def run(layers: list[Layer], levels: np.ndarray) -> np.ndarray:
    """The network's int8 outputs for int8 inputs, a row each."""
    for layer in layers:
        levels = layer.run(levels, rectified=layer is not layers[-1])
    return levels


class Constants:
    """What `narrow_weights` builds with: constants and nodes whose names start alike."""

    def __init__(self, stem: str, constant, node) -> None:
        self.stem, self.add_constant, self.add_node, self.names = stem, constant, node, 0

    def fresh(self, name: str) -> str:
        """A name that is not in use."""
        self.names += 1
        return f"{self.stem}.{name}{self.names}"

    def constant(self, name: str, value: np.ndarray) -> str:
        """Adds a constant; returns its name."""
        return self.add_constant(self.fresh(name), value)

    def node(self, operation: str, inputs: list[str], name: str, **attributes: object) -> str:
        """Adds a node of QONNX; returns the name of its output."""
        return self.add_node(operation, inputs, self.fresh(name), domain="qonnx.custom_op.general", **attributes)


def quantized_model(layers: list[Layer], name: str, encoding: str = "int8") -> onnx.ModelProto:
    """The layers as Gemm and Relu between QuantizeLinear and DequantizeLinear; narrow weights by QONNX's nodes."""
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(label: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.asarray(value), label))
        return label

    def node(operation: str, inputs: list[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(operation, inputs, [output], name=f"{operation}:{output}", **attributes))
        return output

    def quantize(value: str, output: str, scale: float, zero: int) -> str:
        unit = [constant(f"{output}.scale", np.float32(scale)), constant(f"{output}.zero", np.int8(zero))]
        return node("DequantizeLinear", [node("QuantizeLinear", [value, *unit], f"{output}.levels"), *unit], output)

    value = quantize("frames", "frames.real", layers[0].input_scale, layers[0].input_zero)
    for index, layer in enumerate(layers, 1):
        last = index == len(layers)
        stem = f"dense{index}"
        parts = {"weight": (layer.weights, layer.weight_scales), "bias": (layer.bias, layer.bias_scales)}
        reals = []
        if encoding != "int8":
            levels, scales = parts.pop("weight")
            net, grid = Constants(stem, constant, node), narrow_weights.levels_of(encoding)
            reals.append(narrow_weights.add_nodes(net, encoding, levels, grid, None, scales, 0))
        for part, (levels, scales) in parts.items():
            inputs = [
                constant(f"{stem}.{part}.levels", levels),
                constant(f"{stem}.{part}.scale", scales if len(scales) > 1 else scales[0]),
            ]
            reals.append(node("DequantizeLinear", inputs, f"{stem}.{part}", axis=0))
        value = node("Gemm", [value, *reals], f"{stem}.sum", transB=1)
        if not last:
            value = node("Relu", [value], f"{stem}.relu")
        value = quantize(value, "logits" if last else f"{stem}.real", layer.output_scale, layer.output_zero)
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("frames", TensorProto.FLOAT, [1, layers[0].weights.shape[1]])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, layers[-1].weights.shape[0]])],
        constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("qonnx.custom_op.general", 1)]
    model = helper.make_model(graph, opset_imports=opsets[: 1 if encoding == "int8" else 2], ir_version=8)
    helper.set_model_props(model, {"dormouse.name": name, "dormouse.version": "1.0.0"})
    onnx.checker.check_model(model, full_check=encoding == "int8")
    return model


def main() -> int:
    """Checks the golden vectors and writes the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the ONNX file to write")
    parser.add_argument("--encoding", default="int8", help="of the weights: int8 (as they are), int4, ternary ...")
    parser.add_argument("--models", type=Path, default=SHARED, help="folder of kws250k_int8_perchannel.tflite")
    arguments = parser.parse_args()

    source = arguments.models / "kws250k_int8_perchannel.tflite"
    if not source.exists():
        print(f"dense250k_onnx: {source} is missing; name its folder with --models", file=sys.stderr)
        return 1
    layers = layers_of(source)
    levels = np.load(arguments.models / "kws250k_golden_x_int8_pc.npy")
    expected = np.load(arguments.models / "kws250k_golden_y_int8_pc.npy")
    levels = levels.reshape(len(levels), -1)
    equal = int((run(layers, levels) == expected.reshape(len(levels), -1)).all(1).sum())
    if equal != len(levels):
        print(f"dense250k_onnx: only {equal} of {len(levels)} golden vectors are reproduced", file=sys.stderr)
        return 1
    if arguments.encoding != "int8":
        layers = [layer.narrowed(arguments.encoding) for layer in layers]
    model = quantized_model(layers, "dense250k", arguments.encoding)
    arguments.output.write_bytes(model.SerializeToString())
    np.save(arguments.output.with_suffix(".npy"), run(layers, levels))
    print(f"{arguments.output}: {equal} of {len(levels)} golden vectors reproduced in integer arithmetic")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A quantized ONNX model run by onnxruntime, or by onnx's evaluator with qonnx's operators, on int8 levels.

onnxruntime runs without graph optimisations, so that it computes what the file says: in float between quantizations, in
integers where the file has integer operators.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator


class Executor:
    """One model. Levels are int8, as an image has them: what the file calls 200 in uint8 is 72 here."""

    def __init__(self, model: onnx.ModelProto) -> None:
        graph = model.graph
        self.constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        self.makers = {output: node for node in graph.node for output in node.output}
        self.input = next(value for value in graph.input if value.name not in self.constants)
        self.shape = [dim.dim_value or 1 for dim in self.input.type.tensor_type.shape.dim]
        self.input_unit = self._input_unit(graph)
        self.output_unit = self._output_unit(graph.output[0].name)
        self.run = self._runner(model)
        self.reads_channels_first = self._feeds_convolution(graph)

    def _unit(self, node: onnx.NodeProto) -> tuple[np.float32, int]:
        """Scale and zero point in terms of int8."""
        scale = np.float32(self._constant(node.input[1]).reshape(()))
        zero = self._constant(node.input[2]) if len(node.input) > 2 and node.input[2] else np.uint8(0)
        signed = {a.name: a.i for a in node.attribute}.get("signed", 1)
        unsigned = not signed if node.op_type == "Quant" else zero.dtype == np.uint8
        return scale, int(zero.reshape(())) - (128 if unsigned else 0)

    def _constant(self, name: str) -> np.ndarray:
        while name not in self.constants:
            name = self.makers[name].input[0]
        return self.constants[name]

    def _input_unit(self, graph: onnx.GraphProto) -> tuple[np.float32, int]:
        names = {self.input.name}
        for node in graph.node:
            if not names.intersection(node.input[:1]):
                continue
            if node.op_type in ("QuantizeLinear", "Quant", "DequantizeLinear"):
                return self._unit(node)
            names.update(node.output)
        raise ValueError("no quantization of the input")

    def _output_unit(self, name: str) -> tuple[np.float32, int]:
        while (node := self.makers[name]).op_type not in ("DequantizeLinear", "Quant", "QuantizeLinear"):
            name = node.input[0]
        return self._unit(node)

    def _feeds_convolution(self, graph: onnx.GraphProto) -> bool:
        names = {self.input.name}
        for node in graph.node:
            if not names.intersection(node.input[:1]):
                continue
            if node.op_type in ("Conv", "QLinearConv"):
                return True
            if node.op_type not in ("QuantizeLinear", "DequantizeLinear", "Quant", "Identity", "Cast", "Clip", "Pad"):
                return False
            names.update(node.output)
        return False

    def _runner(self, model: onnx.ModelProto):
        if any(node.op_type in ("Quant", "BipolarQuant") for node in model.graph.node):
            from make_onnx_fixtures import BipolarQuant, Quant

            evaluator = ReferenceEvaluator(model, new_ops=[Quant, BipolarQuant])
            return lambda sample: evaluator.run(None, {self.input.name: sample})[0]
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        return lambda sample: session.run(None, {self.input.name: sample})[0]

    def random_levels(self, samples: int, seed: int = 1) -> np.ndarray:
        """Uniform int8 noise, a sample an entry."""
        return np.random.default_rng(seed).integers(-128, 128, [samples, *self.shape[1:]]).astype(np.int8)

    def outputs(self, levels: np.ndarray) -> np.ndarray:
        """int8 logits, a row a sample."""
        scale, zero = self.input_unit
        last_scale, last_zero = self.output_unit
        kind = self.input.type.tensor_type.elem_type
        rows = []
        for sample in levels:
            if kind == onnx.TensorProto.FLOAT:
                real = scale * (sample.astype(np.float32) - zero)
            else:
                real = sample if kind == onnx.TensorProto.INT8 else (sample.astype(np.int16) + 128).astype(np.uint8)
            result = self.run(real[None]).reshape(-1)
            if result.dtype == np.float32:
                result = np.rint(result / last_scale + last_zero)
            elif result.dtype == np.uint8:
                result = result.astype(np.int16) - 128
            rows.append(result)
        return np.stack(rows).astype(np.int8)

    def in_memory_order(self, levels: np.ndarray) -> np.ndarray:
        """The same as the front end delivers it: frame by frame, bands innermost."""
        if self.reads_channels_first and levels.ndim > 2:
            return np.ascontiguousarray(np.moveaxis(levels, 1, -1))
        return levels

"""Writes a network as ONNX, with what the runtime needs beside the network as metadata.

A quantized network has int8 between every QuantizeLinear and DequantizeLinear, and weights as `weight_nodes.py` says;
a float one has standard operators only, its normalisations folded.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .analog_levels import AnalogLevels, described
from .binary_nodes import add_bend, add_bits, add_int16
from .integer import IntegerNetwork
from .networks import Network, Step
from .recipe import Recipe
from .weight_nodes import QONNX, add_dequantized, add_weight

OPSET, QONNX_OPSET = 17, 1


class _Graph:
    """Nodes and initializers as they are added; `exact` is None for a float network."""

    def __init__(self, network: Network):
        self.network = network
        self.exact = IntegerNetwork(network) if network.quantized else None
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=f"{operator}:{output}", **attributes))
        return output

    def tensor(self, value: str, name: str, key: str, kind: str = "int8") -> str:
        """The nodes that round a value to the range of tensor `key`; the result is `name`."""
        if self.exact is None:
            return self.node("Identity", [value], name) if name == "logits" else value
        if kind == "bits":
            source = next((step.inputs[0] for step in self.network.steps if step.name == key), "")
            scale = self.exact.tensors[source].scale if source else np.float32(1)
            return add_bits(self, value, name, self.exact.parts[key] if source else None, scale)
        if kind == "int16":
            return add_int16(self, value, name, self.exact.tensors[key].scale)
        tensor = self.exact.tensors[key]
        scale = self.constant(f"{name}.scale", np.float32(tensor.scale))
        zero_point = self.constant(f"{name}.zero_point", np.int8(tensor.zero_point))
        q = self.node("QuantizeLinear", [value, scale, zero_point], f"{name}.q")
        return self.node("DequantizeLinear", [q, scale, zero_point], name)

    def weights(self, step: Step) -> list[str]:
        """Weight and bias of a layer, in float."""
        weight_name, bias_name = f"{step.name}.weight", f"{step.name}.bias"
        if self.exact is None:
            layer = self.network.weights[step.name]
            weight = layer.weight.detach().numpy()
            weight = weight if step.operation == "dense" else weight[..., 0]
            return [self.constant(weight_name, weight), self.constant(bias_name, layer.bias.detach().numpy())]
        layer = self.exact.weights[step.name]
        bias_scales = (layer.steps * self.exact.tensors[step.inputs[0]].scale).astype(np.float32)
        bias = self.constant(f"{bias_name}.q", layer.bias)
        return [
            add_weight(self, weight_name, layer),
            add_dequantized(self, bias_name, bias, bias_scales, np.int32),
        ]


def to_onnx(network: Network, recipe: Recipe) -> onnx.ModelProto:
    """The checked model: input `frames` float32 [1, context, bands] (features / 32), output `logits`."""
    if not network.quantized:
        if recipe.network == "binary":
            raise ValueError("a binary network is written once it is quantized")
        network = copy.deepcopy(network)
        for layer in network.weights.values():
            layer.fold()
    graph = _Graph(network)
    context, bands = recipe.shape.context, recipe.front_end.bands
    source = graph.tensor("frames", "frames.input", "frames", network.input_result)
    if network.flat_input:
        tensors = {"frames": graph.node("Flatten", [source], "frames.flat", axis=1)}
    else:
        tensors = {"frames": graph.node("Transpose", [source], "frames.bands_first", perm=[0, 2, 1])}
    for step in network.steps:
        value = _operator(graph, step, [tensors[name] for name in step.inputs])
        if step.relu:
            value = graph.node("Relu", [value], f"{step.name}.relu")
        last = step is network.steps[-1]
        tensor = graph.tensor(value, "logits" if last else f"{step.name}.out", step.name, step.result)
        tensors[step.name] = (
            graph.node("Flatten", [tensor], f"{step.name}.flat", axis=1) if (step.operation == "pool") else tensor
        )
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            recipe.name,
            [helper.make_tensor_value_info("frames", TensorProto.FLOAT, [1, context, bands])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, len(recipe.labels)])],
            graph.initializers,
        ),
        opset_imports=_domains(graph.nodes),
        ir_version=8,
        producer_name="dormouse_train",
    )
    parts = graph.exact.parts if graph.exact is not None else {}
    helper.set_model_props(model, metadata(recipe, parts["frames"].levels if "frames" in parts else None))
    onnx.checker.check_model(model, full_check=True)
    return model


def _domains(nodes: list[onnx.NodeProto]) -> list[onnx.OperatorSetIdProto]:
    used = {node.domain for node in nodes}
    versions = {"": OPSET, QONNX: QONNX_OPSET}
    return [helper.make_opsetid(domain, version) for domain, version in versions.items() if domain in used]


def _operator(graph: _Graph, step: Step, inputs: list[str]) -> str:
    output = f"{step.name}.sum"
    if step.operation == "add":
        return graph.node("Add", inputs, output)
    if step.operation == "pool":
        return graph.node("GlobalAveragePool", inputs, output)
    if step.operation in ("rescale", "binarize"):
        return inputs[0]
    if step.operation == "bend":
        return add_bend(graph, inputs[0], output, graph.exact.parts[step.name], graph.exact.tensors[step.name].scale)
    weight, bias = graph.weights(step)
    if step.operation == "dense":
        return graph.node("Gemm", [inputs[0], weight, bias], output, transB=1)
    shape = graph.network.weights[step.name].shape
    sums = graph.node(
        "Conv",
        [inputs[0], weight, bias],
        output,
        kernel_shape=[shape[2]],
        strides=[step.stride],
        pads=[step.padding, step.padding],
        group=shape[0] if step.operation == "depthwise" else 1,
    )
    if len(inputs) == 1:
        return sums
    rounded = graph.tensor(sums, f"{step.name}.rounded", step.name, step.result)
    return graph.node("Add", [inputs[1], rounded], f"{step.name}.joined")


def metadata(recipe: Recipe, thresholds: np.ndarray | None = None) -> dict[str, str]:
    """What the importer puts into the image beside the network; `thresholds` are those of analog comparators."""
    detector = recipe.detector
    keyword = {"threshold": detector.threshold, "minimum_run": detector.minimum_run}
    return {
        "dormouse.name": recipe.name,
        "dormouse.version": recipe.version,
        "dormouse.labels": json.dumps(recipe.labels),
        "dormouse.front_end": json.dumps(front_end_settings(recipe, thresholds)),
        "dormouse.detector": json.dumps(
            {
                "stride": detector.stride,
                "smoothing": detector.smoothing,
                "refractory_ms": detector.refractory_ms,
                "keywords": {label: keyword for label in recipe.keywords},
            }
        ),
    }


def front_end_settings(recipe: Recipe, thresholds: np.ndarray | None) -> dict:
    """The front end's settings, as the importer reads them; `thresholds` are whole levels, for analog ones."""
    front = recipe.front_end
    if front.kind == "analog":
        return {"kind": "analog-binary", **described(front), **AnalogLevels(front).realised(thresholds)}
    return front.log_mel()


def save_onnx(network: Network, recipe: Recipe, path: Path) -> None:
    """Writes the model; an interrupted write leaves no half file."""
    part = path.with_suffix(".part")
    part.write_bytes(to_onnx(network, recipe).SerializeToString())
    part.rename(path)

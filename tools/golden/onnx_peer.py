"""Runs a quantized ONNX model in onnxruntime and writes its inputs and outputs as int8, for comparison with an image.

The inputs are the frames of a .npy file (float32, quantized here) or random levels. The session runs without graph
optimisations, so that it computes what the file says, in float, between the quantizations.

    python tools/golden/onnx_peer.py model.onnx --input levels.bin --output logits.bin [--frames x.npy] [--samples 64]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper


def unit(graph: onnx.GraphProto, node: onnx.NodeProto) -> tuple[np.float32, int]:
    """Scale and zero point of a QuantizeLinear or DequantizeLinear, as int8 has them."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for other in graph.node:
        if other.op_type == "Constant":
            constants[other.output[0]] = numpy_helper.to_array(other.attribute[0].t)
    scale, zero = (constants[name] for name in node.input[1:3])
    return np.float32(scale), int(zero) - (128 if zero.dtype == np.uint8 else 0)


def main() -> int:
    """Writes the two files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--input", type=Path, required=True, help="int8 inputs are written here")
    parser.add_argument("--output", type=Path, required=True, help="int8 outputs are written here")
    parser.add_argument("--frames", type=Path, help="float32 inputs, an entry a sample; random ones without it")
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    graph = onnx.load(arguments.model).graph
    info = graph.input[0]
    shape = [dim.dim_value or 1 for dim in info.type.tensor_type.shape.dim]
    first = {info.name}
    for node in graph.node:
        if node.op_type in ("Flatten", "Transpose") and node.input[0] in first:
            first.add(node.output[0])
    scale, zero = unit(graph, next(n for n in graph.node if n.op_type == "QuantizeLinear" and n.input[0] in first))
    last_scale, last_zero = unit(graph, next(node for node in graph.node if node.output[0] == graph.output[0].name))
    if arguments.frames:
        frames = np.load(arguments.frames).astype(np.float32)
        levels = np.clip(np.rint(frames / scale) + zero, -128, 127).astype(np.int8).reshape(-1, *shape[1:])
    else:
        random = np.random.default_rng(arguments.seed)
        levels = random.integers(-128, 128, [arguments.samples, *shape[1:]]).astype(np.int8)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(arguments.model), options, ["CPUExecutionProvider"])
    outputs = []
    for sample in levels:
        real = (scale * (sample.astype(np.float32) - zero))[None]
        outputs.append(session.run(None, {info.name: real})[0].reshape(-1))
    logits = np.rint(np.stack(outputs) / last_scale + last_zero).astype(np.int8)
    arguments.input.write_bytes(levels.tobytes())
    arguments.output.write_bytes(logits.tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())

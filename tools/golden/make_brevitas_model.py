"""Writes Tests/DormouseImportTests/Fixtures/exported_brevitas.*: a temporal network as Brevitas exports it to QONNX.

The golden outputs are those of onnx's reference evaluator with qonnx's own Quant operator. Brevitas is not part of the
private Python environment: add it to a copy with `pip install brevitas==0.13.4 onnxoptimizer`.

    python tools/golden/make_brevitas_model.py
"""

from __future__ import annotations

import sys
import warnings

import brevitas.nn as qnn
import numpy as np
import onnx
import torch
from brevitas.export import export_qonnx
from brevitas.quant import Int8ActPerTensorFloat, Int8WeightPerChannelFloat, Int32Bias, Uint8ActPerTensorFloat
from make_onnx_fixtures import FIXTURES, Quant
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import nn

BANDS, FRAMES, SAMPLES = 5, 12, 32


class Temporal(nn.Module):
    """Two temporal convolutions and a dense layer; activations are int8 at the ends and uint8 between."""

    def __init__(self) -> None:
        super().__init__()
        weights = {"bias": True, "weight_quant": Int8WeightPerChannelFloat, "bias_quant": Int32Bias}
        between = {"act_quant": Uint8ActPerTensorFloat, "return_quant_tensor": True}
        self.input = qnn.QuantIdentity(act_quant=Int8ActPerTensorFloat, return_quant_tensor=True)
        self.stem = qnn.QuantConv1d(BANDS, 8, 5, stride=2, padding=2, **weights)
        self.first = qnn.QuantReLU(**between)
        self.time = qnn.QuantConv1d(8, 8, 3, padding=1, groups=8, **weights)
        self.second = qnn.QuantReLU(**between)
        self.logits = qnn.QuantLinear(8 * FRAMES // 2, 4, **weights)
        self.output = qnn.QuantIdentity(act_quant=Int8ActPerTensorFloat)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[1, bands, frames] -> [1, 4]."""
        x = self.second(self.time(self.first(self.stem(self.input(x)))))
        return self.output(self.logits(x.flatten(1)))


def main() -> int:
    """Writes the model and its golden vectors."""
    warnings.filterwarnings("ignore")
    torch.manual_seed(3)
    network = Temporal().train()
    for _ in range(40):
        network(torch.randn(4, BANDS, FRAMES))
    path = FIXTURES / "exported_brevitas.onnx"
    sample = torch.randn(1, BANDS, FRAMES)
    export_qonnx(network.eval(), args=sample, export_path=str(path), opset_version=17, dynamo=False)
    model = onnx.load(path)
    for node in model.graph.node:
        node.doc_string = ""
    onnx.save(model, path)

    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    quantizations = [node for node in model.graph.node if node.op_type == "Quant"]
    input_scale, output_scale = (np.float32(constants[quantizations[end].input[1]]) for end in (0, -1))
    levels = np.random.default_rng(1).integers(-128, 128, [SAMPLES, BANDS, FRAMES]).astype(np.int8)
    evaluator = ReferenceEvaluator(model, new_ops=[Quant])
    name = model.graph.input[0].name
    outputs = [evaluator.run(None, {name: input_scale * row[None].astype(np.float32)})[0][0] for row in levels]
    logits = np.rint(np.stack(outputs) / output_scale).astype(np.int8)
    path.with_suffix(".input").write_bytes(np.ascontiguousarray(levels.transpose(0, 2, 1)).tobytes())
    path.with_suffix(".output").write_bytes(logits.tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())

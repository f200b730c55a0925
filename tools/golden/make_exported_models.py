"""Writes the models of Tests/DormouseImportTests/Fixtures/exported_*: files as other people's tools export them.

Dense, temporal and DS-CNN networks of a few hundred weights, by PyTorch, Brevitas and onnxruntime's quantizer; the
variants are those of the exporters_*.py beside this. Beside NAME.onnx stand NAME.input and NAME.output: random int8
inputs, and what onnxruntime without graph optimisations, or qonnx, makes of them. What no runtime reads (types of
intermediate values, traces, documentation) is left out of the files, to keep them small.

    tools/golden/regenerate-exported
"""

from __future__ import annotations

import logging
import sys
import warnings

import exporters_brevitas
import exporters_onnxruntime
import exporters_torch
import numpy as np
import onnx
from make_onnx_fixtures import FIXTURES
from onnx_executor import Executor

SAMPLES = 32
CHOSEN = (
    "ort_dense_dynamo",
    "ort_dense_uint8",
    "ort_temporal_channels",
    "ort_temporal_operator",
    "ort_dscnn_prepared",
    "ort_dscnn_operator_uint8",
    "ort_dscnn_sigmoid",
    "torch_dense_fx_x86",
    "torch_dense_qat",
    "torch_dense_pt2e_xnnpack",
    "torch_temporal_pt2e_xnnpack",
    "torch_dscnn_pt2e_xnnpack",
    "brevitas_dense_w4",
    "brevitas_dense_qcdq_w4",
    "brevitas_temporal",
    "brevitas_dscnn",
)


def stripped(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model without what no runtime reads."""
    graph = model.graph
    graph.ClearField("value_info")
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        part.ClearField("doc_string")
        if "metadata_props" in part.DESCRIPTOR.fields_by_name:
            part.ClearField("metadata_props")
    return model


def main() -> int:
    """Writes every chosen model and its golden vectors."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    for old in FIXTURES.glob("exported_*"):
        old.unlink()
    makers = {}
    for module in (exporters_onnxruntime, exporters_torch, exporters_brevitas):
        makers.update(module.variants())
    total = 0
    for name in CHOSEN:
        model = stripped(makers[name]())
        path = FIXTURES / f"exported_{name}.onnx"
        path.write_bytes(model.SerializeToString())
        executor = Executor(model)
        levels = executor.random_levels(SAMPLES)
        path.with_suffix(".input").write_bytes(executor.in_memory_order(levels).tobytes())
        path.with_suffix(".output").write_bytes(np.ascontiguousarray(executor.outputs(levels)).tobytes())
        total += path.stat().st_size
        print(f"{path.name}: {path.stat().st_size} bytes", flush=True)
    print(f"{len(CHOSEN)} models, {total} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

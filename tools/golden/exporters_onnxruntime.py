"""Networks quantized by onnxruntime's quantizer, in the ways in which it is used."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from peer_networks import network
from torch import nn

PLAIN: dict = {"per_channel": False, "activation_type": QuantType.QInt8, "weight_type": QuantType.QInt8}


class Reader(CalibrationDataReader):
    """Random frames for calibration."""

    def __init__(self, shape: list[int]) -> None:
        self.items: Iterator[dict] = iter(
            [{"frames": np.random.default_rng(seed).normal(size=shape).astype(np.float32)} for seed in range(64)]
        )

    def get_next(self) -> dict | None:
        """The next sample."""
        return next(self.items, None)


def export(module: nn.Module, shape: list[int], path: Path, *, dynamo: bool = False, opset: int = 17, **more) -> None:
    """Writes a float model."""
    frames, names = (torch.randn(shape),), {"input_names": ["frames"], "output_names": ["logits"]}
    if dynamo:
        torch.onnx.export(module, frames, str(path), dynamo=True, external_data=False, verbose=False, **names, **more)
    else:
        torch.onnx.export(module, frames, str(path), dynamo=False, opset_version=opset, **names, **more)


def quantized(
    name: str,
    *,
    activation: type[nn.Module] = nn.ReLU,
    export_options: dict | None = None,
    prepare: bool = False,
    form: QuantFormat = QuantFormat.QDQ,
    **options,
) -> onnx.ModelProto:
    """A network after quantize_static with these options."""
    with tempfile.TemporaryDirectory() as folder:
        plain, ready, result = (Path(folder) / part for part in ("plain.onnx", "ready.onnx", "result.onnx"))
        module, shape = network(name, activation)
        export(module, shape, plain, **(export_options or {}))
        if prepare:
            quant_pre_process(str(plain), str(ready))
        quantize_static(ready if prepare else plain, result, Reader(shape), quant_format=form, **{**PLAIN, **options})
        return onnx.load(result)


def variants() -> Iterator[tuple[str, Callable[[], onnx.ModelProto]]]:
    """Name and maker of every model."""
    unsigned = {"activation_type": QuantType.QUInt8}
    symmetric = {"extra_options": {"ActivationSymmetric": True}}
    for name in ("dense", "temporal", "columns", "dscnn"):
        for suffix, options in (
            ("", {}),
            ("_channels", {"per_channel": True}),
            ("_uint8", unsigned),
            ("_uint8_channels", {**unsigned, "per_channel": True}),
            ("_symmetric", {**symmetric, "per_channel": True}),
            ("_prepared", {"prepare": True, "per_channel": True}),
            ("_reduced", {"reduce_range": True, "per_channel": True}),
            ("_unsigned_weights", {**unsigned, "weight_type": QuantType.QUInt8}),
            ("_weights_qdq", {"extra_options": {"QuantizeBias": False}, "per_channel": True}),
            ("_add_qdq", {"extra_options": {"AddQDQPairToWeight": True}, "per_channel": True}),
            ("_dedicated", {"extra_options": {"DedicatedQDQPair": True}}),
            ("_domain", {"extra_options": {"UseQDQContribOps": True}}),
            ("_relu_kept", {"extra_options": {"QDQKeepRemovableActivations": True}}),
            ("_operator", {"form": QuantFormat.QOperator}),
            ("_operator_uint8", {**unsigned, "form": QuantFormat.QOperator, "per_channel": True}),
            ("_relu6", {"activation": nn.ReLU6, "per_channel": True}),
            ("_hardtanh", {"activation": nn.Hardtanh}),
            ("_sigmoid", {"activation": nn.Sigmoid}),
            ("_tanh", {"activation": nn.Tanh}),
            ("_leaky", {"activation": nn.LeakyReLU}),
            ("_hardswish", {"activation": nn.Hardswish}),
            ("_dynamo", {"export_options": {"dynamo": True}, "per_channel": True}),
            ("_dynamo_prepared", {"export_options": {"dynamo": True}, "prepare": True}),
            ("_opset11", {"export_options": {"opset": 11}}),
            ("_opset13", {"export_options": {"opset": 13}, "per_channel": True}),
            ("_opset20", {"export_options": {"opset": 20}, "per_channel": True}),
            (
                "_unfolded",
                {"export_options": {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}},
            ),
        ):
            yield f"ort_{name}{suffix}", lambda name=name, options=options: quantized(name, **options)

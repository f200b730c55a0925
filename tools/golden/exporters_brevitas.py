"""Networks of Brevitas' layers, exported as QONNX and as QDQ (which Brevitas calls QCDQ)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import brevitas.nn as qnn
import onnx
import torch
from brevitas.export import export_onnx_qcdq, export_qonnx
from brevitas.quant import (
    Int8ActPerTensorFloat,
    Int8WeightPerChannelFloat,
    Int8WeightPerTensorFloat,
    Int32Bias,
    ShiftedUint8ActPerTensorFloat,
    Uint8ActPerTensorFloat,
)
from torch import nn


class Settings:
    """How layers and activations are quantized."""

    def __init__(self, *, bits: int = 8, per_channel: bool = True, bias: object = Int32Bias, shifted: bool = False):
        weight = Int8WeightPerChannelFloat if per_channel else Int8WeightPerTensorFloat
        self.layer = {"bias": True, "weight_quant": weight, "bias_quant": bias, "weight_bit_width": bits}
        act = ShiftedUint8ActPerTensorFloat if shifted else Int8ActPerTensorFloat
        self.signed = {"act_quant": act, "return_quant_tensor": True}
        self.positive = {"act_quant": Uint8ActPerTensorFloat, "return_quant_tensor": True}


class Dense(nn.Module):
    """A frame stack and dense layers."""

    def __init__(self, s: Settings) -> None:
        super().__init__()
        self.input = qnn.QuantIdentity(**s.signed)
        self.first, self.relu = qnn.QuantLinear(30, 12, **s.layer), qnn.QuantReLU(**s.positive)
        self.logits, self.output = qnn.QuantLinear(12, 4, **s.layer), qnn.QuantIdentity(**s.signed)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[1, 6, 5] -> [1, 4]."""
        return self.output(self.logits(self.relu(self.first(self.input(x).flatten(1))))).value


class Temporal(nn.Module):
    """Temporal convolutions with a residual and a mean over time."""

    def __init__(self, s: Settings) -> None:
        super().__init__()
        self.input = qnn.QuantIdentity(**s.signed)
        self.stem, self.relu = qnn.QuantConv1d(5, 8, 5, stride=2, padding=2, **s.layer), qnn.QuantReLU(**s.positive)
        self.time = qnn.QuantConv1d(8, 8, 3, padding=1, groups=8, **s.layer)
        self.between = qnn.QuantIdentity(**s.signed)
        self.mix, self.mixed = qnn.QuantConv1d(8, 8, 1, **s.layer), qnn.QuantIdentity(**s.signed)
        self.sum, self.mean = qnn.QuantReLU(**s.positive), qnn.QuantIdentity(**s.signed)
        self.logits, self.output = qnn.QuantLinear(8, 4, **s.layer), qnn.QuantIdentity(**s.signed)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[1, 12, 5] -> [1, 4]."""
        x = self.relu(self.stem(self.input(x).transpose(1, 2)))
        y = self.mixed(self.mix(self.between(self.time(x))))
        x = self.sum(x.value + y.value)
        return self.output(self.logits(self.mean(x.value.mean(2)))).value


class Picture(nn.Module):
    """A depthwise separable network; normalisations are merged into the convolutions or left beside them."""

    def __init__(self, s: Settings) -> None:
        super().__init__()
        self.input = qnn.QuantIdentity(**s.signed)
        self.stem = qnn.QuantConv2d(1, 8, (5, 3), stride=(2, 2), padding=(2, 1), **s.layer)
        self.norm = nn.BatchNorm2d(8)
        self.relu = qnn.QuantReLU(**s.positive)
        self.depth, self.second = qnn.QuantConv2d(8, 8, 3, padding=1, groups=8, **s.layer), qnn.QuantReLU(**s.positive)
        self.point, self.third = qnn.QuantConv2d(8, 10, 1, **s.layer), qnn.QuantReLU(**s.positive)
        self.pool, self.mean = nn.AdaptiveAvgPool2d(1), qnn.QuantIdentity(**s.signed)
        self.logits, self.output = qnn.QuantLinear(10, 4, **s.layer), qnn.QuantIdentity(**s.signed)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[1, 1, 11, 8] -> [1, 4]."""
        x = self.relu(self.norm(self.stem(self.input(x))))
        x = self.third(self.point(self.second(self.depth(x))))
        return self.output(self.logits(self.mean(self.pool(x.value).flatten(1)))).value


NETWORKS = {"dense": (Dense, [1, 6, 5]), "temporal": (Temporal, [1, 12, 5]), "dscnn": (Picture, [1, 1, 11, 8])}


def exported(
    name: str, *, write: Callable = export_qonnx, merged: bool = False, opset: int = 17, **settings
) -> onnx.ModelProto:
    """A network trained on nothing but its ranges."""
    torch.manual_seed(3)
    make, shape = NETWORKS[name]
    module = make(Settings(**settings)).train()
    for _ in range(40):
        module(torch.randn([4, *shape[1:]]))
    module.eval()
    if merged:
        from brevitas.nn.utils import merge_bn

        merge_bn(module.stem, module.norm)
        module.norm = nn.Identity()
    buffer = io.BytesIO()
    write(module, args=torch.randn(shape), export_path=buffer, opset_version=opset, dynamo=False)
    return onnx.load_from_string(buffer.getvalue())


def variants() -> Iterator[tuple[str, Callable[[], onnx.ModelProto]]]:
    """Name and maker of every model."""
    for name in NETWORKS:
        for suffix, options in (
            ("", {}),
            ("_qcdq", {"write": export_onnx_qcdq}),
            ("_tensor", {"per_channel": False}),
            ("_qcdq_tensor", {"write": export_onnx_qcdq, "per_channel": False}),
            ("_w4", {"bits": 4}),
            ("_qcdq_w4", {"write": export_onnx_qcdq, "bits": 4}),
            ("_bias", {"bias": None}),
            ("_qcdq_bias", {"write": export_onnx_qcdq, "bias": None}),
            ("_shifted", {"shifted": True}),
            ("_qcdq_shifted", {"write": export_onnx_qcdq, "shifted": True}),
            # onnx's evaluator takes a normalisation of opset 13 for one in training.
            ("_opset13", {"opset": 13, "merged": name == "dscnn"}),
            *(
                [("_merged", {"merged": True}), ("_qcdq_merged", {"write": export_onnx_qcdq, "merged": True})]
                if name == "dscnn"
                else []
            ),
        ):
            yield f"brevitas_{name}{suffix}", lambda name=name, options=options: exported(name, **options)

"""Writes the models of Tests/DormouseImportTests/Fixtures/exported_*: files as other people's tools export them.

Small networks in PyTorch, exported by torch.onnx and quantized by onnxruntime's quantizer, or exported with PyTorch's
own fake quantization. Beside NAME.onnx stand NAME.input and NAME.output, what onnxruntime computes without graph
optimisations for random int8 inputs (see onnx_peer.py). Run it with the private Python environment:

    python tools/golden/make_exported_models.py
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from make_onnx_fixtures import FIXTURES
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from torch import nn


class Residual(nn.Module):
    """A separable temporal block with a residual."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.time = nn.Conv1d(channels, channels, 3, padding=1, groups=channels)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[1, channels, frames] -> the same."""
        return torch.relu(x + self.mix(self.time(x)))


class BandsFirst(nn.Module):
    """Takes frames as [1, frames, bands] into a network of [1, bands, frames]."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Swaps time and bands."""
        return x.transpose(1, 2)


def dscnn() -> nn.Module:
    """A depthwise separable network over a picture of frames and bands, with batch normalisation."""

    def block(inputs: int, outputs: int, kernel: object, stride: object, padding: object, groups: int = 1) -> nn.Module:
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups)
        return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())

    return nn.Sequential(
        block(1, 8, (5, 3), (2, 2), (2, 1)),
        block(8, 8, 3, 1, 1, groups=8),
        block(8, 10, 1, 1, 0),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(10, 4),
    )


def temporal() -> nn.Module:
    """Temporal convolutions with a residual and a mean over time."""
    return nn.Sequential(
        BandsFirst(),
        nn.Conv1d(5, 8, 5, stride=2, padding=2),
        nn.ReLU(),
        Residual(8),
        nn.MaxPool1d(2),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Linear(8, 4),
    )


def dense() -> nn.Module:
    """A frame stack and dense layers."""
    return nn.Sequential(nn.Flatten(), nn.Linear(30, 12), nn.ReLU(), nn.Linear(12, 4))


class FakeQuantized(nn.Module):
    """A dense network with PyTorch's fake quantization, whose export keeps float weights before QuantizeLinear."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(30, 12), nn.Linear(12, 4)])
        self.scales = [(layer.weight.detach().abs().amax(1) / 127).tolist() for layer in self.layers]
        self.units = [(0.025, 3), (0.009, -128), (0.008, 5)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[1, 6, 5] -> [1, 4]."""
        x = torch.fake_quantize_per_tensor_affine(x.flatten(1), *self.units[0], -128, 127)
        for index, layer in enumerate(self.layers):
            scales = torch.tensor(self.scales[index])
            zeros = torch.zeros(len(scales), dtype=torch.int32)
            weight = torch.fake_quantize_per_channel_affine(layer.weight, scales, zeros, 0, -128, 127)
            x = nn.functional.linear(x, weight, layer.bias)
            x = torch.relu(x) if index == 0 else x
            x = torch.fake_quantize_per_tensor_affine(x, *self.units[index + 1], -128, 127)
        return x


class Reader(CalibrationDataReader):
    """Random frames for calibration."""

    def __init__(self, shape: list[int]) -> None:
        self.items: Iterator[dict] = iter(
            [{"frames": np.random.default_rng(seed).normal(size=shape).astype(np.float32)} for seed in range(64)]
        )

    def get_next(self) -> dict | None:
        """The next sample."""
        return next(self.items, None)


def export(network: nn.Module, shape: list[int], path: Path) -> None:
    """Writes a float model; batch normalisation is folded by the exporter."""
    torch.onnx.export(
        network,
        (torch.randn(shape),),
        str(path),
        dynamo=False,
        opset_version=17,
        input_names=["frames"],
        output_names=["logits"],
    )


def main() -> int:
    """Writes every model and its golden vectors."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    torch.manual_seed(7)
    work = Path(tempfile.mkdtemp())
    networks = {"dense": (dense(), [1, 6, 5]), "temporal": (temporal(), [1, 12, 5]), "dscnn": (dscnn(), [1, 1, 11, 8])}
    for name, (network, shape) in networks.items():
        export(network.eval(), shape, work / "float.onnx")
        for suffix, kind in (("", QuantType.QInt8), ("_uint8", QuantType.QUInt8)):
            quantize_static(
                work / "float.onnx",
                FIXTURES / f"exported_{name}{suffix}.onnx",
                Reader(shape),
                quant_format=QuantFormat.QDQ,
                per_channel=name != "dense",
                activation_type=kind,
                weight_type=QuantType.QInt8,
            )
    export(FakeQuantized().eval(), [1, 6, 5], FIXTURES / "exported_fake_quantized.onnx")

    for path in sorted(FIXTURES.glob("exported_*.onnx")):
        model = onnx.load(path)
        model.doc_string = ""
        for node in model.graph.node:
            node.doc_string = ""
        onnx.save(model, path)
        peer = Path(__file__).with_name("onnx_peer.py")
        files = ["--input", str(path.with_suffix(".input")), "--output", str(path.with_suffix(".output"))]
        subprocess.run([sys.executable, str(peer), str(path), *files, "--samples", "32"], check=True)
        print(path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Networks quantized by PyTorch itself, and exported by both of its exporters.

torch.ao's graph mode (FX) is part of torch; quantization of exported programs (pt2e) has moved to torchao.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator

import onnx
import torch
from peer_networks import network
from torch import nn
from torch.ao.quantization import QConfigMapping, get_default_qat_qconfig_mapping, get_default_qconfig_mapping
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx, prepare_qat_fx

NAMES = {"input_names": ["frames"], "output_names": ["logits"]}


def exported(module: nn.Module, shape: list[int], *, dynamo: bool) -> onnx.ModelProto:
    """The module as ONNX."""
    frames = (torch.randn(shape),)
    if dynamo:
        return torch.onnx.export(module, frames, dynamo=True, verbose=False, **NAMES).model_proto
    buffer = io.BytesIO()
    torch.onnx.export(module, frames, buffer, dynamo=False, opset_version=17, **NAMES)
    return onnx.load_from_string(buffer.getvalue())


def calibrated(module: nn.Module, shape: list[int]) -> nn.Module:
    """The module after its observers have seen random frames."""
    with torch.no_grad():
        for seed in range(32):
            module(torch.randn(shape, generator=torch.Generator().manual_seed(seed)))
    return module


def graph_mode(name: str, mapping: QConfigMapping) -> onnx.ModelProto:
    """Post-training quantization in FX graph mode."""
    module, shape = network(name)
    prepared = calibrated(prepare_fx(copy.deepcopy(module), mapping, (torch.randn(shape),)), shape)
    return exported(convert_fx(prepared), shape, dynamo=False)


def fake_quantized(name: str) -> onnx.ModelProto:
    """Quantization-aware training in FX graph mode, exported with the fake quantization in place."""
    module, shape = network(name)
    mapping = get_default_qat_qconfig_mapping("qnnpack", version=0)
    prepared = calibrated(
        prepare_qat_fx(copy.deepcopy(module).train(), mapping, (torch.randn(shape),)), [4, *shape[1:]]
    )
    prepared.eval().apply(torch.ao.quantization.disable_observer)
    return exported(prepared, shape, dynamo=False)


def program(name: str, quantizer: Callable) -> onnx.ModelProto:
    """Post-training quantization of an exported program (pt2e)."""
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

    module, shape = network(name)
    graph = torch.export.export(module, (torch.randn(shape),)).module()
    prepared = calibrated(prepare_pt2e(graph, quantizer()), shape)
    return exported(convert_pt2e(prepared), shape, dynamo=True)


def x86_quantizer():
    """uint8 activations, int8 weights by channel."""
    from torchao.quantization.pt2e.quantizer import x86_inductor_quantizer as x86

    return x86.X86InductorQuantizer().set_global(x86.get_default_x86_inductor_quantization_config())


def xnnpack_quantizer():
    """int8 activations, int8 weights by channel, biases in float."""
    from torchao.testing.pt2e._xnnpack_quantizer import XNNPACKQuantizer, get_symmetric_quantization_config

    return XNNPACKQuantizer().set_global(get_symmetric_quantization_config(is_per_channel=True))


def variants() -> Iterator[tuple[str, Callable[[], onnx.ModelProto]]]:
    """Name and maker of every model that torch can export.

    The exporter of programs reads neither the modules of graph mode nor its fake quantization; the older one reads no
    programs.
    """
    for name in ("dense", "temporal", "columns", "dscnn"):
        for backend in ("x86", "qnnpack"):
            # A column is quantized after its axis was added, which the older exporter refuses.
            if name != "columns":
                mapping = get_default_qconfig_mapping(backend)
                yield f"torch_{name}_fx_{backend}", lambda name=name, mapping=mapping: graph_mode(name, mapping)
        yield f"torch_{name}_qat", lambda name=name: fake_quantized(name)
        for label, quantizer in (("x86", x86_quantizer), ("xnnpack", xnnpack_quantizer)):
            yield f"torch_{name}_pt2e_{label}", lambda name=name, quantizer=quantizer: program(name, quantizer)

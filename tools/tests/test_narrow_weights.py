"""Models below eight bits: training's integers, its ONNX files, QONNX's own executor and the runtime agree."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools" / "train"))

from dormouse_train import integer, recipe  # noqa: E402
from dormouse_train.export import save_onnx, to_onnx  # noqa: E402
from dormouse_train.library import LibraryError, load  # noqa: E402
from dormouse_train.networks import build_network  # noqa: E402
from dormouse_train.quantizers import encoding  # noqa: E402
from dormouse_train.runtime import Runtime  # noqa: E402

torch.set_num_threads(1)

NETWORKS = ("dense", "temporal")
ENCODINGS = [
    *(f"int{bits}" for bits in range(2, 9)),
    *(f"rise{bits}" for bits in range(2, 8)),
    *("ternary", "binary", "codebook2", "codebook3", "codebook4"),
]
MIXED = {
    "dense": {"default": {"encoding": "int4", "quantizer": "tanh"}, "logits": {"encoding": "int8"}},
    "temporal": {
        "stem": {"encoding": "int5", "quantizer": "tanh"},
        "time*": {"encoding": "int4", "quantizer": "linear"},
        "mix1": {"encoding": "binary", "quantizer": "binary"},
        "mix2": {"encoding": "codebook3", "quantizer": "codebook"},
        "logits": {"encoding": "rise2", "quantizer": "tanh"},
    },
}
CASES = [(network, name) for network in NETWORKS for name in (*ENCODINGS, "mixed")]


def sections(network: str, name: str) -> dict:
    """Weight sections of a case; depthwise layers keep 8 bits where all others have fewer."""
    if name == "mixed":
        return MIXED[network]
    family = encoding(name).family
    quantizer = family if family in ("ternary", "binary", "codebook") else "tanh"
    found = {"default": {"encoding": name, "quantizer": quantizer}}
    return found if network == "dense" else found | {"time*": {"encoding": "int8", "quantizer": "linear"}}


def narrow_network(network: str, name: str, seed: int = 3):
    """A small network that went from float through both stages without training, its recipe, and frames.

    Sizes leave remainders in every group of the packed layouts; the pool averages an odd number of steps, so that
    its mean is never half a step.
    """
    settings = recipe.parse_recipe(
        {
            "task": "zero",
            "network": network,
            "shape": {"context": 25, "hidden": [37, 18], "channels": 21, "blocks": 2, "kernel": 5},
            "weights": sections(network, name),
        }
    )
    torch.manual_seed(seed)
    frames = np.random.default_rng(seed).normal(-17, 44, (300, 25, settings.front_end.bands))
    frames = np.clip(np.rint(frames), -128, 127).astype(np.int8)
    made = build_network(settings)
    made.begin_grids()
    with torch.no_grad():
        for layer in made.weights.values():
            if layer.normalization is not None:  # negative factors turn levels around when they are folded in
                layer.normalization.weight.copy_(torch.randn(layer.shape[0]))
                layer.normalization.bias.copy_(0.3 * torch.randn(layer.shape[0]))
    made.settle(torch.from_numpy(frames))
    made.quantize(torch.from_numpy(frames))
    return settings, made, frames


@pytest.mark.parametrize(("network", "name"), CASES)
def test_fake_quantized_output_is_that_of_integers(network, name):
    _, made, frames = narrow_network(network, name)
    exact = integer.IntegerNetwork(made)
    for layer in exact.weights.values():
        assert encoding(layer.encoding).holds(layer.weight.astype(int))
    if name != "mixed":
        eight = {"int8"} if network == "temporal" else set()
        assert {layer.encoding for layer in exact.weights.values()} == {name} | eight
    found = integer.differences(made, frames)
    print(network, name, found)
    assert found["float64"] == {"differing_percent": 0, "largest_step": 0}
    assert found["float32"]["differing_percent"] < 2


class Margins:
    """Stands in for `integer.apply_multiplier`, and remembers how near each row of frames came to half a step.

    An addition calls it three times: its two inputs keep 20 more bits, only the third rounds to steps.
    """

    def __init__(self):
        self.nearest: np.ndarray | None = None
        self.calls_of_additions = 0

    def __call__(self, x, mantissa, shift):
        total = 31 - np.asarray(shift, dtype=np.int64)
        product = x.astype(np.int64) * mantissa
        if np.ndim(mantissa) == 0:
            self.calls_of_additions += 1
            if self.calls_of_additions % 3 != 0:
                return (product + (np.int64(1) << (total - 1))) >> total
        part = (product & ((np.int64(1) << total) - 1)) / (np.int64(1) << total)
        margin = np.abs(part - 0.5).reshape(len(x), -1).min(1)
        self.nearest = margin if self.nearest is None else np.minimum(self.nearest, margin)
        return (product + (np.int64(1) << (total - 1))) >> total


@pytest.mark.parametrize(("network", "name"), CASES)
def test_the_executor_of_qonnx_gives_the_same_integers(network, name, monkeypatch):
    execute = pytest.importorskip("qonnx.core.onnx_exec").execute_onnx
    wrapper = pytest.importorskip("qonnx.core.modelwrapper").ModelWrapper
    shapes = pytest.importorskip("qonnx.transformation.infer_shapes").InferShapes
    settings, made, frames = narrow_network(network, name)
    exact = integer.IntegerNetwork(made)
    margins = Margins()
    monkeypatch.setattr(integer, "apply_multiplier", margins)
    expected, tensor = exact(frames), exact.tensors["logits"]
    # Float sums are rounded, and ONNX rounds halves to even: frames where no sum is near half a step must agree.
    clear = np.flatnonzero(margins.nearest > 3e-5)[:4]
    assert len(clear) == 4
    # QONNX runs each standard node as a model of its own, of a version that an older ONNX Runtime may not know.
    monkeypatch.setattr(onnx, "IR_VERSION", 8)
    model = wrapper(to_onnx(made, settings)).transform(shapes())
    for row in clear:
        context = execute(model, {"frames": frames[row][None].astype(np.float32) / 32}, return_full_exec_context=True)
        logits = np.rint(context["logits"][0] / tensor.scale).astype(int) + tensor.zero_point
        assert np.array_equal(logits, expected[row])
    for key, layer in exact.weights.items():
        real = context[f"{key}.weight"] / layer.scales.reshape(-1, *[1] * (layer.weight.ndim - 1))
        assert np.array_equal(np.rint(real), layer.weight)
    print(
        f"{network} {name}: {len(clear)} frames, {sum(layer.weight.size for layer in exact.weights.values())} weights"
    )


@pytest.mark.parametrize(("network", "name"), CASES)
def test_the_runtime_gives_exactly_the_integers_of_training(network, name, tmp_path):
    command = REPOSITORY / ".build" / "release" / "dormouse"
    if not command.exists():
        pytest.skip(f"{command} is not built: swift build -c release")
    try:
        load()
    except LibraryError as error:
        pytest.skip(str(error))
    settings, made, frames = narrow_network(network, name)
    model, image = tmp_path / "model.onnx", tmp_path / "model.dormouse"
    save_onnx(made, settings, model)
    result = subprocess.run([command, "convert", model, "-o", image], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    extremes = np.random.default_rng(4).choice(np.array([-128, 127], dtype=np.int8), (50, *frames.shape[1:]))
    frames = np.concatenate([frames, extremes])
    logits = Runtime(image)(frames)
    print(f"{network} {name}: {logits.size} logits compared, image of {image.stat().st_size} bytes")
    assert np.array_equal(logits, integer.IntegerNetwork(made)(frames))


def test_a_float_network_is_exported_whole():
    onnxruntime = pytest.importorskip("onnxruntime")
    for network in NETWORKS:
        settings = recipe.parse_recipe(
            {
                "task": "zero",
                "network": network,
                "shape": {"context": 25, "hidden": [37, 18], "channels": 21, "blocks": 2, "kernel": 5},
                "weights": {"default": {"encoding": "float"}},
            }
        )
        torch.manual_seed(1)
        made = build_network(settings)
        frames = torch.randint(-128, 128, (64, 25, settings.front_end.bands), dtype=torch.int8)
        made.settle(frames)
        model = to_onnx(made, settings)
        assert {node.op_type for node in model.graph.node} <= {
            *("Gemm", "Conv", "Relu", "Add", "Transpose", "Flatten", "GlobalAveragePool", "Identity")
        }
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        found = [session.run(None, {"frames": row[None].numpy().astype(np.float32) / 32})[0][0] for row in frames]
        with torch.no_grad():
            assert np.array(found) == pytest.approx(made.eval()(frames).numpy(), rel=1e-3, abs=1e-4)


def test_weights_outside_their_grid_are_refused():
    _, made, _ = narrow_network("dense", "int4")
    made.weights["dense2"].frozen.levels[0, 0] = 8
    with pytest.raises(ValueError, match="dense2: a weight is outside the grid of int4"):
        integer.IntegerNetwork(made)
    _, made, _ = narrow_network("dense", "codebook2")
    made.weights["dense1"].frozen.entries[3] = 200
    with pytest.raises(ValueError, match="dense1: the codebook overflows int8"):
        integer.IntegerNetwork(made)


def test_encodings_can_be_told_from_the_file():
    kinds = {}
    for name in ENCODINGS:
        settings, made, _ = narrow_network("dense", name)
        model = to_onnx(made, settings)
        constants = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
        (node,) = (node for node in model.graph.node if node.output[0] == "dense1.weight")
        traits = [node.op_type]
        if node.op_type == "Quant":
            attributes = {entry.name: onnx.helper.get_attribute_value(entry) for entry in node.attribute}
            traits += [float(constants[node.input[3]]), float(constants[node.input[2]]), attributes["narrow"]]
        if name.startswith("codebook"):
            traits.append(len(constants["dense1.weight.table"]))
        kinds.setdefault(tuple(traits), []).append(name)
    alike = [names for names in kinds.values() if len(names) > 1]
    assert alike == [["int2", "ternary"]]  # the same grid

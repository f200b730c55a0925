"""The parts of `tools/bench sub8` and `binary`: bars, tables, narrowed networks, and layers counted under QEMU."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import binary, binary1024, dense250k, float250k, sub8

needs_models = pytest.mark.skipif(not dense250k.MODELS.exists(), reason="../shared/data/models is absent")


def test_bars_that_depend_on_other_results_follow_them():
    results = {
        "zero.float.fdr_at_frr5": 0.010,
        "zero.float.fdr_at_frr5_high": 0.013,
        "commands_temporal.float.accuracy": 0.95,
        "zero.w8.image": 250_000,
        "zero.float.image": 990_000,
        "dense250k.m4f.float.instructions": 900_000,
    }
    bars = sub8.bars(results)
    assert bars["zero.w4.fdr_at_float_frr5"] == ("at most", pytest.approx(0.011))
    assert bars["commands_temporal.w4.accuracy"] == ("at least", pytest.approx(0.945))
    assert bars["commands_temporal.w1.accuracy"] == ("at least", pytest.approx(0.92))
    assert bars["zero.w4.image"] == ("at most", pytest.approx(140_000))
    assert bars["dense250k.m4f.int4.instructions"] == ("at most", pytest.approx(300_000))
    results["zero.float.fdr_at_frr5_high"] = 0.0105
    assert sub8.bars(results)["zero.w8.fdr_at_float_frr5"] == ("at most", pytest.approx(0.0105))
    assert not [key for key in sub8.bars({}) if not key.startswith("dense250k")], "what they depend on is missing"
    assert set(bars) <= set(sub8.keys())


def test_the_table_says_what_is_met_missed_and_skipped():
    lines = sub8.table({"dense250k.m4.int8.instructions": 320_000, "dense250k.host.int4.ratio_litert": 0.75})
    found = {line.split()[0]: line for line in lines[1:]}
    assert list(found) == sub8.keys()
    assert found["dense250k.m4.int8.instructions"].endswith("320,000  at most 330,000, met")
    assert found["dense250k.host.int4.ratio_litert"].endswith("0.7500  at most 0.6000, MISSED")
    assert found["zero.w1.fdr_at_float_frr5"].endswith("skipped")


def test_a_float_image_keeps_what_lies_beside_the_layers():
    report = {"totals": {"flash": 1000, "parameters": 300}, "layers": [{"flash": 400}, {"flash": 350}]}
    assert sub8.float_image(report) == 250 + 4 * 300


@needs_models
@pytest.mark.parametrize("encoding", ["int4", "ternary", "binary", "rise3"])
def test_narrowed_weights_are_the_nearest_of_their_grid(encoding):
    import dense250k_onnx
    import narrow_weights

    layer = dense250k_onnx.layers_of(dense250k.MODELS / "kws250k_int8_perchannel.tflite")[3]
    narrowed = layer.narrowed(encoding)
    grid = narrow_weights.levels_of(encoding).values
    assert set(np.unique(narrowed.weights)) <= set(grid)
    reals = layer.weights * layer.weight_scales.reshape(-1, 1).astype(np.float64)
    steps = narrowed.weight_scales.reshape(-1, 1, 1).astype(np.float64)
    distances = np.abs(reals[:, :, None] - steps * grid)
    chosen = np.abs(reals - steps[:, 0] * narrowed.weights)
    assert np.allclose(chosen, distances.min(2), atol=1e-12)
    # A step of a bias is that of the input times that of the weights.
    assert np.allclose(
        narrowed.bias * narrowed.bias_scales, layer.bias * layer.bias_scales, atol=narrowed.bias_scales.max()
    )


@needs_models
@pytest.mark.skipif(not shutil.which("qemu-system-arm"), reason="not installed: qemu-system-arm")
def test_the_float_baseline_agrees_with_onnx_runtime_on_cortex_m4f():
    network = float250k.prepare()
    # Raises unless all outputs are within tolerance.
    instructions = float250k.device()
    print(f"{instructions} instructions, {float250k.weight_bytes(network)} bytes of weights")
    assert float250k.weight_bytes(network) == 4 * 247_296


def test_binary_bars_that_depend_on_other_results_follow_them():
    results = {
        "commands.float.accuracy": 0.95,
        "commands.binary_analog8.accuracy": 0.81,
        "cascade.int8.accuracy": 0.94,
    }
    bars = binary.bars(results)
    assert bars["commands.binary_logmel.accuracy"] == ("at least", 0.915)
    assert bars["commands.binary_analog8.accuracy_tolerance_mean"] == ("at least", 0.78)
    assert bars["cascade.accuracy"] == ("at least", 0.937)
    assert set(bars) <= set(binary.keys())
    assert "cascade.accuracy" not in binary.bars({}), "what it depends on is missing"


def test_the_binary_table_says_what_is_met_missed_and_skipped():
    measured = {"binary1024x256.m4.instructions_per_mac": 0.27, "cascade.noise.ace_ratio": 0.06, "filters": 12.0}
    found = {line.split()[0]: line for line in binary.table(measured)[1:]}
    assert list(found) == [*binary.keys(), "filters"]
    assert "at most 0.2800, met" in found["binary1024x256.m4.instructions_per_mac"]
    assert found["cascade.noise.ace_ratio"].endswith("at most 0.0500, MISSED")
    assert found["cascade.accuracy"].endswith("skipped")


@pytest.mark.parametrize("core", binary.DEVICE_BARS)
def test_a_binary_multiply_accumulate_keeps_to_its_bar(core):
    emulator = "qemu-system-arm" if core == "m4" else "qemu-system-riscv32"
    if not shutil.which(emulator):
        pytest.skip(f"not installed: {emulator}")
    each = binary1024.device(core) / binary1024.MACS
    print(f"{core}: {each:.4f} instructions")
    assert each <= binary.DEVICE_BARS[core]

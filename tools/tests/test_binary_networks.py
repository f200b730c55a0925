"""Binary networks: training's integers, its ONNX files, QONNX's own executor and the runtime agree."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools" / "train"))

from dormouse_train import ablation, analog, analog_levels, binary_layers, boards, comparators, integer, recipe  # noqa: E402
from dormouse_train.export import front_end_settings, save_onnx, to_onnx  # noqa: E402
from dormouse_train.library import LibraryError, load  # noqa: E402
from dormouse_train.networks import build_network  # noqa: E402
from dormouse_train.quantizers import ESTIMATORS, encoding, sign  # noqa: E402
from dormouse_train.quantizers.sign import quick_sign  # noqa: E402
from dormouse_train.quantizers.stream import exact_factors, odd_bias  # noqa: E402
from dormouse_train.runtime import Runtime, packed  # noqa: E402

torch.set_num_threads(1)

ANALOG = {"front_end": {"kind": "analog", "bands": 8, "window_ms": 25, "hop_ms": 25}}
CASES = {
    "log-mel": {},
    "plain": {"binary": {"thresholds": False, "slopes": False, "residual": "none"}},
    "pairs": {"binary": {"residual": "pair"}},
    "analog": ANALOG,
    "two levels": {},
    "two levels, plain": {"binary": {"thresholds": False, "slopes": False, "residual": "none"}},
    "two levels, analog": ANALOG,
}


def binary_network(case: str, seed: int = 3):
    """A small network that went through all phases without training, its recipe, and frames.

    Channels leave a remainder in a word of 32 bits; normalisations have factors of both signs; where weights have two
    levels, these lie about centers up to a spread from zero.
    """
    analog, leveled = "analog" in case, "two levels" in case
    sections = {"default": {"encoding": "binary", "quantizer": "adabin" if leveled else "binary"}, "logits": {}}
    settings = recipe.parse_recipe(
        {
            "task": "zero",
            "network": "binary",
            "shape": {"context": 25, "channels": 43, "blocks": 3, "kernel": 3, "stem_kernel": 5},
            "weights": sections if analog else {**sections, "stem": {"encoding": "int4", "quantizer": "tanh"}},
            **CASES[case],
        }
    )
    torch.manual_seed(seed)
    frames = np.random.default_rng(seed).normal(-17, 44, (300, 25, settings.front_end.bands))
    frames = np.clip(np.rint(frames), -128, 127).astype(np.int8)
    made = build_network(settings)
    made.prepare(torch.from_numpy(frames))
    made.begin_grids()
    with torch.no_grad():
        for layer in made.weights.values():
            if leveled and layer.encoding == "binary":
                layer.weight.add_(0.3 * layer.weight.std() * torch.randn(layer.shape[0])[:, None, None, None])
            if layer.normalization is not None:
                layer.normalization.weight.copy_(torch.randn(layer.shape[0]))
                layer.normalization.bias.copy_(0.3 * torch.randn(layer.shape[0]))
        for part in (*made.thresholds.values(), *made.bends.values()):
            for parameter in part.parameters():
                if parameter.requires_grad:
                    parameter.add_(0.2 * torch.randn(parameter.shape))
    made.settle(torch.from_numpy(frames))
    made.quantize(torch.from_numpy(frames))
    return settings, made, frames


def with_library():
    """Skips, in its own words, where the shared library isn't built."""
    try:
        load()
    except LibraryError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("case", CASES)
def test_fake_quantized_output_is_that_of_integers(case):
    _, made, frames = binary_network(case)
    exact = integer.IntegerNetwork(made)
    found = integer.differences(made, frames)
    print(case, found, "stream scale", float(made.stream.scale))
    assert found["float64"] == {"differing_percent": 0, "largest_step": 0}
    assert found["float32"]["differing_percent"] < 1
    for step in made.steps:
        if step.name in exact.weights:
            kept = exact.weights[step.name]
            assert encoding(kept.encoding).holds(kept.weight.astype(int))
            assert kept.encoding == ("binary" if made.on_bits(step) else kept.encoding)
            assert (kept.centers is not None) == ("two levels" in case and made.on_bits(step))
            if kept.centers is not None:
                print(step.name, "centers", kept.centers.min(), "to", kept.centers.max())
                assert kept.centers.min() < -64 and kept.centers.max() > 64 and not np.any(kept.centers % 4)


@pytest.mark.parametrize("case", CASES)
def test_the_executor_of_qonnx_gives_the_same_integers(case, monkeypatch):
    execute = pytest.importorskip("qonnx.core.onnx_exec").execute_onnx
    wrapper = pytest.importorskip("qonnx.core.modelwrapper").ModelWrapper
    shapes = pytest.importorskip("qonnx.transformation.infer_shapes").InferShapes
    if "analog" in case:
        with_library()
    settings, made, frames = binary_network(case)
    exact = integer.IntegerNetwork(made)
    expected, tensor = exact(frames), exact.tensors["logits"]
    bits = exact.bits_of(frames)
    # QONNX runs each standard node as a model of its own, of a version that an older ONNX Runtime may not know.
    monkeypatch.setattr(onnx, "IR_VERSION", 8)
    model = wrapper(to_onnx(made, settings)).transform(shapes())
    scale = np.float32(1 if "analog" in case else 1 / 32)
    for row in range(6):
        given = bits[row][None].astype(np.float32) * scale
        logits = execute(model, {"frames": given})["logits"][0]
        assert np.array_equal(np.rint(logits / tensor.scale).astype(int) + tensor.zero_point, expected[row])


@pytest.mark.parametrize("case", CASES)
def test_the_runtime_gives_exactly_the_integers_of_training(case, tmp_path):
    command = REPOSITORY / ".build" / "release" / "dormouse"
    if not command.exists():
        pytest.skip(f"{command} is not built: swift build -c release")
    with_library()
    settings, made, frames = binary_network(case)
    model, image = tmp_path / "model.onnx", tmp_path / "model.dormouse"
    save_onnx(made, settings, model)
    result = subprocess.run([command, "convert", model, "-o", image], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    extremes = np.random.default_rng(4).choice(np.array([-128, 127], dtype=np.int8), (50, *frames.shape[1:]))
    exact = integer.IntegerNetwork(made)
    values = exact.bits_of(np.concatenate([frames, extremes]))
    logits = Runtime(image)(packed(values) if "analog" in case else values)
    print(f"{case}: {logits.size} logits compared, image of {image.stat().st_size} bytes")
    assert np.array_equal(logits, exact.of_input(values))


def test_sums_about_a_center_are_exact_in_float32_and_meet_no_half():
    generator = torch.Generator().manual_seed(6)
    count = 400
    real = torch.exp2(8 * torch.rand(count, generator=generator) - 14)
    centers = torch.randint(-100, 101, (count,), generator=generator) / 64
    inputs = 480
    reach = inputs * (1 + centers.abs())
    bias = real * reach * torch.randn(count, generator=generator) * torch.tensor([0.1, 10.0]).repeat(count // 2)
    factors, step = exact_factors(real, reach, bias), 2.0**-10
    kept = odd_bias(bias, factors)
    close = real * reach > bias.abs()
    error = ((factors - real) / real).abs()[close]
    print(f"factors off by {100 * error.mean():.2f} % in the mean, {100 * error.max():.2f} % at most")
    assert error.max() < 0.03
    dots = torch.randint(0, inputs + 1, (1000, 1), generator=generator) * 2 - inputs
    totals = torch.randint(0, inputs + 1, (1000, 1), generator=generator) * 2 - inputs
    sums = dots + centers * totals
    exact = sums.double() * factors.double() + kept.double()
    assert torch.equal((sums * factors + kept).double(), exact)
    assert not torch.any(torch.remainder(exact / step, 1) == 0.5)


def test_integers_about_a_center_go_on_learning_and_stay_exact():
    _, made, frames = binary_network("two levels")
    given, wanted = torch.from_numpy(frames), torch.from_numpy(frames[:, 3, :1] > -17).long()[:, 0]
    named = dict(made.named_parameters())
    before = {key: value.detach().clone() for key, value in named.items()}
    optimizer = torch.optim.Adam([value for value in named.values() if value.requires_grad], 1e-3)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(made.train()(given), wanted)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print("loss", losses[0], "to", losses[-1])
    assert losses[-1] < losses[0]
    for name in ("binary1", "binary2", "binary3"):
        for part in ("frozen.log_gain", "bias"):
            assert torch.all(torch.isfinite(named[f"weights.{name}.{part}"]))
            assert not torch.equal(named[f"weights.{name}.{part}"], before[f"weights.{name}.{part}"])
    found = integer.differences(made.eval(), frames)
    assert all(kind == {"differing_percent": 0, "largest_step": 0} for kind in found.values()), found


def test_layers_whose_sums_float32_cannot_hold_are_refused_by_name():
    _, made, _ = binary_network("two levels")
    made.weights["binary2"].frozen.center_steps.fill_(4095)
    with pytest.raises(ValueError, match="binary2: sums of weights about a center reach 8383, beyond 8192"):
        made.scales(next(step for step in made.steps if step.name == "binary2"))


def test_levels_reach_exported_thresholds_when_the_bits_of_the_device_are_set():
    with_library()
    settings = recipe.FrontEndSettings(kind="analog", bands=8, window_ms=10, hop_ms=10, low_hz=50, high_hz=8000)
    ends = analog_levels.AnalogLevels(settings)
    rng = np.random.default_rng(5)
    # Within some 10 dB: what is louder than that over a threshold clips on the device, and then ends sooner.
    samples = rng.normal(0, 1, (40, 16000)) * 10 ** rng.uniform(2.5, 3, (40, 1))
    samples *= 1 + 0.5 * np.sin(np.arange(16000) / 900)
    samples = np.clip(samples, -32768, 32767).astype(np.int16)
    levels = ends.features_batch(samples)
    thresholds = np.percentile(levels, np.linspace(30, 80, 8), axis=(0, 1)).diagonal().astype(int)
    thresholds = np.maximum(thresholds, comparators.LOWEST)
    parts = ends.realised(thresholds)
    assert np.allclose(parts["threshold_v"], analog_levels.COMPARED * analog_levels.SUPPLY, rtol=1e-4)
    device = analog.AnalogBinary({**analog_levels.described(settings), **parts, "hysteresis_v": 1e-5})
    bits = device.unpack(device.features_batch(samples))
    agreement = np.mean(bits == (levels >= thresholds))
    print(f"{100 * agreement:.3f} % of {bits.size} bits, of which {100 * bits.mean():.0f} % are set")
    assert agreement > 0.999
    standard = analog.AnalogBinary({**analog_levels.described(settings), **parts})
    bits = standard.unpack(standard.features_batch(samples))
    assert np.mean(bits == (levels >= thresholds)) > 0.99


def test_quick_convolution_has_the_values_and_gradients_of_pytorchs_own():
    torch.manual_seed(1)
    for times, kernel, stride in ((25, 3, 1), (24, 5, 2), (100, 11, 4)):
        x = sign(torch.randn(4, 33, times, 1)).requires_grad_(True)
        weight = sign(torch.randn(7, 33, kernel, 1)).requires_grad_(True)
        made = binary_layers.convolution(x, weight, stride, kernel // 2)
        with torch.no_grad():
            wanted = binary_layers.convolution(x, weight, stride, kernel // 2)
        assert made.grad_fn is not None and wanted.grad_fn is None
        assert (made - wanted).abs().max() <= 1  # sums beyond 256 are rounded to even ones
        pull = sign(torch.randn_like(wanted))
        ours = torch.autograd.grad(made, (x, weight), pull)
        theirs = torch.autograd.grad(
            torch.nn.functional.conv2d(x, weight, None, (stride, 1), (kernel // 2, 0)), (x, weight), pull
        )
        for mine, own in zip(ours, theirs, strict=True):
            assert torch.allclose(mine, own, rtol=0.01, atol=0.5)


def test_a_bend_has_the_values_and_gradients_of_prelu():
    torch.manual_seed(1)
    bend = binary_layers.Bend(5)
    x = torch.randn(3, 5, 7, 1, requires_grad=True)
    made = bend(x, None)
    wanted = torch.nn.functional.prelu(x, bend.slope)
    assert torch.allclose(made, wanted)
    pull = torch.randn_like(made)
    for mine, own in zip(
        torch.autograd.grad(made, (x, bend.slope), pull),
        torch.autograd.grad(wanted, (x, bend.slope), pull),
        strict=True,
    ):
        assert torch.allclose(mine, own, atol=1e-5)


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_estimators_give_the_sign_and_their_own_gradient(name):
    estimator = ESTIMATORS[name]()
    estimator.advance(0.6)
    x = torch.tensor([-3.0, -1.5, -0.75, -0.25, 0.0, 0.25, 0.75, 1.5, 3.0], requires_grad=True)
    found = estimator(x)
    assert found.tolist() == [-1, -1, -1, -1, 1, 1, 1, 1, 1]
    (gradient,) = torch.autograd.grad(found.sum(), x)
    steep = 10 ** (-2 + 3 * 0.6)
    wanted = {
        "clip": [0, 0, 1, 1, 1, 1, 1, 0, 0],
        "piecewise": [0, 0, 0.5, 1.5, 2, 1.5, 0.5, 0, 0],
        "tanh": (max(1, steep) * (1 - np.tanh(steep * x.detach().numpy()) ** 2)).tolist(),
        "linear": [0, 0.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0.5, 0],
    }[name]
    assert gradient.tolist() == pytest.approx(wanted, abs=1e-5)


def test_the_quick_sign_is_the_sign():
    x = torch.cat([torch.randn(1000), torch.tensor([0.0, -0.0, 1e-20, -1e-20, 1e20, -1e20])])
    assert torch.equal(quick_sign(x), sign(x))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"binary": {"estimator": "cosine"}}, r"\[binary\]: no sign estimator 'cosine'; there are clip, linear"),
        ({"binary": {"residual": "triple"}}, r"\[binary\] residual is one of each, pair, none, not 'triple'"),
        ({"front_end": {"kind": "mfcc"}}, r"\[front_end\] kind is one of log-mel, analog, not 'mfcc'"),
        ({"network": "dense", "front_end": {"kind": "analog"}}, "only the network binary takes"),
    ],
)
def test_recipes_that_ask_for_what_there_is_not_are_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        recipe.parse_recipe({"task": "zero", "network": "binary", **settings})


def test_layers_on_bits_take_binary_weights_only():
    settings = recipe.parse_recipe({"task": "zero", "network": "binary", "weights": {"default": {"encoding": "int8"}}})
    with pytest.raises(ValueError, match="binary1 multiplies bits: its weights are binary, not int8"):
        build_network(settings)


def test_weights_about_a_center_are_for_layers_on_bits():
    section = {"encoding": "binary", "quantizer": "adabin"}
    for network in ("dense", "temporal", "binary"):
        settings = recipe.parse_recipe({"task": "zero", "network": network, "weights": {"default": section}})
        with pytest.raises(ValueError, match="multiplies 8 bits: its weights lie about zero, those of AdaBinQuantizer"):
            build_network(settings)


def test_every_variant_of_the_ablation_is_a_network_that_learns():
    base = recipe.load_recipe("commands", "binary")
    for name, changes in ablation.VARIANTS.items():
        settings = ablation.variant(base, changes)
        settings.shape.channels, settings.shape.blocks = 12, 2
        torch.manual_seed(1)
        made = build_network(settings).train()
        made.begin_grids()
        made.advance(0.5)
        made(torch.randint(-128, 128, (4, 49, 40), dtype=torch.int8)).square().sum().backward()
        still = [key for key, value in made.named_parameters() if value.requires_grad and value.grad is None]
        still = [key for key in still if not key.endswith(("log_gain", "bias"))]
        print(name, still)
        assert not [key for key in still if key.endswith(("weight", "slope", "level"))], name


def test_the_summary_of_an_ablation_has_means_and_deviations():
    found = ablation.summary({"a": {"1": 90.0, "2": 92.0}, "b": {"1": 80.0}})
    assert found["a"] == {"mean": 91.0, "seeds": {"1": 90.0, "2": 92.0}, "deviation": 1.41}
    assert found["b"] == {"mean": 80.0, "seeds": {"1": 80.0}}


def test_bits_are_packed_into_words_of_32():
    bits = np.where(np.random.default_rng(2).random((3, 5, 41)) < 0.5, -1, 1).astype(np.int8)
    words = packed(bits).view("<u4")
    assert words.shape == (3, 5, 2)
    for channel in range(64):
        wanted = bits[..., channel] > 0 if channel < 41 else np.zeros((3, 5), bool)
        assert np.array_equal(words[..., channel // 32] >> (channel % 32) & 1, wanted)


def test_random_boards_can_be_built_and_differ_as_their_parts_do():
    with_library()
    settings = recipe.parse_recipe(
        {
            "task": "zero",
            "network": "binary",
            "front_end": {"kind": "analog", "bands": 64, "window_ms": 25, "hop_ms": 25, "low_hz": 50, "high_hz": 8000},
            "weights": {"default": {"encoding": "binary", "quantizer": "binary"}, "logits": {}},
        }
    )
    designed = front_end_settings(settings, np.tile([-33, 40, 90, 127], 16))
    rng = np.random.default_rng(3)
    made = [boards.board(designed, rng) for _ in range(20)]
    for each in (designed, *made):
        analog.AnalogBinary(each)
    tuned = np.array([each["centre_hz"] for each in made]) / designed["centre_hz"]
    volts = np.array([each["threshold_v"] for each in made]) - designed["threshold_v"]
    print(f"centres off by {100 * tuned.std():.1f} %, thresholds by {1000 * volts[:, 1::4].std():.0f} mV")
    assert 0.03 < tuned[:, :-4].std() < 0.05  # two components, each evenly within 5 %
    assert 0.055 < volts[:, 1::4].std() < 0.075  # 3.5 % of 1.8 V, and a divider

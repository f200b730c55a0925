"""Quantizers: every encoding's grid, the registry, and recipes that ask for what there isn't."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools" / "train"))

from dormouse_train import recipe  # noqa: E402
from dormouse_train.networks import build_network  # noqa: E402
from dormouse_train.quantizers import ACTIVATIONS, WEIGHTS, FrozenWeight, encoding, register  # noqa: E402

torch.set_num_threads(1)

GRIDS = {
    **{f"int{bits}": set(range(-(2 ** (bits - 1)) + 1, 2 ** (bits - 1))) for bits in range(2, 9)},
    **{f"rise{bits}": set(range(-(2**bits) + 1, 2**bits, 2)) for bits in range(2, 8)},
    "ternary": {-1, 0, 1},
    "binary": {-1, 1},
}
PAIRS = [
    *(("tanh", name) for name in GRIDS),
    *(("linear", name) for name in GRIDS if name not in ("ternary", "binary")),
    ("ternary", "ternary"),
    ("binary", "binary"),
    ("xnor", "binary"),
    ("balanced", "binary"),
    *(("codebook", f"codebook{bits}") for bits in (2, 3, 4)),
]


def weight_and_latent(quantizer, seed: int = 1):
    """A bell-shaped weight of channels of very different size, and what the quantizer makes of it."""
    weight = torch.randn(24, 400, generator=torch.Generator().manual_seed(seed)) * torch.logspace(-3, 1, 24)[:, None]
    return weight, quantizer.begin(weight)


@pytest.mark.parametrize(("name", "encoded"), PAIRS)
def test_weights_lie_on_the_grid_of_their_encoding(name, encoded):
    quantizer = WEIGHTS[name](encoding(encoded), 24)
    weight, latent = weight_and_latent(quantizer)
    levels, scales = quantizer.levels(latent), quantizer.scales(latent)
    grid = GRIDS.get(encoded) or set(quantizer.table().int().tolist())
    assert set(levels.int().flatten().tolist()) <= grid
    assert max(map(abs, grid)) <= 127
    assert scales.shape == (24,) and torch.all(scales > 0)
    assert torch.allclose(quantizer(latent).detach(), scales[:, None] * levels, rtol=1e-4)
    error = (scales[:, None] * levels - weight).square().mean(1).sqrt() / weight.square().mean(1).sqrt()
    print(f"{name} {encoded}: relative error {error.mean():.4f}")
    # The least that levels at equal distances leave of a bell: 0.60 with two of them, 0.44 with three, 0.34 with four,
    # then about half with each bit. To cover the largest of 400 weights costs up to twice that.
    least = {"binary": 0.60, "ternary": 0.44, "int2": 0.44}.get(encoded, 1.15 * 0.565 ** encoding(encoded).bits)
    assert error.mean() < least * (3.2 if name == "linear" else 1.12)


@pytest.mark.parametrize(("name", "encoded"), PAIRS)
def test_latents_and_gains_learn(name, encoded):
    quantizer = WEIGHTS[name](encoding(encoded), 24)
    _, latent = weight_and_latent(quantizer)
    latent.requires_grad_(True)
    quantizer(latent).square().sum().backward()
    assert latent.grad.abs().sum() > 0
    if quantizer.log_gain.requires_grad:
        assert torch.all(quantizer.log_gain.grad != 0)


def test_squashed_weights_differentiate_as_tanh_does():
    quantizer = WEIGHTS["tanh"](encoding("int4"), 1)
    latent = torch.tensor([[-1.5, -0.2, 0.0, 0.7, 2.0]], requires_grad=True)
    quantizer(latent).sum().backward()
    expected = 7 * (1 - np.tanh([-1.5, -0.2, 0.0, 0.7, 2.0]) ** 2)
    assert latent.grad.numpy()[0] == pytest.approx(expected, rel=1e-5)


def test_both_tanh_forms_and_grids_round_as_defined():
    latent = torch.linspace(-2, 2, 401)[None]
    squashed = np.tanh(latent.numpy())
    mid_tread = WEIGHTS["tanh"](encoding("int3"), 1).levels(latent).numpy()
    assert np.array_equal(mid_tread, np.clip(np.floor(squashed * 3 + 0.5), -3, 3))
    mid_rise = WEIGHTS["tanh"](encoding("rise3"), 1).levels(latent).numpy()
    assert np.array_equal(mid_rise / 8, np.clip((np.floor(squashed * 4) + 0.5) / 4, -0.875, 0.875))
    normalized = WEIGHTS["tanh"](encoding("int3"), 1, form="normalized").levels(latent).numpy()
    assert np.array_equal(
        normalized, np.clip(np.floor((squashed / squashed.max()).astype(np.float32) * 3 + 0.5), -3, 3)
    )


@pytest.mark.parametrize("encoded", ["int3", "rise3", "binary"])
def test_the_cosine_regularizer_is_zero_on_the_grid_alone(encoded):
    quantizer = WEIGHTS["tanh"](encoding(encoded), 1, cosine=1.0)
    steps = {"int3": np.arange(-2, 3) / 3, "rise3": np.arange(-7, 8, 2) / 8, "binary": np.array([-0.9999, 0.9999])}
    on_grid = torch.atanh(torch.tensor(steps[encoded])[None].float())
    assert quantizer.regularization(on_grid).item() < 2e-4
    assert quantizer.regularization(torch.tensor([[0.4, -0.2]])).item() > 0.3
    assert WEIGHTS["tanh"](encoding(encoded), 1).regularization(on_grid) is None


def test_a_new_quantizer_is_one_class_and_its_name():
    table = dict(WEIGHTS)

    @register(table, "halved")
    class Halved(WEIGHTS["linear"]):
        """An example."""

    assert table["halved"] is Halved
    with pytest.raises(ValueError, match="'halved' already: Halved"):
        register(table, "halved")(Halved)
    assert set(WEIGHTS) == {"linear", "tanh", "ternary", "binary", "xnor", "balanced", "adabin", "codebook"}
    assert set(ACTIVATIONS) == {"affine"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"weights": {"default": {"encoding": "int9"}}},
            r"\[weights.default\]: encoding 'int9': int takes 2 to 8 bits",
        ),
        (
            {"weights": {"default": {"encoding": "int0"}}},
            r"\[weights.default\]: encoding 'int0': int takes 2 to 8 bits",
        ),
        (
            {"weights": {"logits": {"encoding": "codebook5"}}},
            r"\[weights.logits\]: .*codebook takes 2 to 4 bits, not 5",
        ),
        ({"weights": {"mix*": {"encoding": "posit4"}}}, r"\[weights.mix\*\]: no encoding 'posit4'"),
        ({"weights": {"mix*": {"encoding": 4}}}, "no encoding 4"),
        (
            {"weights": {"default": {"quantizer": "tan"}}},
            "no weight quantizer 'tan'; there are adabin, balanced",
        ),
        ({"weights": {"default": {"quantizer": "tanh", "gain": 2}}}, "quantizer tanh has no setting gain"),
        ({"weights": {"default": {"quantizer": "tanh", "form": "square"}}}, "form is one of squashed, normalized"),
        ({"weights": {"default": {"quantizer": "binary"}}}, "quantizer binary makes binary weights, not int8"),
        ({"weights": {"encoding": "int4"}}, r"sections such as \[weights.default\], not encoding = 'int4'"),
        ({"weights": {"default": {"encoding": "float"}, "logits": {}}}, "float is for all layers or none"),
        ({"stage1": {"epoch": 3}}, r"\[stage1\] has no setting epoch"),
        ({"stage1": {"distillation": 0.5}}, "distillation needs a float network"),
        ({"quantized": {"activations": "log"}}, r"\[quantized\]: no activation quantizer 'log'"),
        ({"quantised": {}}, "no setting quantised"),
        ({"training": 3}, "training is a section"),
    ],
)
def test_recipes_that_ask_for_what_there_is_not_are_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        recipe.parse_recipe({"task": "zero", "network": "dense", **settings})


def test_a_section_that_matches_no_layer_is_refused_by_name():
    settings = recipe.parse_recipe({"task": "zero", "network": "dense", "weights": {"mix*": {"encoding": "int4"}}})
    with pytest.raises(ValueError, match=r"\[weights.mix\*\] matches no layer; there are dense1, dense2"):
        build_network(settings)


def test_the_last_matching_section_counts():
    weights = {"default": {"encoding": "int4"}, "dense*": {"encoding": "int5"}, "dense2": {"encoding": "rise2"}}
    settings = recipe.parse_recipe({"task": "zero", "network": "dense", "weights": weights})
    found = {name: layer.encoding for name, layer in build_network(settings).weights.items()}
    assert found == {"dense1": "int5", "dense2": "rise2", "dense3": "int5", "logits": "int4"}


def test_weights_about_a_mean_have_the_two_levels_of_least_error_of_their_channel():
    quantizer = WEIGHTS["adabin"](encoding("binary"), 24)
    weight, latent = weight_and_latent(quantizer)
    latent = (latent + 0.5 * weight.std(1, keepdim=True)).requires_grad_(True)
    made = quantizer(latent)
    assert all(len(channel.unique()) == 2 for channel in made.detach().round(decimals=5))
    middle = (made.amax(1) + made.amin(1)) / 2
    assert torch.allclose(middle, latent.mean(1), rtol=1e-3, atol=1e-5)
    made.square().sum().backward()
    assert latent.grad.abs().sum() > 0


def test_frozen_weights_about_a_mean_are_integers_and_turn_around_with_a_negative_factor():
    quantizer = WEIGHTS["adabin"](encoding("binary"), 24)
    weight, latent = weight_and_latent(quantizer)
    latent = latent + 0.5 * weight.std(1, keepdim=True) * torch.linspace(-1, 1, 24)[:, None]
    factor = torch.linspace(-2, 2, 24)
    frozen = FrozenWeight.of(quantizer, latent, factor)
    assert set(frozen.levels.unique().tolist()) == {-1, 1}
    assert torch.equal(frozen.center_steps, frozen.center_steps.round()) and frozen.center_steps.abs().max() > 20
    wanted = quantizer(latent) * factor[:, None]
    # Centers are rounded to 1/64 of the spread.
    assert torch.all((frozen() - wanted).abs() <= frozen.scales()[:, None] * (0.5 / 64 + 1e-5))
    restored = FrozenWeight.of(quantizer, torch.randn(24, 400), torch.ones(24))
    restored.load_state_dict(frozen.state_dict())
    assert torch.equal(restored(), frozen())
    constant = FrozenWeight.of(quantizer, torch.ones(24, 400), torch.ones(24))
    assert torch.all(constant.centers() < 64)

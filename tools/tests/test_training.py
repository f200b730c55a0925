"""Training: quantizers, integer arithmetic, export, resume, and which recordings may teach."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools" / "train"))

from dormouse_train import augment, batches, feature_sets, integer, quantizers, recipe, recordings, synthesis  # noqa: E402
from dormouse_train.evaluation import clip_frames  # noqa: E402
from dormouse_train.export import save_onnx, to_onnx  # noqa: E402
from dormouse_train.library import LibraryError, load  # noqa: E402
from dormouse_train.networks import build_network  # noqa: E402
from dormouse_train.run import Place, Run  # noqa: E402
from dormouse_train.runtime import Runtime  # noqa: E402
from dormouse_train.streaming import detections  # noqa: E402

torch.set_num_threads(1)
DATA = REPOSITORY.parent / "shared" / "data"
INT8_NETWORKS = ("dense", "temporal")


@pytest.fixture
def front_end_library():
    """Skips, in its own words, where the shared library isn't built."""
    try:
        load()
    except LibraryError as error:
        pytest.skip(str(error))


def small_recipe(network: str) -> recipe.Recipe:
    """A network of some thousand weights."""
    made = recipe.parse_recipe(
        {
            "task": "zero",
            "network": network,
            "held_out": ["wow"],
            "shape": {"context": 24, "hidden": [32, 16], "channels": 16, "blocks": 2, "kernel": 5},
            "training": {"epochs": 2, "batch": 16, "sets": 1, "unknown": 40, "silence": 16, "averaging": 0.5},
            "quantized": {"epochs": 1, "calibration": 64},
        },
    )
    return made


def quantized_network(network: str, seed: int = 3):
    """A small network with settled statistics and ranges, and frames to run it on."""
    settings = small_recipe(network)
    torch.manual_seed(seed)
    frames = np.random.default_rng(seed).normal(-17, 44, (300, 24, settings.front_end.bands))
    frames = np.clip(np.rint(frames), -128, 127).astype(np.int8)
    made = build_network(settings).train()
    for _ in range(20):
        made(torch.from_numpy(frames))
    made.quantize(torch.from_numpy(frames))
    return settings, made, frames


@pytest.mark.parametrize("real", [1e-7, 0.0003, 0.49999999999, 0.5, 0.7, 0.9999999999, 1.0, 3.25])
def test_multiplier_rounds_half_up_as_exact_fractions_do(real):
    mantissa, shift = integer.quantize_multiplier(real)
    assert mantissa / 2**31 * 2**shift == pytest.approx(real, rel=2**-30)
    values = np.random.default_rng(1).integers(-(2**26), 2**26, 500)
    values[:4] = [0, 1, -1, 2**26]
    factor = Fraction(mantissa) * Fraction(2) ** (shift - 31)
    expected = [(Fraction(int(x)) * factor + Fraction(1, 2)).__floor__() for x in values]
    assert integer.apply_multiplier(values, mantissa, shift).tolist() == expected


def test_weights_are_symmetric_per_channel_and_within_127():
    weight = torch.randn(6, 5, 3, generator=torch.Generator().manual_seed(1)) * torch.logspace(-3, 2, 6)[:, None, None]
    quantizer = quantizers.WEIGHTS["linear"](quantizers.encoding("int8"), 6)
    q, scales = quantizer.levels(weight), quantizer.scales(weight)
    assert q.abs().flatten(1).amax(1).tolist() == [127] * 6
    assert torch.all((q * scales[:, None, None] - weight).abs() <= scales[:, None, None] * 0.501)


@pytest.mark.parametrize(("low", "high"), [(0.0, 6.0), (-3.0, 5.0), (-1e-3, 40.0), (-2.0, 0.0)])
def test_activation_range_holds_zero_exactly(low, high):
    scale, zero_point = quantizers.activation_range(low, high)
    assert -128 <= zero_point <= 127
    activation = quantizers.Activation(scale, zero_point)
    values = activation(torch.tensor([0.0, low, high, low - 9, high + 9]))
    assert values[0] == 0
    assert values.numpy() == pytest.approx([0, low, high, low, high], abs=scale)


def test_fake_quantization_passes_gradients_only_within_the_range():
    x = torch.tensor([-9.0, -0.3, 0.4, 9.0], requires_grad=True)
    quantizers.Activation(*quantizers.activation_range(-1.0, 1.0))(x).sum().backward()
    assert x.grad.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("network", INT8_NETWORKS)
def test_fake_quantized_output_is_that_of_integers_in_float64_and_nearly_in_float32(network):
    _, made, frames = quantized_network(network)
    found = integer.differences(made, frames)
    print(network, found)
    assert found["float64"] == {"differing_percent": 0, "largest_step": 0}
    assert found["float32"]["differing_percent"] < 2
    assert found["float32"]["largest_step"] <= 2


@pytest.mark.parametrize("network", INT8_NETWORKS)
def test_onnx_runs_to_the_same_logits_within_one_step(network):
    onnxruntime = pytest.importorskip("onnxruntime")
    settings, made, frames = quantized_network(network)
    model = to_onnx(made, settings)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    exact = integer.IntegerNetwork(made)
    expected, tensor = exact(frames[:100]), exact.tensors["logits"]
    real = [session.run(None, {"frames": row[None].astype(np.float32) / 32})[0][0] for row in frames[:100]]
    steps = np.rint(np.array(real) / tensor.scale).astype(int) + tensor.zero_point
    worst = np.abs(steps - expected).max()
    print(f"{network}: ONNX Runtime and integers differ by at most {worst}")
    assert worst <= 1
    clear = np.sort(expected, axis=1)
    clear = clear[:, -1].astype(int) - clear[:, -2] > 1
    assert np.array_equal(steps.argmax(1)[clear], expected.argmax(1)[clear])


@pytest.fixture
def dormouse():
    """The command line, converted with; skips where it isn't built."""
    command = REPOSITORY / ".build" / "release" / "dormouse"
    if not command.exists():
        pytest.skip(f"{command} is not built: swift build -c release")
    return command


@pytest.mark.parametrize("network", INT8_NETWORKS)
def test_the_runtime_gives_exactly_the_logits_of_training(network, tmp_path, dormouse, front_end_library):
    settings, made, frames = quantized_network(network)
    model, image = tmp_path / "model.onnx", tmp_path / "model.dormouse"
    save_onnx(made, settings, model)
    subprocess.run([dormouse, "convert", model, "-o", image], check=True)
    rng = np.random.default_rng(4)
    extremes = rng.choice(np.array([-128, 127], dtype=np.int8), (50, *frames.shape[1:]))
    frames = np.concatenate([frames, extremes])
    logits = Runtime(image)(frames)
    print(f"{network}: {logits.size} logits compared")
    assert np.array_equal(logits, integer.IntegerNetwork(made)(frames))


CONVERTED = [
    image.with_suffix(".onnx")
    for image in sorted((REPOSITORY / "models").glob("*/*.dormouse"))
    # A cascade is joined from two images, which the Swift tests do again.
    if image.with_suffix(".onnx").exists()
]


@pytest.mark.parametrize("model", CONVERTED, ids=lambda path: path.stem)
def test_published_images_are_what_their_onnx_files_convert_to(model, tmp_path, dormouse):
    image = tmp_path / "again.dormouse"
    subprocess.run([dormouse, "convert", model, "-o", image], check=True)
    assert image.read_bytes() == model.with_suffix(".dormouse").read_bytes()
    assert (model.parent / "card.md").exists()


def test_onnx_carries_what_the_runtime_needs():
    settings, made, _ = quantized_network("dense")
    properties = {entry.key: entry.value for entry in to_onnx(made, settings).metadata_props}
    assert properties["dormouse.name"] == "zero-dense"
    assert json.loads(properties["dormouse.labels"]) == ["zero", "unknown", "silence"]
    front = json.loads(properties["dormouse.front_end"])
    assert front["kind"] == "log-mel"
    assert front == settings.front_end.log_mel()
    assert list(json.loads(properties["dormouse.detector"])["keywords"]) == ["zero"]


def test_integer_average_rounds_half_away_from_zero():
    x = np.array([[[3], [4]], [[-3], [-4]], [[1], [0]], [[-128], [-128]]], dtype=np.int8)
    assert integer._average(x).ravel().tolist() == [4, -4, 1, -128]


def tiny_data(folder: Path) -> Path:
    """A data folder of hummed "words": enough to run every step of training."""
    rng = np.random.default_rng(7)

    def hum(hertz: float, seconds: float = 1.0) -> np.ndarray:
        wave = np.sin(2 * np.pi * hertz * np.arange(int(16000 * seconds)) / 16000) * rng.uniform(0.1, 0.5)
        return (wave * 32767 + rng.normal(0, 50, len(wave))).astype(np.int16)

    for split, count in (("training", 12), ("validation", 4)):
        for number, word in enumerate(["zero", "yes", "no", "wow"]):
            target = folder / "speech-commands" / split / f"{word}.zip"
            target.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(target, "w") as archive:
                for clip in range(count):
                    data = io.BytesIO()
                    soundfile.write(data, hum(200 * (number + 1), 0.9), 16000, format="FLAC")
                    archive.writestr(f"{split}{clip:04x}_nohash_0.flac", data.getvalue())
    for kind, name in (("noise", "tap"), ("speech", "librispeech-118-1-0000"), ("speech", "librispeech-26-2-0000")):
        (folder / kind).mkdir(exist_ok=True)
        soundfile.write(folder / kind / f"{name}.opus", hum(90, 6), 16000, format="OGG", subtype="OPUS")
    return folder


def synthetic_hums() -> dict[str, np.ndarray]:
    """Stands in for the synthesizers."""
    samples = np.random.default_rng(9).integers(-8000, 8000, (3, 16000)).astype(np.int16)
    return {"samples": samples, "lengths": np.full(3, 16000, np.int32), "words": np.array(["zero", "wow", "yellow"])}


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A tiny data folder, and feature sets of its size."""
    for name in ("REVERSED", "SPLICES", "SPEECH", "PIECES", "SILENCE"):
        monkeypatch.setattr(feature_sets, name, 20)
    monkeypatch.setattr(synthesis, "_speak_all", synthetic_hums)
    monkeypatch.setattr(recordings, "is_speaker_for_training", lambda name: "-118-" in name)
    return tiny_data(tmp_path / "data")


def test_a_killed_run_resumes_to_the_same_model(tiny, tmp_path, front_end_library):
    settings = small_recipe("temporal")
    loaded = recordings.load_recordings(tiny, tmp_path / "cache")

    def run(name: str, report) -> Run:
        return Run(settings, 5, Place(tmp_path / "cache", tmp_path / name, lambda: loaded), report)

    whole = run("whole", lambda line: None)
    summary = whole.train()

    for attempt in range(3):  # dies in the float phase, between the phases, and in the quantized phase
        killed = run("killed", lambda line: None)
        if attempt > 0:
            killed.resume()
        killed._save = dying(killed._save)
        with pytest.raises(KeyboardInterrupt):
            killed.train()
    last = run("killed", lambda line: None)
    last.resume()
    assert last.train() == summary
    for mine, theirs in zip(last.average.state_dict().values(), whole.average.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)
    assert (tmp_path / "whole" / "zero-temporal.onnx").read_bytes() == (
        tmp_path / "killed" / "zero-temporal.onnx"
    ).read_bytes()


def test_a_killed_run_of_two_stages_from_a_float_model_resumes_to_the_same_model(tiny, tmp_path, front_end_library):
    loaded = recordings.load_recordings(tiny, tmp_path / "cache")
    base = small_recipe("dense").to_dict() | {"name": "zero-float", "weights": {"default": {"encoding": "float"}}}
    runs = tmp_path / "cache" / "runs"
    reference = recipe.parse_recipe(base)
    settings = recipe.parse_recipe(
        base
        | {
            "name": "zero-narrow",
            "float": "zero-float",
            "stage1": {"epochs": 2, "learning_rate": 1e-2, "distillation": 0.5},
            "weights": {"default": {"quantizer": "tanh", "encoding": "int4", "cosine": 0.1}},
        }
    )

    def run(made: recipe.Recipe, folder: Path, report=lambda line: None) -> Run:
        return Run(made, 5, Place(tmp_path / "cache", folder, lambda: loaded), report)

    with pytest.raises(FileNotFoundError, match="zero-float to start from; first train"):
        run(settings, tmp_path / "early").train()
    start = run(reference, runs / "zero-float-5").train()
    assert "integer" not in start
    lines = []
    whole = run(settings, tmp_path / "whole", lines.append)
    summary = whole.train()
    assert summary["float"] == start["float"]
    assert [json.loads(line)["phase"] for line in lines] == ["stage1"] * 3 + ["quantized"] * 2
    attempts = 0
    while True:  # dies after every epoch and between the phases
        killed = run(settings, tmp_path / "killed")
        if attempts > 0:
            killed.resume()
        killed._save = dying(killed._save)
        attempts += 1
        try:
            again = killed.train()
            break
        except KeyboardInterrupt:
            continue
    assert again == summary
    assert attempts == 7
    names = (tmp_path / part / "zero-narrow.onnx" for part in ("whole", "killed"))
    first, second = (name.read_bytes() for name in names)
    assert first == second


def test_binary_networks_of_two_levels_run_from_recordings_to_the_runtime(tiny, tmp_path, dormouse, front_end_library):
    loaded = recordings.load_recordings(tiny, tmp_path / "cache")
    settings = recipe.parse_recipe(
        small_recipe("binary").to_dict()
        | {
            "name": "zero-two-levels",
            "stage1": {"epochs": 2, "learning_rate": 1e-2},
            "weights": {"binary*": {"quantizer": "adabin", "encoding": "binary"}},
        }
    )
    folder = tmp_path / "run"
    trained = Run(settings, 5, Place(tmp_path / "cache", folder, lambda: loaded), lambda line: None)
    assert set(trained.train()["encodings"].values()) == {"binary", "int8"}
    image = tmp_path / "model.dormouse"
    subprocess.run([dormouse, "convert", folder / "zero-two-levels.onnx", "-o", image], check=True)
    exact = integer.IntegerNetwork(trained.average)
    assert all(np.any(exact.weights[name].centers != 0) for name in ("binary1", "binary2"))
    frames = np.random.default_rng(4).integers(-128, 128, (200, 24, settings.front_end.bands)).astype(np.int8)
    logits = Runtime(image)(frames)
    print(f"{logits.size} logits compared")
    assert np.array_equal(logits, exact(frames))


def test_stage_two_keeps_the_grid_and_trains_gains_and_biases():
    settings = small_recipe("dense")
    settings.weights = {"default": {"quantizer": "tanh", "encoding": "int3"}}
    made = build_network(settings)
    frames = torch.randint(-128, 128, (64, 24, settings.front_end.bands), dtype=torch.int8)
    made.begin_grids()
    made.settle(frames)
    made.quantize(frames)
    before = [(layer.levels().clone(), layer.scales().detach(), layer.bias.clone()) for layer in made.weights.values()]
    optimizer = torch.optim.Adam(made.parameters(), 1e-3)
    made(frames).square().sum().backward()
    optimizer.step()
    for (levels, scales, bias), layer in zip(before, made.weights.values(), strict=True):
        assert torch.equal(levels, layer.levels())
        assert torch.any(scales != layer.scales())
        assert torch.any(bias != layer.bias)


@pytest.mark.parametrize("network", INT8_NETWORKS)
def test_a_folded_network_gets_normalisations_that_change_nothing(network):
    _, made, frames = quantized_network(network)
    frames = torch.from_numpy(frames)
    made.quantized = False
    with torch.no_grad():
        folded = made(frames)
        made.unfold(frames)
        live = made.eval()(frames)
    assert all(layer.normalization is not None for name, layer in made.weights.items() if layer.normalized)
    assert live.numpy() == pytest.approx(folded.numpy(), rel=1e-3, abs=1e-4)


def dying(save):
    """Saves, and is killed at once."""

    def save_and_die() -> None:
        save()
        raise KeyboardInterrupt

    return save_and_die


def test_another_seed_is_no_continuation(tiny, tmp_path, front_end_library):
    settings = small_recipe("dense")
    settings.training.epochs = 0
    loaded = recordings.load_recordings(tiny, tmp_path / "cache")
    place = Place(tmp_path / "cache", tmp_path / "run", lambda: loaded)
    Run(settings, 1, place, lambda line: None).train()
    with pytest.raises(ValueError, match="another recipe or seed"):
        Run(settings, 2, place, lambda line: None).resume()


def test_held_out_words_never_reach_a_feature_set(tiny, tmp_path, front_end_library):
    settings = small_recipe("dense")
    loaded = recordings.load_recordings(tiny, tmp_path / "cache")
    assert "wow" in loaded.training.words
    made = feature_sets.make_set(loaded, settings.front_end, 24, settings.held_out, 0)
    words = {kind.removesuffix(feature_sets.RARE_SUFFIX) for kind in made.kinds}
    assert {"zero", "yes", "no", feature_sets.SYNTHETIC_KIND} <= words
    assert "wow" not in words
    again = feature_sets.make_set(loaded, settings.front_end, 24, settings.held_out, 0)
    other = feature_sets.make_set(loaded, settings.front_end, 24, settings.held_out, 1)
    assert np.array_equal(made.features, again.features)
    assert not np.array_equal(made.features, other.features)


def test_every_recipe_of_the_repository_parses_and_its_network_has_its_size():
    paths = sorted(recipe.recipe_folder().glob("*.toml"))
    assert paths
    for path in paths:
        settings = recipe.load_recipe(path=path)
        assert settings.name == path.stem
        made = build_network(settings)
        count = sum(layer.shape.numel() + len(layer.bias) for layer in made.weights.values())
        print(f"{path.name}: {count} parameters")
        assert 200_000 < count < 300_000


def test_synthetic_words_leave_out_every_keyword_and_the_words_held_out_by_recipes():
    words = set(synthesis.other_words())
    print(len(words), "words")
    assert len(words) > 500
    assert not words & set(recipe.KEYWORDS["words"])
    for path in recipe.recipe_folder().glob("*.toml"):
        assert not words & set(recipe.load_recipe(path=path).held_out)


@pytest.mark.skipif(not all(map(shutil.which, ("espeak-ng", "flite"))), reason="espeak-ng or flite is absent")
def test_synthesizers_speak_a_word_at_16_khz():
    rng = np.random.default_rng(1)
    commands = [synthesis._command("yellow", rng) for _ in range(6)]
    assert {command[0] for command in commands} == {"espeak-ng", "flite"}
    for command in commands:
        clip = synthesis._speak(command)
        assert 3000 < len(clip) <= 16000
        assert np.abs(clip).max() == pytest.approx(16000, abs=1)


def test_a_misspelt_setting_is_refused_by_name():
    with pytest.raises(ValueError, match="epoch_count"):
        recipe.parse_recipe({"task": "zero", "network": "dense", "training": {"epoch_count": 3}})


def test_speakers_of_training_and_validation_are_disjoint():
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is absent: no recordings to check")
    speakers = {}
    for split in ("training", "validation"):
        names = []
        for archive in (DATA / "speech-commands" / split).glob("*.zip"):
            names += zipfile.ZipFile(archive).namelist()
        speakers[split] = {Path(name).name.split("_nohash_")[0] for name in names}
    print({split: len(found) for split, found in speakers.items()}, "speakers")
    assert speakers["training"] and speakers["validation"]
    assert not speakers["training"] & speakers["validation"]


def test_silence_spans_its_levels_and_is_sometimes_digital():
    rng = np.random.default_rng(1)
    noise = [rng.normal(0, 1000, 40000).astype(np.int16)]
    batch = augment.silence(noise, 400, 8000, rng).astype(np.float64)
    level = 20 * np.log10(np.maximum(np.sqrt((batch**2).mean(1)), 1e-3) / 32768)
    assert level.min() < -90
    assert np.percentile(level, 20) < -55
    assert -13 < level.max() <= -9


def test_placing_without_change_of_pace_keeps_the_clip():
    class Still:
        """A generator that never changes the pace nor shifts."""

        def random(self, count):
            return np.ones(count)

        def uniform(self, low, high, count):
            return np.zeros(count) + (low + high) / 2

    clip = np.random.default_rng(2).integers(-9000, 9000, (1, 16000)).astype(np.int16)
    placed = augment.place(clip, np.array([16000]), 19200, 0.1, Still())
    assert np.array_equal(placed[0, 1600 : 1600 + 15998], clip[0, :15998].astype(np.float32))


def test_variation_keeps_shape_and_crops_within_the_slack():
    settings = small_recipe("dense")
    rows = np.random.default_rng(1).integers(-128, 128, (8, 34, 40)).astype(np.int8)
    varied = batches.vary(rows, settings, np.random.default_rng(2))
    assert varied.shape == (8, 24, 40)
    assert varied.dtype == np.int8


def test_a_long_word_is_detected_once_and_again_after_it_has_ended():
    settings = small_recipe("dense")
    detector = recipe.DetectorSettings(stride=8, smoothing=2, refractory_ms=300, minimum_run=2)
    scores = np.full((40, 3), 0.01)
    scores[5:20, 0] = 0.97
    scores[28:34, 0] = 0.97
    assert [label for _, label in detections(settings, scores, detector, 0.8)] == [0, 0]


def test_validation_frames_are_those_of_the_front_end(front_end_library):
    from dormouse_train.frontend import LogMel

    settings = small_recipe("dense")
    clips = np.random.default_rng(3).integers(-3000, 3000, (3, 16000)).astype(np.int16)
    whole = LogMel(settings.front_end.log_mel()).features_batch(clips)
    assert np.array_equal(clip_frames(settings, clips), whole[:, :24])

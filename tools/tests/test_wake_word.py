"""microWakeWord's models from download to a spotted word, beside pymicro-wakeword on the same samples."""

import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import DORMOUSE, dormouse
from host_spotter import hear

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tools" / "golden")]

from benchmarks.dense250k import OurNetwork  # noqa: E402
from benchmarks.our_spotter import OurSpotter  # noqa: E402
from demo_recording.voices import speak  # noqa: E402
from peers import environments  # noqa: E402

LIBRARY = ROOT / ".build" / "release" / "libDormousePython.so"
MODELS = ROOT.parent / "shared" / "data" / "models"
RATE = 16000
VOICES = ("espeak-ng en-us+m3", "flite rms")
BUNDLED = ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")
"""Models inside of pymicro-wakeword's package."""

absent = [tool for tool in ("espeak-ng", "flite") if not shutil.which(tool)]
pytestmark = [
    pytest.mark.skipif(not DORMOUSE.exists() or not LIBRARY.exists(), reason="build first: the command line is absent"),
    pytest.mark.skipif(bool(absent), reason=f"not installed: {', '.join(absent)}"),
]
needs_models = pytest.mark.skipif(not MODELS.exists(), reason="../shared/data/models is absent")


def converted(model: Path, folder: Path, hearing: bool = True) -> Path:
    """The image of a model, with its manifest, or bare."""
    image = folder / f"{model.stem}{'' if hearing else '-bare'}.dormouse"
    manifest = ["--manifest", model.with_suffix(".json")] if hearing else []
    result = dormouse("convert", model, *manifest, "-o", image)
    assert result.returncode == 0, result.stderr
    return image


@pytest.fixture(scope="module")
def spoken() -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Two voices that say the word, with other words between; and from when to when they say it, in seconds."""
    generator = np.random.default_rng(11)
    parts, spans = [np.zeros(RATE)], []
    for voice in VOICES:
        word, other = speak(voice, "okay nabu"), speak(voice, "the kettle is on, and it rains again")
        start = sum(map(len, parts)) / RATE
        spans.append((start, start + len(word) / RATE))
        parts += [word * 1500, np.zeros(RATE), other * 1500, np.zeros(RATE)]
    sound = np.concatenate(parts)
    return np.clip(np.rint(sound + generator.normal(0, 20, len(sound))), -32768, 32767).astype(np.int16), spans


@pytest.fixture(scope="module")
def recording(spoken, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("spoken") / "spoken.wav"
    soundfile.write(path, spoken[0], RATE, subtype="PCM_16")
    return path


@pytest.fixture(scope="module")
def okay_nabu(tmp_path_factory) -> Path:
    if not MODELS.exists():
        pytest.skip("../shared/data/models is absent")
    return converted(MODELS / "okay_nabu.tflite", tmp_path_factory.mktemp("okay_nabu"))


@pytest.fixture(scope="module")
def peer() -> Path:
    """The interpreter of pymicro-wakeword's environment."""
    try:
        return environments.python("pymicro-wakeword")
    except environments.PeerAbsent as error:
        pytest.skip(str(error))


def heard_by_peer(peer: Path, manifest: Path, samples: np.ndarray, folder: Path) -> dict:
    """Frames, probabilities and activations of pymicro-wakeword."""
    raw = folder / "samples.raw"
    raw.write_bytes(samples.tobytes())
    script = ROOT / "tools" / "golden" / "wakeword_peer.py"
    result = subprocess.run([peer, script, manifest, raw], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout)


def heard_by_us(image: Path, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Frames, logits, and the inferences at which the word was accepted."""
    spotter = OurSpotter(LIBRARY, image)
    frames, logits, accepted = [], [], []
    for event in spotter.hear(samples, 160):
        if event.frame:
            frames.append(np.frombuffer(spotter.frame(), np.int8))
        if event.inference:
            logits.append(np.frombuffer(spotter.logits(), np.int8))
        if event.label >= 0:
            accepted.append(len(logits) - 1)
    return np.array(frames), np.array(logits), accepted


def heard_by_litert(model: Path, frames: np.ndarray, resolver: str) -> np.ndarray:
    """Probabilities in steps of 1/256, one an inference over successive frames."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        str(model), num_threads=1, experimental_op_resolver_type=getattr(OpResolverType, resolver)
    )
    interpreter.allocate_tensors()
    (source,), (sink,) = interpreter.get_input_details(), interpreter.get_output_details()
    stride, found = source["shape"][1], []
    for start in range(0, len(frames) - stride + 1, stride):
        interpreter.set_tensor(source["index"], frames[start : start + stride].reshape(source["shape"]))
        interpreter.invoke()
        found.append(int(interpreter.get_tensor(sink["index"]).ravel()[0]))
    return np.array(found)


def runs(activated: list[bool], gap: int) -> list[int]:
    """First inferences of runs of activations; those less than `gap` apart are one."""
    at = np.flatnonzero(activated)
    return [int(at[0]), *(int(b) for a, b in pairwise(at) if b - a >= gap)] if len(at) else []


def check_probabilities(peer: Path, model: Path, samples: np.ndarray, folder: Path) -> None:
    """All integers of both pipelines, and of LiteRT's kernels, which say why they differ where they do."""
    theirs = heard_by_peer(peer, model.with_suffix(".json"), samples, folder)
    frames, logits, _ = heard_by_us(converted(model, folder), samples)
    assert np.array_equal(frames, theirs["frames"]), "the features differ"
    # The image that hears gives a logit; what its file's last operator makes of it is in the bare image.
    bare = OurNetwork(converted(model, folder, hearing=False), LIBRARY)
    ours = np.array([int(bare(row)[0]) + 128 for row in frames[: len(frames) // 3 * 3].reshape(-1, 120)])
    assert len(ours) == len(logits) == len(theirs["probabilities"])
    assert len(set(logits[:, 0].tolist())) == 1, "what the word competes with is a constant"
    table = {int(logit): int(value) for logit, value in zip(logits[:, 1], ours, strict=True)}
    assert all(table[int(logit)] == value for logit, value in zip(logits[:, 1], ours, strict=True))
    assert sorted(table.values()) == [table[logit] for logit in sorted(table)], "a higher logit is no less probable"
    assert np.array_equal(ours, heard_by_litert(model, frames, "BUILTIN_REF"))
    optimized = heard_by_litert(model, frames, "BUILTIN_WITHOUT_DEFAULT_DELEGATES")
    assert np.array_equal(theirs["probabilities"], optimized)
    apart = np.abs(ours - optimized)
    print(
        f"{model.name}: {frames.size} features and {len(ours)} probabilities: ours are those of LiteRT's reference "
        f"kernels, pymicro-wakeword's those of its optimized kernels, of which {np.count_nonzero(apart)} differ, by at "
        f"most {apart.max()}/256"
    )


@needs_models
@pytest.mark.parametrize("name", ["okay_nabu", "vad"])
def test_every_probability_is_that_of_the_reference_kernels(name, peer, spoken, tmp_path):
    check_probabilities(peer, MODELS / f"{name}.tflite", spoken[0], tmp_path)


@pytest.mark.parametrize("name", BUNDLED)
def test_so_it_is_with_models_from_the_peers_package(name, peer, spoken, tmp_path):
    bundled = environments.packages("pymicro-wakeword") / "pymicro_wakeword" / "models"
    check_probabilities(peer, bundled / f"{name}.tflite", spoken[0], tmp_path)


def means(probabilities: np.ndarray, window: int) -> np.ndarray:
    """Of the last `window`, one an inference; 0 before there are so many."""
    padded = np.concatenate([np.zeros(window - 1), probabilities])
    averages = np.lib.stride_tricks.sliding_window_view(padded, window).mean(1)
    averages[: window - 1] = 0
    return averages


@needs_models
def test_a_word_is_heard_where_the_peer_hears_it_but_once(okay_nabu, peer, spoken, tmp_path):
    theirs = heard_by_peer(peer, MODELS / "okay_nabu.json", spoken[0], tmp_path)
    _, logits, accepted = heard_by_us(okay_nabu, spoken[0])
    rule = json.loads((MODELS / "okay_nabu.json").read_text())["micro"]
    cutoff, window = rule["probability_cutoff"], rule["sliding_window_size"]
    # They average what the model gives in steps of 1/256, 255/256 at most, and report each mean above the cut-off.
    activated = means(np.array(theirs["probabilities"]) / 256, window) > cutoff
    assert activated.tolist() == theirs["activated"]
    # We average what the logistic function gives of the same logit, not rounded, and report a run of such means once.
    scale = logit_scale(MODELS / "okay_nabu.tflite")
    reals = 1 / (1 + np.exp(-scale * (logits[:, 1].astype(float) - logits[:, 0])))
    # For 1 s after a detection we report none; an inference is 30 ms.
    assert accepted == runs(means(reals, window) >= cutoff, gap=33)
    first = runs(activated, gap=33)
    print(f"we accept at inferences {accepted}, they first at {first}, and {activated.sum()} times in all")
    assert len(accepted) == len(first) == len(VOICES)
    assert all(abs(ours - other) <= 2 for ours, other in zip(accepted, first, strict=True))


def logit_scale(model: Path) -> float:
    """What a step of the input of the last LOGISTIC is worth."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(model), num_threads=1)
    (last,) = [step for step in interpreter._get_ops_details() if step["op_name"] == "LOGISTIC"]
    return float(interpreter._get_tensor_details(last["inputs"][0], 0)["quantization"][0])


def test_detect_and_listen_print_both_words(okay_nabu, recording, spoken):
    detected = dormouse("detect", "--json", "--model", okay_nabu, recording)
    assert detected.returncode == 0, detected.stderr
    words = [json.loads(line) for line in detected.stdout.splitlines()]
    assert [word["label"] for word in words] == ["Okay Nabu"] * len(VOICES)
    for word, (start, end) in zip(words, spoken[1], strict=True):
        assert start < word["time"] < end + 0.5 and word["score"] >= 0.97
    listened = dormouse("listen", "--json", "--model", okay_nabu, "--file", recording)
    assert listened.returncode == 0, listened.stderr
    lines = [json.loads(line) for line in listened.stdout.splitlines()]
    assert [line["label"] for line in lines if "label" in line] == ["Okay Nabu"] * len(VOICES)


@pytest.mark.skipif(
    not shutil.which("qemu-system-arm") or not shutil.which("swiftc"), reason="no qemu-system-arm or swiftc"
)
def test_firmware_hears_what_the_host_hears_and_is_reckoned(okay_nabu, recording, spoken):
    result = dormouse("simulate", "--json", "--model", okay_nabu, "--device", "nrf52840")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert 0 < report["load"] < 1 and report["missed"] == 0
    # In the folder of simulate, so that the runtime is compiled once.
    folder = max((ROOT / ".build-firmware").glob("mps2-an386-simulate-*"), key=lambda path: path.stat().st_mtime)
    environment = os.environ | {"VARIANT": folder.name.removeprefix("mps2-an386")}
    command = ["firmware/build", "--model", okay_nabu, "mps2-an386"]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    assert built.returncode == 0, built.stderr
    command = ["firmware/run", "mps2-an386", "spot", recording]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment).stdout.splitlines()
    heard = [line for line in printed if re.match("detection|frames|inferences", line)]
    assert heard == hear(LIBRARY, okay_nabu, spoken[0])
    assert len(heard) == len(VOICES) + 2

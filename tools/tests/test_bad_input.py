"""Whatever is thrown at the command line: one clear line, exit code 1, and nothing is left behind."""

import struct
import zlib
from pathlib import Path

import numpy as np
import onnx
import pytest
import soundfile
from command_line import DORMOUSE, HEARING, complaint, dormouse, is_orderly, refused
from onnx import numpy_helper

pytestmark = pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE} is absent")


# Images


def commands_on(image: Path, folder: Path, out: Path) -> list[tuple]:
    """Every command that reads an image."""
    return [
        ("inspect", image),
        ("detect", "--model", image, folder / "good.wav"),
        ("features", "--model", image, folder / "good.wav"),
        ("export-c", image, "-o", out),
    ]


def broken_images(folder: Path) -> dict[str, bytes]:
    good = (folder / "good.dormouse").read_bytes()
    return {
        "empty": b"",
        "one byte": good[:1],
        "header only": good[:32],
        "truncated": good[: len(good) // 2],
        "one byte short": good[:-1],
        "one byte long": good + b"\0",
        "one bit flipped": good[:100] + bytes([good[100] ^ 1]) + good[101:],
        "text": b"This is not a model image, it is a letter.\n" * 20,
        "zeros": bytes(4096),
        "ONNX": HEARING.read_bytes(),
        "sound": (folder / "good.wav").read_bytes(),
        "of another version": with_checksum(good[:4] + struct.pack("<H", 99) + good[6:]),
    }


def with_checksum(image: bytes) -> bytes:
    """The image with the CRC-32 that it claims made right, so that only its contents can be wrong."""
    return image[:12] + struct.pack("<I", zlib.crc32(image[16:])) + image[16:]


def test_broken_images_are_refused_by_every_command(folder, tmp_path):
    for name, content in broken_images(folder).items():
        image = tmp_path / f"{name}.dormouse"
        image.write_bytes(content)
        for command in commands_on(image, folder, tmp_path):
            assert str(image) in refused(*command), (name, command)
        image.unlink()
    assert list(tmp_path.iterdir()) == []


def test_missing_images_and_folders_are_named(folder, tmp_path):
    for image, says in ((tmp_path / "none.dormouse", "no such file"), (tmp_path, "is a directory")):
        for command in commands_on(image, folder, tmp_path):
            assert str(image) in refused(*command, says=says)
    assert list(tmp_path.iterdir()) == []
    refused("detect", "--model", "no-such-model", folder / "good.wav", says="no model named no-such-model")


def test_bare_network_says_that_it_cannot_hear(folder):
    for command in ("detect", "features"):
        refused(command, "--model", folder / "bare.dormouse", folder / "good.wav", says="front end")


def test_hostile_images_with_a_right_checksum_never_crash(folder, tmp_path):
    """The deep mutation test is tools/mutate; this is the same idea through the whole program."""
    good = (folder / "good.dormouse").read_bytes()
    rng = np.random.default_rng(5)
    refusals = 0
    for index in range(60):
        image = bytearray(good)
        for _ in range(int(rng.integers(1, 4))):
            place = int(rng.integers(16, len(image) // 4 * 4 - 4)) // 4 * 4
            value = rng.choice([0, 1, 0x7F, 0x80000000, 0xFFFFFFFF, int(rng.integers(0, 1 << 32))])
            image[place : place + 4] = struct.pack("<I", int(value))
        path = tmp_path / f"{index}.dormouse"
        path.write_bytes(with_checksum(bytes(image)))
        refusals += is_orderly(dormouse("detect", "--model", path, folder / "good.wav"))
        is_orderly(dormouse("inspect", path))
    assert 0 < refusals <= 60
    print(f"{refusals} of 60 hostile images were refused, the others ran")


# ONNX models


def changed(change) -> bytes:
    """The hearing fixture after `change(model)`."""
    model = onnx.load(HEARING)
    change(model)
    return model.SerializeToString()


def scale_of(value: float):
    """Sets the first floating-point scalar or vector that quantizes something to `value`."""

    def change(model: onnx.ModelProto) -> None:
        scales = {node.input[1] for node in model.graph.node if node.op_type == "QuantizeLinear"}
        tensor = next(tensor for tensor in model.graph.initializer if tensor.name in scales)
        filled = np.full_like(numpy_helper.to_array(tensor), value)
        tensor.CopyFrom(numpy_helper.from_array(filled, tensor.name))

    return change


def metadata(key: str, value: str):
    """Sets a metadata entry."""

    def change(model: onnx.ModelProto) -> None:
        entry = next((entry for entry in model.metadata_props if entry.key == key), None)
        entry = entry or model.metadata_props.add(key=key)
        entry.value = value

    return change


def unknown_operator(model: onnx.ModelProto) -> None:
    model.graph.node[-1].op_type = "Levitate"


def broken_models() -> dict[str, tuple[bytes, str]]:
    good = HEARING.read_bytes()
    return {
        "empty": (b"", "empty"),
        "truncated": (good[: len(good) // 2], ""),
        "text": (b"graph: none\n", ""),
        "noise": (np.random.default_rng(1).bytes(5000), ""),
        "NaN scale": (changed(scale_of(float("nan"))), "nan"),
        "infinite scale": (changed(scale_of(float("inf"))), "inf"),
        "zero scale": (changed(scale_of(0)), "0"),
        "negative scale": (changed(scale_of(-0.5)), "-0.5"),
        "too few labels": (changed(metadata("dormouse.labels", '["yes"]')), "label"),
        "too many labels": (changed(metadata("dormouse.labels", '["a","b","c","d","e","f","g","h","i"]')), "label"),
        "labels that are no list": (changed(metadata("dormouse.labels", "{")), "label"),
        "unknown operator": (changed(unknown_operator), "Levitate"),
        "no nodes": (changed(lambda model: model.graph.ClearField("node")), ""),
        "no input": (changed(lambda model: model.graph.ClearField("input")), ""),
        "no weights": (changed(lambda model: model.graph.ClearField("initializer")), ""),
    }


@pytest.mark.parametrize("name", broken_models())
def test_broken_models_are_not_converted(tmp_path, name):
    content, says = broken_models()[name]
    model = tmp_path / "model.onnx"
    model.write_bytes(content)
    text = refused("convert", model, "-o", tmp_path / "model.dormouse", says=says)
    assert str(model) in text
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_a_failed_conversion_leaves_the_old_image_alone(tmp_path):
    (tmp_path / "model.onnx").write_bytes(HEARING.read_bytes()[:1000])
    (tmp_path / "model.dormouse").write_bytes(b"old")
    refused("convert", tmp_path / "model.onnx", "-o", tmp_path / "model.dormouse")
    assert (tmp_path / "model.dormouse").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2


def test_hostile_models_never_crash(tmp_path):
    good = HEARING.read_bytes()
    rng = np.random.default_rng(9)
    model = tmp_path / "model.onnx"
    refusals = 0
    for _ in range(60):
        content = bytearray(good)
        for _ in range(int(rng.integers(1, 6))):
            content[int(rng.integers(len(content)))] = int(rng.integers(256))
        model.write_bytes(content)
        refusals += is_orderly(dormouse("convert", model, "-o", tmp_path / "model.dormouse"))
    assert 0 < refusals <= 60
    assert {path.name for path in tmp_path.iterdir()} <= {"model.onnx", "model.dormouse"}


def test_broken_settings_are_refused(tmp_path):
    settings = tmp_path / "settings.json"
    for content in (
        "",
        "{",
        "[]",
        '{"labels": [1]}',
        '{"labels": ["a"], "nonsense": 1}',
        '{"front_end": {"bands": 9}}',
    ):
        settings.write_text(content)
        assert str(tmp_path) in refused("convert", HEARING, "-s", settings, "-o", tmp_path / "x.dormouse") or content
        assert not (tmp_path / "x.dormouse").exists()


# Sound


def test_broken_sound_is_refused(folder, tmp_path):
    flac, wav = (folder / "good.flac").read_bytes(), (folder / "good.wav").read_bytes()
    nan = np.zeros(8000, np.float32)
    nan[4000] = np.nan
    soundfile.write(tmp_path / "nan.wav", nan, 16000, subtype="FLOAT")
    broken = {
        "empty.wav": b"",
        "text.wav": b"nothing to hear here\n" * 100,
        "header.wav": wav[:44],
        "half a header.wav": wav[:20],
        "truncated.wav": wav[: len(wav) // 2],
        "truncated.flac": flac[: len(flac) // 2],
        "damaged.flac": flac[:500] + bytes(3000) + flac[3500:],
        "image.wav": (folder / "good.dormouse").read_bytes(),
        "nan.wav": (tmp_path / "nan.wav").read_bytes(),
    }
    for name, content in broken.items():
        path = tmp_path / name
        path.write_bytes(content)
        for arguments in (("detect",), ("features",), ("features", "-o", tmp_path / "x.npy")):
            result = dormouse(*arguments, "--model", folder / "good.dormouse", path)
            assert str(path) in complaint(result)
        assert not (tmp_path / "x.npy").exists()


def test_missing_sound_is_named_and_the_other_files_are_heard(folder, tmp_path):
    missing = tmp_path / "none.wav"
    model = ("--model", folder / "good.dormouse")
    for path, says in ((missing, "no such file"), (tmp_path, "is a directory")):
        assert str(path) in refused("detect", *model, path, says=says)
    alone = dormouse("detect", "--json", "--threshold", "0", *model, folder / "good.wav")
    both = dormouse("detect", "--json", "--threshold", "0", *model, missing, folder / "good.wav")
    complaint(both)
    assert alone.returncode == 0 and alone.stdout and both.stdout == alone.stdout


def test_odd_bytes_on_standard_input_never_crash(folder):
    for count in (0, 1, 2, 3, 479, 960, 961):
        is_orderly(dormouse("detect", "--model", folder / "good.dormouse", "-", input=bytes(count)))

"""Firmware that was built without a part says so when an image needs it."""

import os
import shutil
import subprocess

import pytest
from command_line import DORMOUSE, ROOT, dormouse

BOARD, QEMU, VARIANT = "mps2-an386", "qemu-system-arm", "-least"
PART_MISSING = 28
SECTIONS = {
    "commands-binary": "tensors",  # its first tensor that is not int8
    "commands-binary-analog8": "front end",
    "commands-cascade": "table",
}


def offsets(image: bytes) -> dict[str, range]:
    """Where the section table and the sections lie."""
    count = int.from_bytes(image[16:20], "little")
    found = {"table": range(32, 32 + 16 * count)}
    for entry in range(count):
        kind, start, length, _ = (
            int.from_bytes(image[32 + 16 * entry + 4 * word :][:4], "little") for word in range(4)
        )
        found[{1: "front end", 3: "program", 2: "tensors"}.get(kind, str(kind))] = range(start, start + length)
    return found


@pytest.mark.parametrize("name", SECTIONS)
def test_what_needs_a_part_that_was_left_out_is_refused_by_that_rule(name, tmp_path):
    if shutil.which(QEMU) is None or shutil.which("swiftc") is None or not DORMOUSE.exists():
        pytest.skip(f"{QEMU} or swiftc is not installed, or {DORMOUSE} not built")
    image, model = ROOT / "models" / name / f"{name}.dormouse", tmp_path / "model"
    model.mkdir()
    exported = dormouse("export-c", image, "-o", model)
    assert exported.returncode == 0, exported.stderr
    make = ["make", "--silent", "-C", ROOT / "firmware", f"BOARD={BOARD}", f"VARIANT={VARIANT}"]
    make += ["WITHOUT=ANALOG MICRO MFCC EMPHASIS BITS CASCADE", "APP=spot", f"MODEL={model}"]
    # The application of another model may lie there, as new as this one's sources.
    subprocess.run([*make, "clean-application"], check=True)
    subprocess.run(make, check=True)
    run = [ROOT / "firmware" / "run", BOARD, "spot", ROOT / "absent.wav"]
    result = subprocess.run(run, env={**os.environ, "VARIANT": VARIANT}, capture_output=True, text=True, timeout=100)
    said = result.stdout + result.stderr
    assert result.returncode == 1, said
    assert f"the model image or its arena is refused (rule {PART_MISSING}, at byte " in said
    assert int(said.split("at byte ")[1].split(")")[0]) in offsets(image.read_bytes())[SECTIONS[name]]

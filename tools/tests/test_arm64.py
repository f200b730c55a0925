"""The program for 64-bit Arm hears, under emulation, what this machine hears: every frame and every logit."""

import shutil
import subprocess

import pytest
from command_line import DORMOUSE, ROOT


def test_cross_built_program_hears_the_same():
    if not DORMOUSE.exists():
        pytest.skip(f"build first: {DORMOUSE} is absent")
    for tool in ("swiftc", "aarch64-linux-gnu-gcc", "qemu-aarch64", "sox"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    command = [str(ROOT / "tools" / "build-arm64"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("every frame and logit as on this machine") == 4


def test_cross_built_program_refuses_what_is_no_model(tmp_path):
    program = ROOT / ".build-arm64" / "armv8-a" / "hear"
    if not program.exists() or not shutil.which("qemu-aarch64"):
        pytest.skip("tools/build-arm64 has built nothing, or qemu-aarch64 is not installed")
    (tmp_path / "broken").write_bytes(b"DRMS" + bytes(100))
    for name, says in (("broken", "is no model image"), ("absent", "can't be read")):
        command = ["qemu-aarch64", program, tmp_path / name]
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert result.returncode == 1 and says in result.stderr

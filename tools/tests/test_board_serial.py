"""The serial ports of the emulated boards: every byte that comes in goes out again."""

import re
import shutil
import subprocess
import threading

import pytest
from board_registers import FIRMWARE, RECORDER
from kit import boards
from kit.cores import core

TOOLS = ("arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", "qemu-system-arm", "qemu-system-riscv32")
missing = [tool for tool in TOOLS if not shutil.which(tool)]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
SETTING = re.compile(r"^(\w+) := (.*)$", re.MULTILINE)


def settings(board: str) -> dict[str, str]:
    return dict(SETTING.findall((FIRMWARE / "boards" / board / "board.mk").read_text()))


@pytest.mark.parametrize("board", [board for board in boards.emulated() if "UART" in settings(board)])
def test_every_byte_comes_back(board, tmp_path):
    made = settings(board)
    target = core(made["BOARD_CORE"])
    sources = [*made["STARTUP"].split(), made["UART"], *(f"support/{n}.c" for n in ("semihosting", "memory", "stack"))]
    elf = tmp_path / "echo.elf"
    command = [target.compiler, *target.flags, "-Os", "-std=c11", "-ffreestanding", "-fno-builtin", "-Wall", "-Wextra"]
    command += ["-Werror", "-nostdlib", *made.get("DEFINES", "").split(), "-I", FIRMWARE / "support/include"]
    command += ["-fno-tree-loop-distribute-patterns", RECORDER.parent / "echo.c"]
    command += [*(FIRMWARE / source for source in sources), "-T", FIRMWARE / "boards" / board / "link.ld", "-lgcc"]
    subprocess.run([*command, "-o", elf], check=True, cwd=tmp_path)
    machine = [*made["QEMU"].split(), "-nographic", "-monitor", "none", "-serial", "stdio", "-kernel", elf]
    semihosting = ["-chardev", "null,id=console", "-semihosting-config", "enable=on,target=native,chardev=console"]
    sent = bytes(range(255, -1, -1))
    # The receiver has no buffer to speak of: each byte is sent when the one before is back.
    with subprocess.Popen([*machine, *semihosting], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        # A board that says nothing is ended, so that the next read gives nothing.
        limit = threading.Timer(120, process.kill)
        limit.start()
        try:
            assert process.stdout.read(1) == b"!", "it listens"
            for byte in sent:
                process.stdin.write(bytes([byte]))
                process.stdin.flush()
                assert process.stdout.read(1) == bytes([byte])
            assert process.wait() == 0
        finally:
            process.kill()
            limit.cancel()
    print(f"{board}: {len(sent)} bytes")

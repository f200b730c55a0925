"""Models and firmware brought to real boards, by stand-ins for the tools that own the probes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from count.counting import ROOT

DORMOUSE = ROOT / ".build" / "release" / "dormouse"
OLD, NEW = "zero-dense-w4", "zero-dense-w1"
PAGE = 4096
pytestmark = pytest.mark.skipif(not DORMOUSE.exists(), reason="build with: swift build -c release")


def image(name: str) -> bytes:
    """The model as it is in flash."""
    return (ROOT / "models" / name / f"{name}.dormouse").read_bytes()


class Bench:
    """A board on a bench: its flash memory is a file, and its tools write down what they are told."""

    def __init__(self, folder: Path, board: str, tools: tuple[str, ...]):
        self.folder, self.board = folder, board
        description = json.loads((ROOT / "firmware" / "boards" / board / "flash.json").read_text())
        self.base = int(description["flash"]["address"], 0)
        self.models = int(description["models"]["address"], 0) - self.base
        self.length, self.unit = description["models"]["bytes"], description["unit_bytes"]
        self.flash, self.log = folder / "board.flash", folder / "calls"
        self.flash.write_bytes(b"\xff" * description["flash"]["bytes"])
        (folder / "bin").mkdir()
        for tool in tools:
            script = folder / "bin" / tool
            script.write_text(f"#!{sys.executable} -IS\n{(ROOT / 'tools/tests/fake_probe.py').read_text()}")
            script.chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": str(folder / "bin"),
            "DORMOUSE_USB": str(folder / "usb"),
            "TMPDIR": str(folder),
            "PROBE_FLASH": str(self.flash),
            "PROBE_BASE": str(self.base),
            "PROBE_LOG": str(self.log),
        }

    def command(self, *arguments: object, board: str | None = None) -> list[str]:
        """The words of the command line."""
        return [str(DORMOUSE), "flash", "--board", board or self.board, *map(str, arguments)]

    def run(self, *arguments: object, harm: str = "") -> subprocess.CompletedProcess:
        """Runs the command line, and checks that it leaves no folder behind."""
        environment = self.environment | {"PROBE_HARM": harm}
        command = self.command(*arguments)
        result = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=self.folder, check=False)
        assert not list(self.folder.glob("dormouse-flash-*"))
        return result

    def calls(self) -> list[str]:
        """What tools were told since the last time."""
        text = self.log.read_text() if self.log.exists() else ""
        self.log.unlink(missing_ok=True)
        return [" ".join(json.loads(line)) for line in text.splitlines()]

    def holds(self, data: bytes, offset: int) -> bool:
        """Whether flash holds that."""
        return self.flash.read_bytes()[offset : offset + len(data)] == data

    @property
    def slot_length(self) -> int:
        """Bytes of a slot: what the journal's two pages leave, halved."""
        return (self.length // PAGE - 2) // 2 * PAGE

    def starts_with(self) -> str:
        """The model that a device starts with."""
        return started(self.flash.read_bytes()[self.models : self.models + self.length], self.slot_length, self.unit)


def started(memory: bytes, slot_length: int, unit: int) -> str:
    """What a device starts with, by the rules of the journal: the slot of the newest record, otherwise the other."""
    records = []
    for place in range(2 * slot_length, 2 * slot_length + 2 * PAGE, unit):
        word = int.from_bytes(memory[place : place + 4], "little")
        is_record = (word >> 16) ^ (word & 0xFFFF) == 0xFFFF
        if is_record and memory[place : place + unit] == memory[place : place + 4] * (unit // 4):
            records.append((word >> 16 & 0x7FFF, word >> 31))
    first = max(records)[1] if records else 0
    for slot in (first, 1 - first):
        for name in (OLD, NEW):
            data = image(name)
            if memory[slot * slot_length : slot * slot_length + len(data)] == data:
                return f"{name} in slot {slot}"
    return "nothing"


@pytest.fixture
def bench(tmp_path, request) -> Bench:
    """A Nucleo with openocd, unless parameters say something else."""
    board, tools = getattr(request, "param", ("nucleo-l4r5zi", ("openocd",)))
    return Bench(tmp_path, board, tools)


OPENOCD = "openocd -f board/st_nucleo_l4.cfg -c init; "
NORDIC = "openocd -f board/nordic_nrf52_dk.cfg -c init; "
PYOCD = "pyocd commander -W -t nrf52840 -c savemem "
ESPTOOL = "esptool --chip esp32c3 --port /dev/ttyACM7 "
LENGTH = len(image(NEW))


@pytest.mark.parametrize(
    ("bench", "options", "calls"),
    [
        (
            ("nucleo-l4r5zi", ("openocd",)),
            [],
            [
                OPENOCD + "reset halt; flash write_image erase model.hex 0 ihex; shutdown",
                OPENOCD + f"reset halt; dump_image model-read.bin 0x08100000 {LENGTH}; shutdown",
                OPENOCD + "reset run; shutdown",
            ],
        ),
        (
            ("nrf52840-dk", ("openocd", "pyocd")),
            [],
            [
                "pyocd load -W -t nrf52840 -e sector --no-reset --format hex model.hex",
                PYOCD + f"0x00080000 {LENGTH} model-read.bin",
                "pyocd reset -W -t nrf52840",
            ],
        ),
        (
            ("nrf52840-dk", ("openocd", "pyocd")),
            ["--probe", "openocd"],
            [
                NORDIC + "reset halt; flash write_image erase model.hex 0 ihex; shutdown",
                NORDIC + f"reset halt; dump_image model-read.bin 0x00080000 {LENGTH}; shutdown",
                NORDIC + "reset run; shutdown",
            ],
        ),
        (
            ("esp32-c3", ("esptool",)),
            ["--port", "/dev/ttyACM7"],
            [
                ESPTOOL + "write_flash 0x00100000 model.bin",
                ESPTOOL + f"read_flash 0x00100000 {LENGTH} model-read.bin",
            ],
        ),
        (
            ("rp2040-pico", ("picotool",)),
            [],
            [
                "picotool load model.uf2",
                f"picotool save -r 0x10100000 0x{0x10100000 + LENGTH:08x} model-read.bin -t bin",
                "picotool reboot",
            ],
        ),
    ],
    indirect=["bench"],
)
def test_a_model_goes_to_the_region_that_the_firmware_reads(bench, options, calls):
    result = bench.run("-m", NEW, *options, "--verify", "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["bytes"] == LENGTH and report["verified"] is True and report["board"] == bench.board
    assert bench.calls() == calls and bench.holds(image(NEW), bench.models)
    # A dry run says the same commands, and runs none.
    shown = bench.run("-m", NEW, *options, "--verify", "--dry-run")
    commands = [line[4:].replace("'", "") for line in shown.stdout.splitlines() if line.startswith("run ")]
    assert shown.returncode == 0 and commands == calls and bench.calls() == []
    assert f"0x{bench.base + bench.models:08x} to 0x{bench.base + bench.models + LENGTH - 1:08x}" in shown.stdout
    # Without --verify nothing is read.
    assert bench.run("-m", OLD, *options).returncode == 0
    assert not [call for call in bench.calls() if "read" in call]
    assert bench.holds(image(OLD), bench.models)


@pytest.mark.parametrize(
    "bench",
    [
        ("nucleo-l4r5zi", ("openocd",)),
        ("nrf52840-dk", ("pyocd",)),
        ("esp32-c3", ("esptool.py",)),
        ("rp2040-pico", ("picotool",)),
    ],
    indirect=True,
)
def test_a_model_goes_to_a_slot_and_then_the_journal_names_it(bench):
    for name, slot in ((OLD, 0), (NEW, 1), (OLD, 0)):
        result = bench.run("-m", name, "--slot", "free")
        assert result.returncode == 0, result.stderr
        assert result.stdout == f"{bench.board}: holds {name} in slot {slot}, verified\n"
        assert bench.starts_with() == f"{name} in slot {slot}"
        order = [word for call in bench.calls() for word in ("models", f"slot{slot}", "journal") if word in call]
        assert order == ["models", f"slot{slot}", f"slot{slot}", "journal", "journal"]
    # The pages of the journal took turns: the newest record was never erased.
    assert bench.run("-m", NEW, "--slot", "0").returncode == 0
    assert bench.starts_with() == f"{NEW} in slot 0"


@pytest.mark.parametrize("harm", ["cut0", "cut5", "forget"])
def test_an_update_that_fails_amid_the_slot_leaves_the_old_model(bench, harm):
    assert bench.run("-m", OLD, "--slot", "free").returncode == 0
    result = bench.run("-m", NEW, "--slot", "free", harm=f"{harm}@slot1.hex")
    assert result.returncode == 1 and "the device starts with its other model" in result.stderr
    assert bench.starts_with() == f"{OLD} in slot 0"
    assert not [call for call in bench.calls()[-2:] if "journal" in call]
    assert bench.run("-m", NEW, "--slot", "free").returncode == 0
    assert bench.starts_with() == f"{NEW} in slot 1"


@pytest.mark.parametrize(
    ("harm", "left"),
    # With half a page, the record is whole, which is its first unit.
    [("cut0", f"{OLD} in slot 0"), ("cut1", f"{NEW} in slot 1"), ("forget", f"{OLD} in slot 0")],
)
def test_an_update_that_fails_amid_the_journal_leaves_a_whole_model(bench, harm, left):
    assert bench.run("-m", OLD, "--slot", "free").returncode == 0
    assert bench.run("-m", NEW, "--slot", "free", harm=f"{harm}@journal.hex").returncode == 1
    assert bench.starts_with() == left
    assert bench.run("-m", NEW, "--slot", "free").returncode == 0
    assert bench.starts_with().startswith(NEW)


def test_the_only_model_is_not_written_over(bench):
    assert bench.run("-m", OLD, "--slot", "1").returncode == 0
    bench.calls()
    result = bench.run("-m", NEW, "--slot", "1")
    assert result.returncode == 1 and "pass --slot 0" in result.stderr
    assert len(bench.calls()) == 1 and bench.starts_with() == f"{OLD} in slot 1"


def test_a_mismatch_is_told_with_its_address(bench):
    result = bench.run("-m", NEW, "--verify", harm="forget")
    last = 0x08100000 + len(image(NEW).rstrip(b"\xff")) - 1
    assert result.returncode == 1
    assert f"1 of {LENGTH} bytes differ, the first at 0x{last:08x}" in result.stderr
    assert not [call for call in bench.calls() if "reset run" in call]


def test_a_tool_that_fails_is_quoted(bench):
    result = bench.run("-m", NEW, harm="fail")
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr == (
        "dormouse: openocd failed while writing model (exit code 1); it said:\n"
        "  Info : the chip says hello\n  Error: flash is write protected at sector 7\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_tool_that_hangs_is_ended_by_ctrl_c(bench, number):
    environment = bench.environment | {"PROBE_HARM": "hang"}
    words = bench.command("-m", NEW)
    process = subprocess.Popen(words, env=environment, cwd=bench.folder, stderr=subprocess.PIPE, text=True)
    hanging, end = Path(f"{bench.log}.hanging"), time.monotonic() + 60
    while not (hanging.exists() and hanging.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    tool = int(hanging.read_text())
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1 and errors == "dormouse: stopped while openocd was writing model\n"
    with pytest.raises(ProcessLookupError):
        os.kill(tool, 0)
    assert not list(bench.folder.glob("dormouse-flash-*"))


@pytest.mark.parametrize(
    ("bench", "arguments", "words"),
    [
        (
            ("nucleo-l4r5zi", ()),
            [],
            "no tool for nucleo-l4r5zi is on the PATH; install openocd (apt-get",
        ),
        (("nrf52840-dk", ()), [], "install pyocd (pip install pyocd), or openocd (apt-get"),
        (("nrf52840-dk", ("pyocd",)), ["--probe", "openocd"], "openocd is not on the PATH; install openocd (apt-get"),
        (("nrf52840-dk", ("pyocd",)), ["--probe", "esptool"], "is not flashed by esptool; there is pyocd, openocd"),
        (("rp2040-pico", ()), [], "no drive of a RPI-RP2 is mounted; hold BOOTSEL while you plug the board in"),
        (("nucleo-l4r5zi", ("openocd",)), ["--port", "/dev/ttyACM0"], "--port is of no use to openocd"),
        (("nucleo-l4r5zi", ("openocd",)), ["--file", "x"], "--file is for emulated boards"),
        (("nucleo-l4r5zi", ("openocd",)), ["--address", "0x08100010"], "--address must be a multiple of 4096"),
        (("nucleo-l4r5zi", ("openocd",)), ["--address", "0x20000000"], "do not fit nucleo-l4r5zi: its flash memory is"),
    ],
    indirect=["bench"],
)
def test_what_can_not_be_done_is_one_line(bench, arguments, words):
    result = bench.run("-m", NEW, *arguments)
    assert result.returncode == 1 and words in result.stderr and result.stderr.count("\n") == 1, result.stderr
    assert bench.calls() == []


def test_a_drive_takes_a_uf2_file(tmp_path):
    bench = Bench(tmp_path, "rp2040-pico", ())
    drive = tmp_path / "drive"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text("UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n")
    assert bench.run("-m", NEW, "--drive", drive, "--dry-run").stdout.endswith(f"copy model.uf2 to {drive}\n")
    assert not (drive / "model.uf2").exists()
    assert bench.run("-m", NEW, "--drive", drive).returncode == 0
    data = (drive / "model.uf2").read_bytes()
    blocks = [data[start + 32 : start + 288] for start in range(0, len(data), 512)]
    assert b"".join(blocks)[:LENGTH] == image(NEW)
    for option in (["--verify"], ["--slot", "free"]):
        result = bench.run("-m", NEW, "--drive", drive, *option)
        assert result.returncode == 1 and f"which {option[0]} needs; pass --probe picotool" in result.stderr
    result = bench.run("-m", NEW, "--drive", tmp_path / "bin")
    assert result.returncode == 1 and "it has no INFO_UF2.TXT" in result.stderr


def test_firmware_goes_to_where_it_says(bench, tmp_path):
    # Two parts, a megabyte apart, as code and a model have.
    parts = {0x08000000: os.urandom(5000), 0x08100000: image(NEW)}
    lines = [":020000040800F2"]
    for address, data in parts.items():
        upper = (address >> 16).to_bytes(2, "big")
        for start in range(0, len(data), 16):
            place = address + start
            if place >> 16 != int.from_bytes(upper, "big") or start == 0:
                upper = (place >> 16).to_bytes(2, "big")
                lines.append(record(b"\x02\x00\x00\x04" + upper))
            piece = data[start : start + 16]
            lines.append(record(bytes([len(piece)]) + (place & 0xFFFF).to_bytes(2, "big") + b"\0" + piece))
    file = tmp_path / "firmware.hex"
    file.write_text("\n".join([*lines, ":00000001FF", ""]))
    result = bench.run("--firmware", file, "--verify")
    assert result.returncode == 0, result.stderr
    assert all(bench.holds(data, address - bench.base) for address, data in parts.items())
    assert len([call for call in bench.calls() if "dump_image" in call]) == 2
    (tmp_path / "firmware.bin").write_bytes(b"words")
    assert bench.run("--firmware", tmp_path / "firmware.bin", "--address", "0x08040000").returncode == 0
    assert bench.holds(b"words", 0x40000)


def record(content: bytes) -> str:
    """A line of Intel HEX."""
    return ":" + (content + bytes([-sum(content) % 256])).hex().upper()


def test_firmware_of_another_core_is_refused(bench, tmp_path):
    built = ROOT / ".build-firmware" / "virt-rv32imc-any" / "update" / "firmware.elf"
    if not built.exists():
        pytest.skip("not built: the firmware of virt-rv32imc")
    result = bench.run("--firmware", built)
    assert result.returncode == 1 and "which the cortex-m4f of nucleo-l4r5zi does not run" in result.stderr
    assert bench.calls() == []


def test_a_model_that_firmware_can_not_run_is_refused_before_anything_is_written(bench, tmp_path):
    description = json.loads((ROOT / "firmware" / "boards" / bench.board / "flash.json").read_text())
    for change, words in (
        ({"firmware": {"image_format_minor": 0}}, "has image format 1.1, and the firmware of mine reads up to 1.0"),
        ({"firmware": {"image_format_minor": 4, "without_narrow": True}}, "needs weights narrower than int8"),
        ({"models": {"address": "0x08100000", "bytes": 2 * PAGE}}, "which do not fit mine: its region for models is"),
        ({"colour": "green"}, "unknown field 'colour'; known are title, core"),
    ):
        folder = tmp_path / "boards" / "mine"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "flash.json").write_text(json.dumps(description | change))
        environment = bench.environment | {"DORMOUSE_BOARDS": str(folder.parent)}
        words_of = bench.command("-m", OLD, board="mine")
        result = subprocess.run(words_of, capture_output=True, text=True, env=environment, check=False)
        assert result.returncode == 1 and words in result.stderr, result.stderr
    assert bench.calls() == []


def test_without_a_probe_the_emulated_board_is_flashed(tmp_path):
    bench = Bench(tmp_path, "nucleo-l4r5zi", ("openocd",))
    command = [DORMOUSE, "flash", "-m", NEW]

    def run(*arguments: str) -> subprocess.CompletedProcess:
        words = [*command, *arguments]
        return subprocess.run(words, capture_output=True, text=True, env=bench.environment, cwd=tmp_path, check=False)

    assert run("--dry-run").stdout.startswith("write mps2-an386.flash, which is new: ")
    assert not (tmp_path / "mps2-an386.flash").exists()
    assert run("--verify").stdout == f"mps2-an386.flash: starts with {NEW}, in slot 0, verified\n"
    assert run("--slot", "0").stderr.endswith("pass --slot 1\n")
    assert json.loads(run("--slot", "1", "--json").stdout)["slot"] == 1
    words = [DORMOUSE, "flash", "--board", "mps2-an386", "--firmware", __file__]
    assert "by firmware/run mps2-an386, not flashed" in subprocess.run(words, capture_output=True, text=True).stderr
    # Plugged in, the real one is meant.
    device = tmp_path / "usb" / "1-1"
    device.mkdir(parents=True)
    (device / "idVendor").write_text("0483\n")
    (device / "idProduct").write_text("374b\n")
    assert run().stdout == f"nucleo-l4r5zi: holds {NEW}\n" and len(bench.calls()) == 2
    result = run("--board", "abacus")
    assert result.returncode == 1 and "no board named abacus: there are esp32-c3, mps2-an385-m0plus" in result.stderr


def test_the_real_tools_know_these_commands(tmp_path):
    """Without a probe they get no further than that; each must complain of that alone."""
    found = {tool: shutil.which(tool) for tool in ("openocd", "pyocd", "esptool")}
    if not any(found.values()):
        pytest.skip("not installed: openocd, pyocd, esptool")
    # Root hubs are always there; anything else might be a probe, whose board is not ours to flash.
    vendors = {file.read_text().strip() for file in Path("/sys/bus/usb/devices").glob("*/idVendor")}
    if vendors - {"1d6b"}:
        pytest.skip("something is plugged in, which might be a probe")
    for board, tool, words in (
        ("nucleo-l4r5zi", "openocd", "open failed"),
        ("nrf52840-dk", "pyocd", "No target device available"),
        ("esp32-c3", "esptool", "Could not open /dev/nowhere"),
    ):
        if found[tool] is None:
            continue
        command = [DORMOUSE, "flash", "--board", board, "--probe", tool, "-m", NEW]
        command += ["--port", "/dev/nowhere"] if tool == "esptool" else []
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert result.returncode == 1 and words in result.stderr, result.stderr

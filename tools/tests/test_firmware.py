"""The firmware under QEMU hears what the host hears, bit for bit, and stays within its bounds."""

import json
import re
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from host_spotter import hear

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from count import counting  # noqa: E402
from count.spotter import noise  # noqa: E402

BOARDS = ("mps2-an385-m0plus", "mps2-an386", "mps3-an547", "virt-rv32imc")
IMAGE = ROOT / "models" / "commands-temporal" / "commands-temporal.dormouse"
DEMO = ROOT / "demo" / "words.flac"
MEMORY = {"memcpy", "memmove", "memset"}
ARM_MEMORY = {f"__aeabi_mem{kind}{size}" for kind in ("cpy", "move", "set", "clr") for size in ("", "4", "8")}
# What Armv6-M has no instructions for.
ARITHMETIC = {f"__aeabi_{name}" for name in ("idiv", "uidiv", "idivmod", "uidivmod", "lmul", "lasr", "llsl", "llsr")}
ARITHMETIC |= {"__clzsi2"}
# Only reference counting wants these where a core has no atomic instructions; the linker drops both.
ATOMICS = {f"__atomic_{kind}_4" for kind in ("load", "store", "fetch_add", "fetch_sub", "compare_exchange")}

missing = [
    tool for tool in ("swiftc", "qemu-system-arm", "qemu-system-riscv32", "gcc", "make") if not shutil.which(tool)
]
pytestmark = [
    pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}"),
    pytest.mark.skipif(not IMAGE.exists(), reason=f"{IMAGE.relative_to(ROOT)} is absent"),
]


def run(*command: str | Path, code: int = 0) -> str:
    """Output of a command that must end with `code`."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600, cwd=ROOT)
    output = result.stdout + result.stderr
    assert result.returncode == code, f"{command} ended with {result.returncode}:\n{output[-2000:]}"
    return output


@pytest.fixture(scope="module")
def built() -> Path:
    """All boards and the shared library; returns the library."""
    run("swift", "build", "-c", "release", "--product", "DormousePython")
    run("firmware/build")
    return ROOT / ".build" / "release" / "libDormousePython.so"


@pytest.fixture(scope="module")
def recordings(tmp_path_factory) -> dict[str, Path]:
    """Recordings as mono 16-bit WAV files: bursts of noise, and the demo's words."""
    folder = tmp_path_factory.mktemp("recordings")
    found = {"noise": noise(folder / "noise with spaces.wav")}
    if DEMO.exists():
        import soundfile

        samples, rate = soundfile.read(DEMO, dtype="int16")
        found["words"] = folder / "words.wav"
        soundfile.write(found["words"], samples, rate, subtype="PCM_16")
    return found


def samples_of(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


@pytest.mark.parametrize("name", ["noise", "words"])
def test_every_board_hears_what_the_host_hears(built, recordings, name):
    if name not in recordings:
        pytest.skip(f"{DEMO.relative_to(ROOT)} is absent")
    expected = hear(built, IMAGE, samples_of(recordings[name]))
    assert re.fullmatch(r"inferences [1-9]\d* hash [0-9a-f]{8}", expected[-1])
    if name == "words":
        assert any(line.startswith("detection ") for line in expected), "the host hears no word in the demo"
    for board in BOARDS:
        printed = run("firmware/run", board, "spot", recordings[name]).splitlines()
        heard = [line for line in printed if line.split()[0] in ("detection", "frames", "inferences")]
        assert heard == expected, f"{board} hears {heard}, the host {expected}"


def test_raw_samples_give_the_same_as_a_wav_file(built, recordings, tmp_path):
    raw = tmp_path / "samples.raw"
    raw.write_bytes(samples_of(recordings["noise"]).tobytes())
    assert run("firmware/run", "mps2-an386", "spot", raw) == run(
        "firmware/run", "mps2-an386", "spot", recordings["noise"]
    )


def test_each_inference_is_printed_on_request(built, recordings):
    printed = run("firmware/run", "virt-rv32imc", "spot", "--each", recordings["noise"])
    inferences = int(re.search(r"^inferences (\d+)", printed, re.MULTILINE)[1])
    assert len(re.findall(r"^inference \d+( -?\d+)+$", printed, re.MULTILINE)) == inferences


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "usage: spot"),
        (("--loud", "x.wav"), "unknown option"),
        (("/nowhere/x.wav",), "can't be read"),
        ((__file__ + "/x",), "can't be read"),
    ],
)
def test_bad_arguments_are_one_clear_line(built, arguments, message):
    printed = run("firmware/run", "mps2-an386", "spot", *arguments, code=1)
    assert printed.startswith("error: ") and message in printed and printed.count("\n") == 1


def test_a_wav_file_of_another_format_is_refused(built, tmp_path):
    path = tmp_path / "stereo.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(6400))
    assert "can't be read" in run("firmware/run", "virt-rv32imc", "spot", path, code=1)
    path = tmp_path / "fast.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(bytes(6400))
    assert "sample rate" in run("firmware/run", "virt-rv32imc", "spot", path, code=1)


@pytest.mark.parametrize("board", BOARDS)
def test_the_runtime_needs_only_memory_functions(built, board):
    nm = counting.toolchain("llvm-nm")
    wanted = set(run(nm, "-u", "-j", ROOT / ".build-firmware" / board / "Dormouse.o").split())
    allowed = MEMORY | ATOMICS if board.startswith("virt") else MEMORY | ARM_MEMORY
    if board.endswith("m0plus"):
        allowed |= ATOMICS | ARITHMETIC
    assert wanted <= allowed, f"the runtime also wants {sorted(wanted - allowed)}"
    linked = run(nm, "-j", ROOT / ".build-firmware" / board / "spot" / "firmware.elf").split()
    heap = {
        name for name in linked if name.startswith("swift_") or name in ("malloc", "free", "posix_memalign", "printf")
    }
    assert not heap, f"linked into the firmware: {sorted(heap)}"


def test_the_object_of_the_cortex_m0plus_is_armv6_m(built):
    readelf = shutil.which("arm-none-eabi-readelf") or shutil.which("llvm-readelf")
    if readelf is None:
        pytest.skip("no readelf for Arm is installed")
    for name in ("Dormouse.o", "spot/firmware.elf"):
        attributes = run(readelf, "-A", ROOT / ".build-firmware" / "mps2-an385-m0plus" / name)
        assert re.search(r"Tag_CPU_arch: v6S?-M", attributes), attributes
        assert "Tag_THUMB_ISA_use: Thumb-1" in attributes, attributes


def test_nothing_in_the_runtime_computes_with_floats(built):
    objdump = shutil.which("arm-none-eabi-objdump") or shutil.which("llvm-objdump")
    if objdump is None:
        pytest.skip("no disassembler for Arm is installed")
    listing = run(objdump, "-d", "--no-show-raw-insn", ROOT / ".build-firmware" / "mps2-an386" / "Dormouse.o")
    assert "smlad" in listing, "the kernels of the Cortex-M4 are not in the object"
    floats = re.findall(r"\bv(?:add|sub|mul|div|fma|fnms|mla|mls|sqrt|cmp|cvt|neg|abs)\w*\.[\w.]*f\d+.*", listing)
    assert not floats, floats[:5]


def test_the_report_is_within_the_bars(built, recordings):
    text = run("firmware/report", "--json", "--recording", recordings["noise"])
    report = json.loads(text)
    assert all(isinstance(value, int) and value >= 0 for value in report.values())
    assert report["mps2-an386.runtime_flash"] <= 24 * 1024
    assert report["mps2-an386.frame_instructions"] <= 50_000
    for board in BOARDS:
        assert report[f"{board}.runtime_ram"] == 0, "the runtime keeps no memory but the arena"
        assert report[f"{board}.stack"] < 8 * 1024
    print(text)


def test_the_counts_do_not_depend_on_how_code_is_translated(built, recordings, tmp_path):
    short = tmp_path / "short.raw"
    short.write_bytes(samples_of(recordings["noise"])[:1000].tobytes())
    watched = {"push": r"^\$e11Application7SessionV4push"}
    for board in ("mps2-an386", "virt-rv32imc"):
        blocks = counting.count(board, "spot", [str(short)], watched)
        single = counting.count(board, "spot", [str(short)], watched, options=["-singlestep"])
        assert blocks.regions == single.regions
        assert abs(blocks.total - single.total) <= 1, "the block that ends the program may be cut short"


def test_the_benchmark_network_gives_the_golden_outputs_on_every_board(built):
    from benchmarks import dense250k

    if not dense250k.MODELS.exists():
        pytest.skip("../shared/data/models is absent")
    run("swift", "build", "-c", "release", "--product", "dormouse")
    dense250k.prepare(ROOT / ".build" / "release" / "dormouse")
    # Raises unless all 64 outputs equal those of LiteRT's reference kernels.
    counts = {board: dense250k.device(board) for board in BOARDS}
    print(f"instructions an inference: {counts}")
    assert counts["mps2-an386"] <= 350_000
    assert counts["mps3-an547"] < counts["mps2-an386"] / 4
    assert counts["virt-rv32imc"] <= 950_000
    assert counts["mps2-an385-m0plus"] <= 1_250_000

"""`dormouse simulate`: real firmware counted and reckoned, pictures of it, and what it refuses."""

import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import DORMOUSE, dormouse, refused

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools"))

from benchmarks import energy as bench  # noqa: E402
from plots import energy  # noqa: E402

needs_firmware = pytest.mark.skipif(
    not DORMOUSE.exists() or not shutil.which("qemu-system-arm") or not shutil.which("swiftc"),
    reason="the command line is not built, or qemu-system-arm or swiftc is not installed",
)


def simulated(*arguments) -> dict:
    result = dormouse("simulate", "--json", *arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def dense():
    return simulated("-m", "commands-dense", "--device", "stm32l476", "--timeline")


@needs_firmware
def test_parts_add_up_and_a_cr2032_lasts_what_its_charge_allows(dense):
    assert sum(part["uw"] for part in dense["parts"]) == pytest.approx(dense["power_uw"])
    assert 0 < dense["load"] < 1 and dense["missed"] == 0 and dense["battery"] == "CR2032"
    # 225 mAh at that current, less up to 1 % for self-discharge.
    assert 0.99 <= dense["days"] / (225 / dense["battery_ma"] / 24) <= 1
    assert dense["days_low"] < dense["days_high"]
    chosen = min((clock for clock in dense["clocks"] if not clock["missed"]), key=lambda clock: clock["power_uw"])
    assert chosen["mhz"] == dense["clock_mhz"]
    assert sum(dense["figures"].values()) >= 15


@needs_firmware
def test_power_over_time_has_the_average_that_the_budget_says(dense):
    timeline = dense["timeline"]
    assert len(timeline["power_uw"]) == len(timeline["waveform"])
    mean = sum(timeline["power_uw"]) / len(timeline["power_uw"])
    # The first inference comes after a context, 1 s of 23, and the edges of inferences fall into hops.
    assert mean == pytest.approx(dense["power_uw"], rel=0.05)


@needs_firmware
def test_a_bank_costs_what_its_parts_cost_and_firmware_hears_the_frames_of_its_edges(tmp_path):
    report = simulated("-m", "commands-binary-analog8", "--device", "stm32l476", "--clock", "80")
    parts = {part["part"]: part["uw"] for part in report["parts"]}
    # 24 amplifiers of 2.9 uA and 8 comparators of 0.58 uA at 1.8 V, and the dividers, 0.3 to 3 Mohm each.
    active = (24 * 2.9 + 8 * 0.58) * 1.8
    assert active + 8 * 1.8**2 / 3 < parts["filter bank"] < active + 8 * 1.8**2 / 0.3
    assert parts["microphone"] == pytest.approx(16 * 0.9)
    assert report["edge_cycles"] > 24 and report["duty"][0]["edges_per_second"] > 0


@needs_firmware
def test_any_firmware_of_ours_or_of_others_is_counted(tmp_path):
    elf = max((REPOSITORY / ".build" / "simulate").glob("*.elf"), key=lambda path: path.stat().st_mtime, default=None)
    if elf is None:
        pytest.skip("no firmware was built")
    result = simulated("--elf", elf, "--mcu", "cortex-m4", "--device", "nrf52840", "--limit", "10000")
    assert result["clock_mhz"] == 64 and result["instructions"] > 0 and result["energy_uj"] > 0
    assert "built for" in refused("simulate", "--elf", elf, "--mcu", "ibex")


@needs_firmware
def test_what_never_sleeps_nor_ends_is_said_and_a_limit_shows_what_it_did(tmp_path):
    linker = shutil.which("arm-none-eabi-gcc")
    if linker is None:
        pytest.skip("arm-none-eabi-gcc is not installed")
    source = tmp_path / "loop.s"
    source.write_text(
        ".syntax unified\n.thumb\n.section .vectors\n.word 0x20001000\n.word main + 1\n.text\nmain: b main\n"
    )
    script = tmp_path / "loop.ld"
    script.write_text("SECTIONS { . = 0; .text : { *(.vectors) *(.text) } }")
    elf = tmp_path / "loop.elf"
    command = [linker, "-mcpu=cortex-m4", "-nostdlib", f"-T{script}", str(source), "-o", str(elf)]
    subprocess.run(command, check=True, capture_output=True)
    result = simulated("--elf", elf, "--mcu", "cortex-m4", "--limit", "1000000")
    assert result["stopped"] and result["instructions"] >= 1_000_000


def report(model: str, device: str, watts: float) -> dict:
    """As much of a report as pictures need."""
    parts = [{"part": "microphone", "uw": 100.0}, {"part": "layer 0", "uw": watts - 100}]
    return {
        "model": model,
        "device": device,
        "clock_mhz": 8,
        "power_uw": watts,
        "parts": parts,
        "battery": "CR2032",
        "days": 10.0,
        "days_low": 8.0,
        "days_high": 11.0,
        "battery_suffices": True,
        "timeline": {
            "step_ms": 20,
            "power_uw": [watts] * 50,
            "waveform": [[-5, 5]] * 50,
            "verified": [3],
            "detected": [],
        },
    }


@pytest.mark.parametrize("picture", energy.PICTURES)
def test_every_picture_is_drawn_from_what_simulate_prints(picture, tmp_path):
    file = tmp_path / "all.json"
    rows = [report("commands-dense", "STM32L476", 900.0), report("commands-binary", "RP2040", 2000.0)]
    file.write_text(json.dumps({"devices": rows}))
    energy.draw(picture, [file], tmp_path / "picture.png", 0, None)
    width, height = struct.unpack(">II", (tmp_path / "picture.png").read_bytes()[16:24])
    assert width > 500 and height > 200


def test_a_file_that_is_no_report_is_refused(tmp_path):
    file = tmp_path / "other.json"
    file.write_text('{"models": []}')
    with pytest.raises(energy.ReportError, match="is not what dormouse simulate --json prints"):
        energy.reports([file])


def test_the_derivation_multiplies_up_to_the_ratio_that_it_ends_with():
    def row(**parts):
        found = [{"part": name.replace("_", " "), "uw": value} for name, value in parts.items()]
        heard = sum(value for name, value in parts.items() if name != "layer_0")
        total = sum(parts.values())
        return {"parts": found, "power_uw": total, "acquisition_uw": heard, "acquisition_share": heard / total}

    rows = {name: row(microphone=1000.0, acquire=500.0, front_end=500.0, layer_0=1000.0) for name, _ in bench.PAPER}
    rows["paper-analog8"] = row(microphone=20.0, filter_bank=170.0, front_end=10.0, layer_0=1800.0)
    text = "\n".join(bench.derivation(rows))
    assert "    28.9  the paper's" in text and "=    10.0  ours" in text
    assert abs(28.93 * 0.25 * 1.4 - 10) < 0.2 and "x    0.25" in text and "x    1.40" in text

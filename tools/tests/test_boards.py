"""The drivers of the real boards do what the manuals prescribe, register by register, on a device that is but a log.

Addresses and fields here are written down from the manuals, apart from the drivers'. None of this ran on hardware.
"""

import shutil

import numpy as np
import pytest
from board_registers import BLOCK, Device, compile_drivers, fields

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="not installed: cc")


def maker(board, registers, sources=("device.c", "microphone.c")):
    """A fixture that gives a fresh device with that board's drivers."""

    @pytest.fixture(scope="module")
    def library(tmp_path_factory):
        return compile_drivers(board, sources, tmp_path_factory.mktemp(board))

    @pytest.fixture
    def device(request, tmp_path):
        return Device(request.getfixturevalue(f"{board.replace('-', '_')}_library"), registers, tmp_path)

    return library, device


def ramp(first: int) -> np.ndarray:
    """A block that differs from others."""
    return np.arange(first, first + BLOCK, dtype=np.int16)


# nRF52840 Product Specification: instantiation of the peripherals, and the register overviews of CLOCK, GPIO, NVMC, PDM
# and UARTE.
NRF52840 = {
    "CLOCK.TASKS_HFCLKSTART": 0x4000_0000,
    "CLOCK.EVENTS_HFCLKSTARTED": 0x4000_0100,
    "UARTE0.TASKS_STARTTX": 0x4000_2008,
    "UARTE0.EVENTS_ENDTX": 0x4000_2120,
    "UARTE0.ENABLE": 0x4000_2500,
    "UARTE0.PSEL.TXD": 0x4000_250C,
    "UARTE0.BAUDRATE": 0x4000_2524,
    "UARTE0.TXD.PTR": 0x4000_2544,
    "UARTE0.TXD.MAXCNT": 0x4000_2548,
    "UARTE0.CONFIG": 0x4000_256C,
    "PDM.TASKS_START": 0x4001_D000,
    "PDM.EVENTS_STARTED": 0x4001_D100,
    "PDM.EVENTS_END": 0x4001_D108,
    "PDM.INTENSET": 0x4001_D304,
    "PDM.ENABLE": 0x4001_D500,
    "PDM.PDMCLKCTRL": 0x4001_D504,
    "PDM.MODE": 0x4001_D508,
    "PDM.GAINL": 0x4001_D518,
    "PDM.RATIO": 0x4001_D520,
    "PDM.PSEL.CLK": 0x4001_D540,
    "PDM.PSEL.DIN": 0x4001_D544,
    "PDM.SAMPLE.PTR": 0x4001_D560,
    "PDM.SAMPLE.MAXCNT": 0x4001_D564,
    "NVMC.ICACHECNF": 0x4001_E540,
    "P0.OUTSET": 0x5000_0508,
    "P0.OUTCLR": 0x5000_050C,
    "P0.DIRSET": 0x5000_0518,
    "P0.DIRCLR": 0x5000_051C,
    "P0.PIN_CNF[30]": 0x5000_0700 + 4 * 30,
    "NVIC.ISER0": 0xE000_E100,
}
nrf52840_dk_library, nrf52840_dk = maker("nrf52840-dk", NRF52840)


def test_nrf52840_starts_its_crystal_before_what_needs_it(nrf52840_dk):
    nrf52840_dk.coming["CLOCK.EVENTS_HFCLKSTARTED"] = [0, 0, 1]
    assert nrf52840_dk.does("device_start") == [
        ("NVMC.ICACHECNF", fields(CACHEEN=(0, 1))),
        ("CLOCK.EVENTS_HFCLKSTARTED", 0),
        ("CLOCK.TASKS_HFCLKSTART", 1),
        ("CLOCK.EVENTS_HFCLKSTARTED", None),
        ("P0.OUTSET", fields(LED1=(13, 1))),
        ("P0.DIRSET", fields(LED1=(13, 1))),
        ("P0.OUTSET", fields(TXD=(6, 1))),
        ("P0.DIRSET", fields(TXD=(6, 1))),
        ("UARTE0.PSEL.TXD", fields(PIN=(0, 6), PORT=(5, 0), CONNECT=(31, 0))),
        ("UARTE0.BAUDRATE", 0x01D6_0000),
        ("UARTE0.CONFIG", fields(HWFC=(0, 0), PARITY=(1, 0), STOP=(4, 0))),
        ("UARTE0.ENABLE", 8),
    ]
    assert nrf52840_dk.coming["CLOCK.EVENTS_HFCLKSTARTED"] == [], "waited for it"


def test_nrf52840_sends_a_byte_from_memory_and_waits(nrf52840_dk):
    sent = []

    def send(_):
        sent.append(nrf52840_dk.memory[nrf52840_dk.values["UARTE0.TXD.PTR"]])
        nrf52840_dk.values["UARTE0.EVENTS_ENDTX"] = 1

    nrf52840_dk.react["UARTE0.TASKS_STARTTX"] = send
    steps = nrf52840_dk.does("console_put", ord("y"))
    assert steps == [
        ("UARTE0.TXD.PTR", sent[0] & 0xFFFF_FFFF),
        ("UARTE0.TXD.MAXCNT", 1),
        ("UARTE0.EVENTS_ENDTX", 0),
        ("UARTE0.TASKS_STARTTX", 1),
        ("UARTE0.EVENTS_ENDTX", None),
    ]


def test_nrf52840_lights_led_1_by_a_low_pin(nrf52840_dk):
    assert nrf52840_dk.does("light_set", 1) == [("P0.OUTCLR", 1 << 13)]
    assert nrf52840_dk.does("light_set", 0) == [("P0.OUTSET", 1 << 13)]


def test_nrf52840_starts_its_microphone_in_the_prescribed_order(nrf52840_dk):
    steps = nrf52840_dk.does("microphone_start")
    first = nrf52840_dk.values["PDM.SAMPLE.PTR"]
    assert steps == [
        # Pins before the interface is enabled.
        ("P0.OUTCLR", fields(CLK=(31, 1))),
        ("P0.DIRSET", fields(CLK=(31, 1))),
        ("P0.DIRCLR", fields(DIN=(30, 1))),
        ("P0.PIN_CNF[30]", fields(DIR=(0, 0), INPUT=(1, 0), PULL=(2, 0))),
        ("PDM.PSEL.CLK", fields(PIN=(0, 31), PORT=(5, 0), CONNECT=(31, 0))),
        ("PDM.PSEL.DIN", fields(PIN=(0, 30), PORT=(5, 0), CONNECT=(31, 0))),
        # 1.280 MHz over 80: 16 kHz.
        ("PDM.PDMCLKCTRL", 0x0A00_0000),
        ("PDM.RATIO", fields(RATIO=(0, 1))),
        ("PDM.MODE", fields(OPERATION=(0, 1), EDGE=(1, 0))),
        ("PDM.GAINL", 0x28),
        ("PDM.SAMPLE.PTR", first),
        ("PDM.SAMPLE.MAXCNT", BLOCK),
        ("PDM.EVENTS_STARTED", 0),
        ("PDM.EVENTS_END", 0),
        ("PDM.INTENSET", fields(STARTED=(0, 1), END=(2, 1))),
        ("NVIC.ISER0", 1 << 29),
        ("PDM.ENABLE", 1),
        ("PDM.TASKS_START", 1),
    ]


def nrf52840_events(device, *events):
    """An interrupt with these events pending."""
    for event in events:
        device.values[f"PDM.EVENTS_{event}"] = 1
    return device.does("microphone_interrupt")


def test_nrf52840_names_the_next_block_when_one_is_started(nrf52840_dk):
    nrf52840_dk.does("microphone_start")
    first = nrf52840_dk.values["PDM.SAMPLE.PTR"]
    assert len(nrf52840_dk.samples(160)) == 0
    steps = nrf52840_events(nrf52840_dk, "STARTED")
    second = nrf52840_dk.values["PDM.SAMPLE.PTR"]
    assert abs(second - first) == 2 * BLOCK
    started = [
        ("PDM.EVENTS_STARTED", None),
        ("PDM.EVENTS_STARTED", 0),
        ("PDM.EVENTS_STARTED", None),
    ]
    assert steps == [("PDM.EVENTS_END", None), *started, ("PDM.SAMPLE.PTR", second)]
    for at in range(4):
        full, other = ((first, second), (second, first))[at % 2]
        nrf52840_dk.fill(full, ramp(1000 * at))
        steps = nrf52840_events(nrf52840_dk, "END", "STARTED")
        ended = [("PDM.EVENTS_END", None), ("PDM.EVENTS_END", 0), ("PDM.EVENTS_END", None)]
        assert steps == [*ended, *started, ("PDM.SAMPLE.PTR", full)], f"while {other} is filled"
        assert (nrf52840_dk.block() == ramp(1000 * at)).all()
        assert len(nrf52840_dk.samples(160)) == 0
    assert nrf52840_dk.lost == 0


def test_nrf52840_counts_the_blocks_that_nobody_read_in_time(nrf52840_dk):
    nrf52840_dk.does("microphone_start")
    blocks = [nrf52840_dk.values["PDM.SAMPLE.PTR"]]
    nrf52840_events(nrf52840_dk, "STARTED")
    blocks.append(nrf52840_dk.values["PDM.SAMPLE.PTR"])
    lost = []
    for at in range(4):
        nrf52840_dk.fill(blocks[at % 2], ramp(1000 * at))
        nrf52840_events(nrf52840_dk, "END", "STARTED")
        lost.append(nrf52840_dk.lost)
    assert lost == [0, 1, 2, 3]
    # The newest is still whole; it is lost too if the application takes two blocks' time over it.
    assert (nrf52840_dk.samples(160) == ramp(3000)[:160]).all()
    for at in (4, 5):
        nrf52840_dk.fill(blocks[at % 2], ramp(1000 * at))
        nrf52840_events(nrf52840_dk, "END", "STARTED")
    assert nrf52840_dk.lost == 5
    assert (nrf52840_dk.block() == ramp(5000)).all()
    assert len(nrf52840_dk.samples(160)) == 0

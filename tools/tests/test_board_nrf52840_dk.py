"""The drivers of the nRF52840 DK do what its manual prescribes, register by register, on a device that is but a log.

Addresses and fields here are written down from the manual, apart from the drivers'. None of this ran on hardware.
"""

import ctypes
import shutil

import numpy as np
import pytest
from board_registers import BLOCK, drivers, fields, ramp

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="not installed: cc")

# nRF52840 Product Specification: instantiation of the peripherals, and the register overviews of CLOCK, GPIO, NVMC, PDM
# and UARTE.
NRF52840 = {
    "CLOCK.TASKS_HFCLKSTART": 0x4000_0000,
    "CLOCK.EVENTS_HFCLKSTARTED": 0x4000_0100,
    "UARTE0.TASKS_STARTRX": 0x4000_2000,
    "UARTE0.TASKS_STARTTX": 0x4000_2008,
    "UARTE0.EVENTS_ENDRX": 0x4000_2110,
    "UARTE0.EVENTS_ENDTX": 0x4000_2120,
    "UARTE0.EVENTS_RXSTARTED": 0x4000_214C,
    "UARTE0.SHORTS": 0x4000_2200,
    "UARTE0.INTENSET": 0x4000_2304,
    "UARTE0.ENABLE": 0x4000_2500,
    "UARTE0.PSEL.TXD": 0x4000_250C,
    "UARTE0.PSEL.RXD": 0x4000_2514,
    "UARTE0.BAUDRATE": 0x4000_2524,
    "UARTE0.RXD.PTR": 0x4000_2534,
    "UARTE0.RXD.MAXCNT": 0x4000_2538,
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
    "NVMC.READY": 0x4001_E400,
    "NVMC.CONFIG": 0x4001_E504,
    "NVMC.ERASEPAGE": 0x4001_E508,
    "NVMC.ICACHECNF": 0x4001_E540,
    "P0.OUTSET": 0x5000_0508,
    "P0.OUTCLR": 0x5000_050C,
    "P0.DIRSET": 0x5000_0518,
    "P0.DIRCLR": 0x5000_051C,
    "P0.PIN_CNF[8]": 0x5000_0700 + 4 * 8,
    "P0.PIN_CNF[30]": 0x5000_0700 + 4 * 30,
    "NVIC.ISER0": 0xE000_E100,
    # A word of the region for models.
    "word": 0x0008_1004,
}
library, device = drivers("nrf52840-dk", NRF52840, ("device.c", "microphone.c", "flash.c", "serial.c"))


def test_nrf52840_starts_its_crystal_before_what_needs_it(device):
    device.coming["CLOCK.EVENTS_HFCLKSTARTED"] = [0, 0, 1]
    assert device.does("device_start") == [
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
    assert device.coming["CLOCK.EVENTS_HFCLKSTARTED"] == [], "waited for it"


def test_nrf52840_sends_a_byte_from_memory_and_waits(device):
    sent = []

    def send(_):
        sent.append(device.memory[device.values["UARTE0.TXD.PTR"]])
        device.values["UARTE0.EVENTS_ENDTX"] = 1

    device.react["UARTE0.TASKS_STARTTX"] = send
    steps = device.does("console_put", ord("y"))
    assert steps == [
        ("UARTE0.TXD.PTR", sent[0] & 0xFFFF_FFFF),
        ("UARTE0.TXD.MAXCNT", 1),
        ("UARTE0.EVENTS_ENDTX", 0),
        ("UARTE0.TASKS_STARTTX", 1),
        ("UARTE0.EVENTS_ENDTX", None),
    ]


def test_nrf52840_lights_led_1_by_a_low_pin(device):
    assert device.does("light_set", 1) == [("P0.OUTCLR", 1 << 13)]
    assert device.does("light_set", 0) == [("P0.OUTSET", 1 << 13)]


def test_nrf52840_starts_its_microphone_in_the_prescribed_order(device):
    steps = device.does("microphone_start")
    first = device.values["PDM.SAMPLE.PTR"]
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


def test_nrf52840_names_the_next_block_when_one_is_started(device):
    device.does("microphone_start")
    first = device.values["PDM.SAMPLE.PTR"]
    assert len(device.samples(160)) == 0
    steps = nrf52840_events(device, "STARTED")
    second = device.values["PDM.SAMPLE.PTR"]
    assert abs(second - first) == 2 * BLOCK
    started = [
        ("PDM.EVENTS_STARTED", None),
        ("PDM.EVENTS_STARTED", 0),
        ("PDM.EVENTS_STARTED", None),
    ]
    assert steps == [("PDM.EVENTS_END", None), *started, ("PDM.SAMPLE.PTR", second)]
    for at in range(4):
        full, other = ((first, second), (second, first))[at % 2]
        device.fill(full, ramp(1000 * at))
        steps = nrf52840_events(device, "END", "STARTED")
        ended = [("PDM.EVENTS_END", None), ("PDM.EVENTS_END", 0), ("PDM.EVENTS_END", None)]
        assert steps == [*ended, *started, ("PDM.SAMPLE.PTR", full)], f"while {other} is filled"
        assert (device.block() == ramp(1000 * at)).all()
        assert len(device.samples(160)) == 0
    assert device.lost == 0


def test_nrf52840_counts_the_blocks_that_nobody_read_in_time(device):
    device.does("microphone_start")
    blocks = [device.values["PDM.SAMPLE.PTR"]]
    nrf52840_events(device, "STARTED")
    blocks.append(device.values["PDM.SAMPLE.PTR"])
    lost = []
    for at in range(4):
        device.fill(blocks[at % 2], ramp(1000 * at))
        nrf52840_events(device, "END", "STARTED")
        lost.append(device.lost)
    assert lost == [0, 1, 2, 3]
    # The newest is still whole; it is lost too if the application takes two blocks' time over it.
    assert (device.samples(160) == ramp(3000)[:160]).all()
    for at in (4, 5):
        device.fill(blocks[at % 2], ramp(1000 * at))
        nrf52840_events(device, "END", "STARTED")
    assert device.lost == 5
    assert (device.block() == ramp(5000)).all()
    assert len(device.samples(160)) == 0


def flash_steps(mode: int, what: tuple[str, int]) -> list:
    """Allowed, done and forbidden again, each awaited."""
    ready = ("NVMC.READY", None)
    return [("NVMC.CONFIG", mode), ready, what, ready, ("NVMC.CONFIG", 0), ready]


def test_nrf52840_erases_a_page_and_waits(device):
    device.values["NVMC.READY"] = 1
    device.react["NVMC.ERASEPAGE"] = lambda _: device.coming.update({"NVMC.READY": [0, 0, 0, 1]})
    assert device.does("flash_erase", 0x0008_1000) == flash_steps(2, ("NVMC.ERASEPAGE", 0x0008_1000))
    assert device.result == 1 and not device.coming["NVMC.READY"]


def test_nrf52840_writes_a_word_at_its_address_and_waits(device):
    device.values["NVMC.READY"] = 1
    device.react["word"] = lambda _: device.coming.update({"NVMC.READY": [0, 1]})
    word = (ctypes.c_uint32 * 1)(0x1234_5678)
    assert device.does("flash_program", NRF52840["word"], word) == flash_steps(1, ("word", 0x1234_5678))
    assert device.result == 1 and not device.coming["NVMC.READY"]


def test_nrf52840_takes_bytes_by_easydma_once_it_listens(device):
    steps = device.does("console_listen")
    first = device.values["UARTE0.RXD.PTR"]
    assert steps == [
        ("P0.DIRCLR", 1 << 8),
        ("P0.PIN_CNF[8]", fields(DIR=(0, 0), INPUT=(1, 0), PULL=(2, 0))),
        # Pins are chosen while it is off.
        ("UARTE0.ENABLE", 0),
        ("UARTE0.PSEL.RXD", fields(PIN=(0, 8), PORT=(5, 0), CONNECT=(31, 0))),
        ("UARTE0.ENABLE", 8),
        ("UARTE0.RXD.PTR", first),
        ("UARTE0.RXD.MAXCNT", 1),
        ("UARTE0.SHORTS", fields(ENDRX_STARTRX=(5, 1))),
        ("UARTE0.EVENTS_RXSTARTED", 0),
        ("UARTE0.EVENTS_ENDRX", 0),
        ("UARTE0.INTENSET", fields(ENDRX=(4, 1), RXSTARTED=(19, 1))),
        ("NVIC.ISER0", 1 << 2),
        ("UARTE0.TASKS_STARTRX", 1),
    ]
    assert device.take() == -1
    device.values["UARTE0.EVENTS_RXSTARTED"] = 1
    device.does("console_interrupt")
    places = [first, device.values["UARTE0.RXD.PTR"]]
    assert abs(places[1] - places[0]) == 1
    started, ended = (
        [(f"UARTE0.EVENTS_{event}", None), (f"UARTE0.EVENTS_{event}", 0), (f"UARTE0.EVENTS_{event}", None)]
        for event in ("RXSTARTED", "ENDRX")
    )
    sent = np.array([0, 1, 255, 7, 0], np.uint8)
    for at in range(len(sent)):
        device.fill(places[at % 2], sent[at : at + 1])
        # The short has started the next reception, into the other place.
        device.values |= {"UARTE0.EVENTS_ENDRX": 1, "UARTE0.EVENTS_RXSTARTED": 1}
        assert device.does("console_interrupt") == [*ended, *started, ("UARTE0.RXD.PTR", places[at % 2])]
    assert [device.take() for _ in range(len(sent) + 1)] == [*sent, -1]


def test_nrf52840_keeps_512_bytes_that_nobody_takes(device):
    device.does("console_listen")
    places = [device.values["UARTE0.RXD.PTR"]]
    device.values["UARTE0.EVENTS_RXSTARTED"] = 1
    device.does("console_interrupt")
    places.append(device.values["UARTE0.RXD.PTR"])
    for value in range(600):
        device.fill(places[value % 2], np.array([value & 0xFF], np.uint8))
        device.values |= {"UARTE0.EVENTS_ENDRX": 1, "UARTE0.EVENTS_RXSTARTED": 1}
        device.does("console_interrupt")
    assert [device.take() for _ in range(513)] == [*(value & 0xFF for value in range(512)), -1]

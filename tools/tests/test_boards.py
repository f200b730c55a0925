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


def change(name: str, value: int) -> list:
    """A register is read, and written with some bits changed."""
    return [(name, None), (name, value)]


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


# RM0432: boundary addresses, and the register maps of DFSDM, DMA, DMAMUX, FLASH, GPIO, LPUART, PWR and RCC.
STM32L4R5 = {
    "PWR.CR2": 0x4000_7000 + 0x04,
    "LPUART1.CR1": 0x4000_8000,
    "LPUART1.BRR": 0x4000_8000 + 0x0C,
    "LPUART1.ISR": 0x4000_8000 + 0x1C,
    "LPUART1.TDR": 0x4000_8000 + 0x28,
    "DFSDM1.CH0CFGR1": 0x4001_6000,
    "DFSDM1.CH2CFGR1": 0x4001_6000 + 2 * 0x20,
    "DFSDM1.CH2CFGR2": 0x4001_6000 + 2 * 0x20 + 0x04,
    "DFSDM1.FLT0CR1": 0x4001_6000 + 0x100,
    "DFSDM1.FLT0FCR": 0x4001_6000 + 0x114,
    "DFSDM1.FLT0RDATAR": 0x4001_6000 + 0x11C,
    "DMA1.ISR": 0x4002_0000,
    "DMA1.IFCR": 0x4002_0000 + 0x04,
    "DMA1.CCR1": 0x4002_0000 + 0x08,
    "DMA1.CNDTR1": 0x4002_0000 + 0x0C,
    "DMA1.CPAR1": 0x4002_0000 + 0x10,
    "DMA1.CMAR1": 0x4002_0000 + 0x14,
    "DMAMUX1.C0CR": 0x4002_0800,
    "RCC.CR": 0x4002_1000,
    "RCC.CFGR": 0x4002_1000 + 0x08,
    "RCC.PLLCFGR": 0x4002_1000 + 0x0C,
    "RCC.AHB1ENR": 0x4002_1000 + 0x48,
    "RCC.AHB2ENR": 0x4002_1000 + 0x4C,
    "RCC.APB1ENR1": 0x4002_1000 + 0x58,
    "RCC.APB1ENR2": 0x4002_1000 + 0x5C,
    "RCC.APB2ENR": 0x4002_1000 + 0x60,
    "FLASH.ACR": 0x4002_2000,
    "GPIOB.MODER": 0x4800_0400,
    "GPIOB.BSRR": 0x4800_0400 + 0x18,
    "GPIOE.MODER": 0x4800_1000,
    "GPIOE.AFRL": 0x4800_1000 + 0x20,
    "GPIOE.AFRH": 0x4800_1000 + 0x24,
    "GPIOG.MODER": 0x4800_1800,
    "GPIOG.AFRL": 0x4800_1800 + 0x20,
    "NVIC.ISER0": 0xE000_E100,
}
nucleo_l4r5zi_library, nucleo_l4r5zi = maker("nucleo-l4r5zi", STM32L4R5)
GPIO_RESET = 0xFFFF_FFFF


def test_stm32l4r5_waits_for_flash_oscillator_and_pll_in_this_order(nucleo_l4r5zi):
    device = nucleo_l4r5zi
    device.values |= {"FLASH.ACR": fields(ICEN=(9, 1), DCEN=(10, 1)), "RCC.CR": fields(MSION=(0, 1), MSIRDY=(1, 1))}
    device.values |= {"GPIOB.MODER": GPIO_RESET, "GPIOG.MODER": GPIO_RESET, "PWR.CR2": 0}
    on = fields(MSION=(0, 1), MSIRDY=(1, 1), HSION=(8, 1))
    ready, pll = fields(HSIRDY=(10, 1)), fields(PLLON=(24, 1))
    # The flags come after a while.
    late = {on: on | ready, on | ready | pll: on | ready | pll | fields(PLLRDY=(25, 1))}

    def power(value):
        device.coming["RCC.CR"] = [value, value]
        device.values["RCC.CR"] = late[value]

    device.react["RCC.CR"] = power
    device.react["RCC.CFGR"] = lambda value: device.values.update({"RCC.CFGR": value | fields(SWS=(2, value & 3))})
    steps = device.does("device_start")
    assert steps == [
        *change("FLASH.ACR", fields(LATENCY=(0, 3), ICEN=(9, 1), DCEN=(10, 1))),
        ("FLASH.ACR", None),
        *change("RCC.CR", on),
        ("RCC.CR", None),
        # 16 MHz / 2 * 20 / 2.
        ("RCC.PLLCFGR", fields(PLLSRC=(0, 2), PLLM=(4, 2 - 1), PLLN=(8, 20), PLLREN=(24, 1), PLLR=(25, 0))),
        *change("RCC.CR", on | ready | pll),
        ("RCC.CR", None),
        *change("RCC.CFGR", fields(SW=(0, 3))),
        ("RCC.CFGR", None),
        *change("RCC.AHB2ENR", fields(GPIOBEN=(1, 1), GPIOGEN=(6, 1))),
        *change("RCC.APB1ENR1", fields(PWREN=(28, 1))),
        *change("RCC.APB1ENR2", fields(LPUART1EN=(0, 1))),
        ("RCC.APB1ENR2", None),
        *change("GPIOB.MODER", GPIO_RESET & ~fields(MODE7=(14, 2))),
        *change("PWR.CR2", fields(IOSV=(9, 1))),
        *change("GPIOG.AFRL", fields(AFSEL7=(28, 8))),
        *change("GPIOG.MODER", GPIO_RESET & ~fields(MODE7=(14, 1))),
        ("LPUART1.BRR", round(256 * 80e6 / 115_200)),
        ("LPUART1.CR1", fields(UE=(0, 1))),
        ("LPUART1.CR1", fields(UE=(0, 1), TE=(3, 1))),
    ]
    assert not device.coming["RCC.CR"], "waited for both"


def test_stm32l4r5_waits_for_room_before_a_byte(nucleo_l4r5zi):
    nucleo_l4r5zi.coming["LPUART1.ISR"] = [0, 0, fields(TXE=(7, 1))]
    assert nucleo_l4r5zi.does("console_put", ord("y")) == [("LPUART1.ISR", None), ("LPUART1.TDR", ord("y"))]
    assert not nucleo_l4r5zi.coming["LPUART1.ISR"]


def test_stm32l4r5_lights_ld2_by_a_high_pin(nucleo_l4r5zi):
    assert nucleo_l4r5zi.does("light_set", 1) == [("GPIOB.BSRR", fields(BS7=(7, 1)))]
    assert nucleo_l4r5zi.does("light_set", 0) == [("GPIOB.BSRR", fields(BR7=(23, 1)))]


def test_stm32l4r5_starts_dma_then_channel_then_filter(nucleo_l4r5zi):
    nucleo_l4r5zi.values["GPIOE.MODER"] = GPIO_RESET
    steps = nucleo_l4r5zi.does("microphone_start")
    dma = fields(TCIE=(1, 1), HTIE=(2, 1), CIRC=(5, 1), MINC=(7, 1), PSIZE=(8, 2), MSIZE=(10, 2))
    channel = fields(SITP=(0, 0), SPICKSEL=(2, 1), CHINSEL=(8, 0), DATMPX=(12, 0))
    clock = fields(CKOUTDIV=(16, 40 - 1), CKOUTSRC=(30, 0))
    regular = fields(RCONT=(18, 1), RDMAEN=(21, 1), RCH=(24, 2), FAST=(29, 1))
    assert steps == [
        *change("RCC.AHB2ENR", fields(GPIOEEN=(4, 1))),
        ("RCC.AHB2ENR", None),
        *change("GPIOE.AFRL", fields(AFSEL7=(28, 6))),
        *change("GPIOE.AFRH", fields(AFSEL9=(4, 6))),
        *change("GPIOE.MODER", GPIO_RESET & ~fields(MODE7=(14, 1), MODE9=(18, 1))),
        *change("RCC.AHB1ENR", fields(DMA1EN=(0, 1), DMAMUX1EN=(2, 1))),
        ("RCC.AHB1ENR", None),
        ("DMA1.CPAR1", STM32L4R5["DFSDM1.FLT0RDATAR"]),
        ("DMA1.CMAR1", nucleo_l4r5zi.values["DMA1.CMAR1"]),
        ("DMA1.CNDTR1", 2 * BLOCK),
        ("DMA1.CCR1", dma),
        ("DMAMUX1.C0CR", fields(DMAREQ_ID=(0, 86))),
        ("NVIC.ISER0", 1 << 11),
        *change("DMA1.CCR1", dma | fields(EN=(0, 1))),
        *change("RCC.APB2ENR", fields(DFSDM1EN=(24, 1))),
        ("RCC.APB2ENR", None),
        ("DFSDM1.CH0CFGR1", clock),
        ("DFSDM1.CH0CFGR1", clock | fields(DFSDMEN=(31, 1))),
        ("DFSDM1.CH2CFGR2", fields(DTRBS=(3, 5), OFFSET=(8, 0))),
        ("DFSDM1.CH2CFGR1", channel),
        ("DFSDM1.CH2CFGR1", channel | fields(CHEN=(7, 1))),
        ("DFSDM1.FLT0FCR", fields(IOSR=(0, 1 - 1), FOSR=(16, 125 - 1), FORD=(29, 4))),
        ("DFSDM1.FLT0CR1", regular),
        ("DFSDM1.FLT0CR1", regular | fields(DFEN=(0, 1))),
        ("DFSDM1.FLT0CR1", regular | fields(DFEN=(0, 1), RSWSTART=(17, 1))),
    ]
    # The rate, and that a full scale fits the data register's 24 bits.
    assert 80e6 / 40 / 125 == 16_000
    assert 125**4 < 2**31 and 125**4 >> 5 < 2**23


def stm32l4r5_interrupt(device, *halves):
    """DMA has written halves of the circle; returns what the interrupt does."""
    device.values["DMA1.ISR"] = sum(fields(HTIF1=(2, 1)) if half == 0 else fields(TCIF1=(1, 1)) for half in halves)
    return device.does("microphone_interrupt")


def words_of(samples: np.ndarray) -> np.ndarray:
    """The filter's words that `samples` come from: 24 bits with the channel below them, a quarter of the level."""
    return (samples.astype(np.int32) << 14) | fields(RDATACH=(0, 2))


def test_stm32l4r5_reads_the_half_that_dma_has_left(nucleo_l4r5zi):
    nucleo_l4r5zi.does("microphone_start")
    sound = nucleo_l4r5zi.values["DMA1.CMAR1"]
    base = nucleo_l4r5zi.memory[sound]
    for at in range(4):
        half = at % 2
        nucleo_l4r5zi.memory[half] = base + half * 4 * BLOCK
        nucleo_l4r5zi.fill(half, words_of(ramp(1000 * at - 2000)))
        flag = fields(HTIF1=(2, 1)) if half == 0 else fields(TCIF1=(1, 1))
        assert stm32l4r5_interrupt(nucleo_l4r5zi, half) == [("DMA1.ISR", None), ("DMA1.IFCR", flag)]
        assert (nucleo_l4r5zi.block() == ramp(1000 * at - 2000)).all()
        assert len(nucleo_l4r5zi.samples(160)) == 0
    # What is louder than 16 bits is cut, not wrapped.
    loud = np.full(BLOCK, 0x7FFF_FF02, np.int32)
    loud[1::2] = -0x8000_0000
    nucleo_l4r5zi.fill(0, loud)
    stm32l4r5_interrupt(nucleo_l4r5zi, 0)
    assert (nucleo_l4r5zi.block() == np.tile([32767, -32768], BLOCK // 2)).all()
    assert nucleo_l4r5zi.lost == 0


def test_stm32l4r5_counts_lost_halves_even_when_an_interrupt_comes_late(nucleo_l4r5zi):
    nucleo_l4r5zi.does("microphone_start")
    stm32l4r5_interrupt(nucleo_l4r5zi, 0)
    assert nucleo_l4r5zi.lost == 0
    stm32l4r5_interrupt(nucleo_l4r5zi, 1)
    assert nucleo_l4r5zi.lost == 1
    assert stm32l4r5_interrupt(nucleo_l4r5zi, 0, 1)[-1] == ("DMA1.IFCR", fields(TCIF1=(1, 1), HTIF1=(2, 1)))
    assert nucleo_l4r5zi.lost == 3
    assert len(nucleo_l4r5zi.block()) == BLOCK and len(nucleo_l4r5zi.samples(160)) == 0

"""The drivers of the real boards do what the manuals prescribe, register by register, on a device that is but a log.

Addresses and fields here are written down from the manuals, apart from the drivers'. None of this ran on hardware.
"""

import shutil

import numpy as np
import pytest
from board_registers import BLOCK, Device, compile_drivers, fields
from test_pdm import decimated, words_of

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


def filter_words(samples: np.ndarray) -> np.ndarray:
    """The filter's words that `samples` come from: 24 bits with the channel below them, a quarter of the level."""
    return (samples.astype(np.int32) << 14) | fields(RDATACH=(0, 2))


def test_stm32l4r5_reads_the_half_that_dma_has_left(nucleo_l4r5zi):
    nucleo_l4r5zi.does("microphone_start")
    sound = nucleo_l4r5zi.values["DMA1.CMAR1"]
    base = nucleo_l4r5zi.memory[sound]
    for at in range(4):
        half = at % 2
        nucleo_l4r5zi.memory[half] = base + half * 4 * BLOCK
        nucleo_l4r5zi.fill(half, filter_words(ramp(1000 * at - 2000)))
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


# RP2040 Datasheet: address map, and the lists of registers of CLOCKS, DMA, IO_BANK0, PIO, PLL, RESETS, SIO, UART and
# XOSC. Aliases that set and clear bits are registers of their own here.
RP2040 = {
    "CLOCKS.CLK_REF_CTRL": 0x4000_8000 + 0x30,
    "CLOCKS.CLK_REF_SELECTED": 0x4000_8000 + 0x38,
    "CLOCKS.CLK_SYS_CTRL": 0x4000_8000 + 0x3C,
    "CLOCKS.CLK_SYS_SELECTED": 0x4000_8000 + 0x44,
    "CLOCKS.CLK_PERI_CTRL": 0x4000_8000 + 0x48,
    "RESETS.RESET_DONE": 0x4000_C000 + 0x08,
    "RESETS.RESET set": 0x4000_C000 + 0x2000,
    "RESETS.RESET clear": 0x4000_C000 + 0x3000,
    "IO_BANK0.GPIO0_CTRL": 0x4001_4000 + 0x04,
    "IO_BANK0.GPIO2_CTRL": 0x4001_4000 + 8 * 2 + 0x04,
    "IO_BANK0.GPIO3_CTRL": 0x4001_4000 + 8 * 3 + 0x04,
    "IO_BANK0.GPIO25_CTRL": 0x4001_4000 + 8 * 25 + 0x04,
    "XOSC.CTRL": 0x4002_4000,
    "XOSC.STATUS": 0x4002_4000 + 0x04,
    "XOSC.STARTUP": 0x4002_4000 + 0x0C,
    "PLL_SYS.CS": 0x4002_8000,
    "PLL_SYS.PWR": 0x4002_8000 + 0x04,
    "PLL_SYS.FBDIV_INT": 0x4002_8000 + 0x08,
    "PLL_SYS.PRIM": 0x4002_8000 + 0x0C,
    "UART0.UARTDR": 0x4003_4000,
    "UART0.UARTFR": 0x4003_4000 + 0x18,
    "UART0.UARTIBRD": 0x4003_4000 + 0x24,
    "UART0.UARTFBRD": 0x4003_4000 + 0x28,
    "UART0.UARTLCR_H": 0x4003_4000 + 0x2C,
    "UART0.UARTCR": 0x4003_4000 + 0x30,
    **{
        f"DMA.CH{channel}_{name}": 0x5000_0000 + 0x40 * channel + offset
        for channel in (0, 1)
        for name, offset in {"READ_ADDR": 0, "WRITE_ADDR": 4, "TRANS_COUNT": 8, "AL1_CTRL": 0x10}.items()
    },
    "DMA.INTE0": 0x5000_0000 + 0x404,
    "DMA.INTS0": 0x5000_0000 + 0x40C,
    "DMA.MULTI_CHAN_TRIGGER": 0x5000_0000 + 0x430,
    "PIO0.CTRL": 0x5020_0000,
    "PIO0.RXF0": 0x5020_0000 + 0x20,
    "PIO0.INSTR_MEM0": 0x5020_0000 + 0x48,
    "PIO0.INSTR_MEM1": 0x5020_0000 + 0x4C,
    "PIO0.SM0_CLKDIV": 0x5020_0000 + 0xC8,
    "PIO0.SM0_EXECCTRL": 0x5020_0000 + 0xCC,
    "PIO0.SM0_SHIFTCTRL": 0x5020_0000 + 0xD0,
    "PIO0.SM0_INSTR": 0x5020_0000 + 0xD8,
    "PIO0.SM0_PINCTRL": 0x5020_0000 + 0xDC,
    "SIO.GPIO_OUT_SET": 0xD000_0014,
    "SIO.GPIO_OUT_CLR": 0xD000_0018,
    "SIO.GPIO_OE_SET": 0xD000_0024,
    "NVIC_ISER": 0xE000_E100,
}
rp2040_pico_library, rp2040_pico = maker("rp2040-pico", RP2040, ("device.c", "microphone.c", "pdm.c"))


def released(device) -> None:
    """Blocks come out of reset two looks after they are told to."""

    def clear(value):
        device.coming["RESETS.RESET_DONE"] = [0, 0, value]

    device.react["RESETS.RESET clear"] = clear


def test_rp2040_starts_crystal_then_pll_then_what_they_drive(rp2040_pico):
    released(rp2040_pico)
    rp2040_pico.coming["XOSC.STATUS"] = [0, fields(ENABLED=(12, 1)), fields(STABLE=(31, 1))]
    rp2040_pico.coming["CLOCKS.CLK_REF_SELECTED"] = [1 << 0, 1 << 2]
    rp2040_pico.coming["CLOCKS.CLK_SYS_SELECTED"] = [1 << 0, 1 << 0, 1 << 1]
    rp2040_pico.coming["PLL_SYS.CS"] = [1, fields(REFDIV=(0, 1), LOCK=(31, 1))]
    blocks = fields(IO_BANK0=(5, 1), PADS_BANK0=(8, 1), UART0=(22, 1))
    assert rp2040_pico.does("device_start") == [
        ("XOSC.STARTUP", round(12e6 / 1000 / 256)),
        ("XOSC.CTRL", fields(FREQ_RANGE=(0, 0xAA0), ENABLE=(12, 0xFAB))),
        ("XOSC.STATUS", None),
        ("CLOCKS.CLK_REF_CTRL", fields(SRC=(0, 2))),
        ("CLOCKS.CLK_REF_SELECTED", None),
        ("CLOCKS.CLK_SYS_CTRL", fields(SRC=(0, 0))),
        ("CLOCKS.CLK_SYS_SELECTED", None),
        ("RESETS.RESET set", fields(PLL_SYS=(12, 1))),
        ("RESETS.RESET clear", fields(PLL_SYS=(12, 1))),
        ("RESETS.RESET_DONE", None),
        ("PLL_SYS.PWR", fields(PD=(0, 1), DSMPD=(2, 1), POSTDIVPD=(3, 1), VCOPD=(5, 1))),
        ("PLL_SYS.CS", fields(REFDIV=(0, 1))),
        ("PLL_SYS.FBDIV_INT", 128),
        ("PLL_SYS.PWR", fields(PD=(0, 0), DSMPD=(2, 1), POSTDIVPD=(3, 1), VCOPD=(5, 0))),
        ("PLL_SYS.CS", None),
        ("PLL_SYS.PRIM", fields(POSTDIV2=(12, 3), POSTDIV1=(16, 5))),
        ("PLL_SYS.PWR", fields(PD=(0, 0), DSMPD=(2, 1), POSTDIVPD=(3, 0), VCOPD=(5, 0))),
        ("CLOCKS.CLK_SYS_CTRL", fields(SRC=(0, 1), AUXSRC=(5, 0))),
        ("CLOCKS.CLK_SYS_SELECTED", None),
        ("CLOCKS.CLK_PERI_CTRL", fields(AUXSRC=(5, 0), ENABLE=(11, 1))),
        ("RESETS.RESET clear", blocks),
        ("RESETS.RESET_DONE", None),
        ("SIO.GPIO_OUT_CLR", 1 << 25),
        ("SIO.GPIO_OE_SET", 1 << 25),
        ("IO_BANK0.GPIO25_CTRL", fields(FUNCSEL=(0, 5))),
        ("UART0.UARTIBRD", int(102.4e6 / 16 / 115_200)),
        ("UART0.UARTFBRD", round(102.4e6 / 16 / 115_200 % 1 * 64)),
        ("UART0.UARTLCR_H", fields(FEN=(4, 1), WLEN=(5, 3))),
        ("UART0.UARTCR", fields(UARTEN=(0, 1), TXE=(8, 1))),
        ("IO_BANK0.GPIO0_CTRL", fields(FUNCSEL=(0, 2))),
    ]
    assert not any(rp2040_pico.coming.values()), "each flag was waited for"
    assert 750e6 <= 12e6 * 128 <= 1600e6 and 12e6 * 128 / 5 / 3 == 102.4e6


def test_rp2040_waits_for_room_before_a_byte_and_lights_gpio_25(rp2040_pico):
    rp2040_pico.coming["UART0.UARTFR"] = [fields(TXFF=(5, 1)), fields(TXFF=(5, 1)), 0]
    assert rp2040_pico.does("console_put", ord("y")) == [("UART0.UARTFR", None), ("UART0.UARTDR", ord("y"))]
    assert not rp2040_pico.coming["UART0.UARTFR"]
    assert rp2040_pico.does("light_set", 1) == [("SIO.GPIO_OUT_SET", 1 << 25)]
    assert rp2040_pico.does("light_set", 0) == [("SIO.GPIO_OUT_CLR", 1 << 25)]


def test_rp2040_starts_state_machine_after_its_dma(rp2040_pico):
    released(rp2040_pico)
    steps = rp2040_pico.does("microphone_start")
    values = rp2040_pico.values
    both = fields(DMA=(2, 1), PIO0=(10, 1))
    # "in" from pins, one bit, side 1, a cycle longer; "mov y, y", side 0, a cycle longer; "set pindirs, 1".
    sample = fields(opcode=(13, 0b010), side=(12, 1), delay=(8, 1), source=(5, 0b000), count=(0, 1))
    low = fields(opcode=(13, 0b101), side=(12, 0), delay=(8, 1), destination=(5, 0b010), source=(0, 0b010))
    output = fields(opcode=(13, 0b111), destination=(5, 0b100), data=(0, 1))
    pins = fields(SET_BASE=(5, 2), SIDESET_BASE=(10, 2), IN_BASE=(15, 3), SET_COUNT=(26, 1), SIDESET_COUNT=(29, 1))
    control = fields(EN=(0, 1), DATA_SIZE=(2, 2), INCR_READ=(4, 0), INCR_WRITE=(5, 1), TREQ_SEL=(15, 4))
    assert steps == [
        ("RESETS.RESET clear", both),
        ("RESETS.RESET_DONE", None),
        ("PIO0.INSTR_MEM0", sample),
        ("PIO0.INSTR_MEM1", low),
        ("PIO0.SM0_CLKDIV", fields(FRAC=(8, 0), INT=(16, 25))),
        ("PIO0.SM0_EXECCTRL", fields(WRAP_BOTTOM=(7, 0), WRAP_TOP=(12, 1))),
        (
            "PIO0.SM0_SHIFTCTRL",
            fields(AUTOPUSH=(16, 1), IN_SHIFTDIR=(18, 0), PUSH_THRESH=(20, 0), FJOIN_RX=(31, 1)),
        ),
        ("PIO0.SM0_PINCTRL", pins),
        ("PIO0.SM0_INSTR", output),
        ("IO_BANK0.GPIO2_CTRL", fields(FUNCSEL=(0, 6))),
        ("IO_BANK0.GPIO3_CTRL", fields(FUNCSEL=(0, 6))),
        ("DMA.CH0_READ_ADDR", RP2040["PIO0.RXF0"]),
        ("DMA.CH0_WRITE_ADDR", values["DMA.CH0_WRITE_ADDR"]),
        ("DMA.CH0_TRANS_COUNT", 2 * BLOCK),
        ("DMA.CH0_AL1_CTRL", control | fields(CHAIN_TO=(11, 1))),
        ("DMA.CH1_READ_ADDR", RP2040["PIO0.RXF0"]),
        ("DMA.CH1_WRITE_ADDR", values["DMA.CH1_WRITE_ADDR"]),
        ("DMA.CH1_TRANS_COUNT", 2 * BLOCK),
        ("DMA.CH1_AL1_CTRL", control | fields(CHAIN_TO=(11, 0))),
        ("DMA.INTE0", 0b11),
        ("NVIC_ISER", 1 << 11),
        ("DMA.MULTI_CHAN_TRIGGER", 0b01),
        ("PIO0.CTRL", fields(SM_ENABLE=(0, 0b0001))),
    ]
    assert abs(values["DMA.CH1_WRITE_ADDR"] - values["DMA.CH0_WRITE_ADDR"]) == 4 * 2 * BLOCK
    # Two instructions of two cycles a bit, 64 bits a sample.
    assert 102.4e6 / 25 / 4 / 64 == 16_000


def test_rp2040_makes_samples_of_the_block_that_dma_has_left(rp2040_pico):
    released(rp2040_pico)
    rp2040_pico.does("microphone_start")
    places = [rp2040_pico.values[f"DMA.CH{channel}_WRITE_ADDR"] for channel in (0, 1)]
    generator = np.random.default_rng(11)
    bits = (generator.uniform(size=4 * 64 * BLOCK) < 0.5 + 0.05 * np.sin(np.arange(4 * 64 * BLOCK) / 2000)).astype(
        np.int8
    )
    expected = decimated(bits, 2).reshape(4, BLOCK)
    words = words_of(bits).reshape(4, 2 * BLOCK)
    for at in range(4):
        channel = at % 2
        rp2040_pico.fill(places[channel], words[at])
        rp2040_pico.values["DMA.INTS0"] = 1 << channel
        assert rp2040_pico.does("microphone_interrupt") == [
            ("DMA.INTS0", None),
            ("DMA.INTS0", 1 << channel),
            (f"DMA.CH{channel}_WRITE_ADDR", places[channel]),
        ]
        assert (rp2040_pico.block() == expected[at]).all()
        assert len(rp2040_pico.samples(160)) == 0
    assert rp2040_pico.lost == 0


def test_rp2040_counts_lost_blocks(rp2040_pico):
    released(rp2040_pico)
    rp2040_pico.does("microphone_start")
    lost = []
    for done in (0b01, 0b10, 0b11):
        rp2040_pico.values["DMA.INTS0"] = done
        rp2040_pico.does("microphone_interrupt")
        lost.append(rp2040_pico.lost)
    assert lost == [0, 1, 3]

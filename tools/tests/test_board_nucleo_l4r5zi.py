"""The drivers of the Nucleo-L4R5ZI do what its manual prescribes, register by register, on a device that is but a log.

Addresses and fields here are written down from the manual, apart from the drivers'. None of this ran on hardware.
"""

import ctypes
import shutil

import numpy as np
import pytest
from board_registers import BLOCK, change, drivers, fields, ramp

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="not installed: cc")

# RM0432: boundary addresses, and the register maps of DFSDM, DMA, DMAMUX, FLASH, GPIO, LPUART, PWR and RCC.
STM32L4R5 = {
    "PWR.CR2": 0x4000_7000 + 0x04,
    "LPUART1.CR1": 0x4000_8000,
    "LPUART1.BRR": 0x4000_8000 + 0x0C,
    "LPUART1.ISR": 0x4000_8000 + 0x1C,
    "LPUART1.ICR": 0x4000_8000 + 0x20,
    "LPUART1.RDR": 0x4000_8000 + 0x24,
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
    "FLASH.KEYR": 0x4002_2000 + 0x08,
    "FLASH.SR": 0x4002_2000 + 0x10,
    "FLASH.CR": 0x4002_2000 + 0x14,
    "FLASH.ECCR": 0x4002_2000 + 0x18,
    "GPIOB.MODER": 0x4800_0400,
    "GPIOB.BSRR": 0x4800_0400 + 0x18,
    "GPIOE.MODER": 0x4800_1000,
    "GPIOE.AFRL": 0x4800_1000 + 0x20,
    "GPIOE.AFRH": 0x4800_1000 + 0x24,
    "GPIOG.MODER": 0x4800_1800,
    "GPIOG.AFRL": 0x4800_1800 + 0x20,
    "GPIOG.AFRH": 0x4800_1800 + 0x24,
    "NVIC.ISER0": 0xE000_E100,
    "NVIC.ISER2": 0xE000_E108,
    # Two words of the second bank.
    "first": 0x0810_3008,
    "second": 0x0810_300C,
}
library, device = drivers("nucleo-l4r5zi", STM32L4R5, ("device.c", "microphone.c", "flash.c", "serial.c"))
GPIO_RESET = 0xFFFF_FFFF


def test_stm32l4r5_waits_for_flash_oscillator_and_pll_in_this_order(device):
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


def test_stm32l4r5_waits_for_room_before_a_byte(device):
    device.coming["LPUART1.ISR"] = [0, 0, fields(TXE=(7, 1))]
    assert device.does("console_put", ord("y")) == [("LPUART1.ISR", None), ("LPUART1.TDR", ord("y"))]
    assert not device.coming["LPUART1.ISR"]


def test_stm32l4r5_lights_ld2_by_a_high_pin(device):
    assert device.does("light_set", 1) == [("GPIOB.BSRR", fields(BS7=(7, 1)))]
    assert device.does("light_set", 0) == [("GPIOB.BSRR", fields(BR7=(23, 1)))]


def test_stm32l4r5_starts_dma_then_channel_then_filter(device):
    device.values["GPIOE.MODER"] = GPIO_RESET
    steps = device.does("microphone_start")
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
        ("DMA1.CMAR1", device.values["DMA1.CMAR1"]),
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


def test_stm32l4r5_reads_the_half_that_dma_has_left(device):
    device.does("microphone_start")
    sound = device.values["DMA1.CMAR1"]
    base = device.memory[sound]
    for at in range(4):
        half = at % 2
        device.memory[half] = base + half * 4 * BLOCK
        device.fill(half, filter_words(ramp(1000 * at - 2000)))
        flag = fields(HTIF1=(2, 1)) if half == 0 else fields(TCIF1=(1, 1))
        assert stm32l4r5_interrupt(device, half) == [("DMA1.ISR", None), ("DMA1.IFCR", flag)]
        assert (device.block() == ramp(1000 * at - 2000)).all()
        assert len(device.samples(160)) == 0
    # What is louder than 16 bits is cut, not wrapped.
    loud = np.full(BLOCK, 0x7FFF_FF02, np.int32)
    loud[1::2] = -0x8000_0000
    device.fill(0, loud)
    stm32l4r5_interrupt(device, 0)
    assert (device.block() == np.tile([32767, -32768], BLOCK // 2)).all()
    assert device.lost == 0


def test_stm32l4r5_counts_lost_halves_even_when_an_interrupt_comes_late(device):
    device.does("microphone_start")
    stm32l4r5_interrupt(device, 0)
    assert device.lost == 0
    stm32l4r5_interrupt(device, 1)
    assert device.lost == 1
    assert stm32l4r5_interrupt(device, 0, 1)[-1] == ("DMA1.IFCR", fields(TCIF1=(1, 1), HTIF1=(2, 1)))
    assert device.lost == 3
    assert len(device.block()) == BLOCK and len(device.samples(160)) == 0


UNLOCKED = [
    ("FLASH.SR", None),
    ("FLASH.KEYR", 0x4567_0123),
    ("FLASH.KEYR", 0xCDEF_89AB),
    (
        "FLASH.SR",
        fields(EOP=(0, 1), OPERR=(1, 1), PROGERR=(3, 1), WRPERR=(4, 1), PGAERR=(5, 1), SIZERR=(6, 1))
        | fields(PGSERR=(7, 1), MISERR=(8, 1), FASTERR=(9, 1)),
    ),
]
CACHE = fields(LATENCY=(0, 3), ICEN=(9, 1), DCEN=(10, 1))
LOCKED = [
    ("FLASH.SR", None),
    ("FLASH.CR", fields(LOCK=(31, 1))),
    *change("FLASH.ACR", fields(LATENCY=(0, 3), ICEN=(9, 1))),
    *change("FLASH.ACR", fields(LATENCY=(0, 3), ICEN=(9, 1), DCRST=(12, 1))),
    *change("FLASH.ACR", fields(LATENCY=(0, 3), ICEN=(9, 1))),
    *change("FLASH.ACR", CACHE),
]


def flash_that_finishes_late(device, *errors: int) -> None:
    """Busy for some reads after each command; then the flags are these."""
    device.values["FLASH.ACR"] = CACHE
    device.coming["FLASH.SR"] = [1 << 16, 0]
    busy = [1 << 16, 1 << 16, *errors, *errors]

    def command(value):
        if value & fields(STRT=(16, 1)):
            device.coming["FLASH.SR"] = list(busy)

    device.react["FLASH.CR"] = command
    device.react["FLASH.SR"] = lambda _: device.values.update({"FLASH.SR": 0})
    device.react["second"] = lambda _: device.coming.update({"FLASH.SR": list(busy)})


@pytest.mark.parametrize(
    ("address", "bank", "page"), [(0x0810_0000, 1, 0), (0x081F_F000, 1, 255), (0x0800_3000, 0, 3), (0x0810_3000, 1, 3)]
)
def test_stm32l4r5_erases_the_page_of_an_address_in_its_bank(device, address, bank, page):
    flash_that_finishes_late(device)
    chosen = fields(PER=(1, 1), PNB=(3, page), BKER=(11, bank))
    steps = device.does("flash_erase", address)
    assert steps == [*UNLOCKED, ("FLASH.CR", chosen), ("FLASH.CR", chosen | fields(STRT=(16, 1))), *LOCKED]
    assert device.result == 1 and not device.coming["FLASH.SR"], "waited before and after"


def test_stm32l4r5_programs_two_words_at_their_address(device):
    flash_that_finishes_late(device)
    words = (ctypes.c_uint32 * 2)(0x1234_5678, 0x9ABC_DEF0)
    steps = device.does("flash_program", STM32L4R5["first"], words)
    program = [("FLASH.CR", fields(PG=(0, 1))), ("first", 0x1234_5678), ("second", 0x9ABC_DEF0)]
    assert steps == [*UNLOCKED, *program, *LOCKED]
    assert device.result == 1 and not device.coming["FLASH.SR"]


def test_stm32l4r5_says_when_flash_has_refused(device):
    flash_that_finishes_late(device, fields(PROGERR=(3, 1)))
    words = (ctypes.c_uint32 * 2)(0, 0)
    assert device.does("flash_program", STM32L4R5["first"], words)[-len(LOCKED) :] == LOCKED
    assert device.result == 0


def test_stm32l4r5_forgives_what_error_correction_has_detected_and_nothing_else(device):
    assert device.does("flash_forgive") == [("FLASH.ECCR", None)] and device.result == 0
    device.values["FLASH.ECCR"] = detected = fields(ADDR_ECC=(0, 0x1234), ECCD=(31, 1))
    assert device.does("flash_forgive") == [("FLASH.ECCR", None), ("FLASH.ECCR", detected)] and device.result == 1


def test_stm32l4r5_takes_bytes_by_interrupt_once_it_listens(device):
    device.values |= {"GPIOG.MODER": GPIO_RESET, "GPIOG.AFRH": 0, "LPUART1.CR1": fields(UE=(0, 1), TE=(3, 1))}
    assert device.does("console_listen") == [
        *change("GPIOG.AFRH", fields(AFSEL8=(0, 8))),
        *change("GPIOG.MODER", GPIO_RESET & ~fields(MODE8=(16, 1))),
        *change("LPUART1.CR1", fields(UE=(0, 1), RE=(2, 1), TE=(3, 1), RXNEIE=(5, 1))),
        ("NVIC.ISER2", 1 << (70 - 64)),
    ]
    assert device.take() == -1
    for byte in (0, 1, 255):
        device.values |= {"LPUART1.ISR": fields(RXNE=(5, 1), TXE=(7, 1)), "LPUART1.RDR": byte}
        assert device.does("console_interrupt") == [("LPUART1.ISR", None), ("LPUART1.RDR", None)]
    device.values["LPUART1.ISR"] = fields(ORE=(3, 1))
    assert device.does("console_interrupt") == [("LPUART1.ISR", None), ("LPUART1.ICR", fields(ORECF=(3, 1)))]
    assert [device.take() for _ in range(4)] == [0, 1, 255, -1]

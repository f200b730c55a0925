"""The drivers of the Raspberry Pi Pico do what its manual prescribes, register by register, on a device that is a log.

Addresses and fields here are written down from the manual, apart from the drivers'. None of this ran on hardware.
"""

import shutil

import numpy as np
import pytest
from board_registers import BLOCK, drivers, fields
from test_pdm import decimated, words_of

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="not installed: cc")

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
library, device = drivers("rp2040-pico", RP2040, ("device.c", "microphone.c", "pdm.c"))


def released(device) -> None:
    """Blocks come out of reset two looks after they are told to."""

    def clear(value):
        device.coming["RESETS.RESET_DONE"] = [0, 0, value]

    device.react["RESETS.RESET clear"] = clear


def test_rp2040_starts_crystal_then_pll_then_what_they_drive(device):
    released(device)
    device.coming["XOSC.STATUS"] = [0, fields(ENABLED=(12, 1)), fields(STABLE=(31, 1))]
    device.coming["CLOCKS.CLK_REF_SELECTED"] = [1 << 0, 1 << 2]
    device.coming["CLOCKS.CLK_SYS_SELECTED"] = [1 << 0, 1 << 0, 1 << 1]
    device.coming["PLL_SYS.CS"] = [1, fields(REFDIV=(0, 1), LOCK=(31, 1))]
    blocks = fields(IO_BANK0=(5, 1), PADS_BANK0=(8, 1), UART0=(22, 1))
    assert device.does("device_start") == [
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
    assert not any(device.coming.values()), "each flag was waited for"
    assert 750e6 <= 12e6 * 128 <= 1600e6 and 12e6 * 128 / 5 / 3 == 102.4e6


def test_rp2040_waits_for_room_before_a_byte_and_lights_gpio_25(device):
    device.coming["UART0.UARTFR"] = [fields(TXFF=(5, 1)), fields(TXFF=(5, 1)), 0]
    assert device.does("console_put", ord("y")) == [("UART0.UARTFR", None), ("UART0.UARTDR", ord("y"))]
    assert not device.coming["UART0.UARTFR"]
    assert device.does("light_set", 1) == [("SIO.GPIO_OUT_SET", 1 << 25)]
    assert device.does("light_set", 0) == [("SIO.GPIO_OUT_CLR", 1 << 25)]


def test_rp2040_starts_state_machine_after_its_dma(device):
    released(device)
    steps = device.does("microphone_start")
    values = device.values
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


def test_rp2040_makes_samples_of_the_block_that_dma_has_left(device):
    released(device)
    device.does("microphone_start")
    places = [device.values[f"DMA.CH{channel}_WRITE_ADDR"] for channel in (0, 1)]
    generator = np.random.default_rng(11)
    bits = (generator.uniform(size=4 * 64 * BLOCK) < 0.5 + 0.05 * np.sin(np.arange(4 * 64 * BLOCK) / 2000)).astype(
        np.int8
    )
    expected = decimated(bits, 2).reshape(4, BLOCK)
    words = words_of(bits).reshape(4, 2 * BLOCK)
    for at in range(4):
        channel = at % 2
        device.fill(places[channel], words[at])
        device.values["DMA.INTS0"] = 1 << channel
        assert device.does("microphone_interrupt") == [
            ("DMA.INTS0", None),
            ("DMA.INTS0", 1 << channel),
            (f"DMA.CH{channel}_WRITE_ADDR", places[channel]),
        ]
        assert (device.block() == expected[at]).all()
        assert len(device.samples(160)) == 0
    assert device.lost == 0


def test_rp2040_counts_lost_blocks(device):
    released(device)
    device.does("microphone_start")
    lost = []
    for done in (0b01, 0b10, 0b11):
        device.values["DMA.INTS0"] = done
        device.does("microphone_interrupt")
        lost.append(device.lost)
    assert lost == [0, 1, 3]

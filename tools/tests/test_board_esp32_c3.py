"""The drivers of the ESP32-C3 do what its manual prescribes, register by register, on a device that is but a log.

Addresses and fields here are written down from the manual, apart from the drivers'. None of this ran on hardware.
"""

import ctypes
import shutil

import numpy as np
import pytest
from board_registers import BLOCK, change, drivers, fields, ramp

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="not installed: cc")

# ESP32-C3 Technical Reference Manual 1.3: module and peripheral addresses, and the register summaries of GDMA, GPIO,
# I2S, INTERRUPT, IO_MUX, RTC_CNTL, SYSTEM, TIMG and UART.
ESP32C3 = {
    "UART0.FIFO": 0x6000_0000,
    "UART0.CLKDIV": 0x6000_0000 + 0x14,
    "UART0.STATUS": 0x6000_0000 + 0x1C,
    "UART0.CLK_CONF": 0x6000_0000 + 0x78,
    "UART0.ID": 0x6000_0000 + 0x80,
    "GPIO.OUT_W1TS": 0x6000_4000 + 0x08,
    "GPIO.OUT_W1TC": 0x6000_4000 + 0x0C,
    "GPIO.ENABLE_W1TS": 0x6000_4000 + 0x24,
    "GPIO.FUNC15_IN_SEL_CFG": 0x6000_4000 + 0x154 + 4 * 15,
    **{f"GPIO.FUNC{pin}_OUT_SEL_CFG": 0x6000_4000 + 0x554 + 4 * pin for pin in (4, 5, 7)},
    "RTC_CNTL.WDTCONFIG0": 0x6000_8000 + 0x90,
    "RTC_CNTL.WDTWPROTECT": 0x6000_8000 + 0xA8,
    "RTC_CNTL.SWD_CONF": 0x6000_8000 + 0xAC,
    "RTC_CNTL.SWD_WPROTECT": 0x6000_8000 + 0xB0,
    **{f"IO_MUX.GPIO{pin}": 0x6000_9000 + 0x04 + 4 * pin for pin in (4, 5, 6, 7)},
    "TIMG0.WDTCONFIG0": 0x6001_F000 + 0x48,
    "TIMG0.WDTWPROTECT": 0x6001_F000 + 0x64,
    "I2S.RX_CONF": 0x6002_D000 + 0x20,
    "I2S.RX_CONF1": 0x6002_D000 + 0x28,
    "I2S.RX_CLKM_CONF": 0x6002_D000 + 0x30,
    "I2S.TX_CLKM_CONF": 0x6002_D000 + 0x34,
    "I2S.RX_CLKM_DIV_CONF": 0x6002_D000 + 0x38,
    "I2S.RX_TDM_CTRL": 0x6002_D000 + 0x50,
    "I2S.RXEOF_NUM": 0x6002_D000 + 0x64,
    "GDMA.INT_ST_CH0": 0x6003_F000 + 0x04,
    "GDMA.INT_ENA_CH0": 0x6003_F000 + 0x08,
    "GDMA.INT_CLR_CH0": 0x6003_F000 + 0x0C,
    "GDMA.IN_CONF0_CH0": 0x6003_F000 + 0x70,
    "GDMA.IN_LINK_CH0": 0x6003_F000 + 0x80,
    "GDMA.IN_PERI_SEL_CH0": 0x6003_F000 + 0xA0,
    "SYSTEM.CPU_PER_CONF": 0x600C_0000 + 0x08,
    "SYSTEM.PERIP_CLK_EN0": 0x600C_0000 + 0x10,
    "SYSTEM.PERIP_CLK_EN1": 0x600C_0000 + 0x14,
    "SYSTEM.PERIP_RST_EN0": 0x600C_0000 + 0x18,
    "SYSTEM.PERIP_RST_EN1": 0x600C_0000 + 0x1C,
    "SYSTEM.SYSCLK_CONF": 0x600C_0000 + 0x58,
    "INTERRUPT.DMA_CH0_INT_MAP": 0x600C_2000 + 0xB0,
    "INTERRUPT.CPU_INT_ENABLE": 0x600C_2000 + 0x104,
    "INTERRUPT.CPU_INT_TYPE": 0x600C_2000 + 0x108,
    "INTERRUPT.CPU_INT_PRI_1": 0x600C_2000 + 0x118,
    "INTERRUPT.CPU_INT_THRESH": 0x600C_2000 + 0x194,
}
library, device = drivers("esp32-c3", ESP32C3)


def test_esp32c3_stops_watchdogs_before_it_changes_clocks(device):
    device.values |= {
        "SYSTEM.CPU_PER_CONF": fields(CPU_WAIT_MODE_FORCE_ON=(3, 1)),
        "SYSTEM.SYSCLK_CONF": fields(PRE_DIV_CNT=(0, 1)),
        "UART0.ID": fields(ID=(0, 0x500), HIGH_SPEED=(30, 1)),
    }

    def synchronize(value):
        device.coming["UART0.ID"] = [value, value]
        device.values["UART0.ID"] = value & ~fields(REG_UPDATE=(31, 1))

    device.react["UART0.ID"] = synchronize
    assert device.does("device_start") == [
        ("TIMG0.WDTWPROTECT", 0x50D8_3AA1),
        ("TIMG0.WDTCONFIG0", fields(WDT_EN=(31, 0), WDT_FLASHBOOT_MOD_EN=(14, 0))),
        ("TIMG0.WDTWPROTECT", 0),
        ("RTC_CNTL.WDTWPROTECT", 0x50D8_3AA1),
        ("RTC_CNTL.WDTCONFIG0", fields(WDT_EN=(31, 0), WDT_FLASHBOOT_MOD_EN=(12, 0))),
        ("RTC_CNTL.WDTWPROTECT", 0),
        ("RTC_CNTL.SWD_WPROTECT", 0x8F1D_312A),
        *change("RTC_CNTL.SWD_CONF", fields(SWD_AUTO_FEED_EN=(31, 1))),
        ("RTC_CNTL.SWD_WPROTECT", 0),
        *change(
            "SYSTEM.CPU_PER_CONF",
            fields(CPUPERIOD_SEL=(0, 1), PLL_FREQ_SEL=(2, 1), CPU_WAIT_MODE_FORCE_ON=(3, 1)),
        ),
        *change("SYSTEM.SYSCLK_CONF", fields(PRE_DIV_CNT=(0, 1), SOC_CLK_SEL=(10, 1))),
        ("UART0.ID", None),
        ("UART0.CLK_CONF", fields(SCLK_SEL=(20, 3), SCLK_EN=(22, 1), TX_SCLK_EN=(24, 1), RX_SCLK_EN=(25, 1))),
        ("UART0.CLKDIV", fields(CLKDIV=(0, int(40e6 / 115_200)), FRAG=(20, int(40e6 / 115_200 % 1 * 16)))),
        *change("UART0.ID", fields(ID=(0, 0x500), HIGH_SPEED=(30, 1), REG_UPDATE=(31, 1))),
        ("UART0.ID", None),
        ("GPIO.OUT_W1TC", 1 << 7),
        ("GPIO.FUNC7_OUT_SEL_CFG", fields(OUT_SEL=(0, 128))),
        ("IO_MUX.GPIO7", fields(FUN_DRV=(10, 2), MCU_SEL=(12, 1))),
        ("GPIO.ENABLE_W1TS", 1 << 7),
    ]
    assert not device.coming["UART0.ID"], "waited for it"


def test_esp32c3_waits_for_room_before_a_byte_and_lights_gpio_7(device):
    device.coming["UART0.STATUS"] = [fields(TXFIFO_CNT=(16, 128)), fields(TXFIFO_CNT=(16, 127))]
    device.values["UART0.STATUS"] = fields(TXFIFO_CNT=(16, 126))
    assert device.does("console_put", ord("y")) == [("UART0.STATUS", None), ("UART0.FIFO", ord("y"))]
    assert not device.coming["UART0.STATUS"]
    assert device.does("light_set", 1) == [("GPIO.OUT_W1TS", 1 << 7)]
    assert device.does("light_set", 0) == [("GPIO.OUT_W1TC", 1 << 7)]


def esp32c3_listens(device) -> list:
    """What starting the microphone does; the unit takes updates over after a while."""

    def update(value):
        device.coming["I2S.RX_CONF"] = [value, value] if value & fields(RX_UPDATE=(8, 1)) else []
        device.values["I2S.RX_CONF"] = value & ~fields(RX_UPDATE=(8, 1))

    device.react["I2S.RX_CONF"] = update
    both = fields(I2S1=(21, 1), SPI2=(6, 1))
    device.values |= {"SYSTEM.PERIP_RST_EN0": both, "SYSTEM.PERIP_RST_EN1": fields(DMA=(6, 1), AES=(1, 1))}
    device.values |= {"INTERRUPT.CPU_INT_TYPE": 0b110}
    return device.does("microphone_start")


def test_esp32c3_starts_clock_pins_unit_interrupt_and_dma_in_this_order(device):
    steps = esp32c3_listens(device)
    pad = fields(FUN_DRV=(10, 2), MCU_SEL=(12, 1))
    mode = fields(PCM_BYPASS=(12, 1), LEFT_ALIGN=(15, 1), WS_IDLE_POL=(17, 0), TDM_EN=(19, 1), PDM_EN=(20, 0))
    first = device.values["GDMA.IN_LINK_CH0"] & 0xF_FFFF
    a, b = 16, 1
    assert steps == [
        *change("SYSTEM.PERIP_CLK_EN0", fields(I2S1_CLK_EN=(21, 1))),
        *change("SYSTEM.PERIP_RST_EN0", fields(SPI2_RST=(6, 1))),
        ("I2S.TX_CLKM_CONF", fields(CLK_EN=(29, 1))),
        ("I2S.RX_CLKM_DIV_CONF", fields(Z=(0, b), Y=(9, a % b), X=(18, a // b - 1), YN1=(27, 0))),
        ("I2S.RX_CLKM_CONF", fields(CLKM_DIV_NUM=(0, 39), CLK_ACTIVE=(26, 1), CLK_SEL=(27, 2))),
        ("IO_MUX.GPIO4", pad),
        ("IO_MUX.GPIO5", pad),
        ("IO_MUX.GPIO6", pad | fields(FUN_IE=(9, 1))),
        ("GPIO.FUNC4_OUT_SEL_CFG", fields(OUT_SEL=(0, 16), OEN_SEL=(9, 1))),
        ("GPIO.FUNC5_OUT_SEL_CFG", fields(OUT_SEL=(0, 17), OEN_SEL=(9, 1))),
        ("GPIO.ENABLE_W1TS", 1 << 4 | 1 << 5),
        ("GPIO.FUNC15_IN_SEL_CFG", fields(IN_SEL=(0, 6), SIG_IN_SEL=(6, 1))),
        (
            "I2S.RX_CONF1",
            fields(
                TDM_WS_WIDTH=(0, 32 - 1),
                BCK_DIV_NUM=(7, 4 - 1),
                BITS_MOD=(13, 32 - 1),
                HALF_SAMPLE_BITS=(18, 32 - 1),
                TDM_CHAN_BITS=(24, 32 - 1),
                MSB_SHIFT=(29, 1),
            ),
        ),
        ("I2S.RX_TDM_CTRL", fields(CHAN0_EN=(0, 1), CHAN1_EN=(1, 0), TOT_CHAN_NUM=(16, 2 - 1))),
        ("I2S.RX_CONF", mode | fields(RX_UPDATE=(8, 1))),
        ("I2S.RX_CONF", None),
        ("I2S.RX_CONF", mode | fields(RX_RESET=(0, 1), RX_FIFO_RESET=(1, 1))),
        ("I2S.RX_CONF", mode),
        ("INTERRUPT.DMA_CH0_INT_MAP", 1),
        *change("INTERRUPT.CPU_INT_TYPE", 0b100),
        ("INTERRUPT.CPU_INT_PRI_1", 1),
        ("INTERRUPT.CPU_INT_THRESH", 1),
        *change("INTERRUPT.CPU_INT_ENABLE", 1 << 1),
        *change("SYSTEM.PERIP_CLK_EN1", fields(DMA_CLK_EN=(6, 1))),
        *change("SYSTEM.PERIP_RST_EN1", fields(AES=(1, 1))),
        ("GDMA.IN_CONF0_CH0", fields(IN_RST=(0, 1))),
        ("GDMA.IN_CONF0_CH0", 0),
        ("GDMA.IN_LINK_CH0", fields(INLINK_ADDR=(0, first))),
        ("GDMA.IN_PERI_SEL_CH0", 3),
        ("GDMA.INT_CLR_CH0", fields(IN_DONE=(0, 1))),
        ("GDMA.INT_ENA_CH0", fields(IN_DONE=(0, 1))),
        ("GDMA.IN_LINK_CH0", fields(INLINK_ADDR=(0, first), INLINK_START=(22, 1))),
        ("I2S.RXEOF_NUM", 4 * BLOCK - 1),
        ("I2S.RX_CONF", mode | fields(RX_UPDATE=(8, 1))),
        ("I2S.RX_CONF", None),
        ("I2S.RX_CONF", mode | fields(RX_START=(2, 1))),
    ]
    assert 160e6 / (39 + b / a) / 4 / 64 == 16_000


def esp32c3_blocks(device) -> list[int]:
    """Where the two blocks are, from the descriptors that GDMA was told of, which name one another."""
    link = device.values["GDMA.IN_LINK_CH0"] & 0xF_FFFF
    start = next(place for place in device.memory if place & 0xF_FFFF == link)
    found, place = [], start
    for _ in range(2):
        state, buffer, following = np.ctypeslib.as_array((ctypes.c_uint32 * 3).from_address(device.memory[place]))
        assert state == fields(size=(0, 4 * BLOCK), length=(12, 0), suc_eof=(30, 0), owner=(31, 1))
        found.append(int(buffer))
        place = int(following)
    assert place == start, "a circle"
    return found


def test_esp32c3_reads_the_block_that_gdma_has_left(device):
    esp32c3_listens(device)
    places = esp32c3_blocks(device)
    assert abs(places[1] - places[0]) == 4 * BLOCK and 4 * BLOCK <= 4095
    device.values["GDMA.INT_ST_CH0"] = fields(IN_DONE=(0, 1))
    for at in range(4):
        device.fill(places[at % 2], ramp(1000 * at - 2000).astype(np.int32) << 14)
        steps = device.does("microphone_interrupt")
        assert steps == [("GDMA.INT_ST_CH0", None), ("GDMA.INT_CLR_CH0", fields(IN_DONE=(0, 1)))]
        assert (device.block() == ramp(1000 * at - 2000)).all()
        assert len(device.samples(160)) == 0
    device.fill(places[0], np.full(BLOCK, -0x8000_0000, np.int32))
    device.does("microphone_interrupt")
    assert (device.block() == -32768).all() and device.lost == 0


def test_esp32c3_counts_lost_blocks(device):
    esp32c3_listens(device)
    device.values["GDMA.INT_ST_CH0"] = fields(IN_DONE=(0, 1))
    lost = []
    for _ in range(3):
        device.does("microphone_interrupt")
        lost.append(device.lost)
    assert lost == [0, 1, 2]

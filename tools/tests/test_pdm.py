"""The decimator of PDM microphones: every sample is that of scipy's filters, and tones come through at their level."""

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import firwin, lfilter

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="not installed: cc")
RATE, OVERSAMPLING = 16_000, 64
SINC = np.ones(1)
for _ in range(4):
    SINC = np.convolve(SINC, np.ones(8))
TAPS = np.round(firwin(128, 8_000, window=("kaiser", 5.0), fs=128_000) * 2**17).astype(np.int64)


def decimated(bits: np.ndarray, gain_bits: int) -> np.ndarray:
    """What the decimator must give, by scipy, in whole numbers; before the first bit there was silence."""
    silence = np.tile([0, 1], 4 * 4)
    first = lfilter(SINC, 1, 2.0 * np.concatenate([silence, bits]) - 1)[len(silence) + 7 :: 8]
    second = lfilter(TAPS.astype(float), 1, first)[7::8].astype(np.int64)
    dropped = 14 - gain_bits
    return np.clip((second + (1 << (dropped - 1))) >> dropped, -32768, 32767).astype(np.int16)


def words_of(bits: np.ndarray) -> np.ndarray:
    """Bits as the words that a device collects, the oldest in the highest bit."""
    return np.packbits(bits.astype(np.uint8)).view(">u4").astype(np.uint32)


def modulated(sound: np.ndarray) -> np.ndarray:
    """Bits of a sigma-delta modulator of order 2, as a microphone has one; `sound` is 1 at full scale."""
    first = second = 0.0
    bits = np.empty(len(sound), np.int8)
    for i, value in enumerate(sound.tolist()):
        bits[i] = bit = second >= 0
        output = 1.0 if bit else -1.0
        first += value - output
        second += first - 2 * output
    return bits


@pytest.fixture(scope="module")
def decimator(tmp_path_factory):
    """The firmware's decimator, compiled for this host."""
    library = tmp_path_factory.mktemp("pdm") / "pdm.so"
    flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fsanitize=undefined", "-fno-sanitize-recover"]
    source = FIRMWARE / "support" / "pdm.c"
    command = ["cc", *flags, "-shared", "-fPIC", "-I", FIRMWARE / "support/include", source, "-o", library]
    subprocess.run(command, check=True)
    code = ctypes.CDLL(str(library))
    code.pdm_sample.restype = ctypes.c_int16

    def run(bits: np.ndarray, gain_bits: int = 0) -> np.ndarray:
        state = ctypes.create_string_buffer(4096)
        code.pdm_begin(state)
        words = words_of(bits)
        at = words.ctypes.data
        return np.array(
            [code.pdm_sample(state, ctypes.c_void_p(at + 4 * i), gain_bits) for i in range(0, len(words), 2)], np.int16
        )

    return run


def level(samples: np.ndarray, frequency: float) -> float:
    """Amplitude of a tone, where full scale is 1, in decibels."""
    settled = samples[200:] / 32768
    turns = np.exp(-2j * np.pi * frequency * np.arange(len(settled)) / RATE) * np.hanning(len(settled))
    return 20 * np.log10(2 * abs(np.dot(settled, turns)) / np.hanning(len(settled)).sum())


def tone(frequency: float, amplitude: float, seconds: float = 0.15) -> np.ndarray:
    time = np.arange(int(seconds * RATE) * OVERSAMPLING) / (RATE * OVERSAMPLING)
    return modulated(amplitude * np.sin(2 * np.pi * frequency * time))


def test_the_committed_taps_are_those_of_the_design():
    text = (FIRMWARE / "support" / "pdm.c").read_text()
    committed = [int(value) for value in re.search(r"taps\[[^=]*= \{([^}]*)\}", text)[1].split(",") if value.strip()]
    assert committed == TAPS[:64].tolist() and (TAPS[::-1] == TAPS).all()
    assert abs(TAPS).sum() < 2**18 and SINC.sum() == 2**12


@pytest.mark.parametrize("gain_bits", [0, 2, 4])
def test_every_sample_is_that_of_scipys_filters(decimator, gain_bits):
    generator = np.random.default_rng(7)
    density = np.repeat(generator.uniform(0, 1, 40), 64 * 10)
    bits = (generator.uniform(size=len(density)) < density).astype(np.int8)
    # Ones alone and zeros alone: full scale.
    bits[3200:9600], bits[9600:16000] = 1, 0
    assert (decimator(bits, gain_bits) == decimated(bits, gain_bits)).all()


@pytest.mark.parametrize("frequency", [200, 1_000, 4_000, 6_400])
def test_tones_come_through_at_their_level(decimator, frequency):
    measured = level(decimator(tone(frequency, 0.25)), frequency)
    print(f"{frequency} Hz at {20 * np.log10(0.25):.2f} dB: {measured:.2f} dB")
    assert abs(measured - 20 * np.log10(0.25)) < 0.2
    # 12 dB more of a tone 12 dB below.
    assert abs(level(decimator(tone(frequency, 0.0625), 2), frequency) - measured) < 0.2


@pytest.mark.parametrize("frequency", [9_600, 12_000, 22_400, 121_600])
def test_tones_above_the_band_are_not_folded_into_it(decimator, frequency):
    folded = abs((frequency + RATE / 2) % RATE - RATE / 2)
    measured = level(decimator(tone(frequency, 0.25)), folded) - 20 * np.log10(0.25)
    print(f"{frequency} Hz appears at {folded} Hz {measured:.1f} dB lower")
    assert measured < -50


def test_silence_is_quiet(decimator):
    samples = decimator(tone(1_000, 0.0))[200:]
    assert abs(samples.astype(int)).max() <= 1
    noise = decimator(tone(1_000, 0.25)).astype(float)[200:] / 32768
    time = np.arange(len(noise))
    parts = np.stack([np.sin(2 * np.pi * time / 16), np.cos(2 * np.pi * time / 16), np.ones(len(time))], 1)
    rest = noise - parts @ np.linalg.lstsq(parts, noise, rcond=None)[0]
    ratio = 20 * np.log10(0.25 / np.sqrt(2) / np.sqrt(np.mean(rest**2)))
    print(f"signal to noise of a tone at -12 dB: {ratio:.1f} dB")
    assert ratio > 60

"""The fixed-point analog-binary front end against float64 references that are written from the formulas.

The filter is compared with scipy's analog band-pass, the envelope and the bits with a plain loop over scipy's output of
the digital one.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.signal

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tools" / "train"))

from dormouse_train.analog import AnalogBinary  # noqa: E402
from dormouse_train.library import LibraryError  # noqa: E402

RATE, FULL = 16000, 2.0**29
ONE = 2.0**30


def coefficients(front_end):
    """The section's channel records: b0, b1, r1, r2, clip, on, off, reserved."""
    return np.frombuffer(front_end.section[32:], "<i4").reshape(-1, 8)


def transfer(row):
    """Numerator and denominator of a channel's filter."""
    b0, b1, r1, r2 = row[:4] / ONE
    return [b0, b1, -b0 - b1], [1, -r1, -r2]


def decibels(values):
    return 20 * np.log10(np.abs(values))


def speech_like(seconds=1.0, seed=1):
    """Bursts of coloured noise and gliding tones, int16."""
    generator = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    noise = np.cumsum(generator.normal(0, 1, len(time)))
    noise -= scipy.signal.lfilter([0.05], [1, -0.95], noise)
    glide = np.sin(2 * np.pi * (150 * time + 1200 * time**2)) + 0.4 * np.sin(2 * np.pi * (2000 * time + 1500 * time**2))
    mixed = (noise / np.abs(noise).max() + glide) * (0.1 + np.sin(2 * np.pi * 3 * time) ** 2)
    return np.round(9000 * mixed / np.abs(mixed).max()).astype(np.int16)


@pytest.mark.parametrize("channels", [8, 16, 32, 64])
def test_filters_follow_the_analog_ones(channels):
    """Within 0.1 dB of s w / Q / (s^2 + s w / Q + w^2), in pass bands that end below 5 kHz."""
    front_end = AnalogBinary({"channels": channels})
    low, high = (1127 * np.log(1 + edge / 700) for edge in (50, 8000))
    edges = 700 * (np.exp(np.linspace(low, high, channels + 2) / 1127) - 1)
    for row, below, centre, above in zip(coefficients(front_end), edges, edges[1:], edges[2:], strict=False):
        quality = 2 * centre / (above - below)
        numerator, denominator = transfer(row)
        _, peak = scipy.signal.freqz(numerator, denominator, [centre], fs=RATE)
        assert abs(decibels(peak)[0]) < 0.01
        frequencies = np.linspace(max(below, 20), min(above, 5000), 50)
        if above < 5000:
            _, ours = scipy.signal.freqz(numerator, denominator, frequencies, fs=RATE)
            angle = 2 * np.pi * centre
            analog = ([angle / quality, 0], [1, angle / quality, angle**2])
            _, theirs = scipy.signal.freqs(*analog, 2 * np.pi * frequencies)
            assert np.abs(decibels(ours) - decibels(theirs)).max() < 0.1


def reference(samples, row, front_end_settings):
    """Envelope after each sample and comparator level, float64, with scipy's filter and the formulas of the record."""
    numerator, denominator = transfer(row)
    clip, on, off = row[4:7] / FULL
    output = scipy.signal.lfilter(numerator, denominator, samples / 32768)
    attack, decay = (-np.expm1(-1000 / (front_end_settings[key] * RATE)) for key in ("attack_ms", "decay_ms"))
    envelope, high = 0.0, False
    envelopes, levels = [], []
    for drive in np.clip(output, 0, clip):
        envelope += attack * (drive - envelope) if drive > envelope else -decay * envelope
        high = envelope >= (off if high else on)
        envelopes.append(envelope)
        levels.append(high)
    return np.array(envelopes), np.array(levels)


@pytest.mark.parametrize(
    "settings", [{"channels": 8, "window_ms": 25}, {"channels": 64, "gain": 30, "threshold_v": 0.2}]
)
def test_fixed_point_follows_floating_point(settings):
    settings = {"attack_ms": 0.5, "decay_ms": 10.0, "window_ms": 10, **settings}
    front_end = AnalogBinary(settings)
    samples = speech_like()
    envelopes = front_end.envelopes(samples) / FULL
    bits = front_end.unpack(front_end.features(samples)).astype(bool)
    window = RATE * settings["window_ms"] // 1000
    wrong = 0
    for channel, row in enumerate(coefficients(front_end)):
        envelope, level = reference(samples, row, settings)
        expected = envelope.reshape(-1, window).max(axis=1)
        # A tenth of an int16 step.
        assert np.abs(envelopes[:, channel] - expected).max() < 0.1 / 32768
        wrong += (level.reshape(-1, window).any(axis=1) != bits[:, channel]).sum()
    assert 0.05 < bits.mean() < 0.95
    assert wrong <= 0.001 * bits.size


def test_peaks_say_what_the_comparators_see():
    front_end = AnalogBinary({"hysteresis_v": 0})
    samples = speech_like(2.0, seed=7)
    bits = front_end.unpack(front_end.features(samples))
    on = coefficients(front_end)[:, 5]
    assert ((front_end.envelopes(samples) >= on) == bits).all()


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"q": 500}, "too high for the timestamp"),
        ({"q": 0}, "unstable"),
        ({"channels": 8, "centre_hz": [100 * 2**n for n in range(7)] + [7950], "q": 1}, "not below Nyquist"),
        ({"channels": 8, "centre_hz": [500] * 8}, "does not rise"),
        ({"threshold_v": 1.8}, "outside the supply"),
        ({"threshold_v": -0.1}, "outside the supply"),
        ({"threshold_v": 0.004}, "never go low again"),
        ({"threshold_v": 1.0, "gain": 0.1}, "no sound reaches"),
        ({"channels": 8, "gain": [1] * 7}, "7 values for 8 channels"),
        ({"channels": 5}, "8, 16, 32 or 64"),
        ({"window_ms": 20}, "10 or 25"),
        ({"high_hz": 9000}, "half of sample_rate"),
        ({"q": "high"}, "'q' has a wrong type"),
        ({"gian": 3}, "unknown key 'gian'"),
        ({"kind": "log-mel"}, "not 'analog-binary'"),
    ],
)
def test_impossible_settings_are_refused(settings, reason):
    with pytest.raises(LibraryError, match=reason):
        AnalogBinary(settings)


def test_samples_of_another_type_are_refused():
    with pytest.raises(TypeError, match="int16"):
        AnalogBinary().features(np.zeros(16000))

"""`dormouse analog` against scipy: the board's physics at 64 steps a sample instead of 16, its bits, its pictures.

Bars: filters within 0.1 dB of scipy's analog ones, every comparator edge within one tick of 1/32768 s.
"""

import json
import math
import subprocess

import numpy as np
import pytest
import scipy.signal
import soundfile
from command_line import DORMOUSE, ROOT, dormouse, refused

RATE, STEPS, TICKS = 16000, 64, 32768

pytestmark = pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE} is absent")


def answer(*arguments) -> dict:
    result = dormouse("analog", *arguments, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def sound() -> np.ndarray:
    """Bursts of tones that start and end within 2 ms, so that envelopes cross thresholds briskly: 0.5 s."""
    time = np.arange(RATE // 2) / RATE
    mixed = np.zeros(len(time))
    for number, frequency in enumerate((280, 600, 1000, 1500, 2200, 3100, 4300, 5900)):
        place = time - 0.01 - 0.06 * number
        swell = np.clip(np.minimum(place, 0.03 - place) / 0.002, 0, 1)
        mixed += np.sin(np.pi / 2 * swell) ** 2 * np.sin(2 * np.pi * frequency * time)
    return np.round(9000 * mixed / np.abs(mixed).max()).astype(np.int16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A board of eight channels, and a recording."""
    path = tmp_path_factory.mktemp("analog")
    result = dormouse("analog", "design", "--channels", "8", "-o", path / "board.json")
    assert result.returncode == 0, result.stderr
    soundfile.write(path / "sound.wav", sound(), RATE)
    return path


def filter_of(parts: dict):
    """Numerator and denominator of `s w / Q / (s^2 + s w / Q + w^2)`, from the components."""
    angle = 1 / (parts["filter_ohm"] * parts["filter_farad"])
    width = angle * parts["filter_ohm"] / parts["quality_ohm"]
    return [width, 0], [1, width, angle**2]


@pytest.mark.parametrize("channels", [8, 16, 32, 64])
def test_responses_are_those_of_scipy(channels):
    report = answer("design", "--channels", str(channels))
    assert len(report["channels"]) == channels
    frequencies = np.array(report["frequencies_hz"])
    for channel in report["channels"]:
        _, response = scipy.signal.freqs(*filter_of(channel), 2 * np.pi * frequencies)
        assert np.abs(20 * np.log10(np.abs(response)) - channel["response_db"]).max() < 0.1


def physics(board: dict, samples: np.ndarray) -> list[list[tuple[float, bool]]]:
    """Times, in ticks, and levels of every channel's edges."""
    silence = RATE // 10
    padded = np.concatenate([np.zeros(silence), samples / 32768, np.zeros(silence)])
    # Band-limited interpolation by the Fourier transform.
    points = scipy.signal.resample(padded, len(padded) * STEPS)[silence * STEPS : -silence * STEPS]
    rate = RATE * STEPS
    attack, decay = (
        -math.expm1(-1 / (rate * board[key] * board["envelope_farad"])) for key in ("attack_ohm", "decay_ohm")
    )
    found = []
    for parts in board["channels"]:
        filtered = scipy.signal.lfilter(*scipy.signal.bilinear(*filter_of(parts), rate), points * board["full_scale_v"])
        drives = np.clip(filtered * parts["feedback_ohm"] / parts["input_ohm"], 0, board["supply_v"])
        share = parts["divider_bottom_ohm"] / (parts["divider_top_ohm"] + parts["divider_bottom_ohm"])
        threshold = share * board["supply_v"]
        envelope, high, edges = 0.0, False, []
        for step, drive in enumerate(drives.tolist()):
            envelope += attack * (drive - envelope) if drive > envelope else -decay * envelope
            if high == (envelope >= threshold - (board["hysteresis_v"] if high else 0)):
                continue
            high = not high
            edges.append((step * TICKS / rate, high))
        found.append(edges)
    return found


def test_edges_are_those_of_finer_physics(folder):
    report = answer("trace", folder / "sound.wav", "--settings", folder / "board.json")
    expected = physics(json.loads((folder / "board.json").read_text()), sound())
    assert sum(map(len, expected)) > 30
    for channel, edges in enumerate(expected):
        ours = [(tick, bool(level)) for tick, number, level in report["edges"] if number == channel]
        assert [level for _, level in ours] == [level for _, level in edges], f"channel {channel}"
        # A tick stands for all times up to the next.
        assert all(abs(tick - math.floor(time)) <= 1 for (tick, _), (time, _) in zip(ours, edges, strict=True))


def window_rule(report: dict) -> np.ndarray:
    """Bits of the edges: 1 if the comparator was high at any tick of the window."""
    windows, channels = np.shape(report["bits"])
    high = np.zeros((windows * report["window_ms"] * TICKS // 1000 + 1, channels), bool)
    for channel in range(channels):
        edges = [(tick, level) for tick, number, level in report["edges"] if number == channel]
        starts = [tick for tick, level in edges if level]
        ends = [tick for tick, level in edges if not level] + [len(high)]
        for start, end in zip(starts, ends, strict=False):
            high[start : end + 1, channel] = True
    owner = np.arange(len(high)) * 1000 // (report["window_ms"] * TICKS)
    return np.array([high[owner == window].any(axis=0) for window in range(windows)]).astype(int)


def test_bits_follow_the_window_rule_and_the_edges_alone(folder):
    for settings in ("board.json", "slow.json"):
        if settings == "slow.json":
            board = json.loads((folder / "board.json").read_text())
            (folder / settings).write_text(json.dumps({**board, "window_ms": 25}))
        report = answer("trace", folder / "sound.wav", "--settings", folder / settings)
        bits = np.array(report["bits"])
        assert (window_rule(report) == bits).all()
        assert 0.05 < bits.mean() < 0.95
        (folder / "edges.json").write_text(json.dumps(report))
        again = answer("trace", folder / "edges.json", "--settings", folder / settings)
        assert again["bits"] == report["bits"][: len(again["bits"])]
        assert not np.any(bits[len(again["bits"]) :])


def test_emulation_hears_what_the_physics_hear(folder):
    """At least 99 % of cells, over ten seconds of speech."""
    report = answer("trace", ROOT / "demo" / "words.flac")
    assert report["emulation_agreement"] >= 0.99
    emulated = answer("trace", ROOT / "demo" / "words.flac", "--emulate")
    assert np.mean(np.array(report["bits"]) == emulated["bits"]) == pytest.approx(
        report["emulation_agreement"], abs=1e-4
    )


def test_matrices_are_written_as_numpy_files(folder):
    result = dormouse("analog", "trace", folder / "sound.wav", "-s", folder / "board.json", "-o", folder / "bits.npy")
    assert result.returncode == 0, result.stderr
    bits = np.load(folder / "bits.npy")
    assert bits.dtype == np.int8
    assert bits.tolist() == answer("trace", folder / "sound.wav", "-s", folder / "board.json")["bits"]


@pytest.mark.parametrize(
    "edges, reason",
    [
        ([[5, 1, 1], [4, 2, 1]], "edge 1, channel 2 at tick 4: it comes before"),
        ([[5, 1, 1], [9, 1, 1]], "edge 1, channel 1 at tick 9: the comparator is high already; an edge was lost"),
        ([[5, 1, 0]], "the comparator is low already"),
        ([[5, 8, 1]], "no such channel"),
        ([[5, 1]], "is not [tick, channel, level 0 or 1]"),
        ([[-5, 1, 1]], "is not [tick, channel, level 0 or 1]"),
        ({}, "is no list of edges"),
    ],
)
def test_broken_edge_lists_are_refused(folder, edges, reason):
    (folder / "broken.json").write_text(json.dumps({"edges": edges}))
    refused("analog", "trace", folder / "broken.json", "-s", folder / "board.json", says=reason)


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"channels": 8, "q": 900}, "too high for the timestamp"),
        ({"channels": 8, "threshold_v": 1.9}, "outside the supply"),
        ({"channels": 8, "centre_hz": [9000] * 8, "q": 2}, "not below Nyquist"),
        ({"channels": 8, "q": 60}, "asks for amplifiers of"),
        ({"kind": "analog-board", "channels": []}, "lacks"),
        ([], "expected a JSON object"),
    ],
)
def test_impossible_settings_are_refused(folder, settings, reason):
    (folder / "wrong.json").write_text(json.dumps(settings))
    refused("analog", "design", folder / "wrong.json", says=reason)


def test_pictures_are_drawn(folder):
    for kind, arguments in {
        "design": ["design", folder / "board.json"],
        "trace": ["trace", folder / "sound.wav", "-s", folder / "board.json"],
    }.items():
        (folder / f"{kind}.json").write_text(json.dumps(answer(*arguments)))
        picture = folder / f"{kind}.png"
        command = [ROOT / "tools" / "plot", f"analog-{kind}", folder / f"{kind}.json", "-o", picture]
        subprocess.run(command, check=True)
        assert picture.stat().st_size > 10_000
    (folder / "empty.json").write_text("{}")
    command = [ROOT / "tools" / "plot", "analog-trace", folder / "empty.json", "-o", folder / "none.png"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1 and "there is no 'bits'" in result.stderr

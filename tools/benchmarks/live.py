"""`dormouse listen` for ten minutes: processor, memory, latency, and whether it hears what `dormouse detect` hears.

Two microphones without a sound card at the same time, in real time: one gives what the model wants, the other 44.1 kHz,
32 bits, stereo. The demo's words are said again and again.
"""

import importlib
import importlib.util
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from microphones import DORMOUSE, ROOT, Feeder, Listening, build_card, configure
from scipy.signal import resample_poly

from .spine import build, say

# key, title, bar
ROWS = (
    ("listen.cpu_share", "listen with commands-temporal, share of a core", "0.01"),
    ("listen.cpu_share_stereo", "the same from 44.1 kHz stereo", ""),
    ("listen.cpu_share_page", "the same with the page open", "0.02"),
    ("listen.memory", "memory at the end, bytes", "41,943,040"),
    ("listen.memory_growth", "of which grown while listening, bytes", "1,048,576"),
    ("listen.latency_ms", "from sound to printed detection after the model's context, ms, the longest", "300"),
    ("listen.latency_ms_95", "the same, 95 of 100", ""),
    ("listen.labels_differ", "detections that detect has otherwise", "0"),
    ("listen.time_difference", "largest difference from detect's times, seconds", "0.16"),
    ("page.updates_per_second", "updates of the page's picture a second (at least)", "20"),
    ("page.latency_ms", "from sound to page, ms", "500"),
)
RECORDING = ROOT / "demo" / "words.flac"
SETTLING = 10
"""Seconds after which memory and processor time count."""


def soak(seconds: float, folder: Path) -> dict[str, float]:
    """Both microphones for `seconds`."""
    card = build_card(folder)
    if card is None:
        raise OSError("the sound card for tests can't be built: install gcc and libasound2-dev")
    words = soundfile.read(RECORDING, dtype="int16")[0]
    samples = np.resize(words, round(seconds * 16000))
    soundfile.write(folder / "heard.wav", samples, 16000)
    env = configure(folder, card)
    os.mkfifo(folder / "fifo")
    mono = np.clip(resample_poly(words.astype(np.float64), 441, 160) * 65536, -(2**31), 2**31 - 1).astype(np.int32)
    stereo = np.repeat(np.resize(mono, round(seconds * 44100)), 2)
    stereo.tofile(folder / "sound")
    feeder = Feeder(folder / "fifo", samples.tobytes())
    feeder.start()
    plain = Listening.start("--device", "fifo", env=env)
    other = Listening.start("--device", "stereo", env=env)
    time.sleep(SETTLING)
    start = time.time()
    spent = [listening.processor_seconds() for listening in (plain, other)]
    memory = plain.status("VmRSS")
    while time.time() < feeder.started + seconds + 0.5:
        time.sleep(min(30, max(0.1, feeder.started + seconds + 0.5 - time.time())))
        say(f"{time.time() - feeder.started:.0f} s: {plain.status('VmRSS')} kB, {len(plain.words)} words")
    shares = [
        (listening.processor_seconds() - before) / (time.time() - start)
        for listening, before in zip((plain, other), spent, strict=True)
    ]
    grown = plain.status("VmRSS")
    plain.interrupt()
    other.interrupt()
    feeder.stopping.set()
    latencies = [at - feeder.started - word["time"] for at, word in zip(plain.printed, plain.words, strict=True)]
    return {
        "listen.cpu_share": round(shares[0], 5),
        "listen.cpu_share_stereo": round(shares[1], 5),
        "listen.memory": grown * 1024,
        "listen.memory_growth": (grown - memory) * 1024,
        "listen.latency_ms": round(1000 * max(latencies), 1),
        "listen.latency_ms_95": round(1000 * statistics.quantiles(latencies, n=20)[18], 1),
        **compare(plain.words, folder / "heard.wav"),
    }


def compare(words: list[dict], recording: Path) -> dict[str, float]:
    """What was heard live, against `detect` on the same samples."""
    command = [str(DORMOUSE), "detect", "--json", str(recording)]
    result = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    detected = [json.loads(line) for line in result.stdout.splitlines()]
    # The end of the file is silence to detect, and there is none in the FIFO before the listening ends.
    end = recording_seconds(recording) - 1.5
    heard, wanted = ([word for word in some if word["time"] < end] for some in (words, detected))
    pairs = list(zip(heard, wanted, strict=False))
    return {
        "listen.labels_differ": sum(left["label"] != right["label"] for left, right in pairs)
        + abs(len(heard) - len(wanted)),
        "listen.time_difference": round(max(abs(left["time"] - right["time"]) for left, right in pairs), 4),
    }


def recording_seconds(path: Path) -> float:
    return soundfile.info(path).duration


def page() -> dict[str, float]:
    """What the page costs and shows, if a browser is there to look at it."""
    if importlib.util.find_spec(".live_page", __package__) is None:
        return {}
    try:
        return importlib.import_module(".live_page", __package__).measure()
    except Exception as error:
        say(f"skipped page.*: {type(error).__name__}: {error}")
        return {}


def run(as_json: bool, seconds: float) -> int:
    """Listens for `seconds` and prints what was measured."""
    if seconds < SETTLING + 20:
        say(f"tools/bench: --seconds must be at least {SETTLING + 20}")
        return 2
    try:
        build()
        say(f"listening for {seconds:.0f} s ...")
        with tempfile.TemporaryDirectory() as folder:
            results = soak(seconds, Path(folder))
    except (subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    results |= page()
    if as_json:
        print(json.dumps(results))
        return 0
    print(f"{'':74}{'measured':>12}{'bar':>12}")
    for key, title, bar in ROWS:
        value = results.get(key)
        print(f"{title:74}{'skipped' if value is None else f'{value:,}':>12}{bar:>12}")
    return 0

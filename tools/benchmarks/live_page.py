"""The page of `dormouse listen`: pictures a second, how far it is behind the sound, and what it costs.

A browser without a window, on the same machine, looks on; its processor time doesn't count. The recording is played in
real time.
"""

import statistics
import tempfile
import time
from pathlib import Path

from live_page.browser import Browser
from live_page.listening import Listening, words_again_and_again

SECONDS = 20


def measure() -> dict[str, float]:
    """Over some seconds, after three to settle.

    An update counts when it has come and was drawn. The latency is the 95th percentile over pictures, each from the
    capture of the sample at its right edge.
    """
    with tempfile.TemporaryDirectory() as folder:
        recording = words_again_and_again(Path(folder) / "words.wav", SECONDS + 60)
        with Listening(recording) as listening, Browser() as browser:
            browser.emulate()
            browser.open(listening.address)
            time.sleep(3)
            start, spent = time.monotonic(), listening.processor_seconds()
            before = browser.script("return [dormouse.updates, dormouse.pictures]")
            latencies = []
            while time.monotonic() - start < SECONDS:
                latencies.append(browser.script("return dormouse.latency()"))
                time.sleep(0.1)
            after = browser.script("return [dormouse.updates, dormouse.pictures]")
            seconds = time.monotonic() - start
            share = (listening.processor_seconds() - spent) / seconds
    return {
        "page.updates_per_second": round(
            min(late - early for late, early in zip(after, before, strict=True)) / seconds, 1
        ),
        "page.latency_ms": round(statistics.quantiles(latencies, n=20)[18], 1),
        "listen.cpu_share_page": round(share, 4),
    }

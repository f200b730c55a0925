"""Microphones without a sound card: what `dormouse listen` hears through ALSA's plugins, and how it is run.

A FIFO behind ALSA's `file` plugin is bit-exact and as fast as it is fed; `sound_card.c` keeps time by itself and can be
unplugged, busy, or read too late.
"""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DORMOUSE = Path(os.environ.get("DORMOUSE") or ROOT / ".build" / "release" / "dormouse")

CONFIGURATION = """</usr/share/alsa/alsa.conf>
pcm_type.card {{ lib "{card}" }}
pcm.fifo {{ type file slave.pcm "null" file "/dev/null" infile "{folder}/fifo" format "raw" }}
pcm.plain {{
  type card folder "{folder}" rate 16000 channels 1 format "S16_LE"
  hint {{ show on description "A card for tests" }}
}}
pcm.stereo {{ type card folder "{folder}" rate 44100 channels 2 format "S32_LE" }}
pcm.odd {{ type card folder "{folder}" rate 16000 channels 1 format "A_LAW" }}
"""


def build_card(folder: Path) -> Path | None:
    """The card's plugin; None where it can't be built."""
    library = folder / "sound_card.so"
    command = ["gcc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-DPIC", "-shared", "-fPIC"]
    command += [str(Path(__file__).with_name("sound_card.c")), "-lasound", "-o", str(library)]
    return library if subprocess.run(command, capture_output=True).returncode == 0 else None


def configure(folder: Path, card: Path) -> dict[str, str]:
    """An environment in which ALSA knows the microphones of `folder`."""
    folder.mkdir(exist_ok=True)
    path = folder / "asound.conf"
    path.write_text(CONFIGURATION.format(card=card, folder=folder))
    return {**os.environ, "ALSA_CONFIG_PATH": str(path)}


@dataclass
class Listening:
    """A running `dormouse listen --json`: its lines as they come, and when."""

    process: subprocess.Popen
    reader: threading.Thread | None = None
    lines: list[dict] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)

    @classmethod
    def start(cls, *arguments, env: dict[str, str]) -> "Listening":
        command = [str(DORMOUSE), "listen", "--json", *map(str, arguments)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=ROOT
        )
        listening = cls(process)
        listening.reader = threading.Thread(target=listening._read, daemon=True)
        listening.reader.start()
        return listening

    def _read(self) -> None:
        for line in self.process.stdout:
            self.arrived.append(time.time())
            self.lines.append(json.loads(line))

    def interrupt(self) -> None:
        """Ctrl-C; it must end well, and soon."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=10) == 0, self.process.stderr.read()
        self.reader.join()

    def wait_until(self, condition, seconds: float = 10) -> None:
        """Until `condition` holds of it; it must still run then."""
        end = time.time() + seconds
        while not condition(self):
            assert self.process.poll() is None, self.process.stderr.read()
            assert time.time() < end, "waited in vain"
            time.sleep(0.05)

    @property
    def words(self) -> list[dict]:
        return [line for line in self.lines if "label" in line]

    @property
    def printed(self) -> list[float]:
        """When each of the words was printed, in seconds since 1970."""
        return [time for time, line in zip(self.arrived, self.lines, strict=True) if "label" in line]

    @property
    def notices(self) -> list[str]:
        return [line["notice"] for line in self.lines if "notice" in line]

    @property
    def summary(self) -> dict:
        return next(line["summary"] for line in self.lines if "summary" in line)

    def status(self, key: str) -> int:
        """A number of /proc/PID/status, in kB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])
        raise KeyError(key)

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Feeder(threading.Thread):
    """Feeds a FIFO with 16-bit mono samples in real time, 20 ms at a time, then with silence until it is stopped."""

    def __init__(self, path: Path, samples: bytes, rate: int = 16000):
        super().__init__(daemon=True)
        self.path, self.samples, self.rate = path, samples, rate
        self.started = 0.0
        self.stopping = threading.Event()
        # While it is set nothing is fed.
        self.stalled = threading.Event()

    def run(self) -> None:
        piece = self.rate // 50 * 2
        with open(self.path, "wb", buffering=0) as fifo:
            self.started = time.time()
            due, place = self.started, 0
            while not self.stopping.is_set():
                # A piece is there when its last sample was captured.
                due += 0.02
                while self.stalled.is_set() and not self.stopping.is_set():
                    time.sleep(0.02)
                    due = time.time()
                time.sleep(max(0, due - time.time()))
                block = self.samples[place : place + piece]
                place += piece
                try:
                    fifo.write(block + bytes(piece - len(block)))
                except BrokenPipeError:
                    return

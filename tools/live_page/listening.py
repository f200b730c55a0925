"""`dormouse listen --web` as a process, and recordings for it."""

import json
import os
import subprocess
import threading
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parents[2]
DORMOUSE = Path(os.environ.get("DORMOUSE") or ROOT / ".build" / "release" / "dormouse")
WORDS = ROOT / "demo" / "words.flac"
RATE = 16000


class Listening:
    """A running `dormouse listen --web` that hears a recording in real time; ends with the `with` block."""

    def __init__(self, recording: Path, *options: str, port: int = 0) -> None:
        command = [DORMOUSE, "listen", "--file", recording, "--realtime", "--json", "--web", str(port), *options]
        self.process = subprocess.Popen(
            [str(word) for word in command], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.labels: list[str] = []
        """Words that the program printed."""
        threading.Thread(target=self._read, daemon=True).start()
        self.address = ""
        for line in self.process.stderr:
            if "the page is at " in line:
                self.address = line.split()[-1]
                break
        if not self.address:
            raise RuntimeError(f"no page: {self.process.wait()}")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            if "label" in (event := json.loads(line)):
                self.labels.append(event["label"])

    @property
    def port(self) -> int:
        return int(self.address.rstrip("/").rsplit(":", 1)[1])

    def processor_seconds(self) -> float:
        """Of all threads, until now."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def __enter__(self) -> "Listening":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def words_again_and_again(path: Path, seconds: float) -> Path:
    """The six words of the demo, from "yes" to "right" in ten seconds, over and over."""
    samples, rate = soundfile.read(WORDS, dtype="int16")
    assert rate == RATE
    stretch = samples[int(2.9 * RATE) : int(12.9 * RATE)]
    soundfile.write(path, np.resize(stretch, int(seconds * RATE)), RATE, subtype="PCM_16")
    return path

"""Private environments of the peers, made when they are first asked for: ~/.cache/dormouse/peer-NAME-KEY."""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

NUMPY = "numpy==2.4.6"
REQUIREMENTS = {
    "litert": ("ai-edge-litert==2.3.0", NUMPY),
    "onnxruntime": ("onnxruntime==1.31.1", NUMPY),
    "tflite-micro": ("tflite-micro==0.dev20261023182759", NUMPY),
    "pymicro-features": ("pymicro-features==2.0.2", NUMPY),
    "pymicro-wakeword": ("pymicro-wakeword==2.5.0", "pymicro-features==2.0.2", NUMPY),
    "kaldi-native-fbank": ("kaldi-native-fbank==1.22.5", NUMPY),
}
"""What each is installed from; the first is the peer itself."""
INSTALL = ("install", "--quiet", "--disable-pip-version-check", "--no-compile")


class PeerAbsent(Exception):
    """A peer that can't be had here, and why, in one line."""


def version(name: str) -> str:
    """Such as "LiteRT 2.3.0": what the peer's package says."""
    return REQUIREMENTS[name][0].replace("==", " ")


def environment(name: str) -> Path:
    """Folder of the peer's environment, whether it is there or not; another list of packages makes another folder."""
    key = hashlib.sha256(" ".join((sys.version.split()[0], *REQUIREMENTS[name])).encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "dormouse" / f"peer-{name}-{key}"


def packages(name: str) -> Path:
    """Folder of its installed packages."""
    return next((environment(name) / "lib").glob("python*")) / "site-packages"


def python(name: str) -> Path:
    """The peer's interpreter; installs what is missing.

    Raises PeerAbsent if it can't be installed.
    """
    folder = environment(name)
    complete, interpreter = folder / "complete", folder / "bin" / "python"
    if complete.exists():
        return interpreter
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if complete.exists():
            return interpreter
        print(f"installing {version(name)} ...", file=sys.stderr, flush=True)
        steps = (
            [sys.executable, "-m", "venv", "--without-pip", str(folder)],
            [sys.executable, "-m", "pip", "--python", str(interpreter), *INSTALL, *REQUIREMENTS[name]],
        )
        for command in steps:
            result = subprocess.run(command, capture_output=True, text=True)
            if result.returncode:
                lines = (result.stderr + result.stdout).strip().splitlines()
                raise PeerAbsent(f"{version(name)} can't be installed here: {lines[-1] if lines else command[0]}")
        complete.touch()
    return interpreter

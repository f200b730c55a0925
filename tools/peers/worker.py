"""One runtime in a process of its own, on one core: worker.py CORE RUNNER ARGUMENT...

Arguments that end in .raw are sounds. For each line on standard input, a number of passes, one line comes back: the
nanoseconds a pass. When the input ends, one JSON object: `memory`, bytes that the process has taken at most since the
runner was made, and `libraries`, bytes of the libraries' files that it has loaded since.
"""

import json
import os
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

import numpy as np  # noqa: E402

from peers import runners  # noqa: E402


def resident(peak: bool) -> int:
    """Bytes of memory of this process, now or at most."""
    name = "VmHWM" if peak else "VmRSS"
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def mapped() -> dict[str, int]:
    """Files that hold code of this process, with their lengths."""
    paths = {line.split(maxsplit=5)[5] for line in Path("/proc/self/maps").read_text().splitlines() if " r-xp " in line}
    return {path: os.stat(path).st_size for path in map(str.strip, paths) if path.startswith("/")}


def made(name: str, arguments: list[str]):
    """The runner; ours, whose modules are loaded before anything is measured, or a peer's."""
    values = [np.fromfile(value, np.int16) if value.endswith(".raw") else value for value in arguments]
    if name.startswith("Our"):
        from benchmarks import our_runners as module
    else:
        module = runners
    before = resident(peak=False), mapped()
    return getattr(module, name)(*values), *before


def main() -> None:
    os.sched_setaffinity(0, {int(sys.argv[1])})
    run, memory, files = made(sys.argv[2], sys.argv[3:])
    run()
    print("ready", flush=True)
    for line in sys.stdin:
        passes = int(line)
        # What another process has thrown out of the caches comes back before the clock starts.
        run()
        start = time.perf_counter_ns()
        for _ in range(passes):
            run()
        print((time.perf_counter_ns() - start) / passes, flush=True)
    loaded = sum(length for path, length in mapped().items() if path not in files)
    print(json.dumps({"memory": max(0, resident(peak=True) - memory), "libraries": loaded}), flush=True)


if __name__ == "__main__":
    main()

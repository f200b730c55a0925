"""Processes that take turns: each holds one runtime, all on the same core."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from . import environments

WORKER = Path(__file__).with_name("worker.py")
BLOCK_NS = 5_000_000
"""What a block of passes should take: long against a change of processes, short against what disturbs it."""


class Worker:
    """A process with a runner, ready to be timed; a context manager."""

    def __init__(self, peer: str | None, runner: str, *arguments: object):
        """`peer` is whose environment it runs in; None, for ours, this one.

        Raises PeerAbsent if that can't be installed, or does not start.
        """
        interpreter = sys.executable if peer is None else environments.python(peer)
        core = max(os.sched_getaffinity(0))
        command = [interpreter, WORKER, core, runner, *arguments]
        self._process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        if self._process.stdout.readline() != "ready\n":
            lines = self._process.communicate()[1].strip().splitlines()
            raise environments.PeerAbsent(f"{peer or 'Dormouse'}, {runner}: {lines[-1] if lines else 'ended at once'}")
        self.passes = max(1, min(2000, round(BLOCK_NS / max(1.0, min(self.time(1) for _ in range(3))))))

    def time(self, passes: int) -> float:
        """Nanoseconds a pass."""
        self._process.stdin.write(f"{passes}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def block(self) -> float:
        """Nanoseconds a pass, over a block of them."""
        return self.time(self.passes)

    def close(self) -> dict[str, int]:
        """Ends the process; returns bytes of `memory` and of `libraries`, as the worker defines them."""
        output, _ = self._process.communicate()
        return json.loads(output)

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def race(workers: dict[str, Worker], rounds: int) -> dict[str, list[float]]:
    """Nanoseconds a pass of everyone in each round, block by block in turn."""
    times: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            times[name].append(worker.block())
    return times


def spread(values: list[float]) -> tuple[float, float, float]:
    """Median, and the 5th and 95th percentiles."""
    twentieths = statistics.quantiles(values, n=20, method="inclusive")
    return statistics.median(values), twentieths[0], twentieths[-1]

"""The spine: one dense network, one hour of audio, and the runtime that spots the commands."""

import json
import subprocess
import sys
from pathlib import Path

import soundfile
from count.counting import BUILD, ROOT, CountError
from count.spotter import measure, noise

from . import dense250k, realtime

# key, title, bar ("at most" unless the title says otherwise), peer
ROWS = (
    ("dense250k.host.ratio_litert", "dense250k on this host, time over LiteRT's with XNNPACK", "1.00", ""),
    ("dense250k.m4.instructions", "dense250k on Cortex-M4, instructions", "350,000", "CMSIS-NN 491,440"),
    ("dense250k.m55.instructions", "dense250k on Cortex-M55, instructions", "60,000", "CMSIS-NN 237,125"),
    ("detect.realtime_factor", "detect, an hour of audio, times real time (at least)", "500", "pymicro-wakeword 570"),
    ("runtime.m4.flash", "runtime on Cortex-M4, bytes of flash", "24,576", "TFLM + CMSIS-NN 32 KB"),
    ("logmel.m4.instructions_per_frame", "log-mel frame on Cortex-M4, instructions", "50,000", "microfrontend 84,401"),
    ("commands_temporal.m4.instructions", "commands-temporal inference on Cortex-M4, instructions", "", ""),
    ("commands_temporal.arena", "commands-temporal, bytes of arena", "", ""),
)
RECORDING = ROOT / "demo" / "words.flac"


def say(text: str) -> None:
    """Progress and what was skipped go to standard error."""
    print(text, file=sys.stderr, flush=True)


def build() -> Path:
    """Builds the command line and the shared library; returns their folder."""
    for product in ("dormouse", "DormousePython"):
        command = ["swift", "build", "-c", "release", "--product", product]
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    return ROOT / ".build" / "release"


def dense(results: dict[str, float], built: Path) -> None:
    """Host ratio and device counts of dense250k."""
    if not dense250k.MODELS.exists():
        say("skipped dense250k.*: ../shared/data/models is absent")
        return
    dense250k.prepare(built / "dormouse")
    times = dense250k.host(built / "libDormousePython.so")
    results["dense250k.host.ratio_litert"] = round(times["ratio"], 4)
    say(
        f"dense250k on this host, medians of {times['blocks']} alternating blocks: ours {times['ours']:.0f} ns, "
        f"LiteRT {times['theirs']:.0f} ns; of which a trivial call from Python takes {times['our_call']:.0f} ns "
        f"(ours) and {times['their_call']:.0f} ns (LiteRT)"
    )
    results["dense250k.m4.instructions"] = dense250k.device("mps2-an386")
    results["dense250k.m55.instructions"] = dense250k.device("mps3-an547")


def spotting(results: dict[str, float]) -> None:
    """Sizes and counts of the spotter with commands-temporal."""
    subprocess.run([str(ROOT / "firmware" / "build"), "mps2-an386"], check=True, stdout=sys.stderr)
    measured = measure("mps2-an386", recording())
    results["runtime.m4.flash"] = measured["runtime_flash"]
    results["logmel.m4.instructions_per_frame"] = measured["frame_instructions"]
    results["commands_temporal.m4.instructions"] = measured["inference_instructions"]
    results["commands_temporal.arena"] = measured["arena"]


def recording() -> Path:
    """The demo's words as a WAV file that the firmware can read; where they are absent, noise, which costs the same."""
    path = BUILD / "bench" / "words.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not RECORDING.exists():
        return noise(path)
    samples, rate = soundfile.read(RECORDING, dtype="int16")
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path


def run(as_json: bool) -> int:
    """Measures everything that can be measured here and prints it."""
    results: dict[str, float] = {}
    try:
        built = build()
        spotting(results)
        dense(results, built)
        say("timing dormouse detect on an hour of audio ...")
        value, unhindered, what = realtime.factor(built / "dormouse")
        say(f"the hour is made of {what}; by processor time instead of wall time: {unhindered:.1f} times real time")
        results["detect.realtime_factor"] = round(value, 1)
    except (CountError, dense250k.BenchError, subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    if as_json:
        print(json.dumps(results))
        return 0
    print(f"{'':58}{'measured':>12}{'bar':>10}  peer")
    for key, title, bar, peer in ROWS:
        value = results.get(key)
        shown = "skipped" if value is None else f"{value:,}"
        print(f"{title:58}{shown:>12}{bar:>10}  {peer}")
    return 0

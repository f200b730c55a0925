"""Other people's runtimes and Dormouse in one run, block by block in turn: nets, front ends, a whole pipeline, devices.

Each runtime has a process, and each peer an environment (`tools/peers`). What was measured is left in
`.build-firmware/bench/peers.json` for `tools/plot peers`; `--update` brings table and picture of the README up to date.
"""

import json
import os
import platform
import subprocess
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import soundfile
from count.counting import BUILD, ROOT, CountError
from count.spotter import measure
from kit import cores, libraries
from peers import environments
from peers.environments import PeerAbsent
from peers.process import Worker, race, spread

from . import dense250k, imported, microfrontend, peer_table
from .spine import RECORDING, build, recording, say

RESULTS = BUILD / "bench" / "peers.json"
FOLDER = BUILD / "models" / "peers"
ROUNDS = 101
VARIANT = "-peers"
NETS = {
    "dense250k": "kws250k_int8_perchannel",
    "kws_ref": "kws_ref_model",
    "str_ww": "str_ww_ref_model",
    "micro_speech": "micro_speech_quantized",
    "okay_nabu": "okay_nabu",
    "vad": "vad",
}
"""Networks by the files of ../shared/data/models."""
ONNX = {"dense250k": "kws250k_int8_qdq_gemm_s8s8.onnx"}
"""The same networks for ONNX Runtime, of which there is only one."""

Results = dict[str, float]


class Run:
    """Results, and those peers that can't be had, each named once."""

    def __init__(self):
        self.results: Results = {}
        self.absent: dict[str, str] = {}

    def race(self, key: str, runners: dict[str, tuple], scale: float = 1) -> None:
        """Times runners, `ours` first, and puts times, ratios, and what they take into the results.

        A runner is (environment, class, arguments...). Nanoseconds are divided by `scale`.
        """
        with ExitStack() as stack:
            workers = {}
            for name, (peer, *arguments) in runners.items():
                if peer in self.absent:
                    continue
                try:
                    workers[name] = stack.enter_context(Worker(peer, *arguments))
                except PeerAbsent as error:
                    if peer is None:
                        raise dense250k.BenchError(str(error)) from None
                    self.absent[peer] = str(error)
                    say(f"skipped {key}.*{name}*: {error}")
            say(f"{key}: {', '.join(workers)} ...")
            times = race(workers, ROUNDS)
            for name, worker in workers.items():
                taken = worker.close()
                self.results[f"{key}.host.{name}_ns"] = round(spread(times[name])[0] / scale)
                self.results[f"{key}.memory.{name}"] = taken["memory"]
                self.results[f"{key}.libraries.{name}"] = taken["libraries"]
        for name in workers.keys() - {"ours"}:
            ratios = [a / b for a, b in zip(times["ours"], times[name], strict=True)]
            for suffix, value in zip(("", "_low", "_high"), spread(ratios), strict=True):
                self.results[f"{key}.host.ratio_{name}{suffix}"] = round(value, 3)


def nets(run: Run, dormouse: Path) -> None:
    """An inference of each network."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for key, name in NETS.items():
        model, image = dense250k.MODELS / f"{name}.tflite", FOLDER / f"{key}.dormouse"
        subprocess.run([dormouse, "convert", model, "-o", image], check=True, stdout=subprocess.DEVNULL)
        runners = {
            "ours": (None, "OurInference", image),
            "litert": ("litert", "LiteRT", model),
            "tflm": ("tflite-micro", "TFLiteMicro", model),
        }
        if key in ONNX:
            runners["onnxruntime"] = ("onnxruntime", "OnnxRuntime", dense250k.MODELS / ONNX[key])
        run.race(key, runners)
        run.results[f"{key}.image"], run.results[f"{key}.tflite"] = image.stat().st_size, model.stat().st_size


def sound() -> tuple[Path, float]:
    """The demo's words, or noise, as raw samples; and its seconds."""
    samples = soundfile.read(RECORDING, dtype="int16")[0] if RECORDING.exists() else microfrontend.sound()
    path = BUILD / "bench" / "peers.raw"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(np.ascontiguousarray(samples, np.int16).tobytes())
    return path, len(samples) / 16000


def front_ends(run: Run) -> None:
    """Each front end, over a second of sound."""
    raw, seconds = sound()
    run.race(
        "microfrontend",
        {"ours": (None, "OurFrontEnd", raw), "pymicro": ("pymicro-features", "PymicroFeatures", raw)},
        seconds,
    )
    if "microfrontend.host.ratio_pymicro" in run.results:
        run.results["microfrontend.host.ratio"] = run.results["microfrontend.host.ratio_pymicro"]
    run.race("logmel", {"ours": (None, "OurLogMel", raw), "kaldi": ("kaldi-native-fbank", "KaldiFbank", raw)}, seconds)


def sdk_library() -> Path:
    """The SDK's library for Linux on x86-64, which an application links, as one that Python can load."""
    archive = libraries.build(cores.core("x86_64-linux"), cores.FULL)
    shared = BUILD / "bench" / "libdormouse.so"
    subprocess.run(
        ["gcc", "-shared", "-o", shared, "-Wl,--whole-archive", archive, "-Wl,--no-whole-archive"], check=True
    )
    return shared


def pipeline(run: Run, dormouse: Path) -> None:
    """okay_nabu from samples to detections, over a second of sound."""
    model, image = dense250k.MODELS / "okay_nabu.tflite", FOLDER / "okay_nabu-hearing.dormouse"
    manifest = model.with_suffix(".json")
    convert = [dormouse, "convert", model, "--manifest", manifest, "-o", image]
    subprocess.run(convert, check=True, stdout=subprocess.DEVNULL)
    raw, seconds = sound()
    key = "okay_nabu_pipeline"
    run.race(
        key,
        {
            "ours": (None, "OurPipeline", raw, image),
            "pymicro": ("pymicro-wakeword", "PymicroWakeword", raw, manifest),
            "pymicro_libraries": ("pymicro-wakeword", "PymicroWakewordWithoutPython", raw, manifest),
        },
        seconds,
    )
    with Worker(None, "OurPipeline", raw, image, sdk_library()) as worker:
        taken = worker.close()
    run.results[f"{key}.memory.sdk"], run.results[f"{key}.libraries.sdk"] = taken["memory"], taken["libraries"]
    for suffix in ("", "_low", "_high"):
        if f"{key}.host.ratio_pymicro{suffix}" in run.results:
            run.results[f"okay_nabu.host.ratio_pymicro{suffix}"] = run.results[f"{key}.host.ratio_pymicro{suffix}"]
    for name in ("ours", "pymicro"):
        if f"{key}.host.{name}_ns" in run.results:
            run.results[f"okay_nabu.realtime_factor.{name}"] = round(1e9 / run.results[f"{key}.host.{name}_ns"])
    run.results["okay_nabu.image"] = image.stat().st_size
    build_firmware = [ROOT / "firmware" / "build", "--model", image, "mps2-an386"]
    subprocess.run(build_firmware, check=True, env=os.environ | {"VARIANT": VARIANT})
    device = measure("mps2-an386", recording(), VARIANT)
    run.results["okay_nabu.m4.instructions_per_frame"] = device["frame_instructions"]
    run.results["okay_nabu.m4.instructions_per_inference"] = device["inference_instructions"]
    run.results["okay_nabu.m4.flash"] = device["runtime_flash"]
    run.results["okay_nabu.arena"] = device["arena"]


def devices(run: Run, dormouse: Path) -> None:
    """Instructions under QEMU, for which peers' figures are known (`peer_table.PUBLISHED`)."""
    say("counting on emulated cores ...")
    run.results |= imported.devices()
    run.results["microfrontend.m4.instructions_per_frame"] = microfrontend.instructions()
    dense250k.prepare(dormouse)
    run.results["dense250k.m4.instructions"] = dense250k.device("mps2-an386")
    run.results["dense250k.m55.instructions"] = dense250k.device("mps3-an547")


def host_name() -> str:
    """The processor, as it calls itself."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def run(as_json: bool, update: bool = False) -> int:
    """Measures everything that can be measured here and prints it."""
    if not dense250k.MODELS.exists():
        say(f"skipped: {dense250k.MODELS} is absent")
        return 0
    run = Run()
    try:
        dormouse = build() / "dormouse"
        nets(run, dormouse)
        front_ends(run)
        pipeline(run, dormouse)
        devices(run, dormouse)
    except (dense250k.BenchError, CountError, subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    versions = {name: environments.version(name) for name in environments.REQUIREMENTS if name not in run.absent}
    report = {"results": run.results, "versions": versions, "absent": run.absent, "host": host_name()}
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    if as_json:
        print(json.dumps(run.results))
    else:
        print(peer_table.markdown(report))
    if update:
        peer_table.update(report)
    return 0

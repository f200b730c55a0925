"""MLPerf Tiny's keyword-spotting model, imported from its .tflite: host, devices, arena and flash."""

import json
import subprocess
import sys

import numpy as np
from count.counting import BUILD, ROOT, count
from count.sizes import sizes
from peers.runners import LiteRT

from .dense250k import MODELS, BenchError, OurNetwork, block, write_golden

MODEL = MODELS / "kws_ref_model.tflite"
FOLDER = BUILD / "models" / "kws_ref"
IMAGE = FOLDER / "kws_ref.dormouse"
VARIANT = "-imported"
# key, title, bar, peer
ROWS = (
    ("kws_ref.host.ratio_litert", "on this host, time over LiteRT's with XNNPACK", "0.90", "24,200 ns"),
    ("kws_ref.m4.instructions", "on Cortex-M4, instructions", "6,000,000", "TFLM with CMSIS-NN 7,696,400"),
    ("kws_ref.m55.instructions", "on Cortex-M55, instructions", "1,200,000", "TFLM with CMSIS-NN 1,812,718"),
    ("kws_ref.arena", "bytes of arena", "20,480", "TFLM 22,820"),
    ("kws_ref.m4.flash", "runtime on Cortex-M4, bytes of flash", "24,576", "TFLM with CMSIS-NN 84,500"),
)


def prepare() -> int:
    """Makes image, C arrays and golden vectors; returns the bytes of the arena."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for product in ("dormouse", "DormousePython"):
        command = ["swift", "build", "-c", "release", "--product", product]
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    dormouse, image = ROOT / ".build" / "release" / "dormouse", IMAGE
    converted = subprocess.run(
        [dormouse, "convert", MODEL, "-o", image, "--json"], check=True, capture_output=True, text=True
    )
    subprocess.run([dormouse, "export-c", image, "-o", FOLDER], check=True, stdout=sys.stderr)
    golden = [np.load(MODELS / f"kwsref_golden_{name}_int8.npy") for name in ("x", "y")]
    write_golden(FOLDER / "golden.c", *(values[:2].reshape(2, -1) for values in golden))
    return json.loads(converted.stdout)["arena"]


def host(seconds: int = 1) -> dict[str, float]:
    """Nanoseconds an inference of both, medians of alternating blocks."""
    ours = OurNetwork(IMAGE, ROOT / ".build" / "release" / "libDormousePython.so")
    theirs = LiteRT(str(MODEL))
    times = np.array(
        [
            (
                block(ours.library.dm_network_run, ours.memory, repeats=4),
                block(theirs, repeats=4),
            )
            for _ in range(600 * seconds)
        ]
    )
    return {
        "ours": np.median(times[:, 0]),
        "theirs": np.median(times[:, 1]),
        "ratio": np.median(times[:, 0] / times[:, 1]),
    }


def device(board: str) -> tuple[int, int]:
    """Instructions of an inference, after both golden vectors have come out right, and flash of the runtime."""
    make = ["make", "--silent", "-C", ROOT / "firmware", f"BOARD={board}", f"VARIANT={VARIANT}", "APP=bench"]
    make.append(f"MODEL={FOLDER}")
    for target in (["clean-application"], []):
        subprocess.run([*make, *target], check=True)
    counts = count(board, "bench", [], {"infer": r"^\$e11Application5infer"}, variant=VARIANT)
    if "vectors 2 wrong 0" not in counts.output:
        raise BenchError(f"{board}: {counts.output.strip()}")
    flash = sizes(BUILD / f"{board}{VARIANT}" / "bench" / "firmware.map")["runtime"]["flash"]
    return round(counts.regions["infer"].mean), flash


def devices() -> dict[str, int]:
    """Arena, instructions and flash: rows that no host's speed changes."""
    results = {"kws_ref.arena": prepare()}
    results["kws_ref.m4.instructions"], results["kws_ref.m4.flash"] = device("mps2-an386")
    results["kws_ref.m55.instructions"], _ = device("mps3-an547")
    return results


def run(as_json: bool) -> int:
    """Measures everything that can be measured here and prints it."""
    if not MODEL.exists():
        print(f"skipped: {MODEL} is absent", file=sys.stderr)
        return 0
    results: dict[str, float] = devices()
    times = host()
    results["kws_ref.host.ratio_litert"] = round(float(times["ratio"]), 3)
    print(f"ours {times['ours']:.0f} ns, LiteRT {times['theirs']:.0f} ns (medians)", file=sys.stderr)
    if as_json:
        print(json.dumps(results))
        return 0
    print(f"{'kws_ref_model.tflite':50}{'measured':>12}{'bar':>12}  peer")
    for key, title, bar, peer in ROWS:
        print(f"{title:50}{results[key]:>12,}{bar:>12}  {peer}")
    return 0

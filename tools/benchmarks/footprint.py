"""The footprint: what the SDK's libraries take of flash, the smallest wake word of RAM; and cuts of power survived.

Flash is what the linker keeps of a library for an application that opens a model and pushes samples; `flash_whole` is
every function of dormouse.h with the names of its errors.
"""

import json
import subprocess
import sys

from count.counting import ROOT, CountError
from kit import footprint, libraries, package
from kit.cores import DENSE, FULL, OWN, core

# key, title, bar
ROWS = (
    ("dense_only.m4f.flash", "dense layers, 4 and 8 bits, Cortex-M4F: text + rodata", 12 * 1024),
    ("dense_only.m0plus.flash", "the same, Cortex-M0+", 12 * 1024),
    ("dense_only.rv32imc.flash", "the same, rv32imc", 14 * 1024),
    ("dense_only.m4f.flash_whole", "the same with every function of dormouse.h, Cortex-M4F", None),
    ("dense_only.m0plus.flash_whole", "the same, Cortex-M0+", None),
    ("dense_only.rv32imc.flash_whole", "the same, rv32imc", None),
    ("full.m4f.flash", "all operations and encodings, log-mel and analog bits, Cortex-M4F", 36 * 1024),
    ("full.m4f.flash_front_ends", "the same with the micro front end and MFCC: the library that is shipped", None),
    ("full.m4f.flash_whole", "the same with every function", None),
    ("zero_w4.ram", "zero-dense-w4: arena with front end and state", 12 * 1024),
    ("zero_w4.stack", "zero-dense-w4: stack beside it, Cortex-M4F", None),
)
CUTS = (
    ("powercut.distinct", "cuts of power amid updates, no two the same", 5000),
    ("powercut.survived", "cuts after which the device started with a whole model", "all"),
)
CORES = {"m4f": "cortex-m4f", "m0plus": "cortex-m0plus", "rv32imc": "rv32imc"}


def _flash(name: str, library: str, roots) -> int:
    sizes = footprint.flash(name, library, roots)
    return sizes["text"] + sizes["rodata"] + sizes["data"]


def _power_cuts() -> dict[str, int]:
    """Updates of emulated flash memories, cut at every operation."""
    build = ["swift", "build", "--package-path", ROOT, "-c", "release", "--product", "dormouse-powercut"]
    subprocess.run(build, check=True, capture_output=True)
    # Its exit code says that not all were survived, which the numbers say, too.
    found = subprocess.run([ROOT / ".build/release/dormouse-powercut"], check=False, capture_output=True, text=True)
    if not found.stdout:
        raise RuntimeError(f"dormouse-powercut: {found.stderr.strip()}")
    results = json.loads(found.stdout)
    return {key: results[key] for key, _, _ in CUTS}


def _measure() -> dict[str, int]:
    cores = tuple(core(name) for name in CORES.values())
    sdk = package.assemble(footprint.BUILD / "bench", cores)
    results = {}
    for short, name in CORES.items():
        results[f"dense_only.{short}.flash"] = _flash(name, DENSE, footprint.LEAST)
        results[f"dense_only.{short}.flash_whole"] = _flash(name, DENSE, footprint.interface(footprint.SPOTTER))
    libraries.build(core(CORES["m4f"]), OWN)
    results["full.m4f.flash"] = _flash("cortex-m4f", OWN, footprint.LEAST)
    results["full.m4f.flash_front_ends"] = _flash("cortex-m4f", FULL, footprint.LEAST)
    results["full.m4f.flash_whole"] = _flash("cortex-m4f", FULL, footprint.interface(footprint.SPOTTER))
    spotter = footprint.run(sdk, "cortex-m4f", "zero-dense-w4", DENSE)
    results["zero_w4.ram"] = spotter["arena"]
    results["zero_w4.stack"] = spotter["stack"]
    return results | _power_cuts()


def run(as_json: bool) -> int:
    """Measures everything and prints it."""
    try:
        results = _measure()
    except (CountError, footprint.FootprintError, OSError, RuntimeError, subprocess.CalledProcessError) as error:
        print(f"tools/bench: {error}", file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(results))
        return 0
    print(f"{'bytes':62}{'measured':>10}{'bar':>10}")
    for key, title, bar in ROWS:
        print(f"{title:62}{results[key]:>10,}" + (f"{bar:>10,}" if bar else ""))
    print(f"\n{'updates of model slots':62}{'measured':>10}{'bar':>10}")
    for key, title, bar in CUTS:
        print(f"{title:62}{results[key]:>10,}" + (f"{bar:>10,}" if isinstance(bar, int) else f"{bar:>10}"))
    return 0

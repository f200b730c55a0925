"""What front ends cost on devices: instructions for a second of sound, of the filter bank, log-mel, and micro."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from count.counting import BUILD, ROOT, CountError, count

sys.path.insert(0, str(ROOT / "tools" / "train"))

from dormouse_train.analog import AnalogBinary
from dormouse_train.frontend import LogMel, Micro
from dormouse_train.library import LibraryError

RATE = 16000
MEMORY = 16384
"""Bytes of state, scratch and frames; more than any front end here takes."""

FRONT_ENDS = {
    "analog8": lambda: AnalogBinary({"channels": 8}),
    "analog64": lambda: AnalogBinary({"channels": 64}),
    "logmel": lambda: LogMel(),
    "micro": lambda: Micro(),
}
BOARDS = {"m4": "mps2-an386", "rv32imc": "virt-rv32imc", "m55": "mps3-an547", "m0plus": "mps2-an385-m0plus"}


def sound() -> np.ndarray:
    """A second of noise in bursts, int16."""
    generator = np.random.default_rng(5)
    loudness = np.where(np.arange(RATE) // 2000 % 2, 6000, 150)
    return np.round(generator.uniform(-1, 1, RATE) * loudness).astype(np.int16)


def write(front_end, folder: Path) -> None:
    """golden.c: the section, the samples, and the frames that the host computes of them."""
    samples = sound()
    frames = front_end.features(samples).tobytes()

    def array(name: str, data: bytes) -> str:
        return f"_Alignas(16) static const uint8_t {name}[] = {{{','.join(map(str, data))}}};"

    lines = [
        '#include "support.h"',
        array("section", front_end.section),
        array("samples", samples.tobytes()),
        array("frames", frames),
        f"_Alignas(16) static uint8_t memory[{MEMORY}];",
        "const uint8_t *const model_start = section;",
        "const intptr_t model_length = sizeof section;",
        "uint8_t *const model_arena = memory;",
        "const intptr_t model_arena_length = sizeof memory;",
        f"const intptr_t golden_count = {len(frames)};",
        "const int8_t *const golden_inputs = (const int8_t *)samples;",
        "const int8_t *const golden_outputs = (const int8_t *)frames;",
    ]
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n"
    file = folder / "golden.c"
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def instructions(core: str, name: str) -> int:
    """Instructions for a second of sound, after all frames have come out as on the host."""
    folder = BUILD / "models" / f"ears-{name}"
    write(FRONT_ENDS[name](), folder)
    make = ["make", "--silent", "-C", ROOT / "firmware", f"BOARD={BOARDS[core]}", "VARIANT=-ears", "WITHOUT="]
    make += ["APP=ears", f"MODEL={folder}"]
    subprocess.run([*make, "clean-application"], check=True)
    subprocess.run(make, check=True)
    counts = count(BOARDS[core], "ears", [], {"listen": r"^\$e11Application6listen"}, "-ears")
    if " wrong 0\n" not in counts.output:
        raise CountError(f"{core}, {name}: {counts.output.strip()}")
    return counts.regions["listen"].total


def measure(results: dict[str, float], say) -> None:
    """Rows of `tools/bench binary`: every front end on Cortex-M4."""
    try:
        for name in FRONT_ENDS:
            say(f"front end {name} on m4 ...")
            results[f"front_end.{name}.m4.instructions_per_second"] = instructions("m4", name)
    except LibraryError as error:
        say(f"skipped front_end.*: {error}")


def keys() -> list[str]:
    """What `measure` fills, in order."""
    return [f"front_end.{name}.m4.instructions_per_second" for name in FRONT_ENDS]

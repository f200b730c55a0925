"""`tools/rtl/simulate PROGRAM.elf [ARGUMENT...]`."""

import argparse
import json
import sys
from pathlib import Path

from .functions import by_function
from .simulator import RTLError, Run, run, simulator

MARKERS = {0: "start", 1: "acquire", 2: "front-end", 4: "detector", 5: "other", 6: "idle"}
NEXT_LAYER = 3


def stage_name(marker: int, index: int) -> str:
    """What `dormouse simulate` calls the stage."""
    return f"layer {index}" if marker == NEXT_LAYER else MARKERS.get(marker, f"marker {marker}")


def report(result: Run, elf: Path) -> dict:
    """Everything of a run, for people and for programs."""
    return {
        "cycles": result.cycles,
        "instructions": result.instructions,
        "stages": {
            stage_name(*key): {"times": s.times, "instructions": s.instructions, "cycles": s.cycles}
            for key, s in sorted(result.stages.items())
        },
        "functions": {
            name: {"instructions": place.count, "cycles": place.cycles}
            for name, place in by_function(result, elf).items()
        },
    }


def show(found: dict, most: int) -> None:
    """A table of stages, and one of the functions that took most."""
    print(f"{'':44}{'times':>8}{'instructions':>15}{'cycles':>15}")
    for name, stage in found["stages"].items():
        print(f"{name:44}{stage['times']:>8,}{stage['instructions']:>15,}{stage['cycles']:>15,}")
    for name, function in list(found["functions"].items())[:most]:
        print(f"{name[:51]:52}{function['instructions']:>15,}{function['cycles']:>15,}")
    print(f"{'in all':52}{found['instructions']:>15,}{found['cycles']:>15,}")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="tools/rtl/simulate",
        description="Runs firmware of the board virt-rv32imc on the CV32E40P's own description, cycle by cycle.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, with all functions, instead of tables")
    parser.add_argument("--limit", type=int, default=2_000_000_000, metavar="CYCLES", help="stop after so many")
    parser.add_argument("--build", action="store_true", help="build the simulator and do nothing else")
    parser.add_argument("program", type=Path, nargs="?", help="such as .build-firmware/virt-rv32imc/spot/firmware.elf")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the program's own name and arguments")
    options = parser.parse_args()
    try:
        if options.build:
            print(simulator())
            return 0
        if options.program is None:
            parser.error("PROGRAM is missing")
        result = run(options.program, options.arguments, options.limit)
        print(result.output, end="", file=sys.stderr)
        found = report(result, options.program)
    except RTLError as error:
        print(f"tools/rtl/simulate: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(found))
    else:
        show(found, 20)
    return result.code


if __name__ == "__main__":
    sys.exit(main())

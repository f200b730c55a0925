"""`tools/sdk [--output FOLDER] [--core NAME]...`."""

import argparse
import subprocess
import sys
from pathlib import Path

from count.counting import CountError

from . import footprint
from .cores import CORES, core
from .footprint import FootprintError
from .libraries import BUILD
from .package import assemble


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="tools/sdk", description="Makes dormouse-sdk-VERSION: what firmware in C needs."
    )
    parser.add_argument("--output", type=Path, default=BUILD, help="folder to make it in (default: .build-sdk)")
    parser.add_argument("--core", action="append", metavar="NAME", help="only this core; may be repeated")
    parser.add_argument("--footprint", action="store_true", help="measure it too, and compare with the baseline")
    parser.add_argument("--accept", action="store_true", help="with --footprint: make what is measured the baseline")
    options = parser.parse_args()
    try:
        cores = tuple(core(name) for name in options.core) if options.core else CORES
        sdk = assemble(options.output.resolve(), cores)
        print(sdk)
        if options.footprint:
            numbers = footprint.measure(sdk)
            print(footprint.table(numbers))
            if options.accept:
                footprint.accept(numbers)
            if found := footprint.complaints(numbers):
                print("\n".join(found), file=sys.stderr)
                print("If that is meant: tools/sdk --footprint --accept, and commit the baseline.", file=sys.stderr)
                return 1
    except KeyError as error:
        print(f"tools/sdk: {error.args[0]}", file=sys.stderr)
        return 2
    except (OSError, RuntimeError, FootprintError, CountError, subprocess.CalledProcessError) as error:
        print(f"tools/sdk: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`tools/sdk [--output FOLDER] [--core NAME]...`."""

import argparse
import subprocess
import sys
from pathlib import Path

from .cores import CORES, core
from .libraries import BUILD
from .package import assemble


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/sdk", description="Makes dormouse-sdk-VERSION: what firmware in C needs.")
    parser.add_argument("--output", type=Path, default=BUILD, help="folder to make it in (default: .build-sdk)")
    parser.add_argument("--core", action="append", metavar="NAME", help="only this core; may be repeated")
    options = parser.parse_args()
    try:
        cores = tuple(core(name) for name in options.core) if options.core else CORES
        print(assemble(options.output.resolve(), cores))
    except KeyError as error:
        print(f"tools/sdk: {error.args[0]}", file=sys.stderr)
        return 2
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        print(f"tools/sdk: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`tools/bench SUITE [--json]`."""

import argparse
import importlib
import sys

SUITES = ("spine", "sub8", "binary", "det", "models", "energy", "rtl", "published")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measures Dormouse against its bars and peers.")
    parser.add_argument("suite", choices=SUITES, help="what to measure")
    parser.add_argument("--json", action="store_true", help="one flat JSON object on standard output")
    options = parser.parse_args()
    return importlib.import_module(f".{options.suite}", __package__).run(options.json)


if __name__ == "__main__":
    sys.exit(main())

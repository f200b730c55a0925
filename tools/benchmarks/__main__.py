"""`tools/bench SUITE [--json]`."""

import argparse
import importlib
import sys

SUITES = (
    "spine",
    "sub8",
    "binary",
    "det",
    "models",
    "energy",
    "rtl",
    "published",
    "live",
    "imported",
    "footprint",
    "microfrontend",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measures Dormouse against its bars and peers.")
    parser.add_argument("suite", choices=SUITES, help="what to measure")
    parser.add_argument("--json", action="store_true", help="one flat JSON object on standard output")
    parser.add_argument("--seconds", type=float, default=600, help="live: how long to listen (default: 600)")
    options = parser.parse_args()
    suite = importlib.import_module(f".{options.suite}", __package__)
    return suite.run(options.json, options.seconds) if options.suite == "live" else suite.run(options.json)


if __name__ == "__main__":
    sys.exit(main())

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
    "peers",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measures Dormouse against its bars and peers.")
    parser.add_argument("suite", choices=SUITES, help="what to measure")
    parser.add_argument("--json", action="store_true", help="one flat JSON object on standard output")
    parser.add_argument("--seconds", type=float, default=600, help="live: how long to listen (default: 600)")
    parser.add_argument("--update", action="store_true", help="peers: bring table and picture of the README up to date")
    options = parser.parse_args()
    if options.update and options.suite != "peers":
        parser.error("--update goes with peers")
    suite = importlib.import_module(f".{options.suite}", __package__)
    if options.suite == "peers":
        return suite.run(options.json, options.update)
    return suite.run(options.json, options.seconds) if options.suite == "live" else suite.run(options.json)


if __name__ == "__main__":
    sys.exit(main())

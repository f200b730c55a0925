"""`tools/plot KIND REPORT.json... -o PICTURE.png`: det, size, confusion, analog-design, analog-trace, energy, peers."""

import argparse
import json
import sys
from pathlib import Path

from . import analog, confusion, det, energy, peers, size
from .results import ReportError, models


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/plot", description="Draws what dormouse evaluate --json has found.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    texts = {
        "det": "the detection-error trade-off of one or more models",
        "size": "how good models are against how much flash they take",
        "confusion": "which words are taken for which",
    }
    for kind, text in texts.items():
        command = kinds.add_parser(kind, help=text, description=f"Draws {text}.")
        command.add_argument("results", nargs="+", type=Path, metavar="RESULTS.json", help="reports of evaluations")
        command.add_argument("-o", "--output", type=Path, required=True, metavar="PICTURE", help="PNG, SVG or PDF")
        if kind != "confusion":
            command.add_argument("--keyword", help="whose curve; of several keywords, any of them without it")
        if kind == "det":
            command.add_argument(
                "--across", choices=("fdr", "hour"), default="fdr", help="false detections of clips, or an hour"
            )
        if kind == "size":
            command.add_argument("--figure", choices=tuple(size.TITLES), default="accuracy", help="what is compared")
    boards = {
        "analog-design": "the filters and thresholds of an analog board (dormouse analog design --json)",
        "analog-trace": "the bits of an analog board under the waveform (dormouse analog trace --json)",
    }
    for kind, text in boards.items():
        command = kinds.add_parser(kind, help=text, description=f"Draws {text}.")
        command.add_argument("report", type=Path, metavar="REPORT.json", help="what the command printed")
        command.add_argument("-o", "--output", type=Path, required=True, metavar="PICTURE", help="PNG, SVG or PDF")
        if kind == "analog-trace":
            command.add_argument("--start", type=float, default=0, metavar="SECONDS", help="where the picture starts")
            command.add_argument("--end", type=float, metavar="SECONDS", help="and where it ends")
    text = (
        "where the energy goes (dormouse simulate --json, or .build-firmware/bench/energy.json of tools/bench energy)"
    )
    command = kinds.add_parser("energy", help=text, description=f"Draws {text}.")
    command.add_argument("results", nargs="+", type=Path, metavar="REPORT.json", help="what was printed")
    command.add_argument("--picture", choices=tuple(energy.PICTURES), default="stages", help="which picture")
    command.add_argument("--start", type=float, default=0, metavar="SECONDS", help="of time: where it starts")
    command.add_argument("--end", type=float, metavar="SECONDS", help="and where it ends")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="PICTURE", help="PNG, SVG or PDF")
    text = "Dormouse beside its peers (.build-firmware/bench/peers.json of tools/bench peers)"
    command = kinds.add_parser("peers", help=text, description=f"Draws {text}.")
    command.add_argument("report", type=Path, metavar="PEERS.json", help="what was measured")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="PICTURE", help="PNG, SVG or PDF")
    options = parser.parse_args()
    try:
        if options.kind == "energy":
            energy.draw(options.picture, options.results, options.output, options.start, options.end)
            return 0
        if options.kind == "peers":
            peers.draw(json.loads(options.report.read_text(encoding="utf-8")), options.output)
            return 0
        if options.kind in boards:
            report = json.loads(options.report.read_text(encoding="utf-8"))
            if options.kind == "analog-design":
                analog.draw_design(report, options.output)
            else:
                analog.draw_trace(report, options.output, options.start, options.end)
            return 0
        found = models(options.results)
        if options.kind == "det":
            det.draw(found, options.keyword, options.across, options.output)
        elif options.kind == "size":
            size.draw(found, options.keyword, options.figure, options.output)
        else:
            confusion.draw(found, options.output)
    except (ReportError, OSError, ValueError) as error:
        print(f"tools/plot: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

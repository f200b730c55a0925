"""Energy: cycles of the firmware turned into joules, and the paper's table of digital against analog ears.

`run` also leaves what it measured in `.build-firmware/bench/energy.json`, for `tools/plot energy`.
"""

import json
import shutil
import subprocess
import time
from pathlib import Path

from count.counting import BUILD, ROOT, CountError

from . import rtl
from .dense250k import BenchError
from .spine import build, say

# key, title, bar
ROWS = (
    ("cv32e40p.cycles.error_mean", "CV32E40P, table against RTL, mean error of cycles", "at most 0.05"),
    ("cv32e40p.cycles.error_worst", "the worst", "at most 0.10"),
    ("simulate.repeatable", "the same ELF and audio, counted twice: identical", "1"),
    ("simulate.m4.seconds_for_10s", "10 s of audio through commands-temporal on Cortex-M4, s", "at most 30"),
    ("simulate.m4.instructions_per_second", "of which counting, instructions a second", "at least 100,000,000"),
    ("analog8.acquisition_ratio", "acquisition and preprocessing, log-mel over 8 channels", "21.75 to 36.25"),
    ("logmel.acquisition_share", "their share with log-mel", "0.64 to 1"),
    ("analog8.acquisition_share", "their share with 8 channels", "0.12 to 0.20"),
    ("analog8.total_ratio", "all energy, log-mel over 8 channels", ""),
    ("best.power_uw.pdm", "best of all models and devices, PDM microphone, uW", "below 1,000"),
    ("best.power_uw.analog", "best behind the bank, uW", "below 100"),
)
RESULTS = BUILD / "bench" / "energy.json"
PAPER = (
    ("paper-digital", "digital: ordinary PDM microphone, DMA, log-mel"),
    ("paper-digital-frugal", "digital: frugal PDM microphone, DMA, log-mel"),
    ("paper-digital-adc", "digital: analog microphone, converter, DMA, log-mel"),
    ("paper-digital-awake", "digital: ordinary microphone, core copies samples"),
    ("paper-analog8", "bank of 8 channels"),
    ("paper-analog64", "bank of 64 channels"),
)
THEIRS = {"acquired": 5400, "preprocessed": 2700, "bank": 280}
"""Of the paper (Cerutti and others, 2022), microjoules a second of sound; preprocessing is what its ratio leaves."""
MICROFRONTEND = 84_401 / 32_814
"""Instructions of a frame: TensorFlow's micro frontend over ours, both on Cortex-M4 (`tools/bench spine`)."""


class EnergyError(Exception):
    """A simulation that failed, in one line."""


def simulate(dormouse: Path, *arguments: str | Path) -> dict:
    """What `dormouse simulate --json` prints."""
    command = [str(dormouse), "simulate", "--json", *map(str, arguments)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if run.returncode != 0:
        raise EnergyError(f"{' '.join(command[1:])}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def models() -> list[str]:
    """Names of the committed images."""
    return sorted(path.stem for path in (ROOT / "models").glob("*/*.dormouse"))


def forget() -> None:
    """Removes the kept counts, so that the next simulation counts again."""
    for kept in (ROOT / ".build" / "simulate").glob("*.json"):
        kept.unlink()


def speed(results: dict[str, float], dormouse: Path) -> None:
    """Wall time of ten seconds, twice, and whether both counted the same."""
    wanted = ["-m", "commands-temporal", "--device", "stm32l4r5", "--seconds", "10", "--draws", "1"]
    simulate(dormouse, *wanted)
    counted, seconds = [], []
    for _ in range(2):
        forget()
        start = time.monotonic()
        simulate(dormouse, *wanted)
        seconds.append(time.monotonic() - start)
        kept = [json.loads(path.read_text()) for path in (ROOT / ".build" / "simulate").glob("*.json")]
        counted.append([{"stages": one["stages"], "total": one["total"]} for one in kept])
    results["simulate.repeatable"] = int(counted[0] == counted[1] and len(counted[0]) == 1)
    results["simulate.m4.seconds_for_10s"] = round(min(seconds), 2)
    results["simulate.m4.instructions_per_second"] = round(counted[0][0]["total"] / min(seconds))


def paper(results: dict[str, float], dormouse: Path) -> dict[str, dict]:
    """The paper's table: the same task, once a second, with either front end."""
    rows = {name: simulate(dormouse, "--scenario", name) for name, _ in PAPER}
    digital, analog = rows["paper-digital"], rows["paper-analog8"]
    results["analog8.acquisition_ratio"] = round(digital["acquisition_uw"] / analog["acquisition_uw"], 2)
    results["logmel.acquisition_share"] = round(digital["acquisition_share"], 3)
    results["analog8.acquisition_share"] = round(analog["acquisition_share"], 3)
    results["analog8.total_ratio"] = round(digital["power_uw"] / analog["power_uw"], 2)
    return rows


def part(report: dict, *names: str) -> float:
    """Microwatts of some parts of a report; `network` is all layers and the detector."""
    return sum(
        entry["uw"]
        for entry in report["parts"]
        if entry["part"] in names
        or ("network" in names and (entry["part"].startswith("layer ") or entry["part"] == "detector"))
    )


def derivation(rows: dict[str, dict]) -> list[str]:
    """The paper's table beside ours, and where each difference comes from."""
    titles = ("microphone", "bank", "acquire", "front end", "network", "all", "share", "ratio")
    analog = rows["paper-analog8"]["acquisition_uw"]
    lines = [
        "One inference a second on STM32L476, uJ a second of sound; share and ratio of acquisition and preprocessing:",
        f"{'':52}" + "".join(f"{title:>11}" for title in titles),
    ]
    for name, title in PAPER:
        report = rows[name]
        cells = [
            part(report, "microphone"),
            part(report, "filter bank"),
            part(report, "acquire", "wake-ups"),
            part(report, "front end"),
            part(report, "network"),
            report["power_uw"],
        ]
        share, ratio = report["acquisition_share"], report["acquisition_uw"] / analog
        lines.append(f"{title:52}" + "".join(f"{cell:>11,.0f}" for cell in cells) + f"{share:>11.1%}{ratio:>11.1f}")
    took = part(rows["paper-digital"], "microphone", "acquire", "wake-ups")
    frames = part(rows["paper-digital"], "front end")
    digital = took + frames
    bank = THEIRS["bank"]
    theirs = THEIRS["acquired"] + THEIRS["preprocessed"]
    heavier = took + frames * MICROFRONTEND
    lines += [
        f"the paper, digital: {THEIRS['acquired']:,} acquired, {THEIRS['preprocessed']:,} preprocessed; share 85.0 %",
        f"the paper, bank of 8 channels: {bank} in all; share 16.0 %; ratio {theirs / bank:.1f}",
        "",
        "From the paper's ratio to ours:",
        f"{theirs / bank:9.1f}  the paper's, {theirs:,} over {bank}",
        f"x {digital / theirs:7.2f}  digital: acquired for {took:,.0f} instead of {THEIRS['acquired']:,} (DMA, the "
        "core sleeps),",
        f"           preprocessed for {frames:,.0f} instead of {THEIRS['preprocessed']:,} (integer log-mel)",
        f"x {bank / analog:7.2f}  bank: {analog:,.0f} instead of {bank} (parts at 1.8 V, microphone, edges)",
        f"={digital / analog:8.1f}  ours",
        f"With {MICROFRONTEND:.2f} times the instructions, as TensorFlow's micro frontend has: {heavier / analog:.1f};"
        f" with the paper's bank, too: {heavier / bank:.1f}.",
    ]
    return lines


def best(results: dict[str, float], dormouse: Path) -> list[dict]:
    """Every model on every device, always listening to the demonstration's words."""
    reports = []
    for name in models():
        say(f"{name} on all devices ...")
        found = simulate(dormouse, "-m", name, "--device", "all")
        reports += found["devices"]
    for key, wanted in (("pdm", lambda report: "bank" not in report), ("analog", lambda report: "bank" in report)):
        report = min(filter(wanted, reports), key=lambda report: report["power_uw"])
        results[f"best.power_uw.{key}"] = round(report["power_uw"], 1)
        say(f"best, {key}: {report['model']} on {report['device']} at {report['clock_mhz']:g} MHz")
    return reports


def life(reports: list[dict]) -> list[str]:
    """How long a CR2032 lasts, by model and device; a star where the core takes more than the battery gives."""
    devices = sorted({report["device"] for report in reports})
    lines = ["| model | " + " | ".join(devices) + " |", "| --- " * (len(devices) + 1) + "|"]
    for model in sorted({report["model"] for report in reports}):
        cells = []
        for device in devices:
            report = next((r for r in reports if (r["model"], r["device"]) == (model, device)), None)
            star = "" if report is None or report["battery_suffices"] else "*"
            cells.append("too slow" if report is None else f"{report['days']:.1f}{star}")
        lines.append(f"| `{model}` | " + " | ".join(cells) + " |")
    return lines


def validation(results: dict[str, float]) -> None:
    """The CV32E40P's table against the core's own description, where that can be simulated."""
    rtl.measure(results)


def run(as_json: bool) -> int:
    """Measures everything that can be measured here and prints it."""
    results: dict[str, float] = {}
    try:
        if shutil.which("qemu-system-arm") is None:
            raise EnergyError("qemu-system-arm is not installed; see tools/setup")
        dormouse = build() / "dormouse"
        say("ten seconds of audio, twice ...")
        speed(results, dormouse)
        rows = paper(results, dormouse)
        for line in derivation(rows):
            say(line)
        reports = best(results, dormouse)
        validation(results)
    except (EnergyError, CountError, BenchError, subprocess.CalledProcessError, OSError) as error:
        say(f"tools/bench: {error}")
        return 1
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"results": results, "paper": rows, "reports": reports}))
    if as_json:
        print(json.dumps(results))
        return 0
    print(f"{'':62}{'measured':>14}  bar")
    for key, title, bar in ROWS:
        value = results.get(key)
        print(f"{title:62}{'skipped' if value is None else f'{value:,}':>14}  {bar}")
    print("\nDays that a CR2032 lasts, always listening; * where the core takes more than it gives:\n")
    print("\n".join(life(reports)))
    return 0

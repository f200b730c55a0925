"""Runs the command line, and knows what an orderly failure looks like."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DORMOUSE = Path(os.environ.get("DORMOUSE") or ROOT / ".build" / "release" / "dormouse")
FIXTURES = ROOT / "Tests" / "DormouseImportTests" / "Fixtures"
HEARING, BARE = FIXTURES / "heard.onnx", FIXTURES / "dense.onnx"


def dormouse(*arguments, **options) -> subprocess.CompletedProcess:
    command = [str(argument) for argument in (DORMOUSE, *arguments)]
    return subprocess.run(command, capture_output=True, timeout=120, **options)


def complaint(result: subprocess.CompletedProcess) -> str:
    """The one line of an orderly failure."""
    text = result.stderr.decode()
    assert result.returncode == 1, f"ended with {result.returncode}: {text}"
    assert text.startswith("dormouse: ") and text.endswith("\n") and text.count("\n") == 1, text
    assert len(text) < 500 and "Error Domain" not in text and "Fatal" not in text, text
    return text


def refused(*arguments, says: str = "", **options) -> str:
    """Runs a command that must fail before it prints anything, and say so."""
    result = dormouse(*arguments, **options)
    text = complaint(result)
    assert result.stdout == b"", result.stdout
    assert says in text, text
    return text


def is_orderly(result: subprocess.CompletedProcess) -> bool:
    """Success without a complaint, or one clear line: never a signal. Returns whether it was refused."""
    if result.returncode == 0:
        return False
    complaint(result)
    return True

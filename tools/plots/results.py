"""Reads reports of `dormouse evaluate --json`."""

import json
from dataclasses import dataclass
from pathlib import Path


class ReportError(Exception):
    """What is wrong with a file, in one line."""


@dataclass(frozen=True)
class Model:
    """One model of a report, with a name that is unique in a picture."""

    name: str
    report: dict

    def keyword(self, wanted: str | None) -> str:
        """The keyword to draw: the wanted one, or the only one, or `any` of them."""
        curves = self.report["curves"]
        if wanted is not None:
            if wanted not in curves:
                raise ReportError(f"{self.name}: has no curve for {wanted}; it has {', '.join(sorted(curves))}")
            return wanted
        return (
            next(iter(curves)) if len(curves) == 1 else next(name for name in ("any", "any keyword") if name in curves)
        )


def models(paths: list[Path]) -> list[Model]:
    """All models of all reports, in order. Raises ReportError if a file is no report."""
    found = []
    for path in paths:
        try:
            for entry in json.loads(path.read_text())["models"]:
                if not {"confusion", "curves", "operating_points"} <= set(entry):
                    raise KeyError("curves")
                found.append((path, entry["model"], entry))
        except OSError as error:
            raise ReportError(f"{path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise ReportError(f"{path}: is no report of dormouse evaluate --json") from error
    names = [name for _, name, _ in found]
    return [Model(name if names.count(name) == 1 else _longer(path, name, entry), entry) for path, name, entry in found]


def _longer(path: Path, name: str, entry: dict) -> str:
    """A name for one of several models that are called the same: its file's, or its report's."""
    image = entry.get("path")
    return Path(image).stem if image and Path(image).stem != name else f"{name} ({path.stem})"

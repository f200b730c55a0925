"""Which layer gets which weights: the recipe's `[weights]` sections, matched against the names of layers.

A section's name is a layer's, or a pattern (`mix*`); `default` is for all layers. Where several match, the last one in
the recipe counts, as a whole. Keys: `quantizer`, `encoding`, and the quantizer's own settings.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from .quantizers import WEIGHTS, WeightQuantizer, encoding, look_up

DEFAULT = "default"
PLAIN = {"quantizer": "linear", "encoding": "int8"}
"""What a recipe without sections means."""


def check(sections: dict[str, dict[str, Any]], source: str) -> None:
    """ValueError names the section that asks for what there isn't."""
    for name, section in sections.items():
        if not isinstance(section, dict):
            raise ValueError(
                f"{source}: [weights] holds sections such as [weights.{DEFAULT}], not {name} = {section!r}"
            )
        try:
            _make(section, 1)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{source}: [weights.{name}]: {error}") from error
    kinds = {section.get("encoding", PLAIN["encoding"]) for section in sections.values()}
    if "float" in kinds and len(kinds) > 1:
        raise ValueError(f"{source}: [weights]: encoding float is for all layers or none")


def is_float(sections: dict[str, dict[str, Any]]) -> bool:
    """Whether the recipe's network stays in float."""
    return any(section.get("encoding") == "float" for section in sections.values())


def quantizer_for(sections: dict[str, dict[str, Any]], layer: str, outputs: int) -> WeightQuantizer | None:
    """A layer's quantizer; None for a layer that stays float."""
    chosen: dict[str, Any] = PLAIN
    for pattern, section in sections.items():
        if pattern == DEFAULT or fnmatchcase(layer, pattern):
            chosen = section
    return _make(chosen, outputs)


def check_layers(sections: dict[str, dict[str, Any]], layers: list[str]) -> None:
    """ValueError for a section that no layer matches: most likely a misspelt name."""
    for pattern in sections:
        if pattern != DEFAULT and not any(fnmatchcase(layer, pattern) for layer in layers):
            raise ValueError(f"recipe: [weights.{pattern}] matches no layer; there are {', '.join(layers)}")


def in_first_stage(quantizer: WeightQuantizer | None) -> bool:
    """Whether a layer's grid is trained, and frozen, in stage 1: all but linear int8, which stage 2 trains."""
    if quantizer is None:
        return False
    return not (isinstance(quantizer, WEIGHTS["linear"]) and quantizer.encoding.name == "int8")


def _make(section: dict[str, Any], outputs: int) -> WeightQuantizer | None:
    options = dict(section)
    kind = encoding(options.pop("encoding", PLAIN["encoding"]))
    name = options.pop("quantizer", PLAIN["quantizer"])
    made = look_up(WEIGHTS, "weight quantizer", name)
    if kind.family == "float":
        return None
    try:
        return made(kind, outputs, **options)
    except ValueError as error:
        raise ValueError(f"quantizer {name} {error}") from error

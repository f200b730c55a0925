"""The quantizers that recipes can name. A module adds its class here by decorating it."""

from __future__ import annotations

from collections.abc import Callable

WEIGHTS: dict[str, type] = {}
"""Weight quantizers: name to a subclass of `weight.WeightQuantizer`."""

ACTIVATIONS: dict[str, type] = {}
"""Activation quantizers: name to a class with the interface of `affine.Activation`."""

ESTIMATORS: dict[str, type] = {}
"""Gradients of the sign, for binary weights and activations: name to a subclass of `sign.SignEstimator`."""


def register(table: dict[str, type], name: str) -> Callable[[type], type]:
    """A class decorator: puts the class into the table; ValueError if the name is taken."""

    def add(made: type) -> type:
        if name in table:
            raise ValueError(f"there is a quantizer {name!r} already: {table[name].__name__}")
        table[name] = made
        return made

    return add


def look_up(table: dict[str, type], kind: str, name: str) -> type:
    """The class of that name; ValueError lists those there are."""
    if name not in table:
        raise ValueError(f"no {kind} {name!r}; there are {', '.join(sorted(table))}")
    return table[name]

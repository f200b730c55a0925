"""Weight encodings: the grids that a packed weight can lie on, by the names that recipes and images use.

A weight is `scale * level`, with one scale an output channel and the integer levels of its encoding:

| name | bits b | levels |
| --- | --- | --- |
| `int2` ... `int8` | 2 ... 8 | -(2^(b-1) - 1) ... 2^(b-1) - 1: mid-tread, symmetric, with a zero |
| `rise2` ... `rise7` | 2 ... 7 | the odd numbers -(2^b - 1) ... 2^b - 1: mid-rise, all 2^b of them, without a zero |
| `ternary` | 2 | -1, 0, 1 |
| `binary` | 1 | -1, 1 |
| `codebook2` ... `codebook4` | 2 ... 4 | 2^b entries of an int8 table, one table a layer |
| `float` | 32 | any: the layer isn't quantized, for reference models |
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FAMILIES = {"int": (2, 8), "rise": (2, 7), "codebook": (2, 4)}
"""Encodings that come in several widths, with the least and the most bits."""

FIXED = {"ternary": 2, "binary": 1, "float": 32}
"""Encodings of one width."""


@dataclass(frozen=True)
class Encoding:
    """One row of the table above."""

    name: str
    family: str
    bits: int

    @property
    def limit(self) -> int:
        """The largest level of a grid; of a codebook, the largest entry that a table may have."""
        if self.family == "int":
            return 2 ** (self.bits - 1) - 1
        return {"rise": 2**self.bits - 1, "codebook": 127}.get(self.family, 1)

    def holds(self, levels) -> bool:
        """Whether an array or tensor of integers lies on the grid (for a codebook: in int8's symmetric range)."""
        inside = bool((abs(levels) <= self.limit).all())
        if self.family in ("rise", "binary"):
            return inside and bool((levels % 2 == 1).all())
        return inside


def encoding(name: str) -> Encoding:
    """The encoding of that name; ValueError names what is wrong with it."""
    if name in FIXED:
        return Encoding(name, name, FIXED[name])
    match = re.fullmatch(r"([a-z]+)(\d+)", str(name))
    if match is None or match[1] not in FAMILIES:
        known = [*(f"{family}{low}...{high}" for family, (low, high) in FAMILIES.items()), *FIXED]
        raise ValueError(f"no encoding {name!r}; there are {', '.join(known)}")
    low, high = FAMILIES[match[1]]
    if not low <= int(match[2]) <= high:
        raise ValueError(f"encoding {name!r}: {match[1]} takes {low} to {high} bits, not {int(match[2])}")
    return Encoding(name, match[1], int(match[2]))

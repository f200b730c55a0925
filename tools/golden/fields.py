"""Packed fields below eight bits: how they lie in memory, and dot products of them, straight from the definition.

A file has the frame of the others (`golden_file.py`): `DMGV`, the number of cases, two zero words, and the cases, each
of 32 words and then, padded with zeros to a multiple of 16 bytes, the packed rows, the vectors one by one, and sums,
position by position.

Words: 0 zero (no operation of the image), 1 bits of a field, 2 columns, 3 rows, 4 positions, 5 doubling, 6 offset
(a weight is (field << doubling) - offset), 7 bytes from one pair of rows to the next, 30 bytes of the case. Others are
zero.
"""

import struct
from dataclasses import dataclass

import numpy as np

GROUP = 32


@dataclass
class FieldCase:
    """Vectors [positions][columns] of int8 against rows of unsigned fields [rows][columns]."""

    bits: int
    doubling: int
    offset: int
    vectors: np.ndarray
    fields: np.ndarray

    def pack(self) -> bytes:
        """The bytes of the case."""
        rows, columns = self.fields.shape
        weights = (self.fields.astype(np.int64) << self.doubling) - self.offset
        sums = self.vectors.astype(np.int64) @ weights.T
        packed = pack_rows(self.fields, self.bits)
        arrays = [packed.tobytes(), *[vector.tobytes() for vector in self.vectors], sums.astype("<i4").tobytes()]
        body = b"".join(data + bytes(-len(data) % 16) for data in arrays)
        stride = 8 * self.bits * -(-columns // GROUP)
        words = [0, self.bits, columns, rows, len(self.vectors), self.doubling, self.offset, stride]
        words += [0] * (30 - len(words)) + [128 + len(body), 0]
        return struct.pack("<32i", *words) + body


def places(bits: int) -> list[list[tuple[int, int]]]:
    """For each column of a group, where the bits of its field lie, lowest first: (word, bit of the word)."""
    result: list[list[tuple[int, int]]] = [[] for _ in range(GROUP)]
    if bits in (1, 2, 4):
        for word in range(bits):
            for field in range(8 // bits):
                for byte in range(4):
                    start = 8 * byte + field * bits
                    result[4 * bits * field + 4 * word + byte] = [(word, start + bit) for bit in range(bits)]
        return result
    direct = 16 // bits
    for pair in range(16):
        # What SXTB16 makes of four columns: first the even two, then the odd ones.
        columns = (4 * (pair // 2) + pair % 2, 4 * (pair // 2) + pair % 2 + 2)
        for half, column in enumerate(columns):
            if pair < direct * bits:
                field, word = divmod(pair, bits)
                result[column] = [(word, 16 * half + field * bits + bit) for bit in range(bits)]
            else:
                result[column] = [(bit, 16 * half + pair) for bit in range(bits)]
    return result


def pack_rows(fields: np.ndarray, bits: int) -> np.ndarray:
    """Words of rows of fields [rows][columns]: [pairs of rows][groups][words][2]."""
    rows, columns = fields.shape
    groups = -(-columns // GROUP)
    filled = np.zeros((rows + rows % 2, groups * GROUP), np.uint32)
    filled[:rows, :columns] = fields
    words = np.zeros((len(filled) // 2, groups, bits, 2), "<u4")
    for column, where in enumerate(places(bits)):
        for row in range(len(filled)):
            values = filled[row, column::GROUP]
            for bit, (word, place) in enumerate(where):
                words[row // 2, :, word, row % 2] |= (values >> bit & 1) << place
    return words


def encodings(bits: int) -> list[tuple[int, int]]:
    """Doubling and offset of every kind of weight that has fields of so many bits."""
    if bits == 1:
        return [(1, 1)]
    kinds = [(0, 2 ** (bits - 1)), (1, 2**bits - 1)]
    return [*kinds, (0, 1)] if bits == 2 else kinds


def cases() -> list[FieldCase]:
    """Every width with every remainder of 32 columns, the corners of larger blocks, and some long rows."""
    generator = np.random.default_rng(8)
    result = []
    for bits in range(1, 8):
        kinds = encodings(bits)
        shapes = [(columns, 1 + columns % 9) for columns in range(1, 34)]
        for corner in (64, 96, 128, 192, 256, 384, 512):
            shapes += [(corner - 1, 2), (corner, 3), (corner + 1, 5)]
        shapes += [(320, 6), (960, 9), (1000, 4), (2049, 3)]
        for index, (columns, rows) in enumerate(shapes):
            doubling, offset = kinds[index % len(kinds)]
            shape = (1 + index // 2 % 2, columns)
            vectors = generator.integers(-128, 128, shape)
            fields = generator.integers(0, 2**bits, (rows, columns))
            # Now and then all at one end, so that sums are as large as they can be.
            match generator.integers(8):
                case 0:
                    vectors[:], fields[:] = -128, 2**bits - 1
                case 1:
                    vectors[:], fields[:] = 127, 2**bits - 1
                case 2:
                    vectors[:], fields[:] = -128, fields[:, :1]
            result.append(FieldCase(bits, doubling, offset, vectors.astype(np.int8), fields.astype(np.uint8)))
    return result

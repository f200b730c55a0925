"""Writes the checksum of the second stage of booting into an ELF file: seal.py FIRMWARE.elf.

The boot ROM wants a CRC-32 of 252 bytes behind them, not reflected, from ones, without a last exclusive or (RP2040
Datasheet, "Flash Second Stage", "Checksum").
"""

import struct
import sys
from pathlib import Path

SECTION, LENGTH = b".boot2", 256


def checksum(content: bytes) -> int:
    """CRC-32 of polynomial 04C11DB7h, the highest bit first."""
    value = 0xFFFF_FFFF
    for byte in content:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C1_1DB7 if value >> 31 else 0)) & 0xFFFF_FFFF
    return value


def place(elf: bytes) -> int:
    """Where the section's content is in the file."""
    start, size, count, names = struct.unpack_from("<I10xHHH", elf, 32)
    headers = [struct.unpack_from("<10I", elf, start + size * index) for index in range(count)]
    for header in headers:
        name = headers[names][4] + header[0]
        if elf[name : elf.index(b"\0", name)] == SECTION and header[5] == LENGTH:
            return header[4]
    raise SystemExit(f"seal.py: no section {SECTION.decode()} of {LENGTH} bytes")


def main() -> None:
    """Reads the file, and writes it with the checksum."""
    path = Path(sys.argv[1])
    elf = bytearray(path.read_bytes())
    at = place(bytes(elf))
    struct.pack_into("<I", elf, at + LENGTH - 4, checksum(elf[at : at + LENGTH - 4]))
    path.write_bytes(elf)


if __name__ == "__main__":
    main()

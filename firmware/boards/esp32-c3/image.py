"""Makes of an ELF file what the boot ROM of an ESP32-C3 loads from the start of flash: image.py FIRMWARE.elf.

The format is Espressif's (esptool's documentation, "Firmware Image Format"): a header, an extended header, segments
with the addresses they are loaded to, a checksum of their bytes, and a digest of all of it.
"""

import hashlib
import struct
import sys
from pathlib import Path

MAGIC, CHIP, CHECKSUM = 0xE9, 5, 0xEF
# Two data lines; 4 MB of flash at 40 MHz.
MODE_DIO, SIZE_4MB_40MHZ = 2, 0x20
PIN_UNUSED, ANY_REVISION = 0xEE, 0xFFFF


def segments(elf: bytes) -> list[tuple[int, bytes]]:
    """Addresses and contents, to whole words, of what is to be loaded."""
    start, size, count = struct.unpack_from("<I10xHH", elf, 28)
    found = []
    for index in range(count):
        kind, offset, _, address, length = struct.unpack_from("<5I", elf, start + size * index)
        if kind == 1 and length > 0:
            content = elf[offset : offset + length]
            found.append((address, content + bytes(-length % 4)))
    return found


def image(elf: bytes) -> bytes:
    """The image of an ELF file."""
    loaded = segments(elf)
    entry = struct.unpack_from("<I", elf, 24)[0]
    made = struct.pack("<4BI", MAGIC, len(loaded), MODE_DIO, SIZE_4MB_40MHZ, entry)
    # No drive strengths, any revision from the first; a digest follows.
    made += struct.pack("<4BHBHH4xB", PIN_UNUSED, 0, 0, 0, CHIP, 0, 0, ANY_REVISION, 1)
    checksum = CHECKSUM
    for address, content in loaded:
        made += struct.pack("<II", address, len(content)) + content
        for byte in content:
            checksum ^= byte
    # The checksum is the last byte of a row of 16.
    made += bytes(15 - len(made) % 16) + bytes([checksum])
    return made + hashlib.sha256(made).digest()


def main() -> None:
    """Writes the image beside the ELF file."""
    path = Path(sys.argv[1])
    path.with_suffix(".bin").write_bytes(image(path.read_bytes()))


if __name__ == "__main__":
    main()

"""The Swift runtime as a shared library, opened with cffi.

The C headers of the repository are the only declaration: they are read, not repeated.
"""

import functools
import os
import re
from pathlib import Path

from cffi import FFI

REPOSITORY = Path(__file__).resolve().parents[3]
HEADERS = REPOSITORY / "Sources" / "CDormouse" / "include"
BUILD_COMMAND = "swift build -c release --product DormousePython"


class LibraryError(RuntimeError):
    """The library is missing, or refused what it was given."""


def _declarations(header: Path) -> str:
    text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r'#ifdef __cplusplus\n(extern "C" \{|\})\n#endif', "", text)
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


@functools.cache
def load():
    """Returns (ffi, library); DORMOUSE_LIBRARY overrides the place."""
    path = Path(os.environ.get("DORMOUSE_LIBRARY") or REPOSITORY / ".build" / "release" / "libDormousePython.so")
    if not path.exists():
        raise LibraryError(f"{path} does not exist; build it in {REPOSITORY} with: {BUILD_COMMAND}")
    ffi = FFI()
    for header in sorted(HEADERS.glob("*.h")):
        ffi.cdef(_declarations(header))
    try:
        return ffi, ffi.dlopen(str(path))
    except OSError as error:
        raise LibraryError(f"{path} cannot be loaded ({error}); build it again with: {BUILD_COMMAND}") from error

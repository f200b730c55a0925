"""Puts the SDK together: one folder that needs nothing of this repository."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from count.counting import ROOT

from . import libraries, recording, sbom
from .cores import CORES, DENSE, FULL, Core

SOURCE = ROOT / "firmware" / "sdk"
FIRMWARE = ROOT / "firmware"
COMMAND = ROOT / ".build" / "release" / "dormouse"


def version() -> str:
    """Of the interface."""
    return re.search(r'#define DORMOUSE_VERSION "(.+)"', (libraries.HEADERS / libraries.SPOTTER).read_text())[1]


def build_libraries(cores: tuple[Core, ...]) -> dict[tuple[str, str], Path]:
    """Builds, two at a time, what is not built yet."""
    wanted = [(core, library) for core in cores for library in core.libraries]
    with ThreadPoolExecutor(2) as pool:
        paths = pool.map(lambda pair: libraries.build(*pair), wanted)
    return {(core.name, library): path for (core, library), path in zip(wanted, paths, strict=True)}


def _command() -> Path:
    if not COMMAND.exists():
        subprocess.run(["swift", "build", "-c", "release", "--product", "dormouse"], cwd=ROOT, check=True)
    return COMMAND


def _library_folder(root: Path, core: Core, built: dict[tuple[str, str], Path]) -> None:
    folder = root / "lib" / core.name
    (folder / "pkgconfig").mkdir(parents=True)
    for library in core.libraries:
        shutil.copy(built[core.name, library], folder / f"lib{library}.a")
    (folder / "flags.mk").write_text(f"CORE_CC := {core.compiler}\nCORE_FLAGS := {' '.join(core.flags)}\n")
    for library in core.libraries:
        (folder / "pkgconfig" / f"{library}.pc").write_text(
            "prefix=${pcfiledir}/../../..\n\n"
            f"Name: {library}\nDescription: Keyword spotting on a microcontroller, for {core.name}\n"
            f"Version: {version()}\nCflags: -I${{prefix}}/include\nLibs: -L${{prefix}}/lib/{core.name} -l{library}\n"
        )


def _models(root: Path) -> None:
    dormouse = _command()
    for image in sorted((ROOT / "models").glob("*/*.dormouse")):
        folder = root / "models" / image.stem
        folder.mkdir(parents=True)
        shutil.copy(image, folder)
        shutil.copy(image.parent / "card.md", folder)
        subprocess.run([dormouse, "export-c", image, "-o", folder], check=True, capture_output=True)


def _zephyr(root: Path) -> None:
    """A module of its own: it has copies of the libraries, for a module is one folder."""
    module = root / "zephyr"
    shutil.copytree(SOURCE / "zephyr", module)
    shutil.copytree(root / "include", module / "include")
    for library in sorted((root / "lib").glob("*/*.a")):
        if "linux" not in library.parent.name:
            (module / "lib" / library.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(library, module / "lib" / library.parent.name)


# Folders of precompiled libraries as the Arduino tools look for them: by `build.mcu`, and below it by the float ABI.
ARDUINO = {
    "cortex-m0plus": "cortex-m0plus",
    "cortex-m3": "cortex-m3",
    "cortex-m4f": "cortex-m4/fpv4-sp-d16-hard",
    "cortex-m4f-softabi": "cortex-m4",
    "cortex-m7": "cortex-m7/fpv5-d16-hard",
    "cortex-m33": "cortex-m33/fpv5-sp-d16-hard",
    "rv32imc": "esp32c3",
    "rv32imac": "esp32c6",
}


def _arduino(root: Path) -> None:
    library = root / "arduino" / "Dormouse"
    shutil.copytree(SOURCE / "arduino", library)
    properties = library / "library.properties"
    properties.write_text(properties.read_text().replace("@VERSION@", version()))
    for header in (libraries.SPOTTER, libraries.SLOTS):
        shutil.copy(root / "include" / header, library / "src")
    for core, place in ARDUINO.items():
        built = root / "lib" / core / f"lib{FULL}.a"
        if built.exists():
            (library / "src" / place).mkdir(parents=True, exist_ok=True)
            shutil.copy(built, library / "src" / place)


def assemble(target: Path, cores: tuple[Core, ...] = CORES) -> Path:
    """Makes `target`/dormouse-sdk-VERSION anew; returns it."""
    built = build_libraries(cores)
    root = target / f"dormouse-sdk-{version()}"
    shutil.rmtree(root, ignore_errors=True)
    (root / "include").mkdir(parents=True)
    for header in (libraries.SPOTTER, libraries.SLOTS):
        shutil.copy(libraries.HEADERS / header, root / "include")
    for name in ("README.md", "examples"):
        copy = shutil.copytree if (SOURCE / name).is_dir() else shutil.copy
        copy(SOURCE / name, root / name)
    shutil.copytree(FIRMWARE / "boards", root / "boards")
    shutil.copytree(FIRMWARE / "support", root / "support", ignore=shutil.ignore_patterns("*.swift", "*.modulemap"))
    shutil.copy(ROOT / "LICENSE", root)
    for core in cores:
        _library_folder(root, core, built)
    cmake = root / "lib" / "cmake" / "Dormouse"
    cmake.mkdir(parents=True)
    shutil.copy(SOURCE / "cmake" / "DormouseConfig.cmake", cmake)
    (cmake / "DormouseConfigVersion.cmake").write_text(
        f'set(PACKAGE_VERSION "{version()}")\n'
        "if(PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)\n  set(PACKAGE_VERSION_COMPATIBLE FALSE)\n"
        "else()\n  set(PACKAGE_VERSION_COMPATIBLE TRUE)\nendif()\n"
    )
    _models(root)
    recording.write(root / "examples", _command())
    _zephyr(root)
    _arduino(root)
    sbom.write(root, version())
    return root


__all__ = ["DENSE", "FULL", "assemble", "build_libraries", "version"]

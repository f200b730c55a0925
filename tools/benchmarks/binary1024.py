"""The binary dense layer 1024 -> 256, bits to bits: counted on devices, timed on this host."""

import subprocess

from count.counting import BUILD, ROOT, CountError, count, toolchain

MACS = 1024 * 256
DEVICES = {
    # core: board, variant of the build, its compiler flags, further options for QEMU
    "m4": ("mps2-an386", "", "", ""),
    "rv32imc": ("virt-rv32imc", "", "", ""),
    "rv32imc_zbb": ("virt-rv32imc", "-zbb", "-march=rv32imc_zbb -mabi=ilp32", "-cpu rv32,zbb=true"),
    "m55": ("mps3-an547", "", "", ""),
    "m0plus": ("mps2-an385-m0plus", "", "", ""),
}
HOST = ROOT / "tools" / "benchmarks" / "binary_host"
OUTPUT = BUILD / "binary_host"


def device(core: str) -> int:
    """Instructions of the layer's kernel, after all products and the layer's bits have come out right."""
    board, variant, flags, options = DEVICES[core]
    command = [
        "make",
        "--silent",
        "-C",
        ROOT / "firmware",
        f"BOARD={board}",
        f"VARIANT={variant}",
        "APP=xnor",
        "MODEL=",
    ]
    subprocess.run([*command, f"CPU={flags}"] if flags else command, check=True)
    counts = count(board, "xnor", [], {"layer": r"^\$e11Application5layer"}, variant, [options] if options else [])
    if " wrong 0\n" not in counts.output:
        raise CountError(f"{board}{variant}: {counts.output.strip()}")
    return counts.regions["layer"].total


def build_host() -> None:
    """Compiles the runtime, the timing program and the hand-written loop."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    swift = [
        "swiftc",
        "-swift-version",
        "6",
        "-O",
        "-wmo",
        "-parse-as-library",
        "-I",
        ROOT / "Sources/DormouseISA/include",
    ]
    runtime = sorted((ROOT / "Sources" / "Dormouse").rglob("*.swift"))
    module = ["-emit-module", "-emit-module-path", OUTPUT / "Dormouse.swiftmodule"]
    objects = [OUTPUT / "Dormouse.o", OUTPUT / "hand.o"]
    clang = [toolchain("clang"), "-O2", "-Wall", "-Wextra", "-Werror", "-c", HOST / "hand.c", "-o", objects[1]]
    for command in (
        [*swift, "-module-name", "Dormouse", *module, "-c", *runtime, "-o", objects[0]],
        clang,
        [*swift, "-I", OUTPUT, "-I", HOST, *sorted(HOST.glob("*.swift")), *objects, "-o", OUTPUT / "binary_host"],
    ):
        subprocess.run(command, check=True)


def host() -> dict[str, float]:
    """What `binary_host` prints; nothing where this host can't run the hand-written loop."""
    run = subprocess.run([OUTPUT / "binary_host"], stdout=subprocess.PIPE, text=True)
    if run.returncode == 2:
        return {}
    if run.returncode != 0:
        raise CountError("binary1024x256: the layer's bits differ from those of the hand-written loop")
    return {name: float(value) for name, value in (line.split() for line in run.stdout.splitlines())}

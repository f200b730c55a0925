"""The SDK by itself: its libraries want nothing that firmware has not, its examples build against it and hear."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from count.counting import toolchain  # noqa: E402
from kit import boards, cores, footprint, package  # noqa: E402
from kit.cores import CORES, DENSE, FULL  # noqa: E402
from kit.libraries import interface  # noqa: E402

STUBS = Path(__file__).parent / "sdk_stubs"
COMMAND = ROOT / ".build" / "release" / "dormouse"
TOOLS = ("swiftc", "make", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", "qemu-system-arm", "qemu-system-riscv32")
missing = [tool for tool in TOOLS if not shutil.which(tool)]
pytestmark = [
    pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}"),
    pytest.mark.skipif(not COMMAND.exists(), reason=f"build first: {COMMAND.relative_to(ROOT)} is absent"),
]

MEMORY = {"memcpy", "memmove", "memset"}
ARM_MEMORY = {f"__aeabi_mem{kind}{size}" for kind in ("cpy", "move", "set", "clr") for size in ("", "4", "8")}
ARITHMETIC = {f"__aeabi_{name}" for name in ("idiv", "uidiv", "idivmod", "uidivmod", "lmul", "lasr", "llsl", "llsr")}
# What the compiler's own library gives: division and long products on Armv6-M, short prologues on RISC-V, and what kind
# of x86-64 this is.
HELPERS = {
    "cortex-m0plus": ARITHMETIC | {"__clzsi2"},
    "rv32imc": {f"__riscv_{kind}_{n}" for kind in ("save", "restore") for n in range(13)},
    "x86_64-linux": {"__cpu_model", "__cpu_features2"},
}
HELPERS["rv32imac"] = HELPERS["rv32imc_zbb"] = HELPERS["rv32imc"]
BUILDS = [(core, library) for core in CORES for library in core.libraries]
NAMES = [f"{core.name}-{library}" for core, library in BUILDS]


def run(*command: str | Path, code: int = 0, **options) -> str:
    """Output of a command that must end with `code`."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600, **options)
    output = result.stdout + result.stderr
    assert result.returncode == code, f"{command} ended with {result.returncode}:\n{output[-3000:]}"
    return output


def symbols(archive: Path, *options: str) -> set[str]:
    listing = run(toolchain("llvm-nm"), *options, "-j", archive)
    return {line for line in listing.splitlines() if line and not line.endswith(":")}


@pytest.mark.parametrize(("core", "library"), BUILDS, ids=NAMES)
def test_a_library_wants_memory_functions_and_compiler_helpers_and_nothing_else(sdk, core, library):
    archive = sdk / "lib" / core.name / f"lib{library}.a"
    memory = MEMORY | ARM_MEMORY if core.name.startswith("cortex") else MEMORY
    wanted = symbols(archive, "-u")
    print(f"{core.name}: {sorted(wanted)}")
    assert wanted <= memory | HELPERS.get(core.name, set()), f"{core.name} also wants {sorted(wanted - memory)}"
    assert not [name for name in wanted if re.search("alloc|free|print|atomic|swift_|float|__aeabi_[df]", name)]
    assert symbols(archive, "-g", "--defined-only") == set(interface()), "only the two headers are seen from outside"


@pytest.mark.parametrize(("core", "library"), BUILDS, ids=NAMES)
def test_a_library_keeps_nothing_in_memory_of_its_own(sdk, core, library):
    listing = run(toolchain("llvm-objdump"), "-h", sdk / "lib" / core.name / f"lib{library}.a")
    kept = re.findall(r"^\s*\d+ (\.(?:s?data|s?bss|tdata|tbss)(?!\.rel\.ro)\S*) +([0-9a-f]+)", listing, re.MULTILINE)
    assert not [(name, size) for name, size in kept if int(size, 16) > 0], kept


@pytest.mark.parametrize("core", [c for c in CORES if c.name.startswith("cortex")], ids=lambda core: core.name)
def test_no_instruction_touches_a_float(sdk, core):
    archive = sdk / "lib" / core.name / f"lib{FULL}.a"
    listing = run("arm-none-eabi-objdump", "-d", "--no-show-raw-insn", archive)
    # Helium's vectors of integers share registers with floats: there, arithmetic alone is looked at.
    pattern = r"\tv(?:add|sub|mul|div|fma|fms|mla|mls|sqrt|cmp|cvt|neg|abs)\w*\.f\d+.*"
    if core.name != "cortex-m55":
        pattern = r"\tv[a-z]+\S*\t.*"
    found = re.findall(pattern, listing)
    assert not found, found[:5]


@pytest.mark.parametrize("board", boards.emulated())
def test_every_emulated_board_hears_the_word_and_passes_its_self_test(sdk, board):
    make = ["make", "--silent", "-C", sdk / "examples", f"BOARD={board}", "run"]
    assert run(*make, "EXAMPLE=spot") == "yes\n"
    assert re.fullmatch("listening with commands-dense-w4\nyes \\d+\n", run(*make, "EXAMPLE=listen"))
    said = run(*make, "EXAMPLE=selftest")
    assert re.fullmatch(r"ok \d+ checks, stack \d+\n", said), said
    print(f"{board}: {said}")


@pytest.mark.parametrize("core", ["cortex-m4f-softabi", "rv32imac", "rv32imc_zbb"])
def test_further_libraries_of_a_board_pass_the_self_test(sdk, core):
    zbb = "QEMU_EXTRA=-cpu rv32,zbb=on" if core.endswith("zbb") else "QEMU_EXTRA="
    make = ["make", "--silent", "-C", sdk / "examples", f"BOARD={footprint.BOARDS[core]}", f"CORE={core}", zbb, "run"]
    assert re.fullmatch(r"ok \d+ checks, stack \d+\n", run(*make, "EXAMPLE=selftest"))


@pytest.mark.parametrize("core", cores.SHORT_OF_FLASH)
def test_the_dense_library_passes_the_self_test_and_refuses_what_it_lacks(sdk, core):
    make = ["make", "--silent", "-C", sdk / "examples", f"BOARD={footprint.BOARDS[core]}", f"LIBRARY={DENSE}", "run"]
    assert re.fullmatch(r"ok \d+ checks, stack \d+\n", run(*make, "EXAMPLE=selftest"))
    for model in ("commands-temporal", "zero-dense-w5", "zero-binary-analog64", "zero-cascade"):
        said = run(*make, "EXAMPLE=measure", f"MODEL={model}", code=2)
        assert said.startswith("part_missing\n"), said


def test_the_self_test_passes_on_this_computer_through_cmake(sdk, tmp_path):
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed")
    run("cmake", "-S", sdk / "examples", "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={sdk}", "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", tmp_path)
    assert run(tmp_path / "spot") == "yes\n"
    assert re.fullmatch(r"ok \d+ checks, stack 0\n", run(tmp_path / "selftest"))
    said = run(
        *("cmake", "-S", sdk / "examples", "-B", tmp_path / "other"),
        *(f"-DCMAKE_PREFIX_PATH={sdk}", "-DDORMOUSE_CORE=cortex-m99"),
        code=1,
    )
    assert "no library for core 'cortex-m99'" in said and "cortex-m4f" in said


@pytest.mark.parametrize(
    ("core", "runner"), [("x86_64-linux", ()), ("aarch64-linux", ("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"))]
)
def test_the_self_test_passes_on_linux_through_pkg_config(sdk, tmp_path, core, runner):
    compiler = cores.core(core).compiler
    for tool in ("pkg-config", compiler, *runner[:1]):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    environment = {"PKG_CONFIG_PATH": str(sdk / "lib" / core / "pkgconfig"), "PATH": "/usr/bin:/bin"}
    flags = run("pkg-config", "--cflags", "--libs", "dormouse", env=environment).split()
    assert run("pkg-config", "--modversion", "dormouse", env=environment).strip() == package.version()
    model, examples = sdk / "models/commands-dense-w4", sdk / "examples"
    sources = [examples / f"{name}.c" for name in ("selftest", "board_linux", "recording")]
    sources += [model / "commands_dense_w4_image.c"]
    run(
        compiler,
        "-Wall",
        "-Wextra",
        "-Werror",
        "-I",
        model,
        "-I",
        examples,
        *sources,
        *flags,
        "-o",
        tmp_path / "selftest",
    )
    assert re.fullmatch(r"ok \d+ checks, stack 0\n", run(*runner, tmp_path / "selftest"))


def test_a_library_of_another_core_or_float_abi_is_refused_by_the_linker(sdk):
    make = ["make", "--silent", "-C", sdk / "examples", "BOARD=mps2-an386", "EXAMPLE=spot"]
    for other in ("rv32imc", "cortex-m4f-softabi"):
        library = sdk / "lib" / other
        said = run(*make, f"OUT=build/wrong-{other}", f"LIBRARIES={library}", code=2)
        assert re.search("VFP register arguments|incompatible|file format not recognized|unknown architecture", said), (
            said
        )


def test_the_headers_are_c89_and_cplusplus(sdk, tmp_path):
    header = sdk / "include"
    source = tmp_path / "header.c"
    source.write_text('#include "dormouse_slots.h"\nint main(void) { return dormouse_slots_commit(NULL) == 0; }\n')
    run(
        "gcc",
        "-std=c89",
        "-pedantic",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-I",
        header,
        "-c",
        source,
        "-o",
        tmp_path / "c.o",
    )
    run(
        "g++",
        "-std=c++11",
        "-pedantic",
        "-Wall",
        "-Werror",
        "-x",
        "c++",
        "-I",
        header,
        "-c",
        source,
        "-o",
        tmp_path / "x.o",
    )
    assert "dormouse_slots_commit" in symbols(tmp_path / "x.o", "-u"), "not declared with C linkage"


def test_every_code_of_the_header_has_its_name(sdk, tmp_path):
    text = (sdk / "include/dormouse.h").read_text()
    codes = dict(re.findall(r"#define DORMOUSE_(ERROR_\w+|OK) \(?(-?\d+)\)?", text))
    assert len(set(codes.values())) == len(codes) == 45
    lines = "".join(f"  puts(dormouse_error_name({code}));\n" for code in codes.values())
    (tmp_path / "names.c").write_text(
        f'#include "dormouse.h"\n#include <stdio.h>\nint main(void) {{\n{lines}  return 0;\n}}\n'
    )
    library = sdk / "lib/x86_64-linux/libdormouse.a"
    run("gcc", "-I", sdk / "include", tmp_path / "names.c", library, "-o", tmp_path / "names")
    expected = [name.removeprefix("ERROR_").lower() for name in codes]
    assert run(tmp_path / "names").split() == expected


def test_twenty_lines_suffice(sdk):
    text = re.sub(r"/\*.*?\*/", "", (sdk / "examples/spot.c").read_text(), flags=re.DOTALL)
    lines = [line for line in text.splitlines() if line.strip()]
    print(f"spot.c: {len(lines)} lines")
    assert len(lines) <= 20


def test_the_glue_of_zephyr_and_arduino_compiles_against_stub_headers(sdk, tmp_path):
    zephyr, arduino = sdk / "zephyr", sdk / "arduino/Dormouse"
    compiler = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Wall", "-Wextra", "-Werror", "-c"]
    run(
        *compiler,
        "-I",
        STUBS / "zephyr",
        "-I",
        zephyr / "include",
        zephyr / "src/dormouse_listen.c",
        "-o",
        tmp_path / "z.o",
    )
    image = sdk / "models/commands-dense-w4"
    sketch = arduino / "examples/Spot/Spot.ino"
    flags = ["-x", "c++", "-std=c++11", "-include", STUBS / "arduino/Arduino.h"]
    if shutil.which("arm-none-eabi-g++") is None:
        compiler = ["g++", "-Wall", "-Wextra", "-Werror", "-c"]
    run(*compiler, *flags, "-I", STUBS / "arduino", "-I", arduino / "src", "-I", image, sketch, "-o", tmp_path / "a.o")
    assert (zephyr / "zephyr/module.yml").exists() and "kconfig: Kconfig" in (zephyr / "zephyr/module.yml").read_text()
    assert (zephyr / "lib/cortex-m4f/libdormouse.a").exists()
    properties = dict(line.split("=", 1) for line in (arduino / "library.properties").read_text().splitlines() if line)
    assert properties["version"] == package.version() and properties["precompiled"] == "true"
    assert (arduino / "src/cortex-m4/fpv4-sp-d16-hard/libdormouse.a").exists()


def test_the_example_in_embedded_swift_hears_the_word(sdk):
    assert run("make", "--silent", "-C", sdk / "examples/swift", "run").endswith("\nyes\n")


def test_the_bill_of_materials_names_every_file_and_its_checksum(sdk):
    import hashlib

    document = json.loads((sdk / "sbom.spdx.json").read_text())
    assert document["spdxVersion"] == "SPDX-2.3" and document["packages"][0]["versionInfo"] == package.version()
    listed = {entry["fileName"]: entry["checksums"] for entry in document["files"]}
    here = {
        f"./{path.relative_to(sdk)}"
        for path in sdk.rglob("*")
        if path.is_file() and not {"build", ".build"} & set(path.parts[len(sdk.parts) :])
    }
    assert set(listed) == here - {"./sbom.spdx.json"}
    header = hashlib.sha256((sdk / "include/dormouse.h").read_bytes()).hexdigest()
    assert {"algorithm": "SHA256", "checksumValue": header} in listed["./include/dormouse.h"]
    assert len(list((sdk / "models").glob("*/*.dormouse"))) == len(list((ROOT / "models").glob("*/*.dormouse")))


def test_the_footprint_is_within_the_baseline(sdk):
    numbers = footprint.measure(sdk)
    print(footprint.table(numbers))
    found = footprint.complaints(numbers)
    advice = "If that is meant: tools/sdk --footprint --accept, and commit firmware/sdk/footprint.json."
    assert not found, "\n".join([*found, advice])
    stacks = [value for key, value in numbers.items() if key.endswith(".stack")]
    assert max(stacks) <= 4096, "DORMOUSE_STACK_LENGTH of dormouse.h is too small"

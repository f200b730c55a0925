"""What the compiler makes of the kernels: the instructions that the fast paths are named after, and no helper calls."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORTEX_M = ["--target=armv7em-none-none-eabi", "-mfloat-abi=hard", "-ffreestanding"]
CORTEX_M0PLUS = ["--target=armv6m-none-none-eabi", "-mcpu=cortex-m0plus", "-mfloat-abi=soft", "-ffreestanding"]
RV32IMC = ["--target=riscv32-none-none-eabi", "-march=rv32imc", "-mabi=ilp32", "-ffreestanding"]
RV32IMC_ZBB = ["-march=rv32imc_zbb" if flag.startswith("-march") else flag for flag in RV32IMC]
AARCH64 = ["--target=aarch64-linux-gnu", "-ffreestanding"]
# Name: compiler flags, primitive, instruction, least number of it in the primitive.
CORES = {
    "Cortex-M4": ([*CORTEX_M, "-mcpu=cortex-m4"], "dm_dot_1_dsp", "smlad", 36),
    "Cortex-M4, two vectors": ([*CORTEX_M, "-mcpu=cortex-m4"], "dm_dot_2_dsp", "smlad", 40),
    "Cortex-M33": ([*CORTEX_M, "-mcpu=cortex-m33"], "dm_dot_1_dsp", "smlad", 36),
    "Cortex-M4, fields": ([*CORTEX_M, "-mcpu=cortex-m4"], "dm_dot_field_rows_dsp", "smlad", 126),
    "Cortex-M33, fields": ([*CORTEX_M, "-mcpu=cortex-m33"], "dm_dot_field_rows_dsp", "smlad", 126),
    "Cortex-M4, 4 bits, two vectors": ([*CORTEX_M, "-mcpu=cortex-m4"], "dm_dot_nibbles_2_dsp", "smlad", 32),
    "Cortex-M4, depthwise": ([*CORTEX_M, "-mcpu=cortex-m4"], "dm_taps_dsp", "smlabb", 2),
    "Cortex-M55": ([*CORTEX_M, "-mcpu=cortex-m55"], "dm_dot_helium", "vmlava.s8", 20),
    "Cortex-M55, 1 bit": ([*CORTEX_M, "-mcpu=cortex-m55"], "dm_dot_fields_1_helium", "vmlava.s8", 32),
    "Cortex-M55, 4 bits": ([*CORTEX_M, "-mcpu=cortex-m55"], "dm_dot_fields_4_helium", "vmlava.s8", 8),
    "Cortex-M55, 5 bits": ([*CORTEX_M, "-mcpu=cortex-m55"], "dm_dot_fields_5_helium", "vmlava.s16", 16),
    "Cortex-M55, requantize": ([*CORTEX_M, "-mcpu=cortex-m55"], "dm_requantize_helium", "vrshl.s32", 1),
    "Cortex-M0+": (CORTEX_M0PLUS, "dm_dot_thumb1", "muls", 16),
    "Cortex-M0+, fields": (CORTEX_M0PLUS, "dm_row_pair_thumb1", "muls", 32),
    "RV32IMC": (RV32IMC, "dm_dot_portable", "mul", 36),
    "RV32IMC, fields": (RV32IMC, "dm_dot_fields_portable", "mul", 200),
    "Cortex-M4, signs": ([*CORTEX_M, "-mcpu=cortex-m4"], "dm_xnor_dot_dsp", "usada8", 3),
    "Cortex-M55, signs": ([*CORTEX_M, "-mcpu=cortex-m55"], "dm_xnor_dot_helium", "vaddva.u8", 4),
    "RV32IMC with Zbb, signs": (RV32IMC_ZBB, "dm_xnor_dot_cpop", "cpop", 64),
    "RV32IMC with Zbb, bytes times signs": (RV32IMC_ZBB, "dm_row_pair_planes_cpop", "cpop", 16),
    "Cortex-A53, signs": ([*AARCH64, "-mcpu=cortex-a53"], "dm_xnor_dot_neon", "cnt", 4),
    "AVX-512, signs": (["--target=x86_64-linux-gnu"], "dm_xnor_dot_avx512", "vpopcntq", 33),
    "AVX2, signs": (["--target=x86_64-linux-gnu"], "dm_xnor_dot_avx2", "vpshufb", 8),
    "Cortex-A53, fields": ([*AARCH64, "-mcpu=cortex-a53"], "dm_dot_words_of_neon", "smull", 50),
    "Cortex-A55, fields": (
        [*AARCH64, "-mcpu=cortex-a55"],
        "dm_dot_words_of_neon",
        "sdot",
        50,
    ),
    "AVX-512": (["--target=x86_64-linux-gnu"], "dm_dot_avx512", "vpdpbusd", 32),
    "AVX-512, fields": (["--target=x86_64-linux-gnu"], "dm_dot_fields_avx512", "vpdpbusd", 200),
    "AVX-512, dense": (["--target=x86_64-linux-gnu"], "dm_dense_avx512", "vpdpbusd", 17),
    "AVX-512, dense, fields": (["--target=x86_64-linux-gnu"], "dm_dense_fields_avx512", "vpdpbusd", 200),
    "AVX2": (["--target=x86_64-linux-gnu"], "dm_dot_avx2", "vpmaddwd", 4),
    "AVX2, fields": (["--target=x86_64-linux-gnu"], "dm_dot_fields_avx2", "vpmaddubsw", 100),
}
SOURCE = """
#include "dormouse_isa.h"
void dot(int32_t set, const int8_t *x, intptr_t xs, int32_t p, const int8_t *w, intptr_t ws, int32_t rows, int32_t n,
         int32_t *sums, intptr_t ss) { dm_dot(set, x, xs, p, w, ws, rows, n, sums, ss); }
void dot_fields(int32_t set, dm_fields f, const int8_t *x, const int32_t *totals, int32_t p, const int8_t *w,
                intptr_t ws, int32_t rows, int32_t n, int32_t *sums, intptr_t ss) {
  dm_dot_fields(set, f, x, totals, p, w, ws, rows, n, sums, ss); }
void dense(const int8_t *x, const int8_t *w, intptr_t ws, int32_t rows, int32_t n, dm_rescale r, int8_t *y) {
  dm_dense(x, w, ws, rows, n, r, y); }
void dense_fields(dm_fields f, const int8_t *x, int32_t total, const int8_t *w, intptr_t ws, int32_t rows, int32_t n,
                  dm_rescale r, int8_t *y) { dm_dense_fields(f, x, total, w, ws, rows, n, r, y); }
void taps(int32_t set, const int8_t *x, intptr_t xs, const int8_t *w, intptr_t ws, int32_t t, int32_t c,
          int32_t *sums) { dm_taps(set, x, xs, w, ws, t, c, sums); }
void requantize(int32_t set, const int32_t *sums, dm_rescale r, int32_t n, int8_t *y) {
  dm_requantize(set, sums, r, n, y); }
void signs(int32_t set, const uint32_t *x, const uint32_t *w, intptr_t ws, int32_t rows, int32_t n, int32_t *sums) {
  dm_xnor_dot(set, x, w, ws, rows, n, sums); }
"""


@pytest.fixture(scope="module")
def tools() -> tuple[str, str]:
    """Clang of the Swift toolchain, and a disassembler."""
    swift = shutil.which("swiftc")
    clang = Path(swift).resolve().parent / "clang" if swift else None
    objdump = shutil.which("llvm-objdump")
    if clang is None or not clang.exists() or objdump is None:
        pytest.skip("clang of the Swift toolchain or llvm-objdump is missing")
    return str(clang), objdump


@pytest.mark.parametrize("core", CORES)
def test_the_primitive_is_made_of_its_instruction(core, tools, tmp_path):
    flags, primitive, instruction, least = CORES[core]
    clang, objdump = tools
    source = tmp_path / "primitives.c"
    source.write_text(SOURCE)
    target = tmp_path / "primitives.o"
    include = ROOT / "Sources" / "DormouseISA" / "include"
    command = [clang, *flags, "-O2", "-ffunction-sections", "-I", include, "-c", source, "-o", target]
    subprocess.run(command, check=True)
    core_flags = [flag.replace("-mcpu", "--mcpu") for flag in flags if flag.startswith("-mcpu")]
    core_flags += ["--mattr=+zbb"] if flags is RV32IMC_ZBB else []
    listing = subprocess.run(
        [objdump, "-d", "-r", "--no-show-raw-insn", *core_flags, target], check=True, capture_output=True, text=True
    ).stdout
    # Places amid a function that a listing names: of RISC-V code, of jump tables and constants of Arm code.
    listing = re.sub(r"^[0-9a-f]+ <(?:\.L\d* ?|\$[dt][.\d]*)>:\n", "", listing, flags=re.M)
    body = re.search(rf"^[0-9a-f]+ <{primitive}>:\n(.*?)(?=^[0-9a-f]+ <|\Z)", listing, re.M | re.S)
    assert body, f"{primitive} is missing"
    found = len(re.findall(rf"\s{re.escape(instruction)}\b", body[1]))
    assert found >= least, f"{primitive}: {found} {instruction}, expected {least}\n{body[1]}"
    calls = re.findall(r"\s(?:bl|blx|call|callq)\s.*|R_(?:ARM_THM_CALL|X86_64_PLT32)\s.*(?:mem|aeabi).*", body[1])
    if primitive.startswith(("dm_dot", "dm_row_pair_planes", "dm_xnor")):
        assert not calls, f"{primitive} calls: {calls}"
    print(f"{core}: {primitive} has {found} {instruction} and no calls")

"""Cycles that Arm's manuals state, for the tests of the timing tables.

    python tools/golden/documented_cycles.py

assembles each sequence with the toolchain's clang and writes `Tests/DormouseEnergyTests/Golden/documented.txt`: a line
for each, "core bytes lowest highest taken-lowest taken-highest | assembly | where it stands". Lowest and highest are
the cycles of the sequence if it runs through, on memory without wait states; the taken ones come on top if its last
instruction branches. Where a manual leaves a range, so does the line.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from count.counting import toolchain  # noqa: E402

GOLDEN = ROOT / "Tests" / "DormouseEnergyTests" / "Golden" / "documented.txt"
M4_TABLE = "Cortex-M4 TRM r0p1 (Arm 100166_0001), table 3-1"
M4_DSP = "Cortex-M4 TRM r0p1 (Arm 100166_0001), table 3-2"
M4_PAIRS = "Cortex-M4 TRM r0p1 (Arm 100166_0001), 3.3.3 (also TI SWCU185G, Load/store timings)"
M4_FLOAT = "Cortex-M4 TRM r0p1 (Arm 100166_0001), table 7-1"
M0_TABLE = "Cortex-M0+ TRM r0p1 (Arm DDI 0484C), table 3-1"

# Sequence, cycles (a number or a range), cycles more if taken.
M4 = {
    M4_TABLE: [
        *((each, 1, 0) for each in ("mov r0, r1", "movw r0, #1000", "movt r0, #1000", "add r0, r1, r2, lsl #4")),
        *((each, 1, 0) for each in ("adc r0, r1, r2", "sub r0, r1, #100", "rsb r0, r1, #0", "and r0, r1, r2")),
        *((each, 1, 0) for each in ("mul r0, r1, r2", "mla r0, r1, r2, r3", "mls r0, r1, r2, r3")),
        *((each, 1, 0) for each in ("smull r0, r1, r2, r3", "umull r0, r1, r2, r3", "smlal r0, r1, r2, r3")),
        ("umlal r0, r1, r2, r3", 1, 0),
        *((each, (2, 12), 0) for each in ("sdiv r0, r1, r2", "udiv r0, r1, r2")),
        *((each, 1, 0) for each in ("ssat r0, #8, r1", "usat r0, #8, r1", "cmp r0, r1", "tst r0, r1", "clz r0, r1")),
        *((each, 1, 0) for each in ("lsl r0, r1, #3", "asr r0, r1, r2", "ror r0, r1, #3", "rev r0, r1", "rbit r0, r1")),
        *((each, 1, 0) for each in ("sxtb r0, r1", "uxth r0, r1", "ubfx r0, r1, #3, #4", "bfi r0, r1, #3, #4", "nop")),
        *((each, 2, 0) for each in ("ldr r0, [r1, #4]", "ldrb r0, [r1, r2]", "ldrsh r0, [r1, #2]", "ldr r0, [r1], #4")),
        ("ldrd r0, r1, [r2]", 3, 0),
        ("strd r0, r1, [r2]", 3, 0),
        ("ldm r0, {r1-r4}", 5, 0),
        ("stm r0, {r1-r4}", 5, 0),
        ("push {r4-r7, lr}", 6, 0),
        ("pop {r4-r7}", 5, 0),
        ("pop {r4-r7, pc}", 6, (1, 3)),
        ("bne .", 1, (1, 3)),
        (".inst.n 0xb100 @ cbz r0, .+4", 1, (1, 3)),
        ("b .", 1, (1, 3)),
        ("bl .", 1, (1, 3)),
        ("bx lr", 1, (1, 3)),
        ("blx r0", 1, (1, 3)),
        ("tbb [pc, r0]", (2, 3), (1, 3)),
    ],
    M4_DSP: [
        *((f"{each} r0, r1, r2, r3", 1, 0) for each in ("smlad", "smladx", "smlabb", "smlatt", "smmla", "usada8")),
        *((f"{each} r0, r1, r2", 1, 0) for each in ("smuad", "smulbb", "sadd16", "uqadd8", "qadd", "qsub", "usad8")),
        *((each, 1, 0) for each in ("smlald r0, r1, r2, r3", "sxtb16 r0, r1", "sxtab16 r0, r1, r2, ror #8")),
        *((each, 1, 0) for each in ("pkhbt r0, r1, r2, lsl #16", "uxtab16 r0, r1, r2", "sel r0, r1, r2")),
    ],
    M4_PAIRS: [
        ("ldr r0, [r1]; ldr r1, [r2]", 3, 0),
        ("ldr r0, [r1, r2]; str r0, [r3, #20]", 3, 0),
        ("ldr r0, [r1, r2]; str r1, [r3, r2]", 3, 0),
        ("ldr r0, [r1, r5]; ldr r1, [r2]; ldr r2, [r3, #4]", 4, 0),
        ("str r0, [r1, #4]", 1, 0),
        ("adds r1, r2, r3; ldr r0, [r1]", 4, 0),
        ("ldr pc, [r1]", 2, 3),
    ],
    M4_FLOAT: [
        *((f"{each} s0, s1, s2", 1, 0) for each in ("vadd.f32", "vsub.f32", "vmul.f32", "vnmul.f32")),
        *((f"{each} s0, s1, s2", 3, 0) for each in ("vmla.f32", "vmls.f32", "vfma.f32", "vfms.f32")),
        *((each, 14, 0) for each in ("vdiv.f32 s0, s1, s2", "vsqrt.f32 s0, s1")),
        *((each, 1, 0) for each in ("vabs.f32 s0, s1", "vcmp.f32 s0, s1", "vcvt.s32.f32 s0, s1", "vmov s0, r0")),
        *((each, 2, 0) for each in ("vldr s0, [r0]", "vmov s0, s1, r0, r1")),
        ("vldm r0, {s0-s3}", 5, 0),
        ("vstm r0, {s0-s3}", 5, 0),
    ],
}
M0PLUS = {
    M0_TABLE: [
        *((each, 1, 0) for each in ("movs r0, #1", "mov r0, r9", "adds r0, r1, r2", "adcs r0, r1", "add sp, #16")),
        *((each, 1, 0) for each in ("subs r0, #4", "rsbs r0, r1, #0", "muls r0, r1, r0", "cmp r0, r1", "tst r0, r1")),
        *((each, 1, 0) for each in ("ands r0, r1", "lsls r0, r1, #3", "asrs r0, r1", "rors r0, r1", "sxtb r0, r1")),
        *((each, 1, 0) for each in ("rev r0, r1", "nop")),
        *((each, 2, 0) for each in ("ldr r0, [r1, #4]", "ldrb r0, [r1, r2]", "ldrsh r0, [r1, r2]", "ldr r0, [sp, #4]")),
        *((each, 2, 0) for each in ("str r0, [r1, #4]", "strb r0, [r1, r2]", "strh r0, [r1, #2]")),
        ("ldm r0!, {r1-r4}", 5, 0),
        ("stm r0!, {r1-r4}", 5, 0),
        ("push {r4-r7, lr}", 6, 0),
        ("pop {r4-r7}", 5, 0),
        ("pop {r4-r7, pc}", 8, 0),
        ("bne .", 1, 1),
        ("b .", 2, 0),
        ("bl .", 3, 0),
        ("bx lr", 2, 0),
        ("blx r0", 2, 0),
        ("dmb", 3, 0),
        ("mrs r0, primask", 3, 0),
        ("ldr r0, [r1]; muls r0, r2, r0; str r0, [r1]", 5, 0),
    ],
}
TARGETS = {
    "cortex-m4": ("armv7em-none-eabi", ["-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"], M4),
    "cortex-m0plus": ("armv6m-none-eabi", ["-mcpu=cortex-m0plus"], M0PLUS),
}


def assembled(sequences: list[str], target: str, flags: list[str]) -> list[str]:
    """The bytes of each sequence, as hexadecimal digits."""
    with tempfile.TemporaryDirectory() as folder:
        source, built = Path(folder) / "sequences.s", Path(folder) / "sequences.o"
        text = [".syntax unified", ".thumb"]
        for index, sequence in enumerate(sequences):
            text += [f'.section .text.s{index}, "ax"', *(part.strip() for part in sequence.split(";"))]
        source.write_text("\n".join(text) + "\n")
        clang = [toolchain("clang"), f"--target={target}", *flags, "-c", source, "-o", built]
        subprocess.run(clang, check=True)
        dump = subprocess.run([toolchain("llvm-objdump"), "-s", built], check=True, capture_output=True, text=True)
    found: dict[int, str] = {}
    current = None
    for line in dump.stdout.splitlines():
        if match := re.match(r"Contents of section \.text\.s(\d+):", line):
            current = int(match[1])
        elif line.startswith("Contents"):
            current = None
        elif current is not None and (match := re.match(r" [0-9a-f]+ ((?:[0-9a-f]{2,8} )+)", line)):
            found[current] = found.get(current, "") + match[1].replace(" ", "")
    return [found[index] for index in range(len(sequences))]


def span(cycles: int | tuple[int, int]) -> str:
    """A number as a range."""
    return " ".join(map(str, cycles if isinstance(cycles, tuple) else (cycles, cycles)))


def main() -> None:
    """Writes the file."""
    lines = []
    for core, (target, flags, manuals) in TARGETS.items():
        stated = [(manual, *entry) for manual, entries in manuals.items() for entry in entries]
        codes = assembled([entry[1] for entry in stated], target, flags)
        for (manual, sequence, cycles, taken), code in zip(stated, codes, strict=True):
            shown = sequence.split("@")[-1].strip()
            lines.append(f"{core} {code} {span(cycles)} {span(taken)} | {shown} | {manual}\n")
    GOLDEN.write_text("".join(lines))
    print(f"{GOLDEN.relative_to(ROOT)}: {len(lines)} sequences")


if __name__ == "__main__":
    main()

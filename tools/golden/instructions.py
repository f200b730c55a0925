"""What LLVM's disassembler says of the instructions of our firmware, for the tests of DormouseEnergy's decoders.

    python tools/golden/instructions.py FIRMWARE.elf...

writes `Tests/DormouseEnergyTests/Golden/thumb.txt` and `riscv.txt`: a line for each instruction, "bytes kind writes
reads mnemonic", with registers separated by commas and "-" for none; of those that differ in their bytes only, the
first. Kinds and registers come from the mnemonic and the operands as text, never from the bits.
"""

import re
import subprocess
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[2] / "Tests" / "DormouseEnergyTests" / "Golden"
CONDITIONS = "eq|ne|hs|cs|lo|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"
# Mnemonics by kind; a conditional one has its condition taken off first.
THUMB = {
    "alu": "mov|movw|movt|mvn|add|addw|adc|sub|subw|sbc|rsb|and|orr|orn|eor|bic|lsl|lsr|asr|ror|rrx|rrxs|cmp|cmn|tst"
    "|teq|adr|uxtb|uxth|sxtb|sxth|uxtb16|sxtb16|uxtab|sxtab|uxtah|sxtah|rev|rev16|revsh|rbit|clz|bfi|bfc|ubfx|sbfx"
    "|ssat|usat|sadd16|ssub16|qadd|qsub|qadd16|qsub16|sel|pkhbt|pkhtb|csel|csinc|csinv|csneg|cset|csetm|cinc|cinv|cneg"
    "|lsll|asrl|lsrl",
    "multiply": "mul|mla|mls|smlad|smladx|smuad|smuadx|smlabb|smlatt|smlabt|smlatb|smulbb|smultt|smmul|smmla|smmulr"
    "|usad8|usada8",
    "multiplyLong": "smull|umull|smlal|umlal|umaal|smlald",
    "divide": "sdiv|udiv",
    "load": "ldr|ldrb|ldrh|ldrsb|ldrsh",
    "store": "str|strb|strh",
    "loadDouble": "ldrd",
    "storeDouble": "strd",
    "loadMultiple": "ldm|pop|ldmdb",
    "storeMultiple": "stm|push|stmdb",
    "branch": "b",
    "call": "bl",
    "branchRegister": "bx",
    "callRegister": "blx",
    "tableBranch": "tbb|tbh",
    "compareAndBranch": "cbz|cbnz",
    "ifThen": "it[te]*",
    "hint": "nop|wfi|wfe|sev|yield",
    "barrier": "dsb|dmb|isb",
    "system": "msr|mrs|cpsid|cpsie",
    "breakpoint": "bkpt|trap|udf|svc",
    "loopStart": "dls|wls|dlstp.*|wlstp.*",
    "loopEnd": "le|letp",
    "floatArithmetic": "vadd.f32|vsub.f32|vabs.f32|vneg.f32|vcmpe?.f32|vcvt.*",
    "floatMultiply": "vmul.f32|vnmul.f32",
    "floatMultiplyAdd": "vfm[as].f32|vml[as].f32|vfnm[as].f32",
    "floatDivide": "vdiv.f32",
    "floatRoot": "vsqrt.f32",
    "floatMove": "vmov|vmov.f32|vmrs|vmsr",
    "floatLoad": "vldr",
    "floatStore": "vstr",
    "floatLoadMultiple": "vpop|vldm.*",
    "floatStoreMultiple": "vpush|vstm.*",
    "vectorArithmetic": "vaddt?.i.*|vsubt?.i.*|vand|vorr|vorn|veor|vbic|vmov.i.*|vmvn.*|vdup.*|vshl.*|vshr.*|vrshl.*"
    "|vmax.*|vmin.*|vqaddt?.[su].*|vqsub.[su].*|vpsel|vaddv.*|vabs.s.*|vneg.s.*|vq?movn.*|vrev.*|vsh.*",
    "vectorMultiply": "vml[as]d?av.*|vmlav.*|vmulh.*|vmull[bt].*|vmul.i.*|vmla.i.*|vqr?dmulh.*|vrmulh.*",
    "vectorLoad": "vldr[bhw]t?.*|vld[24].*",
    "vectorStore": "vstr[bhw]t?.*|vst[24].*",
    "vectorPredicate": "vp[te]*.*|vpst[te]*|vcmp.[isu]\\d*|vctpt?.*",
}
RISCV = {
    "alu": "addi?|sub|xori?|ori?|andi?|slli?|srli?|srai?|slti?u?|lui|auipc|mv|li|not|neg|seqz|snez|sgtz|sltz|zext.*"
    "|sext.*"
    "|cpop|clz|ctz|min|max|minu|maxu|andn|orn|xnor|ror|rori|rol|rev8|nop|sh[123]add|orc.b|b(ext|set|clr|inv)i?",
    "multiply": "mul",
    "multiplyLong": "mulh|mulhu|mulhsu",
    "divide": "divu?|remu?",
    "load": "lw|lhu?|lbu?",
    "store": "sw|sh|sb",
    "branchConditional": "b(eq|ne|lt|ge|ltu|geu|le|gt)z?",
    "branch": "j",
    "call": "jal",
    "branchRegister": "jr|ret",
    "callRegister": "jalr",
    "system": "csrr.*|csrw.*|csrs.*|csrc.*",
    "breakpoint": "ebreak|ecall|unimp",
    "hint": "wfi",
    "barrier": "fence.*",
}
NAMES = """zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7
s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6"""
RISCV_REGISTERS = {name: index for index, name in enumerate(NAMES.split())} | {"fp": 8}
THUMB_REGISTERS = {f"r{index}": index for index in range(16)} | {"sp": 13, "lr": 14, "pc": 15}


def kind_of(mnemonic: str, table: dict[str, str]) -> tuple[str, str]:
    """Kind and mnemonic without width and condition."""
    plain = mnemonic.removesuffix(".w").removesuffix(".n")
    if table is THUMB and re.fullmatch(rf"b({CONDITIONS})", plain):
        return "branchConditional", plain
    for name in (plain, re.sub(rf"^(\w+?)({CONDITIONS})((\.\w+)*)$", r"\1\3", plain)):
        for form in (name, re.sub(r"^(\w+?)s$", r"\1", name)):
            for kind, pattern in table.items():
                if re.fullmatch(pattern.replace(".*", "@").replace(".", r"\.").replace("@", ".*"), form):
                    return kind, form
    raise SystemExit(f"no kind for {mnemonic}")


def register(text: str) -> list[str]:
    """Names of the registers in an operand: integers as numbers, singles as s0..., expanded from d and q."""
    found = []
    for name in re.findall(r"[a-z]+\d*", text):
        if name in THUMB_REGISTERS:
            found.append(str(THUMB_REGISTERS[name]))
        elif re.fullmatch(r"s\d+", name):
            found.append(name)
        elif re.fullmatch(r"d\d+", name):
            found += [f"s{int(name[1:]) * 2 + step}" for step in range(2)]
        elif re.fullmatch(r"q\d+", name):
            found += [f"s{int(name[1:]) * 4 + step}" for step in range(4)]
    return found


def flat(lists: list[list[str]]) -> list[str]:
    """One list of all."""
    return [name for names in lists for name in names]


def span(text: str) -> list[str]:
    """Registers of a list in braces."""
    inner = re.search(r"\{(.*)\}", text)
    return register(inner[1]) if inner else []


def thumb(mnemonic: str, text: str) -> tuple[str, list[str], list[str]]:
    """Kind, registers written and read."""
    kind, plain = kind_of(mnemonic, THUMB)
    text = re.sub(r"\s*@.*", "", text)
    operands = re.split(r",\s*(?![^{[]*[}\]])", text) if text else []
    regs = [register(operand) for operand in operands]
    bracket = re.search(r"\[(.*?)\]", text)
    base = register(bracket[1]) if bracket else []
    updated = base[:1] if bracket and ("]!" in text or re.search(r"\],", text)) else []
    if mnemonic == "vmov":
        if operands[0].startswith("q"):
            return "vectorArithmetic", regs[0], regs[1]
        count = 2 if len(regs) == 3 and operands[2].startswith("d") else 1
        return "floatMove", flat(regs[:count]), flat(regs[count:])
    if kind == "alu" and regs[0] == ["15"]:
        return "branchRegister", ["15"], flat(regs if plain == "add" else regs[1:])
    if kind == "floatMove":
        return kind, regs[0], flat(regs[1:])
    if mnemonic in ("vldr", "vstr") and operands[0] in ("p0", "fpscr"):
        return kind, [], base
    if kind in ("load", "loadDouble", "floatLoad", "vectorLoad"):
        if "[" not in text:
            base = ["15"]
        values = [r for operand in operands if "[" not in operand for r in register(operand)] if bracket else regs[0]
        kind = "vectorGather" if bracket and "q" in bracket[1] else kind
        updated = base if kind == "vectorGather" and updated else updated
        reads = base + (values if plain.startswith(("vld2", "vld4")) else [])
        return kind, values + updated, reads
    if kind in ("store", "storeDouble", "floatStore", "vectorStore"):
        return kind, updated, [r for operand in operands if "[" not in operand for r in register(operand)] + base
    if kind in ("loadMultiple", "floatLoadMultiple"):
        base = ["13"] if "op" in plain else register(operands[0])
        return kind, span(text) + (base if "op" in plain or "!" in text else []), base
    if kind in ("storeMultiple", "floatStoreMultiple"):
        base = ["13"] if "ush" in plain else register(operands[0])
        return kind, base if "ush" in plain or "!" in text else [], span(text) + base
    if kind in ("branch", "branchConditional"):
        return kind, ["15"], []
    if kind == "compareAndBranch":
        return kind, ["15"], regs[0]
    if kind == "call":
        return kind, ["14", "15"], []
    if kind in ("branchRegister", "tableBranch"):
        return kind, ["15"], base or regs[0]
    if kind == "callRegister":
        return kind, ["14", "15"], regs[0]
    if kind in ("ifThen", "hint", "barrier", "breakpoint"):
        return kind, [], []
    if kind == "vectorPredicate":
        return kind, [], regs[0] if plain.startswith("vctp") else []
    if kind in ("loopStart", "loopEnd"):
        return kind, ["14"], ["14"] if kind == "loopEnd" else regs[1]
    if plain in ("cmp", "cmn", "tst", "teq") or plain.startswith("vcmp"):
        return kind, [], flat(regs)
    if plain == "adr":
        return kind, regs[0], ["15"]
    if plain.startswith(("vmla.f", "vfma", "vmls.f", "vfms")):
        return kind, regs[0], flat(regs)
    if kind == "multiplyLong":
        accumulates = plain in ("smlal", "umlal", "umaal", "smlald")
        sums = regs[0] + regs[1]
        return kind, sums, regs[2] + regs[3] + (sums if accumulates else [])
    if plain in ("movt", "bfi", "bfc"):
        return kind, regs[0], flat(regs)
    if re.match(r"vml[as]d?av[ax]|vmlava|vaddva", plain):
        return kind, regs[0], flat(regs)
    if re.match(r"vshl\.[su]\d+$|vrshl", plain) and len(regs) == 2:
        return kind, regs[0], regs[0] + regs[1]
    unary = plain in ("mov", "mvn", "rev", "clz", "rbit", "uxtb", "uxth", "sxtb", "sxth", "rrx", "rrxs")
    in_place = len(operands) == 2 and kind in ("alu", "multiply") and not unary and plain not in ("movw",)
    if plain in ("sxtb16", "uxtb16", "cset", "csetm", "rev16", "revsh", "sbfx", "ubfx"):
        in_place = False
    return kind, regs[0], flat(regs if in_place else regs[1:])


def riscv(mnemonic: str, text: str) -> tuple[str, list[str], list[str]]:
    """Kind, registers written and read."""
    kind, plain = kind_of(mnemonic, RISCV)
    operands = [operand.strip() for operand in re.sub(r"<.*", "", text).split(",")] if text else []

    def named(operand: str) -> list[str]:
        found = [RISCV_REGISTERS[name] for name in re.findall(r"[a-z]\w*", operand) if name in RISCV_REGISTERS]
        return [str(index) for index in found if index != 0]

    rest = [r for operand in operands[1:] for r in named(operand)]
    if kind in ("store", "branchConditional"):
        return kind, [], [r for operand in operands for r in named(operand)]
    if kind == "branchRegister":
        return kind, [], named(operands[0]) if operands else ["1"]
    if kind in ("call", "callRegister"):
        writes = named(operands[0]) if len(operands) == 2 else ["1"]
        return kind, writes, rest if len(operands) == 2 else named(operands[0]) if kind == "callRegister" else []
    if kind in ("branch", "breakpoint", "hint", "barrier"):
        return kind, [], []
    if plain.startswith("csrw"):
        return kind, [], rest
    if plain == "nop":
        return kind, [], []
    return kind, named(operands[0]), rest


def names(registers: list[str]) -> str:
    """A set as text."""
    return ",".join(sorted(set(registers), key=lambda name: (name[0] == "s", int(name.lstrip("s"))))) or "-"


def listing(elf: Path) -> list[tuple[str, str, str]]:
    """Bytes, mnemonic and operands of every instruction of a firmware."""
    command = ["llvm-objdump", "-d", "--mattr=+zbb,+zba,+zbs", str(elf)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = []
    for line in text.splitlines():
        match = re.match(r"\s*[0-9a-f]+: ((?:[0-9a-f]{2} )+)\s*\t(\S+)\t?(.*)$", line)
        if match and not match[2].startswith((".", "<")):
            found.append((match[1].replace(" ", ""), match[2], match[3].strip()))
    return found


def main() -> None:
    lines: dict[str, dict[str, str]] = {"thumb": {}, "riscv": {}}
    for path in map(Path, sys.argv[1:]):
        family = "riscv" if "rv32" in str(path) else "thumb"
        for code, mnemonic, operands in listing(path):
            if family == "thumb" and len(code) == 4 and mnemonic == "nop":
                kind, writes, reads = "hint", [], []
            else:
                kind, writes, reads = (thumb if family == "thumb" else riscv)(mnemonic, operands)
            line = f"{kind} {names(writes)} {names(reads)} {mnemonic}"
            lines[family][line] = min(code, lines[family].get(line, code))
    for family, found in lines.items():
        (GOLDEN / f"{family}.txt").write_text("".join(sorted(f"{code} {line}\n" for line, code in found.items())))
        print(f"{family}: {len(found)} different instructions")


if __name__ == "__main__":
    main()

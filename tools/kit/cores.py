"""The cores that the SDK has libraries for, and how each is compiled for."""

import dataclasses

ARMV7EM, RISCV32 = "armv7em-none-none-eabi", "riscv32-none-none-eabi"
# Which parts of the runtime a library has; libraries are named after it.
FULL, DENSE = "dormouse", "dormouse_dense"
# All but the front ends that only other people's models have. It is measured, not shipped.
OWN = "dormouse_own"
SHORT_OF_FLASH = ("cortex-m0plus", "cortex-m4f", "cortex-m33", "rv32imc")
LEFT_OUT = {
    FULL: (),
    OWN: ("EMPHASIS", "MFCC", "MICRO"),
    DENSE: ("ANALOG", "BITS", "CASCADE", "CONVOLUTIONS", "EMPHASIS", "IMPORTED", "MFCC", "MICRO", "WIDTHS"),
}


@dataclasses.dataclass(frozen=True)
class Core:
    """A core; `compiler` and `flags` are those of a GNU toolchain that links for it, with its C library or without."""

    name: str
    triple: str
    cpu: tuple[str, ...]
    compiler: str
    flags: tuple[str, ...]
    bare: bool = True
    conditions: tuple[str, ...] = ()

    @property
    def libraries(self) -> tuple[str, ...]:
        """What is built for it: the dense one where flash tends to be dear."""
        return (FULL, DENSE) if self.name in SHORT_OF_FLASH else (FULL,)


def _arm(name: str, triple: str, *cpu: str) -> Core:
    # Without a long multiplication, a product of two words is a call.
    conditions = ("DORMOUSE_SHORT_PRODUCTS",) if triple.startswith("armv6m") else ()
    return Core(name, triple, cpu, "arm-none-eabi-gcc", ("-mthumb", *cpu), conditions=conditions)


def _riscv(name: str, march: str) -> Core:
    # GCC 12 names extensions by the specification of 2019, and finds no library of its own for Zbb.
    flags = (f"-march={march.removesuffix('_zbb')}", "-mabi=ilp32", "-misa-spec=2.2", "-ffreestanding", "-nostdlib")
    # Registers are saved by calls into the compiler's library, which is shorter.
    return Core(name, RISCV32, (f"-march={march}", "-mabi=ilp32", "-msave-restore"), "riscv64-unknown-elf-gcc", flags)


CORES = (
    _arm("cortex-m0plus", "armv6m-none-none-eabi", "-mcpu=cortex-m0plus", "-mfloat-abi=soft"),
    _arm("cortex-m3", ARMV7EM, "-mcpu=cortex-m3", "-mfloat-abi=soft"),
    _arm("cortex-m4f", ARMV7EM, "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    _arm("cortex-m4f-softabi", ARMV7EM, "-mcpu=cortex-m4", "-mfloat-abi=soft"),
    _arm("cortex-m7", ARMV7EM, "-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"),
    _arm("cortex-m33", ARMV7EM, "-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"),
    _arm("cortex-m55", ARMV7EM, "-mcpu=cortex-m55", "-mfloat-abi=hard"),
    _riscv("rv32imc", "rv32imc"),
    _riscv("rv32imac", "rv32imac"),
    _riscv("rv32imc_zbb", "rv32imc_zbb"),
    Core("aarch64-linux", "aarch64-none-none-elf", ("-march=armv8-a", "-fPIC"), "aarch64-linux-gnu-gcc", (), False),
    Core("x86_64-linux", "x86_64-unknown-linux-gnu", ("-fPIC",), "gcc", (), False),
)


def core(name: str) -> Core:
    """The core of that name."""
    for candidate in CORES:
        if candidate.name == name:
            return candidate
    raise KeyError(f"no core {name!r}; there are: {', '.join(c.name for c in CORES)}")

"""The dense network 960-192-192-128-12, weights of 1 to 8 bits: against LiteRT on this host, and counted on devices.

Its name is dense250k; with weights narrower than int8, whose encoding is then named, dense250k-int4 and so on.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import cffi
import numpy as np
from count.counting import BUILD, ROOT, count

MODELS = ROOT.parent / "shared" / "data" / "models"
DECLARATIONS = """
ptrdiff_t dm_network_memory_size(const void *image, ptrdiff_t length);
ptrdiff_t dm_network_start(const void *image, ptrdiff_t length, void *memory, ptrdiff_t memory_length);
int8_t *dm_network_input(void *memory);
ptrdiff_t dm_network_input_length(void *memory);
ptrdiff_t dm_network_run(void *memory);
const int8_t *dm_network_output(void *memory);
ptrdiff_t dm_network_output_length(void *memory);
"""


class BenchError(Exception):
    """What went wrong and what to do, in one line."""


def folder(encoding: str = "int8") -> Path:
    """Where the network of this encoding is made."""
    return BUILD / "models" / ("dense250k" if encoding == "int8" else f"dense250k-{encoding}")


def image(encoding: str = "int8") -> Path:
    """Its image."""
    return folder(encoding) / "dense250k.dormouse"


def prepare(dormouse: Path, encoding: str = "int8") -> None:
    """Makes the image, its C arrays and the golden vectors."""
    place = folder(encoding)
    place.mkdir(parents=True, exist_ok=True)
    onnx = place / "dense250k.onnx"
    script = ROOT / "tools" / "golden" / "dense250k_onnx.py"
    steps = (
        [sys.executable, str(script), "-o", str(onnx), "--encoding", encoding],
        [str(dormouse), "convert", str(onnx), "-o", str(image(encoding))],
        [str(dormouse), "export-c", str(image(encoding)), "-o", str(place)],
    )
    for command in steps:
        subprocess.run(command, check=True, stdout=sys.stderr)
    write_golden(place / "golden.c", *golden(encoding))


def golden(encoding: str = "int8") -> tuple[np.ndarray, np.ndarray]:
    """Inputs and outputs, one a row: for int8 of LiteRT's reference kernels, else of integer arithmetic in numpy."""
    x = np.load(MODELS / "kws250k_golden_x_int8_pc.npy")
    y = np.load(MODELS / "kws250k_golden_y_int8_pc.npy" if encoding == "int8" else folder(encoding) / "dense250k.npy")
    return x.reshape(len(x), -1), y.reshape(len(y), -1)


def aligned(length: int) -> np.ndarray:
    """Bytes aligned to 64, as both runtimes like their memory."""
    block = np.zeros(length + 64, np.uint8)
    start = -block.ctypes.data % 64
    return block[start : start + length]


class OurNetwork:
    """An image run through the C interface."""

    def __init__(self, image: Path, library: Path):
        self.ffi = cffi.FFI()
        self.ffi.cdef(DECLARATIONS)
        self.library = self.ffi.dlopen(str(library))
        content = image.read_bytes()
        self._image = aligned(len(content))
        self._image[:] = np.frombuffer(content, np.uint8)
        base = self._pointer(self._image)
        size = self.library.dm_network_memory_size(base, len(content))
        if size < 0:
            raise BenchError(f"{image}: refused with code {size}")
        self._memory = aligned(size)
        self.memory = self._pointer(self._memory)
        if code := self.library.dm_network_start(base, len(content), self.memory, size):
            raise BenchError(f"{image}: refused with code {code}")
        self.inputs = self.library.dm_network_input_length(self.memory)
        self.outputs = self.library.dm_network_output_length(self.memory)

    def _pointer(self, array: np.ndarray):
        return self.ffi.cast("void *", array.ctypes.data)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        self.ffi.memmove(self.library.dm_network_input(self.memory), x.tobytes(), self.inputs)
        self.library.dm_network_run(self.memory)
        return np.frombuffer(self.ffi.buffer(self.library.dm_network_output(self.memory), self.outputs), np.int8).copy()


def block(call, *arguments, repeats: int) -> float:
    """Nanoseconds a call, over one block of calls."""
    start = time.perf_counter_ns()
    for _ in range(repeats):
        call(*arguments)
    return (time.perf_counter_ns() - start) / repeats


def host(library: Path, seconds: float = 12.0, encoding: str = "int8") -> dict[str, float]:
    """Both runtimes in this process, on one thread, block by block in turn; medians, in ns an inference.

    Theirs has int8 weights always. Also the cost of crossing from Python into each with next to nothing to do there; it
    is not subtracted.
    """
    from ai_edge_litert.interpreter import Interpreter

    ours = OurNetwork(image(encoding), library)
    theirs = Interpreter(str(MODELS / "kws250k_int8_perchannel.tflite"), num_threads=1)
    theirs.allocate_tensors()
    source = theirs.get_input_details()[0]
    sink = theirs.get_output_details()[0]["index"]
    for x, y in zip(*golden(encoding), strict=True):
        if not np.array_equal(ours(x), y):
            raise BenchError(f"dense250k, {encoding}: the output differs from the golden vectors")
    for x, y in zip(*golden(), strict=True):
        theirs.set_tensor(source["index"], x.reshape(source["shape"]))
        theirs.invoke()
        if not np.array_equal(theirs.get_tensor(sink).ravel(), y):
            raise BenchError("dense250k: LiteRT's output differs from the golden vectors")
    run, trivial = ours.library.dm_network_run, ours.library.dm_network_input_length
    # Short blocks: on a busy machine most of them run undisturbed, and medians leave the others out.
    once = min(block(run, ours.memory, repeats=20) for _ in range(20))
    repeats = max(20, int(250_000 / once))
    times: dict[str, list[float]] = {"ours": [], "theirs": [], "our_call": [], "their_call": []}
    ratios = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ours_ns = block(run, ours.memory, repeats=repeats)
        # Bound anew each time: LiteRT refuses to run while a reference to its insides is held.
        theirs_ns = block(theirs._interpreter.Invoke, repeats=repeats)
        times["ours"].append(ours_ns)
        times["theirs"].append(theirs_ns)
        ratios.append(ours_ns / theirs_ns)
        times["our_call"].append(block(trivial, ours.memory, repeats=repeats))
        times["their_call"].append(block(theirs._interpreter.NumNodes, repeats=repeats))
    medians = {key: statistics.median(values) for key, values in times.items()}
    return {"ratio": statistics.median(ratios), "blocks": len(ratios), **medians}


def device(board: str, encoding: str = "int8", variant: str = "", flags: str = "", options: str = "") -> int:
    """Instructions of one inference on `board`, after all golden vectors have come out right.

    `variant` is the suffix of a build with compiler flags of its own, for a core that QEMU is told of by `options`.
    """
    place = folder(encoding)
    make = ["make", "--silent", "-C", str(ROOT / "firmware"), f"BOARD={board}", f"VARIANT={variant}"]
    command = [*make, "APP=bench", f"MODEL={place}", *([f"CPU={flags}"] if flags else [])]
    # The application of another encoding may lie there, as new as this one's sources.
    subprocess.run([*command, "clean-application"], check=True)
    subprocess.run(command, check=True)
    watched = {"infer": r"^\$e11Application5infer"}
    counts = count(board, "bench", [], watched, variant, [options] if options else [])
    if f"vectors {len(golden(encoding)[0])} wrong 0" not in counts.output:
        raise BenchError(f"{board}{variant}, {encoding}: {counts.output.strip()}")
    return round(counts.regions["infer"].mean)


def write_golden(path: Path, x: np.ndarray, y: np.ndarray) -> None:
    """Golden vectors as C, for the firmware `bench`; left alone if nothing changed."""

    def array(name: str, values: np.ndarray) -> str:
        return f"static const int8_t {name}[] = {{{', '.join(map(str, values.ravel()))}}};\n"

    text = (
        f'#include "support.h"\nconst intptr_t golden_count = {len(x)};\n'
        + array("inputs", x)
        + array("outputs", y)
        + "const int8_t *const golden_inputs = inputs;\nconst int8_t *const golden_outputs = outputs;\n"
    )
    if not path.exists() or path.read_text() != text:
        path.write_text(text)

"""Converted TensorFlow Lite models against LiteRT's reference kernels, output by output.

    tools/check-tflite [--models FOLDER] [--random N] [--real N] [--cases N] [FILE...]

Without files: those of ../shared/data/models, then random models of every operator. A streaming model gets its inputs
as one stream. Real inputs are the features of recordings: log-mel bands, or cepstra for a model of 49 x 10, spread over
the range of the model's input.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tools" / "golden")]

from benchmarks.dense250k import OurNetwork  # noqa: E402

BUILT = ROOT / ".build" / "release"
DORMOUSE, LIBRARY = BUILT / "dormouse", BUILT / "libDormousePython.so"
SHARED = ROOT.parent / "shared" / "data"
MODELS = (
    "kws250k_int8_perchannel", "kws250k_int8_pertensor", "kws_ref_model", "micro_speech_quantized", "str_ww_ref_model",
    "okay_nabu", "vad",
)  # fmt: skip


class Peer:
    """LiteRT's reference kernels; int8 in and out, as a model image has it."""

    def __init__(self, content: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self.interpreter = Interpreter(
            model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
        )
        self.interpreter.allocate_tensors()
        (self.source,) = self.interpreter.get_input_details()
        (self.sink,) = self.interpreter.get_output_details()

    def __call__(self, x: np.ndarray) -> np.ndarray:
        self.interpreter.set_tensor(self.source["index"], x.reshape(self.source["shape"]))
        self.interpreter.invoke()
        y = self.interpreter.get_tensor(self.sink["index"]).ravel()
        return (y.astype(np.int16) - 128).astype(np.int8) if y.dtype == np.uint8 else y


def convert(model: Path, image: Path) -> None:
    """Converts, or raises with the complaint."""
    result = subprocess.run([DORMOUSE, "convert", model, "-o", image], capture_output=True, text=True)
    if result.returncode:
        raise ValueError(result.stderr.strip())


def random_inputs(peer: Peer, count: int, seed: int = 1) -> np.ndarray:
    """Uniform noise and, every second, noise of few steps around a level."""
    generator = np.random.default_rng(seed)
    shape = (count, *peer.source["shape"])
    uniform = generator.integers(-128, 128, shape)
    level = generator.integers(-110, 110, (count,) + (1,) * (len(shape) - 1))
    spread = generator.uniform(2, 40, level.shape)
    calm = np.clip(np.rint(generator.normal(level, spread, shape)), -128, 127)
    return np.where(np.arange(count).reshape(level.shape) % 2, calm, uniform).astype(np.int8)


def differing(model: Path, inputs, folder: Path) -> tuple[int, int, int]:
    """Outputs that differ, all outputs, and distinct answers of the peer."""
    image = folder / (model.stem + ".dormouse")
    convert(model, image)
    ours, theirs = OurNetwork(image, LIBRARY), Peer(model.read_bytes())
    wrong, total, answers = 0, 0, set()
    for x in inputs(theirs):
        expected = theirs(x)
        wrong += int(np.count_nonzero(ours(x) != expected))
        total += expected.size
        answers.add(expected.tobytes())
    return wrong, total, len(answers)


def recordings(count: int):
    """`count` seconds of real sound, 16 kHz."""
    import io
    import zipfile

    import soundfile

    found = 0
    for archive in sorted((SHARED / "speech-commands" / "validation").glob("*.zip")):
        with zipfile.ZipFile(archive) as clips:
            for name in clips.namelist()[:20]:
                samples, _ = soundfile.read(io.BytesIO(clips.read(name)), dtype="float32")
                yield np.pad(samples, (0, max(0, 16000 - len(samples))))[:16000]
                found += 1
                if found == count:
                    return


def bands(samples: np.ndarray, hop: int, count: int = 40) -> np.ndarray:
    """Logarithms of mel bands, a frame a row: windows of 30 ms."""
    edges = 700 * (np.exp(np.linspace(np.log1p(60 / 700), np.log1p(7600 / 700), count + 2)) - 1)
    bins = np.arange(257) * 16000 / 512
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    weights = np.clip(np.minimum(rise, fall), 0, None)
    frames = np.lib.stride_tricks.sliding_window_view(samples, 480)[::hop] * np.hanning(480)
    return np.log(weights @ (np.abs(np.fft.rfft(frames, 512)) ** 2).T + 1e-6).T


def real_inputs(peer: Peer, count: int):
    """Features of recordings, spread over the range of the model's input."""
    shape = tuple(peer.source["shape"][1:])
    needed = int(np.prod(shape))
    made = 0
    for samples in recordings(10**6):
        if needed == 490:
            logs = bands(samples, 320)[:49]
            turn = np.cos(np.pi * (np.arange(40) + 0.5)[:, None] * np.arange(10) / 40)
            features = logs @ turn
        else:
            features = bands(samples, 320 if needed >= 900 else 160)
        low, high = np.quantile(features, [0.002, 0.998])
        steps = np.clip(np.rint((features - low) / (high - low) * 255 - 128), -128, 127).astype(np.int8).ravel()
        if steps.size < needed:
            steps = np.pad(steps, (0, needed - steps.size), mode="wrap")
        for start in range(0, steps.size - needed + 1, needed):
            yield steps[start : start + needed].reshape(peer.source["shape"])
            made += 1
            if made == count:
                return


def check_file(model: Path, folder: Path, random: int, real: int) -> bool:
    """Compares one file and prints what came out."""

    def inputs(peer: Peer):
        yield from random_inputs(peer, random)
        if (SHARED / "speech-commands").exists():
            yield from real_inputs(peer, real)

    wrong, total, answers = differing(model, inputs, folder)
    print(f"{model.name}: {wrong} of {total} outputs differ, {answers} distinct answers", flush=True)
    return wrong == 0


def check_cases(kind: str, numbers, folder: Path, inputs: int = 20) -> list[str]:
    """Compares random models of a kind; returns what went wrong."""
    from tflite_cases import build

    failures = []
    for number in numbers:
        model = folder / f"{kind}{number}.tflite"
        model.write_bytes(build(kind, number))
        try:
            wrong, total, _ = differing(model, lambda peer: random_inputs(peer, inputs), folder)
            if wrong:
                failures.append(f"{kind} {number}: {wrong} of {total} outputs differ")
        except ValueError as error:
            failures.append(f"{kind} {number}: {error}")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--random", type=int, default=1000, help="random inputs a file (default: 1000)")
    parser.add_argument("--real", type=int, default=200, help="inputs of recordings a file (default: 200)")
    parser.add_argument("--cases", type=int, default=100, help="random models a kind (default: 100)")
    options = parser.parse_args()
    for product in ("dormouse", "DormousePython"):
        command = ["swift", "build", "-c", "release", "--package-path", str(ROOT), "--product", product]
        subprocess.run(command, check=True, stdout=sys.stderr)
    files = options.files or [SHARED / "models" / f"{name}.tflite" for name in MODELS]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            if not file.exists():
                print(f"skipped: {file} is absent")
                continue
            failed |= not check_file(file, Path(folder), options.random, options.real)
        if not options.files:
            from tflite_cases import KINDS

            for kind in KINDS:
                failures = check_cases(kind, range(options.cases), Path(folder))
                print(f"{kind}: {options.cases} random models, {len(failures)} differ", *failures[:5], sep="\n  ")
                failed |= bool(failures)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""One pass through each peer's runtime: what is timed, and nothing else.

A runner is made once and then called; everything that could be prepared is. Packages are imported when a runner is
made, so that a process holds one runtime. Sounds are mono int16 at 16 kHz.
"""

from pathlib import Path

import numpy as np

CHUNK = 160
"""Samples of 10 ms: what every front end is given at a time."""


class LiteRT:
    """An inference of a .tflite on one thread: with XNNPACK, as it comes, or with the kernels without it."""

    def __init__(self, model: str, kernels: str = "BUILTIN"):
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self._interpreter = Interpreter(
            str(model), num_threads=1, experimental_op_resolver_type=getattr(OpResolverType, kernels)
        )
        self._interpreter.allocate_tensors()

    def __call__(self) -> None:
        # Bound anew each time: LiteRT refuses to run while a reference to its insides is held.
        self._interpreter._interpreter.Invoke()


class OnnxRuntime:
    """An inference of an .onnx on one thread, its input and output bound beforehand."""

    def __init__(self, model: str):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._binding = self._session.io_binding()
        (source,) = self._session.get_inputs()
        shape = [extent if isinstance(extent, int) else 1 for extent in source.shape]
        kind = np.int8 if "int8" in source.type else np.float32
        self._binding.bind_cpu_input(source.name, np.zeros(shape, kind))
        self._binding.bind_output(self._session.get_outputs()[0].name)

    def __call__(self) -> None:
        self._session.run_with_iobinding(self._binding)


class TFLiteMicro:
    """An inference of a .tflite by TensorFlow Lite Micro's Python package: its reference kernels."""

    def __init__(self, model: str):
        from tflite_micro import runtime

        self._interpreter = runtime.Interpreter.from_file(str(model))

    def __call__(self) -> None:
        self._interpreter.invoke()


class PymicroFeatures:
    """A sound through TensorFlow's microfrontend in C, without the package's Python around it."""

    def __init__(self, samples: np.ndarray):
        import micro_features_cpp

        self._module = micro_features_cpp
        self._chunks = chunks(samples)

    def __call__(self) -> None:
        front_end, process = self._module.create_frontend(), self._module.process_samples
        for chunk in self._chunks:
            process(front_end, chunk)


class PymicroWakeword:
    """A sound through features, model and sliding window, as the package is meant to be used."""

    def __init__(self, samples: np.ndarray, manifest: str):
        from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures

        self._model, self._features = MicroWakeWord.from_config(Path(manifest)), MicroWakeWordFeatures()
        self._chunks = chunks(samples)

    def __call__(self) -> None:
        for chunk in self._chunks:
            for features in self._features.process_streaming(chunk):
                self._model.process_streaming(features)


class PymicroWakewordWithoutPython(PymicroWakeword):
    """The same sound with calls into its two libraries only: what is left without the package's own Python."""

    def __call__(self) -> None:
        from micro_features_cpp import process_samples

        front_end, stride = self._features._frontend._frontend, self._model.stride
        invoke, interpreter = self._model.lib.TfLiteInterpreterInvoke, self._model.interpreter
        for index, chunk in enumerate(self._chunks):
            process_samples(front_end, chunk)
            if index % stride == 0:
                invoke(interpreter)


class KaldiFbank:
    """A sound through kaldi-native-fbank: 40 bands of windows of 25 ms every 10, in floating point, without dither."""

    def __init__(self, samples: np.ndarray):
        import kaldi_native_fbank

        self._module = kaldi_native_fbank
        self._options = kaldi_native_fbank.FbankOptions()
        self._options.frame_opts.dither = 0
        self._options.mel_opts.num_bins = 40
        self._chunks = list(pieces(samples).astype(np.float32))

    def __call__(self) -> None:
        front_end = self._module.OnlineFbank(self._options)
        for chunk in self._chunks:
            front_end.accept_waveform(16000, chunk)


def pieces(samples: np.ndarray) -> np.ndarray:
    """Whole chunks, a row each."""
    return samples[: len(samples) // CHUNK * CHUNK].reshape(-1, CHUNK)


def chunks(samples: np.ndarray) -> list[bytes]:
    """Whole chunks as bytes."""
    return [row.tobytes() for row in pieces(samples)]

"""Log-mel features, computed by the code that runs on the device."""

import numpy as np

from .device_front_end import DeviceFrontEnd


class LogMel(DeviceFrontEnd):
    """A log-mel front end.

    `settings` has the keys of LogMelSettings (Sources/DormouseModel/Graph/LogMelSettings.swift): sample_rate,
    window_ms, hop_ms, fft, bands, low_hz, high_hz, origin, steps_per_octave, zero_point; what is absent takes the
    default there.
    Raises LibraryError, in plain words, if they are impossible. `section` is the front-end section of an image.

    One object serves one thread at a time.
    """

    kind = "log-mel"
    functions = "logmel"

    def __init__(self, settings: dict | None = None):
        super().__init__(settings)
        self.bands = self._asked("bands")

    def features(self, samples: np.ndarray) -> np.ndarray:
        """Features, int8 [frames, bands], of int16 samples; each call starts afresh."""
        return self.features_batch(np.asarray(samples)[np.newaxis])[0]

    def features_batch(self, samples: np.ndarray) -> np.ndarray:
        """Features, int8 [clips, frames, bands], of int16 [clips, samples]."""
        return self._batch(samples, "features", self.bands, np.int8)

    def stream(self) -> "Stream":
        """A front end that takes samples in pieces."""
        return Stream(self)


class Stream:
    """The frames of one stream of samples, pushed in pieces of any size; made by LogMel.stream."""

    def __init__(self, front_end: LogMel):
        self._front_end = front_end
        self._buffer, self._memory = front_end._allocate()
        library, size = front_end._library, front_end._memory_size
        front_end._checked(library.dm_logmel_start(front_end._section, front_end._length, self._memory, size))

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Frames, int8 [frames, bands], that these int16 samples complete."""
        samples = np.ascontiguousarray(samples)
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise TypeError(f"expected int16 samples [samples], got {samples.dtype} {list(samples.shape)}")
        ffi, library = self._front_end._ffi, self._front_end._library
        frame = np.empty(self._front_end.bands, np.int8)
        ready = ffi.new("int32_t *")
        frames, position = [], 0
        while position < len(samples):
            source = ffi.cast("const int16_t *", samples.ctypes.data + 2 * position)
            target = ffi.cast("int8_t *", frame.ctypes.data)
            taken = library.dm_logmel_push(self._memory, source, len(samples) - position, target, ready)
            position += self._front_end._checked(taken)
            if ready[0]:
                frames.append(frame.copy())
        return np.array(frames, np.int8).reshape(-1, self._front_end.bands)


class Micro(LogMel):
    """A micro front end: TensorFlow's microfrontend, as microWakeWord uses it.

    `settings` has the keys of MicroSettings (Sources/DormouseModel/Graph/MicroSettings.swift): sample_rate, window_ms,
    hop_ms, bands, low_hz, high_hz, origin, steps_per_level, zero_point; what is absent takes the default there.
    """

    kind = "micro"

    def __init__(self, settings: dict | None = None):
        super().__init__(settings)
        self.settings = settings or {}

    def levels(self, samples: np.ndarray) -> np.ndarray:
        """Levels, int32 [frames, bands], before they are scaled to int8: 0 to 1019."""
        windows = [Micro({**self.settings, "origin": origin, **EXACT}) for origin in range(0, 1020, 255)]
        return sum(window.features(samples).astype(np.int32) + 128 for window in windows)


class Mfcc(LogMel):
    """MFCC as TensorFlow computes them, of a fixed full scale.

    `settings` has the keys of MfccSettings (Sources/DormouseModel/Graph/MfccSettings.swift): sample_rate, window_ms,
    hop_ms, fft, bands, low_hz, high_hz, coefficients, full_scale, scale, zero_point; what is absent takes the default
    there.
    """

    kind = "mfcc"


EXACT = {"steps_per_level": 0.999999, "zero_point": -128}
"""One step a level: int8 then holds 255 levels from `origin` on."""

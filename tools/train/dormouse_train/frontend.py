"""Log-mel features, computed by the code that runs on the device."""

import json

import numpy as np

from .library import LibraryError, load


class LogMel:
    """A log-mel front end.

    `settings` has the keys of LogMelSettings (Sources/DormouseModel/LogMelSettings.swift): sample_rate, window_ms,
    hop_ms, fft, bands, low_hz, high_hz, origin, steps_per_octave, zero_point; what is absent takes the default there.
    Raises LibraryError, in plain words, if they are impossible. `section` is the front-end section of an image.

    One object serves one thread at a time.
    """

    def __init__(self, settings: dict | None = None):
        self._ffi, self._library = load()
        self.section = self._design({"kind": "log-mel", **(settings or {})})
        # The section and the memory start at multiples of 16 bytes: malloc's alignment.
        self._section = self._ffi.new("uint8_t[]", self.section)
        self._length = len(self.section)
        self.bands = self._checked(self._library.dm_logmel_bands(self._section, self._length))
        self._memory_size = self._checked(self._library.dm_logmel_memory_size(self._section, self._length))
        self._buffer, self._memory = self._allocate()

    def frames(self, samples: int) -> int:
        """Frames that so many samples give."""
        return self._checked(self._library.dm_logmel_frames(self._section, self._length, samples))

    def features(self, samples: np.ndarray) -> np.ndarray:
        """Features, int8 [frames, bands], of int16 samples; each call starts afresh."""
        return self.features_batch(np.asarray(samples)[np.newaxis])[0]

    def features_batch(self, samples: np.ndarray) -> np.ndarray:
        """Features, int8 [clips, frames, bands], of int16 [clips, samples]."""
        samples = np.asarray(samples)
        if samples.dtype != np.int16 or samples.ndim != 2:
            raise TypeError(f"expected int16 samples [clips, samples], got {samples.dtype} {list(samples.shape)}")
        samples = np.ascontiguousarray(samples)
        clips, count = samples.shape
        frames = self.frames(count)
        output = np.empty((clips, frames, self.bands), np.int8)
        for clip in range(clips):
            source = self._ffi.cast("const int16_t *", samples[clip].ctypes.data)
            target = self._ffi.cast("int8_t *", output[clip].ctypes.data)
            self._checked(
                self._library.dm_logmel_features(
                    self._section, self._length, source, count, target, frames, self._memory, self._memory_size
                )
            )
        return output

    def stream(self) -> "Stream":
        """A front end that takes samples in pieces."""
        return Stream(self)

    def _allocate(self):
        buffer = np.zeros(self._memory_size + 16, np.uint8)
        return buffer, self._ffi.cast("void *", buffer.ctypes.data + -buffer.ctypes.data % 16)

    def _design(self, settings: dict) -> bytes:
        text = json.dumps(settings).encode()
        message = self._ffi.new("uint8_t[]", 500)
        output = self._ffi.new("uint8_t[]", 8192)
        size = self._library.dm_design_logmel(text, len(text), output, len(output), message, len(message))
        if size < 0:
            reason = self._ffi.string(self._ffi.cast("char *", message)).decode()
            raise LibraryError(reason or f"dm_design_logmel failed with {size}")
        return bytes(self._ffi.buffer(output, size))

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            raise LibraryError(f"the front end failed with code {result} (see Sources/CDormouse/include/dormouse.h)")
        return result


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

"""Bits of the analog-binary front end, computed by the code that runs on the device."""

import json

import numpy as np

from .library import LibraryError, load


class AnalogBinary:
    """An analog-binary front end.

    `settings` has the keys of AnalogBinarySettings (Sources/DormouseModel/Graph/AnalogBinarySettings.swift):
    sample_rate, window_ms, channels, low_hz, high_hz, centre_hz, q, gain, threshold_v, hysteresis_v, supply_v,
    full_scale_v, attack_ms, decay_ms; what is absent takes the default there. Raises LibraryError, in plain words,
    if they are impossible. `section` is the front-end section of an image.

    One object serves one thread at a time.
    """

    def __init__(self, settings: dict | None = None):
        self._ffi, self._library = load()
        self.section = self._design({"kind": "analog-binary", **(settings or {})})
        # The section and the memory start at multiples of 16 bytes: malloc's alignment.
        self._section = self._ffi.new("uint8_t[]", self.section)
        self._length = len(self.section)
        self.channels = self._checked(self._library.dm_analog_channels(self._section, self._length))
        self.words = (self.channels + 31) // 32
        size = self._checked(self._library.dm_analog_memory_size(self._section, self._length))
        self._buffer = np.zeros(size + 16, np.uint8)
        self._memory = self._ffi.cast("void *", self._buffer.ctypes.data + -self._buffer.ctypes.data % 16)
        self._memory_size = size

    def frames(self, samples: int) -> int:
        """Frames that so many samples give."""
        return self._checked(self._library.dm_analog_frames(self._section, self._length, samples))

    def features(self, samples: np.ndarray) -> np.ndarray:
        """Packed bits, uint32 [frames, words], of int16 samples; each call starts afresh."""
        return self.features_batch(np.asarray(samples)[np.newaxis])[0]

    def features_batch(self, samples: np.ndarray) -> np.ndarray:
        """Packed bits, uint32 [clips, frames, words], of int16 [clips, samples]."""
        return self._batch(samples, np.uint32, self.words, self._library.dm_analog_features, "uint32_t *")

    def envelopes(self, samples: np.ndarray) -> np.ndarray:
        """Largest envelopes a window, int32 [frames, channels], of int16 samples: what the comparators compare."""
        return self.envelopes_batch(np.asarray(samples)[np.newaxis])[0]

    def envelopes_batch(self, samples: np.ndarray) -> np.ndarray:
        """Largest envelopes a window, int32 [clips, frames, channels], of int16 [clips, samples].

        A level is a voltage before the gain, in steps of full_scale_v / 2^29. Without hysteresis the bit is
        `envelope >= round(threshold_v / gain / full_scale_v * 2^29)`; it ends where the rectifier clips, at
        round(supply_v / gain / full_scale_v * 2^29).
        """
        return self._batch(samples, np.int32, self.channels, self._library.dm_analog_envelopes, "int32_t *")

    def unpack(self, words: np.ndarray) -> np.ndarray:
        """Bits, uint8 [..., channels], of packed words, uint32 [..., words]."""
        octets = np.ascontiguousarray(words, "<u4").view(np.uint8)
        return np.unpackbits(octets, axis=-1, bitorder="little")[..., : self.channels]

    def _batch(self, samples, kind, width: int, function, pointer: str) -> np.ndarray:
        samples = np.asarray(samples)
        if samples.dtype != np.int16 or samples.ndim != 2:
            raise TypeError(f"expected int16 samples [clips, samples], got {samples.dtype} {list(samples.shape)}")
        samples = np.ascontiguousarray(samples)
        clips, count = samples.shape
        frames = self.frames(count)
        output = np.empty((clips, frames, width), kind)
        for clip in range(clips):
            source = self._ffi.cast("const int16_t *", samples[clip].ctypes.data)
            target = self._ffi.cast(pointer, output[clip].ctypes.data)
            self._checked(
                function(self._section, self._length, source, count, target, frames, self._memory, self._memory_size)
            )
        return output

    def _design(self, settings: dict) -> bytes:
        text = json.dumps(settings).encode()
        message = self._ffi.new("uint8_t[]", 500)
        output = self._ffi.new("uint8_t[]", 8192)
        size = self._library.dm_design_analog(text, len(text), output, len(output), message, len(message))
        if size < 0:
            reason = self._ffi.string(self._ffi.cast("char *", message)).decode()
            raise LibraryError(reason or f"dm_design_analog failed with {size}")
        return bytes(self._ffi.buffer(output, size))

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            raise LibraryError(f"the front end failed with code {result} (see Sources/CDormouse/include/dormouse.h)")
        return result

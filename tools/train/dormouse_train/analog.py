"""Bits of the analog-binary front end, computed by the code that runs on the device."""

import numpy as np

from .device_front_end import DeviceFrontEnd


class AnalogBinary(DeviceFrontEnd):
    """An analog-binary front end.

    `settings` has the keys of AnalogBinarySettings (Sources/DormouseModel/Graph/AnalogBinarySettings.swift):
    sample_rate, window_ms, channels, low_hz, high_hz, centre_hz, q, gain, threshold_v, hysteresis_v, supply_v,
    full_scale_v, attack_ms, decay_ms; what is absent takes the default there. Raises LibraryError, in plain words,
    if they are impossible. `section` is the front-end section of an image.

    One object serves one thread at a time.
    """

    kind = "analog-binary"
    functions = "analog"

    def __init__(self, settings: dict | None = None):
        super().__init__(settings)
        self.channels = self._asked("channels")
        self.words = (self.channels + 31) // 32

    def features(self, samples: np.ndarray) -> np.ndarray:
        """Packed bits, uint32 [frames, words], of int16 samples; each call starts afresh."""
        return self.features_batch(np.asarray(samples)[np.newaxis])[0]

    def features_batch(self, samples: np.ndarray) -> np.ndarray:
        """Packed bits, uint32 [clips, frames, words], of int16 [clips, samples]."""
        return self._batch(samples, "features", self.words, np.uint32)

    def envelopes(self, samples: np.ndarray) -> np.ndarray:
        """Largest envelopes a window, int32 [frames, channels], of int16 samples: what the comparators compare."""
        return self.envelopes_batch(np.asarray(samples)[np.newaxis])[0]

    def envelopes_batch(self, samples: np.ndarray) -> np.ndarray:
        """Largest envelopes a window, int32 [clips, frames, channels], of int16 [clips, samples].

        A level is a voltage before the gain, in steps of full_scale_v / 2^29. Without hysteresis the bit is
        `envelope >= round(threshold_v / gain / full_scale_v * 2^29)`; it ends where the rectifier clips, at
        round(supply_v / gain / full_scale_v * 2^29).
        """
        return self._batch(samples, "envelopes", self.channels, np.int32)

    def unpack(self, words: np.ndarray) -> np.ndarray:
        """Bits, uint8 [..., channels], of packed words, uint32 [..., words]."""
        octets = np.ascontiguousarray(words, "<u4").view(np.uint8)
        return np.unpackbits(octets, axis=-1, bitorder="little")[..., : self.channels]

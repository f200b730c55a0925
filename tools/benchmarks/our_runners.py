"""One pass through our runtime, to be timed beside `peers.runners`."""

from pathlib import Path

import numpy as np
from count.counting import ROOT

from .dense250k import OurNetwork
from .microfrontend import LogMel, OurFrontEnd
from .our_spotter import OurSpotter

LIBRARY = ROOT / ".build" / "release" / "libDormousePython.so"

__all__ = ["OurFrontEnd", "OurInference", "OurLogMel", "OurPipeline"]


class OurInference:
    """An inference of a bare image."""

    def __init__(self, image: str):
        self._network = OurNetwork(Path(image), LIBRARY)
        self._run, self._memory = self._network.library.dm_network_run, self._network.memory

    def __call__(self) -> None:
        self._run(self._memory)


class OurLogMel(OurFrontEnd):
    """A sound through our log-mel front end, with the hop and the bands that kaldi-native-fbank is given."""

    def __init__(self, samples: np.ndarray):
        super().__init__(samples, LogMel({"hop_ms": 10, "bands": 40}))


class OurPipeline:
    """A sound through an image that hears, 10 ms at a time."""

    def __init__(self, samples: np.ndarray, image: str, library: str = str(LIBRARY)):
        self._spotter, self._samples = OurSpotter(Path(library), Path(image)), samples

    def __call__(self) -> None:
        for _ in self._spotter.hear(self._samples, 160):
            pass

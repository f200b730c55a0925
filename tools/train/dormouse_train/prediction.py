"""Networks as functions from int8 frames to logits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from .integer import IntegerNetwork
from .networks import Network


def predictor(network: Network) -> Callable[[np.ndarray], np.ndarray]:
    """Logits of the network that will be shipped: integers once it is quantized."""
    return IntegerNetwork(network).run_in_parts if network.quantized else in_float(network)


def in_float(network: Network) -> Callable[[np.ndarray], np.ndarray]:
    """Float logits, fake-quantized ones of a quantized network."""

    @torch.no_grad()
    def predict(frames: np.ndarray) -> np.ndarray:
        network.eval()
        return torch.cat([network(part) for part in torch.from_numpy(frames).split(256)]).numpy()

    return predict

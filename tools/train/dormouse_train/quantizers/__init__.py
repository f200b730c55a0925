"""Quantizers of weights and activations, one a module, under one registry. docs/quantizers.md says how to add one."""

from . import adabin, balanced, binary, codebook, linear, tanh, ternary, xnor  # noqa: F401  (each registers itself)
from .affine import INPUT_SCALE, MAXIMUM, MINIMUM, Activation, activation_range, fake_average, fake_bias
from .encoding import Encoding, encoding
from .frozen import FrozenWeight
from .registry import ACTIVATIONS, ESTIMATORS, WEIGHTS, look_up, register
from .sign import SignEstimator, sign
from .weight import WeightQuantizer, spread

__all__ = [
    "ACTIVATIONS",
    "ESTIMATORS",
    "INPUT_SCALE",
    "MAXIMUM",
    "MINIMUM",
    "WEIGHTS",
    "Activation",
    "Encoding",
    "FrozenWeight",
    "SignEstimator",
    "WeightQuantizer",
    "activation_range",
    "encoding",
    "fake_average",
    "fake_bias",
    "look_up",
    "register",
    "sign",
    "spread",
]

"""Inputs that tests of the command line share."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import BARE, DORMOUSE, HEARING, dormouse


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """A good image, a bare network, and a good recording."""
    if not DORMOUSE.exists():
        pytest.skip(f"build first: {DORMOUSE} is absent")
    path = tmp_path_factory.mktemp("inputs")
    for model, name in ((HEARING, "good.dormouse"), (BARE, "bare.dormouse")):
        result = dormouse("convert", model, "-o", path / name)
        assert result.returncode == 0, result.stderr
    noise = np.random.default_rng(3).integers(-250, 250, 32000).astype(np.int16)
    for extension in ("wav", "flac", "ogg"):
        soundfile.write(path / f"good.{extension}", noise, 16000)
    return path

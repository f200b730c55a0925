"""What tests share: inputs of the command line, and the SDK; and which of them may run side by side."""

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import BARE, DORMOUSE, HEARING, dormouse
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from kit import package  # noqa: E402

ONE_BY_ONE = {
    ".build-firmware": [
        "benchmarks",
        "binary_fixtures",
        "cascade",
        "cycles",
        "ears",
        "firmware",
        "flash",
        "missing_parts",
        "probes",
        "rtl",
        "simulate",
        "wake_word",
    ],
    ".build-sdk": ["board_firmware", "edges_abi", "sdk", "sdk_slots"],
}
"""Files of tests that write to the same folder."""


class OneByOne(LoadScopeScheduling):
    """With `-n 2` two files of tests run at a time, each in its order, and none beside one of the same folder."""

    def _split_scope(self, nodeid: str) -> str:
        name = Path(nodeid.split("::")[0]).stem.removeprefix("test_")
        return next((folder for folder, names in ONE_BY_ONE.items() if name in names), name)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    return OneByOne(config, log)


@pytest.fixture(scope="session")
def sdk() -> Path:
    """The SDK, made where `tools/sdk` makes it, so that what is unchanged is not compiled again."""
    return package.assemble(ROOT / ".build-sdk")


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

"""`tools/bench peers`: peers in turn, one that is absent, the tables, the picture."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import peer_table, peers
from peers import environments, process, runners
from plots import peers as picture


class Stub:
    """A worker that is always as fast."""

    def __init__(self, nanoseconds: float, order: list[float]):
        self.nanoseconds, self.order = nanoseconds, order

    def block(self) -> float:
        self.order.append(self.nanoseconds)
        return self.nanoseconds


@pytest.fixture
def report() -> dict:
    """All rows, with ratios that are easily recognised."""
    results: dict[str, float] = {}
    for key, _, names in peer_table.TIMED:
        for name in ("ours", *names):
            results |= {f"{key}.host.{name}_ns": 1860.0, f"{key}.memory.{name}": 2_000_000}
            results[f"{key}.libraries.{name}"] = 500_000
        for name in names:
            ratio = f"{key}.host.ratio_{name}"
            results |= {ratio: 0.5, f"{ratio}_low": 0.4, f"{ratio}_high": 0.7}
        results |= {f"{key}.memory.sdk": 1_000_000, f"{key}.libraries.sdk": 100_000}
        results |= {f"{key}.image": 38_368, f"{key}.tflite": 60_264}
    results |= {key: theirs // 2 for key, _, theirs, _ in peer_table.PUBLISHED}
    return {
        "results": results,
        "versions": {"litert": "ai-edge-litert 2.3.0"},
        "absent": {"x": "x is not"},
        "host": "x",
    }


def test_runtimes_take_turns():
    order: list[float] = []
    times = process.race({"ours": Stub(1, order), "theirs": Stub(2, order)}, 3)
    assert order == [1, 2, 1, 2, 1, 2] and times == {"ours": [1, 1, 1], "theirs": [2, 2, 2]}
    assert process.spread([float(value) for value in range(101)]) == (50, 5, 95)


def test_a_worker_times_passes_and_says_what_it_took():
    # Ours needs no environment; a missing image is a complaint, not a traceback of the bench.
    with pytest.raises(environments.PeerAbsent, match=r"Dormouse, OurInference: .*nowhere"):
        process.Worker(None, "OurInference", "/nowhere.dormouse")


def test_every_peer_has_one_version_and_its_own_folder():
    folders = {environments.environment(name) for name in environments.REQUIREMENTS}
    assert len(folders) == len(environments.REQUIREMENTS)
    assert all("==" in package for packages in environments.REQUIREMENTS.values() for package in packages)
    assert environments.version("litert") == "ai-edge-litert 2.3.0"


def test_what_cannot_be_installed_is_said_in_a_line(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(environments.REQUIREMENTS, "kaldi-native-fbank", ("./nowhere-0.0-py3-none-any.whl",))
    with pytest.raises(environments.PeerAbsent, match="can't be installed here") as error:
        environments.python("kaldi-native-fbank")
    assert "\n" not in str(error.value)


def test_sounds_are_cut_into_whole_chunks():
    import numpy as np

    assert [len(chunk) for chunk in runners.chunks(np.zeros(500, np.int16))] == [320] * 3


def test_tables_hold_every_row_with_its_source(report):
    text = peer_table.markdown(report)
    assert text.count("| 0.50 (0.40 to 0.70) |") == sum(len(names) for _, _, names in peer_table.TIMED)
    for _, what, theirs, _ in peer_table.PUBLISHED:
        assert what in text and f"{theirs:,}" in text
    assert "QEMU 7.2" in text and "ai-edge-litert 2.3.0" in text and "Not to be had here: x is not." in text
    assert all(line.count("|") in (0, 5, 6) for line in text.splitlines())


def test_the_readme_is_updated_between_its_marks(report, monkeypatch, tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{peer_table.START}\nold\n{peer_table.END}\nafter\n")
    monkeypatch.setattr(peer_table, "README", readme)
    monkeypatch.setattr(peer_table, "PICTURE", tmp_path / "peers.png")
    for _ in range(2):
        peer_table.update(report)
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert (
        text.count("MLPerf Tiny's DS-CNN") == len(peer_table.TIMED[1][2])
        and (tmp_path / "peers.png").stat().st_size > 10_000
    )
    marks = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    assert marks.count(peer_table.START) == marks.count(peer_table.END) == 1


def test_the_picture_is_drawn_of_what_there_is(report, tmp_path):
    del report["results"]["logmel.host.ratio_kaldi"]
    picture.draw(report, tmp_path / "peers.svg")
    assert "kaldi" not in (tmp_path / "peers.svg").read_text()


def test_a_peer_that_is_absent_is_left_out_and_named_once(monkeypatch, capsys):
    class Ours(Stub):
        def __init__(self, peer, *_):
            if peer is not None:
                raise environments.PeerAbsent(f"{peer} can't be installed here: no network")
            super().__init__(1000, [])

        def close(self):
            return {"memory": 1, "libraries": 2}

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(peers, "Worker", Ours)
    run = peers.Run()
    for key in ("kws_ref", "vad"):
        run.race(key, {"ours": (None, "OurInference"), "litert": ("litert", "LiteRT")})
    assert run.results["kws_ref.host.ours_ns"] == 1000 and not [key for key in run.results if "litert" in key]
    assert list(run.absent) == ["litert"] and capsys.readouterr().err.count("can't be installed") == 1

"""`dormouse evaluate`: its figures against numpy, against training's own, and against ONNX Runtime; and bad input."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from command_line import DORMOUSE, HEARING, ROOT, dormouse, refused

sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tools" / "train")]

from benchmarks.float_scores import hush, onnx_listener  # noqa: E402
from benchmarks.validation import Entry, write_manifest, write_task_clips  # noqa: E402
from dormouse_train import evaluation, recipe, recordings, streaming  # noqa: E402
from dormouse_train.library import LibraryError, load  # noqa: E402

pytestmark = pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE} is absent")
DATA = recordings.default_data_folder()
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent: no recordings to judge by")
STEP, REFRACTORY, RATE = 2560, 11200, 16000


def report(*arguments, code: int = 0) -> dict:
    result = dormouse("evaluate", "--json", *arguments)
    assert result.returncode == code, result.stderr.decode()
    return json.loads(result.stdout)


# Figures, against numpy


def random_sheet(seed: int, keywords: int, run: int) -> dict:
    """Scores of clips and of long audio, rounded so that some are equal."""
    rng = np.random.default_rng(seed)
    labels = [*"abc"[:keywords], "unknown"]
    clips = []
    for number in range(400):
        label = int(rng.integers(0, keywords + 2))
        label = min(label, keywords)
        scores = rng.beta(1, 6, keywords)
        if label < keywords:
            scores[label] = rng.beta(5, 2)
        answer = label if rng.random() < 0.8 else int(rng.integers(0, keywords + 1))
        clips.append(
            {
                "name": f"{number}",
                "speaker": f"speaker {rng.integers(0, 60)}",
                "label": label,
                "answer": answer,
                "scores": scores.round(3).tolist(),
            }
        )
    long = []
    for number in range(12):
        walk = np.cumsum(rng.normal(0, 0.09, (keywords, 700)), axis=1)
        scores = np.abs((walk + 1) % 2 - 1).round(3) ** 2
        long.append({"name": f"l{number}", "speaker": f"l{number}", "seconds": 112.0, "scores": scores.tolist()})
    return {
        "model": f"random {seed}",
        "labels": labels,
        "keywords": [{"label": index, "threshold": 0.5, "minimum_run": run} for index in range(keywords)],
        "sample_rate": RATE,
        "step": STEP,
        "refractory": REFRACTORY,
        "clips": clips,
        "recordings": long,
    }


def score_file(path: Path, *sheets: dict) -> Path:
    path.write_text(json.dumps({"format": "dormouse-scores", "version": 1, "sheets": sheets}))
    return path


def detections(scores: np.ndarray, threshold: float, run: int) -> int:
    """By the detector that judges training."""
    front = SimpleNamespace(samples=lambda frames: frames * STEP)
    made = SimpleNamespace(keywords=list("abc"[: len(scores)]), shape=SimpleNamespace(context=1), front_end=front)
    settings = recipe.DetectorSettings(stride=1, smoothing=1, refractory_ms=REFRACTORY * 1000 // RATE, minimum_run=run)
    return len(streaming.detections(made, scores.T, settings, threshold))


@pytest.mark.parametrize(("seed", "keywords", "run"), [(1, 1, 1), (2, 1, 2), (3, 3, 2)])
def test_every_rate_is_what_numpy_counts(tmp_path, seed, keywords, run):
    sheet = random_sheet(seed, keywords, run)
    found = report("--scores", score_file(tmp_path / "s.json", sheet), "--bootstrap", "0")
    labels = np.array([clip["label"] for clip in sheet["clips"]])
    answers = np.array([clip["answer"] for clip in sheet["clips"]])
    scores = np.array([clip["scores"] for clip in sheet["clips"]])
    assert found["accuracy"] == pytest.approx(np.mean(labels == answers), abs=1e-12)
    expected = np.zeros((keywords + 1, keywords + 1), int)
    np.add.at(expected, (labels, answers), 1)
    assert found["confusion"] == {"labels": sheet["labels"], "counts": expected.tolist()}
    for index, name in enumerate(sheet["labels"]):
        assert found["per_class"][name] == pytest.approx(np.mean(answers[labels == index] == index))
    hours = sum(item["seconds"] for item in sheet["recordings"]) / 3600
    assert found["hours"] == pytest.approx(hours)
    groups = {name: [index] for index, name in enumerate(sheet["labels"][:-1])}
    if keywords > 1:
        groups["any"] = list(range(keywords))
    assert set(found["curves"]) == set(found["operating_points"]) == set(groups)
    compared = 0
    for name, chosen in groups.items():
        curve = {key: np.array(value) for key, value in found["curves"][name].items()}
        spoken = np.isin(labels, chosen)
        positive = scores[spoken, labels[spoken]]
        negative = scores[~spoken][:, chosen].max(1)
        assert set(curve["threshold"][:-1]) == set(positive)
        for place in range(0, len(curve["threshold"]), 7):
            threshold = curve["threshold"][place]
            assert curve["frr"][place] == pytest.approx(np.mean(positive < threshold), abs=1e-12)
            assert curve["fdr"][place] == pytest.approx(np.mean(negative >= threshold), abs=1e-12)
            count = sum(detections(np.array(r["scores"])[chosen], threshold, run) for r in sheet["recordings"])
            assert curve["false_accepts_per_hour"][place] == pytest.approx(count / hours)
            compared += count
        points = found["operating_points"][name]
        for point in points["fdr_at_frr"]:
            allowed = curve["frr"] <= point["limit"] + 1e-9
            assert point["fdr"] == curve["fdr"][allowed].min()
        for point in points["frr_at_fa_per_hour"]:
            over = np.flatnonzero(curve["false_accepts_per_hour"] > point["limit"])
            assert point["frr"] == curve["frr"][over[-1] + 1]
        assert points["own"]["frr"] == pytest.approx(np.mean(positive < 0.5))
        assert points["own"]["fdr"] == pytest.approx(np.mean(negative >= 0.5))
    print(f"{compared} detections compared on {len(groups)} curves")
    assert compared > 1000


def test_confidence_intervals_are_those_of_numpys_bootstrap_by_speaker(tmp_path):
    sheet = random_sheet(5, 1, 1)
    path = score_file(tmp_path / "s.json", sheet)
    found = report("--scores", path, "--bootstrap", "4000", "--seed", "3")
    assert found == report("--scores", path, "--bootstrap", "4000", "--seed", "3", "--jobs", "1")
    labels = np.array([clip["label"] for clip in sheet["clips"]])
    scores = np.array([clip["scores"][0] for clip in sheet["clips"]])
    right = np.array([clip["label"] == clip["answer"] for clip in sheet["clips"]])
    names, speakers = np.unique([clip["speaker"] for clip in sheet["clips"]], return_inverse=True)
    rng = np.random.default_rng(1)
    fdr, accuracy = [], []
    for _ in range(4000):
        weights = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))[speakers]
        order = np.argsort(scores[labels == 0])
        rejected = np.cumsum(weights[labels == 0][order]) / weights[labels == 0].sum()
        # The lowest score that must still be accepted.
        threshold = scores[labels == 0][order][np.flatnonzero(rejected > 0.05 + 1e-12)[0]]
        negative = weights[labels == 1]
        fdr.append(np.sum(negative[scores[labels == 1] >= threshold]) / negative.sum())
        accuracy.append(np.average(right, weights=weights))
    point = next(p for p in found["operating_points"]["a"]["fdr_at_frr"] if p["limit"] == 0.05)
    expected = np.quantile(fdr, [0.025, 0.975])
    print("FDR at FRR 5 %:", point["fdr"], point["low"], point["high"], "numpy", expected)
    assert [point["low"], point["high"]] == pytest.approx(expected, abs=0.012)
    expected = np.quantile(accuracy, [0.025, 0.975])
    assert [found["accuracy_low"], found["accuracy_high"]] == pytest.approx(expected, abs=0.004)


# Sound


def clip_folder(folder: Path, seed: int = 1) -> Path:
    """Hummed classes of which a model knows some; and one minute of background."""
    rng = np.random.default_rng(seed)
    for number, word in enumerate(("zero", "yes", "silence", "_background_noise_")):
        (folder / word).mkdir(parents=True)
        for clip in range(4):
            seconds = 12.5 if word.startswith("_") else (0.7, 1.0, 1.0, 1.9)[clip]
            wave = np.sin(2 * np.pi * 180 * (number + 1) * np.arange(int(RATE * seconds)) / RATE)
            sound = (wave * 4000 + rng.normal(0, 40, len(wave))).astype(np.int16)
            soundfile.write(folder / word / f"{'ab'[clip % 2]}_nohash_{clip}.wav", sound, RATE)
    return folder


ZERO = ROOT / "models" / "zero-dense" / "zero-dense.dormouse"


def test_figures_do_not_depend_on_the_number_of_threads(tmp_path):
    data = clip_folder(tmp_path / "data")
    arguments = ("-m", ZERO, "--data", data, "--noise", data / "yes", "--snr", "10,0", "--bootstrap", "50")
    first = report(*arguments, "--jobs", "1", "--write-scores", tmp_path / "one.json")
    assert report(*arguments, "--jobs", "5", "--write-scores", tmp_path / "five.json") == first
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "five.json").read_bytes()
    again = report("--scores", tmp_path / "one.json", "--bootstrap", "50")
    assert {key: again[key] for key in ("models", "accuracy", "curves")} == {
        key: first[key] for key in ("models", "accuracy", "curves")
    }
    assert [entry["snr"] for entry in first["noise"]] == [10, 0]
    assert first["noise"][0]["curves"] != first["noise"][1]["curves"]
    assert report(*arguments, "--seed", "2")["noise"][0]["curves"] != first["noise"][0]["curves"]
    # Twelve whole seconds of each background recording are silence; all of it is long audio.
    assert first["confusion"]["labels"] == ["zero", "unknown", "silence"]
    assert [sum(row) for row in first["confusion"]["counts"]] == [4, 4, 4 + 4 * 12]
    assert first["hours"] == pytest.approx(4 * 12.5 / 3600)
    assert (first["curves"]["zero"]["keyword_clips"], first["curves"]["zero"]["other_clips"]) == (4, 8)


def test_several_models_stand_in_a_list_and_one_at_the_top_too(tmp_path):
    data = clip_folder(tmp_path / "data")
    one = report("-m", ZERO, "--data", data)
    for key in ("accuracy", "per_class", "confusion", "operating_points", "curves"):
        assert one[key] == one["models"][0][key]
    commands = ROOT / "models" / "commands-dense" / "commands-dense.dormouse"
    two = report("-m", ZERO, "-m", commands, "--data", data)
    assert [model["model"] for model in two["models"]] == ["zero-dense", "commands-dense"]
    assert two["models"][0] == one["models"][0]
    assert "accuracy" not in two
    assert set(two["models"][1]["curves"]) == {"yes", "no", "up", "down", "left", "right", "any"}
    assert set(report("-m", commands, "--data", data, "--task", "yes,no")["curves"]) == {"yes", "no", "any"}


def test_a_manifest_marks_stretches_of_recordings(tmp_path):
    rng = np.random.default_rng(2)
    sound = rng.normal(0, 900, RATE * 4).astype(np.int16)
    (tmp_path / "sub").mkdir()
    soundfile.write(tmp_path / "sub" / "long.wav", sound, RATE)
    soundfile.write(tmp_path / "cut.wav", sound[RATE : RATE * 3 // 2], RATE)
    (tmp_path / "list.csv").write_text("sub/long.wav,zero,1,1.5\nsub/long.wav,,2.5\ncut.wav,zero\n")
    found = report("-m", ZERO, "--data", tmp_path / "list.csv", "--write-scores", tmp_path / "s.json")
    (sheet,) = json.loads((tmp_path / "s.json").read_text())["sheets"]
    marked, cut = sheet["clips"]
    assert marked["answer"] == cut["answer"]
    assert [clip["name"] for clip in sheet["clips"]] == ["sub/long.wav[1:1.5]", "cut.wav"]
    assert found["hours"] == pytest.approx(1.5 / 3600)
    (tmp_path / "late.csv").write_text("sub/long.wav,zero,9\ncut.wav,zero\n")
    late = report("-m", ZERO, "--data", tmp_path / "late.csv", code=1)
    assert late["skipped_count"] == 1 and "is not inside its 4.0 s" in late["skipped"][0]["reason"]


def test_unreadable_clips_are_listed_counted_and_skipped(tmp_path):
    data = clip_folder(tmp_path / "data")
    (data / "zero" / "text.wav").write_text("no sound")
    (data / "yes" / "empty.flac").touch()
    (data / "yes" / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
    good = (data / "zero" / "a_nohash_0.wav").read_bytes()
    (data / "zero" / "cut.wav").write_bytes(good[: len(good) // 2])
    result = dormouse("evaluate", "-m", ZERO, "--data", data, "--json")
    assert result.returncode == 1
    found = json.loads(result.stdout)
    assert found["skipped_count"] == 4
    assert sorted(Path(item["path"]).name for item in found["skipped"]) == [
        "cut.wav",
        "empty.flac",
        "gone.wav",
        "text.wav",
    ]
    lines = result.stderr.decode().splitlines()
    assert len(lines) == 5 and lines[-1] == "dormouse: 4 recordings left out; the figures are of the rest"
    assert all(line.startswith("dormouse: ") for line in lines)
    assert found["curves"]["zero"]["keyword_clips"] == 4


def test_bad_input_is_one_clear_line(tmp_path, folder):
    data = clip_folder(tmp_path / "data")
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "zero").mkdir()
    (tmp_path / "bad" / "zero" / "x.wav").write_text("none")
    (tmp_path / "wrong.csv").write_text("a.wav,zero,1,2,3,4,5\n")
    (tmp_path / "scores.json").write_text("{}")
    good = ("evaluate", "-m", ZERO)
    refused(*good, "--data", tmp_path / "none", says="none: no such file or folder")
    refused(*good, "--data", tmp_path / "empty", says="empty: holds no folders")
    refused(*good, "--data", tmp_path / "wrong.csv", says="wrong.csv: line 1: 7 fields")
    refused(*good, "--data", ZERO, says="is no text")
    refused(*good, "--data", tmp_path / "bad", says="none of 1 recordings can be read")
    refused(*good, "--data", data, "--negatives", tmp_path / "none", says="--negatives takes a folder")
    refused(*good, "--data", data, "--noise", tmp_path / "empty", "--snr", "5", says="holds no recording of noise")
    refused(*good, "--data", data, "--task", "marvin", says="does not listen for marvin")
    refused("evaluate", "-m", folder / "bare.dormouse", "--data", data, says="bare network")
    refused("evaluate", "--scores", tmp_path / "scores.json", says="is no file of scores: format is missing")
    refused("evaluate", "--scores", tmp_path / "none.json", says="no such file")


def test_a_class_without_a_label_is_named(tmp_path, folder):
    """Of a model that has no label unknown."""
    (tmp_path / "settings.json").write_text('{"labels": ["yes", "no", "maybe", "silence"]}')
    image = tmp_path / "certain.dormouse"
    assert dormouse("convert", HEARING, "-s", tmp_path / "settings.json", "-o", image).returncode == 0
    data = clip_folder(tmp_path / "data")
    refused(
        "evaluate", "-m", image, "--data", data, says="the class zero is none of its labels (yes, no, maybe, silence)"
    )


# Real recordings


@pytest.fixture
def front_end_library():
    """Skips, in its own words, where the shared library isn't built."""
    try:
        load()
    except LibraryError as error:
        pytest.skip(str(error))


@needs_data
def test_accuracy_is_that_of_training_on_the_same_clips(tmp_path, front_end_library):
    from dormouse_train.runtime import Runtime

    settings = recipe.load_recipe("commands", "temporal")
    image = ROOT / "models" / "commands-temporal" / "commands-temporal.dormouse"
    clips, noise = recordings.load_validation(DATA, recordings.default_cache_folder())
    made = recordings.Recordings(clips, clips, noise, noise, [], [], clips)
    expected = evaluation.figures(settings, Runtime(image), evaluation.validation_examples(settings, made), None)
    found = report("-m", image, "--data", write_task_clips(settings, tmp_path), "--bootstrap", "0")
    print(f"{found['accuracy']:.4%} of {found['clips']} clips; training says {expected['accuracy']} %")
    assert round(100 * found["accuracy"], 2) == expected["accuracy"]
    for label, share in found["per_class"].items():
        assert round(100 * share, 2) == expected[f"class.{label}"]


@needs_data
def test_scores_are_those_of_onnx_runtime_with_a_detector_in_floating_point(tmp_path, front_end_library):
    import zipfile

    lines = []
    for word in ("zero", "yes", "three"):
        with zipfile.ZipFile(DATA / "speech-commands" / "validation" / f"{word}.zip") as archive:
            for name in sorted(archive.namelist())[:8]:
                lines.append(Entry(archive.extract(name, tmp_path), word, "", name.split("_nohash_")[0]))
    lines.append(Entry(str(sorted((DATA / "speech").glob("*.opus"))[0]), "", "2.5", "reader"))
    manifest = write_manifest(lines, tmp_path / "list.csv")
    expected = onnx_listener(ZERO.with_suffix(".onnx")).sheet(lines)
    report("-m", ZERO, "--data", manifest, "--write-scores", tmp_path / "s.json")
    (found,) = json.loads((tmp_path / "s.json").read_text())["sheets"]
    for key in ("model", "labels", "sample_rate", "step", "refractory"):
        assert found[key] == expected[key], key
    assert found["keywords"][0] == pytest.approx(expected["keywords"][0], abs=1 / 32768)
    differences = []
    for mine, theirs in zip(found["clips"], expected["clips"], strict=True):
        assert {k: mine[k] for k in ("name", "label", "speaker")} == {
            k: theirs[k] for k in ("name", "label", "speaker")
        }
        differences.append(abs(mine["scores"][0] - theirs["scores"][0]))
    (mine,), (theirs,) = found["recordings"], expected["recordings"]
    assert mine["seconds"] == pytest.approx(theirs["seconds"])
    assert len(mine["scores"][0]) == len(theirs["scores"][0]) > 30
    differences += np.abs(np.subtract(mine["scores"], theirs["scores"])).ravel().tolist()
    print(f"{len(differences)} scores compared, they differ by at most {max(differences):.5f}")
    assert max(differences) < 0.03 and np.median(differences) < 0.001


def test_the_noise_around_a_recording_is_numbers_that_both_languages_know():
    """Depends on the name and the level alone."""
    block = np.tile(np.array([100, -100], np.int16), 8000)
    noise = hush(block, "a/b.wav", 2000)
    assert noise.tolist() == hush(block, "a/b.wav", 3000)[:2000].tolist()
    assert np.sqrt(np.mean(noise.astype(float) ** 2)) == pytest.approx(100, rel=0.05)
    assert not np.array_equal(noise, hush(block, "a/c.wav", 2000))


# Pictures


def plot(*arguments) -> subprocess.CompletedProcess:
    command = [str(argument) for argument in (ROOT / "tools" / "plot", *arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_pictures_are_drawn_from_reports(tmp_path):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report("-m", ZERO, "--data", clip_folder(tmp_path / "data"))))
    sheets = score_file(tmp_path / "s.json", random_sheet(1, 1, 1), random_sheet(2, 3, 1))
    (tmp_path / "random.json").write_text(json.dumps(report("--scores", sheets)))
    for kind, inputs, more in (
        ("det", ["random.json", "report.json"], []),
        ("det", ["random.json"], ["--across", "hour"]),
        ("size", ["report.json"], []),
        ("size", ["report.json"], ["--figure", "fdr"]),
        ("confusion", ["report.json", "random.json"], []),
    ):
        output = tmp_path / "picture.png"
        result = plot(kind, *[tmp_path / name for name in inputs], *more, "-o", output)
        assert result.returncode == 0, result.stderr
        assert output.read_bytes()[:4] == b"\x89PNG"
        output.unlink()


def test_a_picture_of_nothing_is_one_clear_line(tmp_path):
    path = score_file(tmp_path / "s.json", random_sheet(1, 1, 1))
    (tmp_path / "random.json").write_text(json.dumps(report("--scores", path)))
    for arguments, words in (
        (("det", path), "is no report"),
        (("det", tmp_path / "none.json"), "none.json: No such file"),
        (("size", tmp_path / "random.json"), "its size is not in the report"),
        (("det", tmp_path / "random.json", "--keyword", "z"), "has no curve for z"),
    ):
        result = plot(*arguments, "-o", tmp_path / "picture.png")
        assert result.returncode == 1
        assert result.stderr.startswith("tools/plot: ") and result.stderr.count("\n") == 1 and words in result.stderr
    assert not (tmp_path / "picture.png").exists()

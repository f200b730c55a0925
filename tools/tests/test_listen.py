"""`dormouse listen` through ALSA: words live, lost sound, vanished devices, foreign rates; without a sound card."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import DORMOUSE, ROOT, complaint, dormouse
from scipy.signal import resample_poly

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from microphones import Feeder, Listening, build_card, configure

RECORDING = ROOT / "demo" / "words.flac"
STRIDE = 0.16
LATENCY = 0.3

pytestmark = [
    pytest.mark.skipif(not DORMOUSE.exists(), reason=f"build first: {DORMOUSE} is absent"),
    pytest.mark.skipif(not Path("/usr/share/alsa/alsa.conf").exists(), reason="ALSA is not installed"),
]


@pytest.fixture(scope="module")
def card(tmp_path_factory) -> Path:
    library = build_card(tmp_path_factory.mktemp("card"))
    if library is None:
        pytest.skip("the sound card for tests can't be built: gcc or libasound2-dev is missing")
    return library


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return soundfile.read(RECORDING, dtype="int16")[0]


@pytest.fixture(scope="module")
def detected() -> list[dict]:
    result = dormouse("detect", "--json", RECORDING, cwd=ROOT)
    return [json.loads(line) for line in result.stdout.splitlines()]


def listen_to_fifo(folder: Path, card: Path, samples: np.ndarray) -> dict:
    """The whole recording, bit by bit in real time; memory and processor time on the way."""
    env = configure(folder, card)
    os.mkfifo(folder / "fifo")
    feeder = Feeder(folder / "fifo", samples.tobytes())
    feeder.start()
    listening = Listening.start("--device", "fifo", env=env)
    listening.wait_until(lambda it: len(it.words) >= 2, 15)
    memory = listening.status("VmRSS")
    spent, since = listening.processor_seconds(), time.time()
    listening.wait_until(lambda _: time.time() > feeder.started + len(samples) / 16000 + 0.5, 40)
    memory = (memory, listening.status("VmRSS"))
    share = (listening.processor_seconds() - spent) / (time.time() - since)
    listening.interrupt()
    feeder.stopping.set()
    return {"listening": listening, "started": feeder.started, "memory": memory, "share": share}


def listen_to_card(folder: Path, card: Path, samples: np.ndarray) -> dict:
    """The whole recording from a card of 44.1 kHz, 32 bits and two channels, of which one is louder."""
    env = configure(folder, card)
    mono = resample_poly(samples.astype(np.float64), 441, 160)
    stereo = np.stack([1.2 * mono, 0.8 * mono], axis=1) * 65536
    (folder / "sound").write_bytes(np.clip(stereo, -(2**31), 2**31 - 1).astype(np.int32).tobytes())
    listening = Listening.start("--device", "stereo", env=env)
    time.sleep(len(samples) / 16000 + 1)
    listening.interrupt()
    return {"listening": listening}


def listen_to_accidents(folder: Path, card: Path, samples: np.ndarray) -> dict:
    """A busy card that becomes free, is read too late once, and unplugged for a while."""
    env = configure(folder, card)
    (folder / "sound").write_bytes(samples.tobytes())
    (folder / "busy").touch()
    listening = Listening.start("--device", "plain", env=env)
    listening.wait_until(lambda it: it.notices)
    (folder / "busy").unlink()
    listening.wait_until(lambda it: len(it.notices) > 1)
    began = time.time()
    # Between the third and the fourth word.
    time.sleep(max(0, began + 7 - time.time()))
    listening.process.send_signal(signal.SIGSTOP)
    time.sleep(1)
    listening.process.send_signal(signal.SIGCONT)
    # Between the sixth and the seventh.
    time.sleep(max(0, began + 12.8 - time.time()))
    (folder / "gone").touch()
    time.sleep(1)
    (folder / "gone").unlink()
    time.sleep(max(0, began + len(samples) / 16000 + 0.5 - time.time()))
    listening.interrupt()
    return {"listening": listening}


@pytest.fixture(scope="module")
def live(tmp_path_factory, card, samples) -> dict[str, dict]:
    """All that takes as long as the recording, at the same time."""
    runs = {"fifo": listen_to_fifo, "stereo": listen_to_card, "accidents": listen_to_accidents}
    folders = {name: tmp_path_factory.mktemp(name) for name in runs}
    with ThreadPoolExecutor() as pool:
        futures = {name: pool.submit(run, folders[name], card, samples) for name, run in runs.items()}
        return {name: future.result() for name, future in futures.items()}


def test_words_are_heard_live_as_in_the_file(live, detected):
    words = live["fifo"]["listening"].words
    assert [word["label"] for word in words] == [word["label"] for word in detected]
    for word, other in zip(words, detected, strict=True):
        assert abs(word["time"] - other["time"]) < 1e-9, "the very same samples"
        assert abs(word["score"] - other["score"]) < 1e-4


def test_a_word_is_printed_soon_after_its_last_sample(live):
    """From the moment at which the sample was fed, by the test's own clock."""
    listening, started = live["fifo"]["listening"], live["fifo"]["started"]
    latencies = [time - started - word["time"] for time, word in zip(listening.printed, listening.words, strict=True)]
    print("latencies", latencies)
    # All but one: a busy machine may hold one up.
    assert sorted(latencies)[-2] < LATENCY and max(latencies) < 1
    assert 0 < listening.summary["latency"] < LATENCY
    assert abs(listening.summary["latency"] - sorted(latencies)[len(latencies) // 2]) < 0.05


def test_memory_is_small_and_flat_and_the_processor_sleeps(live):
    before, after = live["fifo"]["memory"]
    print("memory", before, after, "share", live["fifo"]["share"])
    assert after - before < 1024
    assert after < 40 * 1024
    assert live["fifo"]["share"] < 0.05, "a fifth of this on a quiet machine"


def test_a_stereo_card_of_another_rate_is_heard_alike(live, detected):
    listening = live["stereo"]["listening"]
    assert "32-bit, 44100 Hz, 2 channels" in listening.notices[0]
    assert [word["label"] for word in listening.words] == [word["label"] for word in detected]
    for word, other in zip(listening.words, detected, strict=True):
        assert abs(word["time"] - other["time"]) <= STRIDE
    assert listening.summary["overruns"] == 0


def test_busy_lost_and_unplugged_are_told_once_and_survived(live, detected):
    listening = live["accidents"]["listening"]
    print(listening.notices, listening.summary)
    told = ["is busy", "listening to plain", "sound was lost", "waiting for it", "listening to plain"]
    assert len(listening.notices) == len(told)
    for notice, part in zip(listening.notices, told, strict=True):
        assert part in notice
    assert 1 <= listening.summary["overruns"] <= 3
    # What was said while sound came in.
    assert [word["label"] for word in listening.words] == [word["label"] for word in detected]
    heard = 22.97 - 1 - 1
    assert heard - 3 < listening.summary["seconds_heard"] < heard + 2


def test_stalled_feeder_delays_but_loses_nothing(tmp_path, card, samples):
    env = configure(tmp_path, card)
    os.mkfifo(tmp_path / "fifo")
    feeder = Feeder(tmp_path / "fifo", samples[: 6 * 16000].tobytes())
    feeder.start()
    listening = Listening.start("--device", "fifo", env=env)
    listening.wait_until(lambda _: feeder.started and time.time() > feeder.started + 3)
    feeder.stalled.set()
    time.sleep(1)
    feeder.stalled.clear()
    listening.wait_until(lambda it: len(it.words) >= 2)
    listening.interrupt()
    feeder.stopping.set()
    assert [(word["label"], word["time"]) for word in listening.words] == [("yes", 3.87), ("no", 5.31)]


def test_the_reader_allocates_nothing_while_it_reads(tmp_path, card, samples):
    """Some seconds from a card that has to be mixed down and resampled, with every allocation counted by thread."""
    counter = tmp_path / "count.so"
    source = ROOT / "tools" / "microphones" / "count_allocations.c"
    subprocess.run(["gcc", "-std=gnu11", "-O1", "-shared", "-fPIC", source, "-o", counter], check=True)
    env = configure(tmp_path, card)
    (tmp_path / "sound").write_bytes(np.repeat(samples[: 5 * 16000].astype(np.int32) << 16, 6).tobytes())
    listening = Listening.start("--device", "stereo", env={**env, "LD_PRELOAD": str(counter)})
    listening.wait_until(lambda it: it.notices, 20)
    time.sleep(5)
    tasks = Path(f"/proc/{listening.process.pid}/task").glob("*/comm")
    assert "sound" in [task.read_text().strip() for task in tasks]
    listening.interrupt()
    counts = listening.process.stderr.read().split()
    print(counts, listening.summary)
    assert listening.summary["seconds_heard"] > 3
    # One or two at its end, some to tell of an overrun on a busy machine; 200 pieces were read in between.
    assert int(counts[1].rstrip(",")) < 50
    assert int(counts[3]) > 1000, "the counter counts"


def test_without_a_device_it_says_how_to_use_a_file(tmp_path, card):
    env = configure(tmp_path, card)
    text = complaint(dormouse("listen", "--device", "absent", env=env))
    assert "absent: no such sound device" in text and "dormouse listen --file talk.wav" in text
    (tmp_path / "sound").write_bytes(bytes(320))
    assert "no sample format that can be converted" in complaint(dormouse("listen", "--device", "odd", env=env))
    listed = dormouse("listen", "--list-devices", "--json", env=env).stdout.splitlines()
    assert {"name": "plain", "description": "A card for tests"} in map(json.loads, listed)


def listen_to_file(*arguments, **options) -> subprocess.CompletedProcess:
    result = dormouse("listen", "--file", RECORDING, "--json", *arguments, cwd=ROOT, **options)
    assert result.returncode == 0, result.stderr
    return result


def lines(result: subprocess.CompletedProcess, key: str) -> list:
    return [line[key] for line in map(json.loads, result.stdout.splitlines()) if key in line]


def test_files_are_heard_as_detect_hears_them(detected):
    result = dormouse("listen", "--file", RECORDING, cwd=ROOT)
    assert result.stdout == dormouse("detect", RECORDING, cwd=ROOT).stdout
    assert b"9 detections, 0 overruns" in result.stderr
    assert lines(listen_to_file(), "time") == [word["time"] for word in detected]


def test_thresholds_and_sensitivities():
    assert lines(listen_to_file("--threshold", "1"), "label") == []
    only = listen_to_file("--threshold", "1", "--sensitivity", "yes=0.7", "--sensitivity", "no=0.5")
    assert lines(only, "label") == ["yes", "yes"]
    text = complaint(dormouse("listen", "--file", RECORDING, "--sensitivity", "maybe=0.5", cwd=ROOT))
    assert "has no word maybe; it hears yes, no, up, down, left, right" in text
    for wrong in (["--threshold", "2"], ["--sensitivity", "yes=2"], ["--sensitivity", "yes"], ["--realtime"]):
        assert dormouse("listen", *wrong).returncode == 2


def test_the_seconds_around_each_detection_are_kept(tmp_path):
    listen_to_file("--record", tmp_path / "clips")
    clips = sorted((tmp_path / "clips").iterdir())
    assert len(clips) == 9
    for clip in clips:
        result = dormouse("detect", "--json", clip, cwd=ROOT)
        heard = [json.loads(line) for line in result.stdout.splitlines()]
        assert clip.name.split("-")[1] in [word["label"] for word in heard], clip
        assert soundfile.info(clip).duration <= 4


def test_clips_are_bounded_and_other_files_are_left_alone(tmp_path):
    (tmp_path / "mine.wav").write_bytes(bytes(2_000_000))
    for _ in range(2):
        listen_to_file("--record", tmp_path, "--record-limit", "1")
    clips = [path for path in tmp_path.iterdir() if path.name != "mine.wav"]
    assert 850_000 < sum(path.stat().st_size for path in clips) <= 1_000_000
    assert (tmp_path / "mine.wav").stat().st_size == 2_000_000


def test_a_full_disk_is_told_once_and_listening_goes_on(tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    result = listen_to_file("--record", tmp_path, preexec_fn=limit, restore_signals=False)
    assert len(lines(result, "label")) == 9
    assert len([notice for notice in lines(result, "notice") if "not recorded" in notice]) == 1
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    refusal = dormouse("listen", "--file", RECORDING, "--record", tmp_path / "file", cwd=ROOT)
    assert "is not a folder" in complaint(refusal)


def test_a_command_is_run_without_a_shell(tmp_path, samples):
    log = tmp_path / "log $(x)"
    script = tmp_path / "script"
    script.write_text('#!/bin/sh\nsleep 0.01\necho "$2 $3" >> "$1"\n')
    script.chmod(0o755)
    # Three words, so that none has to wait for another.
    soundfile.write(tmp_path / "three.wav", samples[: 8 * 16000], 16000)
    command = f"{script} '{log}' '{{label}};' {{score}}"
    result = dormouse("listen", "--json", "--file", tmp_path / "three.wav", "--exec", command, cwd=ROOT)
    assert lines(result, "label") == ["yes", "no", "up"]
    assert [line.split("; ")[0] for line in sorted(log.read_text().splitlines(), reverse=True)] == ["yes", "up", "no"]
    assert lines(result, "notice") == []


def test_commands_that_hang_or_fail_are_told_once(tmp_path):
    start = time.time()
    result = listen_to_file("--exec", "sleep 100", "--exec-limit", "0.3")
    assert time.time() - start < 20
    assert len(lines(result, "label")) == 9
    assert (
        sorted(notice.split()[2] for notice in lines(result, "notice")) == ["commands", "took"]
        or ["took longer" in notice for notice in lines(result, "notice")].count(True) == 1
    )
    for command, says in (("nosuchprogram", "No such file"), ("false", "failed with exit code 1")):
        notices = lines(listen_to_file("--exec", command), "notice")
        assert len([notice for notice in notices if says in notice]) == 1
    assert dormouse("listen", "--exec", "'open").returncode == 2


def test_a_terminal_shows_bars_and_a_pipe_does_not(tmp_path):
    command = f"stty cols 72 rows 30; {DORMOUSE} listen --file {RECORDING}"
    script = ["script", "-qec", command, "/dev/null"]
    env = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    result = subprocess.run(script, capture_output=True, timeout=60, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
    text = result.stdout.decode()
    last = text.split("\x1b[J")[-2].replace("\x1b[2K", "")
    assert "commands-temporal" in last and "of 0.75" in last and "┃" in last
    assert "9 detections, 0 overruns" in last
    assert all(len(line.replace("\x1b[1;32m", "").replace("\x1b[0m", "")) <= 72 for line in last.splitlines()[1:])
    assert b"\x1b" not in dormouse("listen", "--file", RECORDING, cwd=ROOT).stdout


def test_a_reader_that_goes_away_ends_it():
    command = [str(DORMOUSE), "listen", "--file", str(RECORDING), "--realtime"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    process.stdout.close()
    assert process.wait(timeout=15) == 1
    assert b"standard output" in process.stderr.read()

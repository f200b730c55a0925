"""Where results can't be written, commands say so in one line, and nothing half-written is left behind."""

import resource
import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import DORMOUSE, HEARING, complaint, refused


def writers(folder: Path, place: Path) -> list[tuple[tuple, Path]]:
    """Every command that writes files, aimed at `place`, and the path that its complaint must name."""
    model = ("--model", folder / "good.dormouse")
    return [
        (("convert", HEARING, "-o", place / "x.dormouse"), place / "x.dormouse"),
        (("features", *model, folder / "good.wav", "-o", place / "x.npy"), place / "x.npy"),
        (("export-c", folder / "good.dormouse", "-o", place), place),
    ]


def test_missing_output_folder_is_named(folder, tmp_path):
    for command, named in writers(folder, tmp_path / "absent"):
        assert str(named) in refused(*command, says="does not exist; create it first")
    assert list(tmp_path.iterdir()) == []


def test_output_into_a_file_or_over_a_folder_is_refused(folder, tmp_path):
    (tmp_path / "file").write_bytes(b"kept")
    for command, named in writers(folder, tmp_path / "file"):
        assert str(named) in refused(*command, says="is not a folder")
    assert (tmp_path / "file").read_bytes() == b"kept"
    for command, _ in writers(folder, tmp_path)[:2]:
        assert str(tmp_path) in refused(*command[:-1], tmp_path, says="is a folder")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_full_device_is_said(folder):
    for command, _ in writers(folder, Path("/dev"))[:2]:
        assert "/dev/full" in refused(*command[:-1], "/dev/full", says="disk is full")


def test_full_standard_output_is_said(folder):
    for arguments in (("inspect", folder / "good.dormouse"), ("features", folder / "good.wav")):
        model = () if arguments[0] == "inspect" else ("--model", folder / "good.dormouse")
        with open("/dev/full", "wb") as full:
            command = [str(part) for part in (DORMOUSE, *arguments, *model)]
            result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60)
        assert "standard output: No space left on device" in complaint(result)


def test_limit_on_file_size_leaves_nothing_half_written(folder, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (256, 256))

    # restore_signals=False keeps SIGXFSZ ignored, as Python has it: the write then fails instead of killing.
    for command, named in writers(folder, tmp_path):
        text = refused(*command, says="not written", preexec_fn=limit, restore_signals=False)
        assert str(named) in text
    assert list(tmp_path.iterdir()) == []


def test_full_disk_leaves_nothing_half_written(folder, tmp_path):
    options = ["-t", "tmpfs", "-o", "size=4k,nr_inodes=8", "tmpfs", tmp_path]
    if not shutil.which("mount") or subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("mounting a small disk is not permitted here; the file-size limit and /dev/full stand in")
    try:
        (tmp_path / "old").write_bytes(bytes(4000))
        for command, named in writers(folder, tmp_path):
            assert str(named) in refused(*command, says="the disk is full")
        assert [path.name for path in tmp_path.iterdir()] == ["old"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_read_only_folder_is_said(folder):
    """Not even root may make files in /sys."""
    for command, _ in writers(folder, Path("/sys")):
        text = refused(*command, says="not written: ")
        assert "/sys" in text and ("read-only" in text or "no permission" in text)

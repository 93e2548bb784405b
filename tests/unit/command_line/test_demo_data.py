"""The demo's data set out of a wheel."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from bakeoff.command_line import demo_data
from bakeoff.errors import DataError


def write_wheel(folder: Path) -> str:
    """A wheel with two files of the data set and one beside; its SHA-256."""
    path = folder / "recbole-1.2.1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{demo_data.INSIDE}ml-100k.inter", "user_id:token\n1\n")
        archive.writestr(f"{demo_data.INSIDE}ml-100k.item", "item_id:token\n7\n")
        archive.writestr("recbole/model.py", "pass\n")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_takes_the_data_set_and_nothing_else_out_of_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def download(requirement: str, folder: Path) -> None:
        asked.append(requirement)
        monkeypatch.setattr(demo_data, "WHEEL_SHA256", write_wheel(folder))

    folder = demo_data.demo_data(tmp_path, download=download)

    assert asked == ["recbole==1.2.1"]
    assert folder == tmp_path / "ml-100k"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["ml-100k", "ml-100k.inter", "ml-100k.item"]
    assert (folder / "ml-100k.item").read_text() == "item_id:token\n7\n"


def test_does_not_download_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "ml-100k").mkdir()

    def download(requirement: str, folder: Path) -> None:
        raise AssertionError("downloaded again")

    assert demo_data.demo_data(tmp_path, download=download) == tmp_path / "ml-100k"


def test_refuses_a_wheel_with_another_checksum_and_leaves_nothing(tmp_path: Path) -> None:
    def download(requirement: str, folder: Path) -> None:
        write_wheel(folder)

    with pytest.raises(DataError, match=r"has the SHA-256 [0-9a-f]{64}, not 9c9948202011"):
        demo_data.demo_data(tmp_path, download=download)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_extraction_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(requirement: str, folder: Path) -> None:
        monkeypatch.setattr(demo_data, "WHEEL_SHA256", write_wheel(folder))

    def interrupted(self: Path, data: bytes) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        demo_data.demo_data(tmp_path, download=download)
    assert list(tmp_path.iterdir()) == []


def test_pip_is_asked_for_the_wheel_alone_and_its_failure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 1, "", "WARNING: retrying\nERROR: No matching distribution\n")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DataError, match=r"could not fetch it: ERROR: No matching distribution\n.*--data FOLDER"):
        demo_data.pip_download("recbole==1.2.1", tmp_path)
    assert commands[0][1:4] == ["-m", "pip", "download"]
    assert "--no-deps" in commands[0]
    assert commands[0][-1] == "recbole==1.2.1"

"""The wheels of a job: fetched once, by their hashes, never half; and what is said when they cannot be had."""

import hashlib
import subprocess
from collections.abc import Callable
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from bakeoff import wheels
from bakeoff.errors import SetupError

CONTENT = {"one-1.0-py3-none-any.whl": b"one", "two-2.0-cp312-abi3-manylinux_2_28_x86_64.whl": b"two"}


class Index:
    """Plays pip: writes the wheels that it has into the folder, and counts how often it was asked."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content = content
        self.asked = 0

    def __call__(self, pins: Path, folder: Path) -> None:
        self.asked += 1
        for name, data in self.content.items():
            (folder / name).write_bytes(data)


@pytest.fixture
def fetch(tmp_path: Path) -> Callable[[Index], list[Path]]:
    pins = tmp_path / "sagemaker_jobs" / "prepare" / "wheels.txt"
    pins.parent.mkdir(parents=True)
    lines = [f"{name[:3]}==1 --hash=sha256:{hashlib.sha256(data).hexdigest()}" for name, data in CONTENT.items()]
    pins.write_text("# of a job\n" + "\n".join(lines))
    return lambda index: wheels.fetched("prepare", root=tmp_path, folder=tmp_path / "wheels", download=index)


def test_wheels_are_fetched_once(fetch: Callable[[Index], list[Path]]) -> None:
    index = Index(CONTENT)
    first = fetch(index)
    assert [path.name for path in first] == sorted(CONTENT)
    assert fetch(index) == first
    assert index.asked == 1


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"other")], ids=["missing", "changed"])
def test_a_folder_that_is_not_whole_is_fetched_anew(
    fetch: Callable[[Index], list[Path]], spoil: Callable[[Path], Any]
) -> None:
    index = Index(CONTENT)
    spoil(fetch(index)[0])
    assert [path.read_bytes() for path in fetch(index)] == [b"one", b"two"]
    assert index.asked == 2


def test_other_pins_are_another_folder(fetch: Callable[[Index], list[Path]], tmp_path: Path) -> None:
    index = Index(CONTENT)
    before = fetch(index)
    pins = tmp_path / "sagemaker_jobs" / "prepare" / "wheels.txt"
    pins.write_text(pins.read_text() + "\n# changed")
    assert fetch(index)[0].parent != before[0].parent
    assert index.asked == 2


def test_other_wheels_than_those_asked_for_are_refused_and_nothing_is_left(
    fetch: Callable[[Index], list[Path]], tmp_path: Path
) -> None:
    with pytest.raises(SetupError, match="are not those of"):
        fetch(Index({"one-1.0-py3-none-any.whl": b"evil"}))
    assert list((tmp_path / "wheels").iterdir()) == []


def test_pip_is_asked_for_the_images_python_and_by_hash(
    fetch: Callable[[Any], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        Index(CONTENT)(Path(), Path(command[command.index("--dest") + 1]))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(wheels.subprocess, "run", run)
    fetch(None)
    [command] = calls
    assert command[1:4] == ["-m", "pip", "download"]
    assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} <= set(command)
    assert command[command.index("--python-version") + 1] == "3.12"


def test_without_an_index_it_says_how_to_give_pip_one(
    fetch: Callable[[Any], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr="ERROR: No matching distribution found for one==1")
    monkeypatch.setattr(wheels.subprocess, "run", lambda command, **options: failed)
    with pytest.raises(SetupError) as refused:
        fetch(None)
    assert "No matching distribution found for one==1" in str(refused.value)
    assert "PIP_INDEX_URL" in str(refused.value)


def test_only_wheels_of_python_alone_can_be_imported_from_a_zip() -> None:
    assert [wheels.is_pure(Path(name)) for name in CONTENT] == [True, False]


@pytest.mark.parametrize("job", ["prepare_data", "write_report"])
def test_the_list_of_a_job_names_each_wheel_with_one_hash_in_the_version_used_here(job: str) -> None:
    text = (wheels.ROOT / "sagemaker_jobs" / job / "wheels.txt").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines
    assert [line for line in lines if line.count(" --hash=sha256:") != 1] == []
    pins = (wheels.ROOT / "constraints.txt").read_text().splitlines()
    assert [line.partition(" ")[0] for line in lines if line.partition(" ")[0] not in pins] == []


def test_the_report_brings_all_that_altair_and_jinja_ask_for() -> None:
    text = (wheels.ROOT / "sagemaker_jobs" / "write_report" / "wheels.txt").read_text()
    listed = {canonical(line.partition("==")[0]) for line in text.splitlines() if "==" in line}
    needed, waiting = set(), ["altair", "jinja2", "vl-convert-python"]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            asked = [Requirement(text) for text in requires(name) or []]
            # As in the image: Python 3.12 on Linux, without extras.
            place = {"python_version": "3.12", "extra": ""}
            waiting += [canonical(one.name) for one in asked if one.marker is None or one.marker.evaluate(place)]
    assert listed == needed


def canonical(name: str) -> str:
    return name.lower().replace("_", "-")

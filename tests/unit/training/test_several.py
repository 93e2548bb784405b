"""A training in several processes: when they are started, and who writes."""

import sys
from pathlib import Path

import pytest

from bakeoff.training.several import share_among_gpus, writes


def started(tmp_path: Path, *, gpus: int, environment: dict[str, str]) -> list[list[str]]:
    for number in range(gpus):
        (tmp_path / f"0000:0{number}:00.0").mkdir()
    found: list[list[str]] = []
    share_among_gpus(
        Path("train.py"), environment, gpus=tmp_path, replace_by=lambda program, arguments: found.append(arguments)
    )
    return found


def test_several_gpus_get_a_process_each(tmp_path: Path) -> None:
    [arguments] = started(tmp_path, gpus=4, environment={})
    assert arguments[0] == sys.executable
    assert arguments[1:3] == ["-m", "torch.distributed.run"]
    assert arguments[-3:] == ["--nproc-per-node", "4", "train.py"]


@pytest.mark.parametrize(("gpus", "environment"), [(0, {}), (1, {}), (4, {"RANK": "2"})])
def test_otherwise_this_process_goes_on(tmp_path: Path, gpus: int, environment: dict[str, str]) -> None:
    assert started(tmp_path, gpus=gpus, environment=environment) == []


def test_without_torch_there_is_nothing_to_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert started(tmp_path, gpus=4, environment={}) == []


def test_the_first_process_writes() -> None:
    assert [writes(one) for one in ({}, {"RANK": "0"}, {"RANK": "1"})] == [True, True, False]

"""A training in several processes: when they are started, and who writes."""

import runpy
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.errors import ConfigurationError, DataError
from bakeoff.training.several import share_among_gpus, shares_steps, writes
from tests.support.training import CHECKOUT, SMALL, hyperparameters, job_environment, order

SCRIPT = CHECKOUT / "sagemaker_jobs" / "train_recommender" / "train.py"


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


@pytest.mark.parametrize("contestant", SMALL)
def test_a_wide_catalogue_alone_is_trained_by_several_processes_together(contestant: str, prepared: Prepared) -> None:
    assert shares_steps(order(contestant), prepared) is (contestant == "autoencoder-wide")


@pytest.mark.parametrize(("contestant", "scripts"), [("autoencoder-wide", [SCRIPT]), ("sasrec", [])])
def test_the_job_asks_for_processes_where_they_share_steps(
    contestant: str, scripts: list[Path], prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = job_environment(tmp_path, hyperparameters(contestant)) | {"SM_CHANNEL_PREPARED": str(prepared.folder)}
    asked: list[Path] = []
    job = runpy.run_path(str(SCRIPT))
    of_script = job["main"].__globals__
    monkeypatch.setitem(of_script, "share_among_gpus", lambda script, environment: asked.append(script))

    def end(*_: object, **__: object) -> None:
        raise DataError("far enough")

    monkeypatch.setitem(of_script, "train_recommender", end)
    assert job["main"](environment) == 1
    assert (tmp_path / "output" / "failure").read_text() == "far enough"
    assert asked == scripts


def test_whether_a_catalogue_is_wide_follows_from_its_items(prepared: Prepared) -> None:
    many = replace(prepared, train=replace(prepared.train, n_items=20_000))
    assert shares_steps(order("autoencoder"), many)
    assert not shares_steps(order("sasrec"), many)


def test_wrong_settings_are_told_before_processes_are_started(prepared: Prepared) -> None:
    with pytest.raises(ConfigurationError, match="The settings of autoencoder has 1 fault"):
        shares_steps(replace(order("autoencoder"), settings={"layers": []}), prepared)


def test_the_first_process_writes() -> None:
    assert [writes(one) for one in ({}, {"RANK": "0"}, {"RANK": "1"})] == [True, True, False]

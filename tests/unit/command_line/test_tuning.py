"""`tune`: searches are named, run on every data set with every seed, and logged trial by trial."""

from pathlib import Path

import pytest

from bakeoff.command_line import tuning
from bakeoff.config import Config
from bakeoff.errors import ConfigurationError
from bakeoff.training import search_log
from bakeoff.training.search import Trial
from tests.support.small_data import small_data, write_csv

EASE = """
split = "per_user_last_fraction"
metric = "ndcg@100"
trials = 2
seeds = 2
seed = 7
[settings]
reg = [[5.0]]
"""


@pytest.fixture
def searches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tuning, "PREPARED", tmp_path / "prepared")
    folder = tmp_path / "searches"
    folder.mkdir()
    (folder / "ease.toml").write_text(EASE)
    return folder


def test_every_trial_is_in_the_log_and_the_log_grows_with_each(
    config: Config, searches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written: list[tuple[str, int]] = []
    write = search_log.write_log

    def watched(path: Path, trials: list[Trial]) -> None:
        written.append((path.suffix, len(trials)))
        write(path, trials)

    monkeypatch.setattr(search_log, "write_log", watched)
    raw = write_csv(tmp_path / "films", small_data())
    tuning.tune(config, ["ease"], data=[raw], searches=searches)
    trials = search_log.read_log(searches / "ease.csv")
    own = dict(config.contestant("ease").settings)
    assert [(dict(one.settings), one.seed) for one in trials] == [
        (own, 7),
        (own, 8),
        (own | {"reg": [5.0]}, 7),
        (own | {"reg": [5.0]}, 8),
    ]
    assert {one.dataset for one in trials} == {"films"}
    assert written == [(".running", 1), (".running", 2), (".running", 3), (".running", 4), (".csv", 4)]
    assert sorted(path.name for path in searches.iterdir()) == ["ease.csv", "ease.toml"]
    shown = capsys.readouterr().out
    assert "ease: 4 trials, by ndcg@100 on validation" in shown
    assert "4 of 4: films ndcg@100 0." in shown


def test_a_search_beside_another_of_the_same_contestant_logs_its_own_trials(
    config: Config, searches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = search_log.write_log

    def disturbed(path: Path, trials: list[Trial]) -> None:
        write(path, trials)
        if path.suffix == ".running":  # the other one ends, and takes the running file away
            path.unlink()

    monkeypatch.setattr(search_log, "write_log", disturbed)
    raw = write_csv(tmp_path / "films", small_data())
    tuning.tune(config, ["ease"], data=[raw], searches=searches)
    assert len(search_log.read_log(searches / "ease.csv")) == 4


def test_an_interrupted_search_leaves_the_former_log_and_what_it_found(
    config: Config, searches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (searches / "ease.csv").write_text("the former log")
    write = search_log.write_log

    def interrupted(path: Path, trials: list[Trial]) -> None:
        write(path, trials)
        if len(trials) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(search_log, "write_log", interrupted)
    raw = write_csv(tmp_path / "films", small_data())
    with pytest.raises(KeyboardInterrupt):
        tuning.tune(config, ["ease"], data=[raw], searches=searches)
    assert (searches / "ease.csv").read_text() == "the former log"
    assert len(search_log.read_log(searches / "ease.running")) == 2


@pytest.mark.parametrize(
    ("name", "message"), [("als", "'als' has no search"), ("nobody", "'nobody' is no contestant that this project")]
)
def test_what_cannot_be_searched_is_named(config: Config, searches: Path, name: str, message: str) -> None:
    (searches / "nobody.toml").write_text(EASE)
    with pytest.raises(ConfigurationError, match=message):
        tuning.tune(config, [name], data=[], searches=searches)

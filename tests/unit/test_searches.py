"""The searches that the project ships: each has its log, and what did best in it stands in the catalogue."""

import json

import pytest

from bakeoff.command_line.tuning import SEARCHES, names
from bakeoff.config import Config, load_config
from bakeoff.training.search import Search, winner
from bakeoff.training.search_log import read_log


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config("local")


@pytest.mark.parametrize("name", names())
def test_the_catalogue_has_what_won_in_the_log(name: str, config: Config) -> None:
    search, trials = Search.read(SEARCHES / f"{name}.toml"), read_log(SEARCHES / f"{name}.csv")
    assert dict(config.contestant(name).settings) == dict(winner(trials, metric=search.metric).settings)


@pytest.mark.parametrize("name", names())
def test_the_recommender_takes_every_combination_and_the_log_has_as_many(name: str, config: Config) -> None:
    # One that the recommender does not take is an error here.
    tried = Search.read(SEARCHES / f"{name}.toml").combinations(config.contestant(name))
    logged = {json.dumps(dict(trial.settings), sort_keys=True) for trial in read_log(SEARCHES / f"{name}.csv")}
    assert len(tried) == len(logged)


def test_every_log_has_a_search() -> None:
    assert {path.stem for path in SEARCHES.glob("*.csv")} == set(names())

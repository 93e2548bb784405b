"""A search of settings: its file, the combinations it tries, what a trial measures, and who stands first."""

from dataclasses import replace
from pathlib import Path

import pytest

from bakeoff.contracts.catalogue import Contestant
from bakeoff.data.prepared import Prepared
from bakeoff.errors import ConfigurationError
from bakeoff.training.search import Search, Trial, run_trial, standings, winner
from bakeoff.training.search_log import read_log, write_log

TEXT = """
split = "per_user_last_fraction"
metric = "ndcg@100"
trials = 3
seeds = 2
seed = 7
[settings]
reg = [[5.0], [20.0]]
min_interactions = [1, 2]
"""
EASE = Contestant(
    name="ease",
    title="EASE",
    kind="sagemaker",
    answers=("recommend",),
    needs_history=True,
    reacts_to_events=True,
    longest_list=100,
    recommender="ease",
    image="scikit-learn",
)


def read(folder: Path, text: str) -> Search:
    (folder / "ease.toml").write_text(text)
    return Search.read(folder / "ease.toml")


def trial(dataset: str, settings: dict[str, object], ndcg: float, seed: int = 7) -> Trial:
    metrics = {"ndcg@10": ndcg / 2, "ndcg@100": ndcg, "coverage@10": 0.25}
    return Trial(
        dataset=dataset, split="abc", settings=settings, seed=seed, metrics=metrics, chosen={"reg": 5.0}, seconds=1.5
    )


def test_the_contestants_own_settings_are_tried_first_and_no_combination_twice(tmp_path: Path) -> None:
    search = read(tmp_path, TEXT)
    own = {"reg": [20.0], "min_interactions": 2}
    contestant = replace(EASE, settings=own)
    tried = search.combinations(contestant)
    assert search.contestant == "ease"
    assert tried[0] == own
    assert len(tried) == 3
    assert all(tried.count(one) == 1 for one in tried)
    assert tried == search.combinations(contestant)


def test_a_default_that_is_written_down_is_no_further_combination(tmp_path: Path) -> None:
    # Of ease's `min_interactions` 2 is the default.
    search = read(tmp_path, TEXT.replace("reg = [[5.0], [20.0]]\n", ""))
    assert search.combinations(EASE) == [{}, {"min_interactions": 1}]


def test_a_setting_that_the_recommender_does_not_have_is_refused_before_anything_is_tried(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="depth is no setting"):
        read(tmp_path, TEXT.replace("reg =", "depth =")).combinations(EASE)


def test_settings_that_are_not_searched_stay_as_they_are(tmp_path: Path) -> None:
    tried = read(tmp_path, TEXT).combinations(replace(EASE, settings={"max_items": 500}))
    assert {one["max_items"] for one in tried} == {500}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("trials = 3", "trials = 0", "trials is 0"),
        ("trials = 3", "", "trials is missing"),
        ("trials = 3", "trials = 3\ntries = 4", "tries is unknown"),
        ("seeds = 2", "seeds = 0", "seeds is 0"),
        ('"ndcg@100"', '"rmse"', "metric is 'rmse'"),
        ('"per_user_last_fraction"', '"first"', "split is 'first'"),
        ("min_interactions = [1, 2]", "min_interactions = 1", "settings is"),
        ("seed = 7", "seed = -7", "seed is -7"),
        ("seed = 7", "seed 7", "TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        read(tmp_path, TEXT.replace(old, new))


def test_a_trial_measures_the_validation_part_and_says_what_was_chosen(prepared: Prepared) -> None:
    settings = {"reg": [5.0, 20.0], "min_interactions": 1}
    done = run_trial(prepared.folder, dataset="films", contestant=EASE, settings=settings, seed=7)
    assert done.split == prepared.split_hash
    assert done.seed == 7
    assert done.chosen["reg"] in (5.0, 20.0)
    assert 0 < done.metrics["ndcg@100"] < 1
    assert done.seconds > 0


def test_a_combination_stands_by_its_share_of_the_best_on_each_data_set() -> None:
    small, large = {"reg": [1.0]}, {"reg": [9.0]}
    # `small` is better on the data set whose level is lower, by more: averages of the metric would say otherwise.
    ranked = standings(
        [
            trial("films", large, 0.50),
            trial("films", small, 0.48),
            trial("books", large, 0.05),
            trial("books", small, 0.06),
        ],
        metric="ndcg@100",
    )
    assert [one.settings for one in ranked] == [small, large]
    assert ranked[0].share == pytest.approx((0.96 * 1.0) ** 0.5)


def test_a_combination_that_was_not_tried_everywhere_does_not_stand() -> None:
    both, once = {"reg": [1.0]}, {"reg": [9.0]}
    ranked = standings([trial("a", both, 0.1), trial("b", both, 0.1), trial("a", once, 0.9)], metric="ndcg@100")
    assert [one.settings for one in ranked] == [both]


def test_the_seeds_of_a_combination_count_as_their_mean() -> None:
    lucky, steady = {"reg": [1.0]}, {"reg": [9.0]}
    trials = [trial("films", lucky, 0.6, 1), trial("films", lucky, 0.2, 2)]
    trials += [trial("films", steady, 0.5, 1), trial("films", steady, 0.5, 2)]
    first, second = standings(trials, metric="ndcg@100")
    assert (first.settings, first.share) == (steady, 1.0)
    assert second.share == pytest.approx(0.8)
    # Without its second seed a combination does not stand.
    assert [one.settings for one in standings(trials[:-1], metric="ndcg@100")] == [lucky]


def test_of_combinations_that_hardly_differ_the_one_tried_first_wins() -> None:
    own, little, much = {"reg": [1.0]}, {"reg": [2.0]}, {"reg": [3.0]}
    little_better = [trial("films", own, 0.500), trial("films", little, 0.502)]
    assert winner(little_better, metric="ndcg@100").settings == own
    assert winner([*little_better, trial("films", much, 0.6)], metric="ndcg@100").settings == much
    with pytest.raises(ConfigurationError, match="repeat it"):
        winner([], metric="ndcg@100")


def test_a_log_gives_back_what_was_written(tmp_path: Path) -> None:
    trials = [trial("films", {"reg": [1.0], "known": True}, 0.25), trial("books", {}, 0.5)]
    write_log(tmp_path / "ease.csv", trials)
    assert read_log(tmp_path / "ease.csv") == trials
    assert not list(tmp_path.glob("*.unfinished"))


@pytest.mark.parametrize("spoilt", ["dataset,split\nfilms,abc\n", "{}"])
def test_a_spoilt_log_is_named(tmp_path: Path, spoilt: str) -> None:
    write_log(tmp_path / "ease.csv", [trial("films", {}, 0.25)])
    text = (tmp_path / "ease.csv").read_text()
    (tmp_path / "ease.csv").write_text(spoilt if "," in spoilt else text.replace("{}", "{"))
    with pytest.raises(ConfigurationError, match="line 2"):
        read_log(tmp_path / "ease.csv")


def test_a_log_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="make tune"):
        read_log(tmp_path / "ease.csv")

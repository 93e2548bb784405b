"""The benchmark of the evaluation: what it makes up is sound, what it compares is the same, its truth is known."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.lists import read_lists
from bench import evaluation_data, evaluation_of_field, evaluation_statistics
from bench.evaluation import differences
from bench.evaluation_data import ANSWERS, COMPARED, LISTS
from bench.evaluation_in_bakeoff import CUTOFFS, PER_USER
from bench.evaluation_statistics import compared, drawn, planted

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "field"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation_data, "ORDERS", 50)
        evaluation_data.make(folder, users=300, candidates=400, contestants=3)
    return folder


def test_every_user_has_something_relevant_and_every_list_its_items_once(made: Path) -> None:
    prepared = Prepared.open(made / "prepared")
    assert len(prepared.test_users) == 300
    assert prepared.test_holdout.users.tolist() == list(range(300))
    for number in range(3):
        lists = np.load(made / "lists" / f"contestant-{number:02}" / LISTS)
        assert all(len(set(row)) == evaluation_data.LENGTH for row in lists.tolist())


def test_answers_are_the_lists_of_the_contestant_in_the_middle(made: Path) -> None:
    found = read_lists((made / ANSWERS).parent, Prepared.open(made / "prepared"))
    assert (found.problems, found.notes) == ([], [])
    assert found.lists.items.tolist() == np.load(made / "lists" / "contestant-01" / LISTS).ravel().tolist()


def test_the_made_up_field_is_evaluated_and_the_better_contestants_come_out_better(made: Path) -> None:
    evaluation_of_field.main(made)
    written = json.loads((made / "output" / "metrics.json").read_text())
    means = [one["metrics"]["ndcg@10"]["value"] for one in written["contestants"].values()]
    assert means == sorted(means)
    assert all(one["health"]["healthy"] for one in written["contestants"].values())
    assert {"ild@10", "same_director@10"} <= written["contestants"]["contestant-00"]["metrics"].keys()


def test_our_side_of_the_comparison_prints_the_metrics_of_the_evaluation(made: Path) -> None:
    command = [sys.executable, "-m", "bench.evaluation_in_bakeoff", str(made / COMPARED)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["metrics"]
    evaluation_of_field.main(made)
    metrics = json.loads((made / "output" / "metrics.json").read_text())["contestants"]["contestant-01"]["metrics"]
    shared = [*(f"{name}@{k}" for name in PER_USER for k in CUTOFFS), "novelty@10", "coverage@10"]
    assert {name: metrics[name]["value"] for name in shared} == pytest.approx(
        {name: found[name] for name in shared}, abs=1e-6
    )


def test_metrics_that_differ_or_are_missing_are_named() -> None:
    ours = {"ndcg@10": 0.5, "recall@10": 0.5, "mrr@10": 0.25}
    assert differences(ours, {"ndcg@10": 0.5, "recall@10": 0.4, "mrr@10": 0.25}) == []
    assert differences(ours, {"ndcg@10": 0.5001, "recall@10": 0.5}) == [
        "mrr@10 is measured by one only",
        "ndcg@10 is 0.5 and 0.5001",
    ]


def test_drawn_contestants_are_equal_skewed_and_mostly_nought() -> None:
    values = drawn(np.random.default_rng(1), users=40_000, contestants=3)
    assert values.mean(axis=0) == pytest.approx([values.mean()] * 3, rel=0.05)
    assert 0.5 < (values == 0).mean() < 0.9
    assert 0 <= values.min() < values.max() <= 1


def test_a_planted_difference_is_the_one_asked_for() -> None:
    values = planted(np.random.default_rng(2), users=200_000, difference=0.05)
    assert (values[:, 1] - values[:, 0]).mean() == pytest.approx(0.05, abs=0.002)


def test_a_large_planted_difference_is_found_and_equal_contestants_are_a_group() -> None:
    (pair,) = compared(planted(np.random.default_rng(3), users=600, difference=0.2), seed=1).pairs
    assert (pair.a, pair.different) == ("1", True)
    same = drawn(np.random.default_rng(4), users=600, contestants=1).repeat(3, axis=1)
    assert compared(same, seed=1).groups == {"ndcg@10": [["0", "1", "2"]]}


def test_lists_that_differ_in_the_order_of_equals_only_stay_tied(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert evaluation_statistics.ties_stay_tied(made / COMPARED)
    monkeypatch.setattr(evaluation_statistics, "_shuffled_among_equals", lambda ranked, *_: ranked[:, ::-1])
    assert not evaluation_statistics.ties_stay_tied(made / COMPARED)

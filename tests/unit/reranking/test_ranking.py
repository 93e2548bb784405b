"""Scores become lists and predictions: sorted, ties as they were given, and nothing that does not fit goes through."""

import json
from pathlib import Path

import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.lists import read_lists
from bakeoff.evaluation.ratings import score_ratings
from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from bakeoff.reranking import layout
from bakeoff.reranking.predictions import read_predictions
from bakeoff.reranking.ranking import rank_candidates
from bakeoff.reranking.writing import read_order


@pytest.fixture
def order(candidates: Path) -> list[tuple[str, list[str]]]:
    return read_order(candidates / layout.ORDER)


def answer(folder: Path, prepared: Prepared, scores: list[float], *, held_out: float | None = None) -> Path:
    """What a transform job would have written; the held-out ratings are predicted as they are, or as `held_out`."""
    folder.mkdir()
    (folder / "candidates-00000.csv.out").write_text("".join(f"{score}\n" for score in scores), encoding="utf-8")
    ratings = prepared.test.of_users(prepared.test_users).values.tolist()
    told = "".join(f"{rating if held_out is None else held_out}\n" for rating in ratings)
    (folder / "held-out-00000.csv.out").write_text(told, encoding="utf-8")
    return folder


def test_the_order_is_turned_round_and_the_evaluation_takes_all_of_it(
    prepared: Prepared, candidates: Path, order: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    rising = [float(place) for _, items in order for place in range(len(items))]
    scores = answer(tmp_path / "scores", prepared, rising)
    counts = rank_candidates(prepared, order=candidates / layout.ORDER, scores=scores, folder=tmp_path / "ranked")
    assert counts["candidates"] == len(rising)
    read = read_lists(tmp_path / "ranked" / layout.RANKED, prepared)
    assert (read.problems, read.notes) == ([], [])
    ranked = read_order(tmp_path / "ranked" / layout.RANKED)
    assert ranked == [(user, items[::-1]) for user, items in order]
    metrics, problems = score_ratings(tmp_path / "ranked" / layout.PREDICTIONS, prepared, Bootstrap(resamples=20))
    assert problems == []
    assert metrics["rmse"].value == metrics["mae"].value == 0
    stored = [
        json.loads(line)
        for path in sorted((tmp_path / "ranked" / "stored").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert [(row["userId"], [item for item, _ in row["items"]]) for row in stored] == ranked


def test_equal_predictions_keep_the_order_that_was_given(
    prepared: Prepared, candidates: Path, order: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    scores = answer(tmp_path / "scores", prepared, [3.0] * sum(len(items) for _, items in order), held_out=3.0)
    rank_candidates(prepared, order=candidates / layout.ORDER, scores=scores, folder=tmp_path / "ranked")
    assert read_order(tmp_path / "ranked" / layout.RANKED) == order


def test_scores_of_another_file_are_refused(prepared: Prepared, candidates: Path, tmp_path: Path) -> None:
    scores = answer(tmp_path / "scores", prepared, [1.0, 2.0])
    with pytest.raises(EvaluationError, match=r"holds 2 predictions in 1 files .*; the candidate file has \d+ rows"):
        rank_candidates(prepared, order=candidates / layout.ORDER, scores=scores, folder=tmp_path / "ranked")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("3.5", 3.5),
        ("\"[0.25, 0.75]\",\"['4.0', '5.0']\"", 4.75),
        ("\"[0.2, 0.2]\",\"['1', '2']\"", 1.5),  # probabilities that were rounded do not add up to 1
    ],
)
def test_a_class_is_the_rating_that_is_expected(tmp_path: Path, line: str, value: float) -> None:
    (tmp_path / "candidates-00000.csv.out").write_text(f"{line}\n", encoding="utf-8")
    assert read_predictions(tmp_path, "candidates-*.out", n=1).tolist() == [pytest.approx(value)]


@pytest.mark.parametrize("line", ["good", "nan", '"[0.5]","[\'a\']"', '"[0.5, 0.5]","[\'1\']"', '"0.5",1'])
def test_a_line_that_is_no_prediction_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "held-out-00000.csv.out").write_text(f"4.0\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"held-out-00000\.csv\.out line 2"):
        read_predictions(tmp_path, "held-out-*.out", n=2)

"""A search: rows that it leaves out, and candidates that fail."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local_cloud.automl import algorithms
from local_cloud.automl import search as searching
from local_cloud.automl.algorithms import LINEAR, XGBOOST
from local_cloud.automl.problem import REGRESSION, Problem
from local_cloud.automl.search import Configuration, NoCandidateError, main, read, search

ROWS = 600


def configuration(**changes: Any) -> Configuration:
    asked: dict[str, Any] = {
        "parquet": True,
        "target": "rating",
        "columns": None,
        "kinds": {},
        "families": [XGBOOST, LINEAR],
        "problem_type": None,
        "objective": None,
        "most_candidates": 3,
        "most_seconds_a_training": 60.0,
        "validation_fraction": 0.2,
    }
    return Configuration(**{**asked, **changes})


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Ratings that follow from the age; every tenth is missing."""
    ages = np.random.default_rng(1).normal(size=ROWS)
    ratings = [None if number % 10 == 0 else 2 * age for number, age in enumerate(ages.tolist())]
    (tmp_path / "training").mkdir()
    pq.write_table(pa.table({"age": ages, "rating": ratings}), tmp_path / "training" / "part.parquet")
    return tmp_path


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has trainings of some families fail with an error, the others go on."""

    def fail(error: Exception, *families: str) -> None:
        trained = algorithms.trained

        def replaced(family: str, *arguments: Any, **named: Any) -> Any:
            if family in families:
                raise error
            return trained(family, *arguments, **named)

        monkeypatch.setattr(searching, "trained", replaced)

    return fail


def test_a_row_without_a_target_is_neither_trained_on_nor_validated_with(work: Path) -> None:
    tables = read(work, configuration())
    assert tables.problem.kind == REGRESSION
    ratings = [table.column("rating") for table in (tables.train, tables.validation)]
    assert sum(len(column) for column in ratings) == ROWS * 9 // 10
    assert sum(column.null_count for column in ratings) == 0


@pytest.mark.parametrize("error", [ValueError("singular"), MemoryError("too wide"), FloatingPointError("overflow")])
def test_a_candidate_that_fails_is_told_with_its_reason_and_the_search_goes_on(
    work: Path, fails: Any, error: Exception
) -> None:
    fails(error, LINEAR)
    steps = [
        step for step in search(work, configuration()) if step["step"] not in ("FeatureEngineering", "ModelTuning")
    ]
    assert [(step["step"], step["number"]) for step in steps] == [
        ("Trained", 0),
        ("CandidateFailed", 1),
        ("Trained", 2),
    ]
    assert steps[1]["reason"] == f"{type(error).__name__}: {error}"
    assert sorted(path.name for path in (work / "candidates").iterdir()) == ["0", "2"]


def test_a_candidate_whose_objective_is_no_number_has_failed(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Problem, "metrics", lambda *_: {"MSE": float("nan")})
    with pytest.raises(NoCandidateError, match="the MSE on the validation rows is nan"):
        list(search(work, configuration()))


def test_a_search_fails_once_every_candidate_has(
    work: Path, fails: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails(ValueError("singular"), XGBOOST, LINEAR)
    (work / "configuration.json").write_text(json.dumps(vars(configuration())), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["search", "--work", str(work)])
    assert main() == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [step["number"] for step in told if step["step"] == "CandidateFailed"] == [0, 1, 2]
    assert told[-1] == {"step": "Failed", "reason": "Every candidate failed, the last with ValueError: singular"}


def test_an_error_of_the_search_itself_is_not_taken_for_a_failed_candidate(work: Path, fails: Any) -> None:
    fails(TypeError("wrong call"), XGBOOST)
    with pytest.raises(TypeError, match="wrong call"):
        list(search(work, configuration()))

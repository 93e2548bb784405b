"""The parts of a candidate: columns from CSV, features without missing values, models out of their files."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from local_cloud.automl.algorithms import FIRST, LINEAR, XGBOOST, Split, trained
from local_cloud.automl.problem import BINARY, MULTICLASS, REGRESSION, Problem, detected
from local_cloud.automl.runtime.columns import TableError, as_numbers, kind_of, read_csv
from local_cloud.automl.runtime.features import MOST_ONE_HOT, Features
from local_cloud.automl.runtime.predictors import load


def column(values: list[object]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values)])


def test_csv_rows_are_read_with_and_without_header_quotes_and_line_breaks_kept() -> None:
    body = b'1,"a, ""quoted""\nplot"\n,\n'
    wanted = [{"n": "1", "t": 'a, "quoted"\nplot'}, {"n": None, "t": None}]
    assert read_csv(body, ["n", "t"]).to_pylist() == wanted
    assert read_csv(b"n,t\n" + body, ["n", "t"]).to_pylist() == wanted
    assert read_csv(b"n,t\n" + body).to_pylist() == wanted


@pytest.mark.parametrize("body", [b"1,2,3\n", b"1\n", b"1,2\n3\n", b""])
def test_csv_with_other_columns_than_the_features_is_refused(body: bytes) -> None:
    with pytest.raises(TableError, match="CSV"):
        read_csv(body, ["n", "t"])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.5, None], "numeric"),
        (["1", "2.5", None], "numeric"),
        (["1995-11-22", None, "2001-02-03 10:00:00"], "datetime"),
        (["a", "b", "1"], "categorical"),
        ([f"text {number}" for number in range(1001)], "text"),
        ([None, None], "categorical"),
    ],
)
def test_undeclared_column_is_what_it_holds(values: list[object], kind: str) -> None:
    assert kind_of(pa.chunked_array([pa.array(values, pa.string() if values == [None, None] else None)])) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.5, 5.0] * 40, BINARY),
        ([1.0, 2.0, 3.0] * 60, MULTICLASS),
        ([1.0, 2.0, 3.0] * 5, REGRESSION),
        ([number / 7 for number in range(300)], REGRESSION),
        (["good", "bad", "ugly"], MULTICLASS),
    ],
)
def test_problem_type_follows_from_the_target(values: list[object], kind: str) -> None:
    assert detected(column(values)) == kind


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_rows_without_a_target_say_nothing_of_its_type(missing: float | None) -> None:
    numbers = [number / 7 for number in range(300)]
    assert detected(column([*numbers, missing])) == REGRESSION
    assert detected(column([*map(str, numbers), None, ""])) == REGRESSION
    assert detected(column([1.0, 2.0] * 30 + [missing] * 3)) == BINARY
    found = Problem.of(column([1.0, 2.0, 3.0] * 60 + [missing]), kind=None, objective=None)
    assert (found.kind, found.labels) == (MULTICLASS, ("1", "2", "3"))
    assert np.isnan(found.targets(column([2.0, missing]))).tolist() == [False, True]
    for kind in (None, REGRESSION):
        with pytest.raises(TableError, match="fewer than two distinct values"):
            Problem.of(column([3.0] * 200 + [missing]), kind=kind, objective=None)


def test_labels_of_numbers_are_in_their_order() -> None:
    assert Problem.of(column(["10", "9", "2"] * 9), kind=MULTICLASS, objective=None).labels == ("2", "9", "10")


def table(n: int = 400) -> pa.Table:
    drawn = np.random.default_rng(3)
    return pa.table(
        {
            "count": pa.array([None, *np.exp(drawn.normal(3, 2, n - 1)).tolist()]),
            "colour": pa.array([None, *drawn.choice(["red", "blue"], n - 1).tolist()]),
            "tags": pa.array([f"tag{number % 97} shared" for number in range(n)]),
            "plot": pa.array([f"a story of {'war' if number % 2 else 'love'} {number % 50}" for number in range(n)]),
            "added": pa.array([None, *[f"19{50 + number % 50}-01-02" for number in range(n - 1)]]),
        }
    )


KINDS = {"count": "numeric", "colour": "categorical", "tags": "categorical", "plot": "text", "added": "datetime"}


def test_features_have_no_gaps_and_come_back_from_their_files(tmp_path: Path) -> None:
    features = Features.fit(table(), KINDS, text_size=3, seed=1)
    matrix = features.transform(table())
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    features.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npz"}
    np.testing.assert_array_equal(Features.load(tmp_path).transform(table()), matrix)


def test_what_training_never_saw_gets_features_too() -> None:
    features = Features.fit(table(), KINDS, text_size=3, seed=1)
    strange = pa.table({name: pa.array(["nonsense"]) for name in KINDS})
    empty = pa.table({name: pa.array([None], pa.string()) for name in KINDS})
    widths = {features.transform(rows).shape[1] for rows in (strange, empty, table())}
    assert len(widths) == 1
    assert np.isfinite(features.transform(strange)).all()
    assert np.isfinite(features.transform(empty)).all()


def test_rare_categories_share_a_column_and_are_told_apart_by_their_words() -> None:
    kinds = {"tags": "categorical"}
    rows = pa.table({"tags": [f"tag{number % 60} shared" for number in range(1200)]})
    one_hot = Features.fit(rows, kinds, text_size=0, seed=1).transform(rows)
    assert one_hot.shape[1] == MOST_ONE_HOT + 1
    assert (one_hot.sum(axis=1) == 1).all()
    assert Features.fit(rows, kinds, text_size=4, seed=1).transform(rows).shape[1] == MOST_ONE_HOT + 1 + 4


@pytest.mark.parametrize("family", [XGBOOST, LINEAR])
@pytest.mark.parametrize("kind", [REGRESSION, BINARY, MULTICLASS])
def test_model_learns_and_answers_alike_from_its_file(tmp_path: Path, family: str, kind: str) -> None:
    drawn = np.random.default_rng(5)
    features = drawn.normal(size=(600, 3)).astype(np.float32)
    values = features[:, 0] + 0.1 * drawn.normal(size=600)
    target = (
        values if kind == REGRESSION else np.digitize(values, [0.0] if kind == BINARY else [-0.5, 0.5]).astype(float)
    )
    problem = Problem.of(column(target.tolist()), kind=kind, objective=None)
    split = Split(features[:500], target[:500], features[500:], target[500:])
    model = trained(family, FIRST[family], split, problem, seed=1, deadline=float("inf"))
    predicted = model.predict(features[500:])
    metrics = problem.metrics(target[500:], predicted)
    assert metrics["R2" if kind == REGRESSION else "Accuracy"] > 0.8
    model.save(tmp_path)
    np.testing.assert_allclose(load(tmp_path).predict(features[500:]), predicted, rtol=1e-6)


def test_training_ends_at_its_deadline_with_what_it_has() -> None:
    features = np.random.default_rng(5).normal(size=(600, 3)).astype(np.float32)
    target = features[:, 0].astype(np.float64)
    problem = Problem(REGRESSION, "RMSE", ())
    split = Split(features, target, features, target)
    cut = trained(XGBOOST, FIRST[XGBOOST], split, problem, seed=1, deadline=0.0)
    assert len(np.unique(cut.predict(features))) > 1
    whole = trained(XGBOOST, FIRST[XGBOOST], split, problem, seed=1, deadline=float("inf"))
    errors = [problem.metrics(target, model.predict(features))["RMSE"] for model in (cut, whole)]
    assert errors[1] < errors[0] / 2


def classes(n: int = 600) -> tuple[Split, Problem]:
    """Three classes that follow from many features, so that a logistic regression takes many steps."""
    drawn = np.random.default_rng(5)
    features = drawn.normal(size=(n, 20)).astype(np.float32)
    target = np.digitize(features @ drawn.normal(size=20), [-2.0, 2.0]).astype(float)
    return Split(features, target, features, target), Problem(MULTICLASS, "Accuracy", ("0", "1", "2"))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_logistic_regression_ends_at_its_deadline_with_what_it_has() -> None:
    split, problem = classes()
    settings = {"alpha": 0.01, "text_size": 0}
    cut = trained(LINEAR, settings, split, problem, seed=1, deadline=0.0)
    whole = trained(LINEAR, settings, split, problem, seed=1, deadline=float("inf"))
    accuracies = [problem.metrics(split.target, model.predict(split.features))["Accuracy"] for model in (cut, whole)]
    assert 1 / 3 < accuracies[0] < accuracies[1]


def test_ridge_regression_is_one_step_that_no_deadline_cuts() -> None:
    split, _ = classes()
    problem = Problem(REGRESSION, "RMSE", ())
    cut, whole = (
        trained(LINEAR, FIRST[LINEAR], split, problem, seed=1, deadline=deadline) for deadline in (0.0, float("inf"))
    )
    np.testing.assert_array_equal(cut.predict(split.features), whole.predict(split.features))


def test_numbers_that_cannot_be_read_are_missing() -> None:
    assert np.isnan(as_numbers(pa.array(["1", "one", None]))).tolist() == [False, True, True]

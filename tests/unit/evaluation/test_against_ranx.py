"""The metrics beside those of the library ranx, on the same random lists: equal where the definitions meet."""

import warnings

import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.evaluation.metrics import average_precision, hit_rate, mrr, ndcg, precision, recall

K = 10
N_USERS, N_ITEMS, LENGTH = 50, 60, 20

Figures = dict[str, npt.NDArray[np.float64]]


@pytest.fixture(scope="module")
def both() -> tuple[Figures, Figures, npt.NDArray[np.int64]]:
    """By metric, per user, ours and ranx's; and how many relevant items each user has."""
    # Imported here: it compiles its metrics, which takes seconds.
    from ranx import Qrels, Run, evaluate

    rng = np.random.default_rng(5)
    ranked = np.array([rng.permutation(N_ITEMS)[:LENGTH] for _ in range(N_USERS)])
    n_relevant = rng.integers(1, 16, size=N_USERS)
    relevant = [set(rng.permutation(N_ITEMS)[:n].tolist()) for n in n_relevant]
    hits = np.array([[item in wanted for item in row] for row, wanted in zip(ranked.tolist(), relevant, strict=True)])
    # Names of equal length keep ranx's users in our order.
    qrels = Qrels({f"u{user:03}": {f"i{item:03}": 1 for item in wanted} for user, wanted in enumerate(relevant)})
    run = Run(
        {
            f"u{user:03}": {f"i{item:03}": float(LENGTH - rank) for rank, item in enumerate(row)}
            for user, row in enumerate(ranked.tolist())
        }
    )
    names = ["ndcg", "recall", "precision", "hit_rate", "mrr", "map"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba's, about casts inside ranx
        theirs = evaluate(qrels, run, [f"{name}@{K}" for name in names], return_mean=False)
    ours = {
        name: metric(hits, n_relevant, k=K)
        for name, metric in zip(names, (ndcg, recall, precision, hit_rate, mrr, average_precision), strict=True)
    }
    return ours, {name: np.asarray(theirs[f"{name}@{K}"]) for name in names}, n_relevant


@pytest.mark.parametrize("name", ["ndcg", "precision", "hit_rate", "mrr"])
def test_metrics_with_one_definition_are_equal(both: tuple[Figures, Figures, npt.NDArray[np.int64]], name: str) -> None:
    ours, theirs, _ = both
    assert ours[name] == pytest.approx(theirs[name])
    assert ours[name].max() > 0


@pytest.mark.parametrize("name", ["recall", "map"])
def test_recall_and_map_differ_by_the_divisor_alone(
    both: tuple[Figures, Figures, npt.NDArray[np.int64]], name: str
) -> None:
    ours, theirs, n_relevant = both
    assert ours[name] * np.minimum(K, n_relevant) == pytest.approx(theirs[name] * n_relevant)
    assert (ours[name] > theirs[name]).any(), "some user has more than k relevant items"

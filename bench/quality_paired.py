"""Two contestants on the same users: the ratio of their means over seeds, and what their difference may be."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.metrics import coverage, ndcg
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, drawn_means
from bakeoff.evaluation.target import Target
from bench.results import Figure

Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
BOOTSTRAP = Bootstrap()


def ndcg_of_users(fits: Sequence[Columns], target: Target, *, k: int) -> Floats:
    """ndcg@k of each user, the mean over the fits with different seeds; shape (n_users,)."""
    values = [ndcg(target.hits(lists), target.n_relevant, k=k) for lists in fits]
    mean: Floats = np.mean(values, axis=0)
    return mean


def paired(
    name: str, ours: Floats, theirs: Floats, *, at_least: float | None = None, loss: float | None = None, n: int = 1
) -> list[Figure]:
    """The ratio of two means on the same users (or items), its spread the interval of their difference.

    Args:
        name: of the figure.
        ours: one value per user.
        theirs: likewise.
        at_least: what the ratio must reach.
        loss: the share of `theirs` that the interval must exclude losing; a figure of its own.
        n: seeds.
    """
    both = drawn_means(np.column_stack([ours, theirs]), BOOTSTRAP)
    low, high = BOOTSTRAP.bounds(both[:, 0] - both[:, 1])
    ratio, base = float(ours.mean() / theirs.mean()), float(theirs.mean())
    figures = [Figure(name=name, value=ratio, unit="x", n=n, spread=(float(low), float(high)), at_least=at_least)]
    if loss is not None:
        possible = max(0.0, -float(low) / base)
        figures.append(Figure(name=f"{name}_possible_loss", value=possible, unit="share", n=n, target=loss))
    return figures


def paired_coverage(
    name: str, ours: Sequence[Columns], theirs: Sequence[Columns], target: Target, *, at_least: float, k: int = 10
) -> Figure:
    """The ratio of two coverages, each the mean over seeds; users are drawn for the interval of the difference."""
    n = target.n_candidates

    def mean(fits: Sequence[Columns], users: npt.NDArray[np.bool_]) -> float:
        return float(np.mean([coverage(lists[users], n_candidates=n, k=k) for lists in fits]))

    everybody = np.ones(len(target.users), np.bool_)
    drawn = np.array([mean(ours, draw > 0) - mean(theirs, draw > 0) for draw in BOOTSTRAP.draws(len(everybody))])
    difference = mean(ours, everybody) - mean(theirs, everybody)
    # A draw shows fewer items than all users do: the interval is moved to the difference, as everywhere.
    low, high = BOOTSTRAP.bounds(drawn - drawn.mean() + difference)
    ratio = mean(ours, everybody) / mean(theirs, everybody)
    return Figure(name=name, value=ratio, unit="x", n=len(ours), spread=(float(low), float(high)), at_least=at_least)


def paired_rmse(
    name: str, ours: Floats, theirs: Floats, rows: npt.NDArray[np.int64], *, target: float | None
) -> Figure:
    """The ratio of two root mean squared errors; users are drawn for the interval of the difference.

    Args:
        name: of the figure.
        ours: squared errors, one per held-out rating.
        theirs: likewise.
        rows: the user of each rating.
        target: what the ratio must not exceed.
    """
    # Users without a held-out rating are none of those that are drawn.
    _, user = np.unique(rows, return_inverse=True)
    sums = np.column_stack([np.bincount(user, some) for some in (ours, theirs, np.ones(len(rows)))])
    drawn = drawn_means(sums, BOOTSTRAP)
    roots = np.sqrt(drawn[:, :2] / drawn[:, 2:])
    low, high = BOOTSTRAP.bounds(roots[:, 0] - roots[:, 1])
    ratio = float(np.sqrt(ours.mean() / theirs.mean()))
    return Figure(name=name, value=ratio, unit="x", spread=(float(low), float(high)), target=target)

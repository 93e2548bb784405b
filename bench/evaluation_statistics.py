"""How often the paired tests cry wolf, and how often they find what is there: for `bench.evaluation`.

Users differ in how hard they are and in how much is relevant to them; a contestant's hits are drawn rank by rank, as
likely at the top as the user is easy. Most users' ndcg is 0, the rest is skewed, as with real lists. Contestants whose
hits are drawn with the same chances are equal, whatever their figures say.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.evaluation.metrics import ndcg
from bakeoff.evaluation.ranking import contains
from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from bakeoff.evaluation.statistics.comparing import Comparisons, compare
from bakeoff.evaluation.statistics.power import smallest_difference
from bench.evaluation_in_bakeoff import CUTOFFS, PER_USER

SEED = 2026
EXPERIMENTS = 1_000
USERS, CONTESTANTS = 600, 5
K = 10
ALPHA = 0.05
# Fewer than the evaluation's, for there are thousands of experiments; none of what is measured hangs on the intervals.
PERMUTATIONS, RESAMPLES = 2_000, 10
# The planted winner is better for a part of the users.
GAINING = 0.25
TIED = 5_000

Floats = npt.NDArray[np.float64]


def drawn(rng: np.random.Generator, *, users: int, contestants: int) -> Floats:
    """ndcg@10 of contestants that are equal, shape (users, contestants)."""
    ease = rng.beta(0.6, 6.0, size=users)
    n_relevant = 1 + rng.geometric(0.15, size=users)
    chance = ease[:, None] / np.sqrt(np.arange(1, K + 1))
    found = np.empty((users, contestants))
    for place in range(contestants):
        hits = rng.random((users, K)) < chance
        hits &= np.cumsum(hits, axis=1) <= n_relevant[:, None]
        found[:, place] = ndcg(hits, n_relevant, k=K)
    return found


def planted(rng: np.random.Generator, *, users: int, difference: float) -> Floats:
    """Two contestants, of whom the second is better by `difference` in truth, shape (users, 2)."""
    values = drawn(rng, users=users, contestants=2)
    values[:, 1] += difference / GAINING * (rng.random(users) < GAINING)
    return values


def compared(values: Floats, *, seed: int, metrics: tuple[str, ...] = ("ndcg@10",)) -> Comparisons:
    """By the evaluation's own function; `values` has shape (users, contestants) or one axis more, of metrics."""
    return compare(
        values.reshape(*values.shape[:2], len(metrics)),
        names=[str(place) for place in range(values.shape[1])],
        metrics=metrics,
        bootstrap=Bootstrap(resamples=RESAMPLES),
        permutations=PERMUTATIONS,
        seed=seed,
        alpha=ALPHA,
    )


def false_alarms() -> list[bool]:
    """For every experiment with equal contestants, whether any two of them are called different."""
    rng = np.random.default_rng(SEED)
    return [
        any(pair.different for pair in compared(drawn(rng, users=USERS, contestants=CONTESTANTS), seed=number).pairs)
        for number in range(EXPERIMENTS)
    ]


def difference_to_plant() -> float:
    """The smallest difference that the evaluation would state for such users, from very many of them."""
    difference = 0.0
    for _ in range(4):  # what the winner gains adds a little to the scatter, so to the smallest difference
        pool = planted(np.random.default_rng(SEED), users=500 * USERS, difference=difference)
        difference = smallest_difference(float(np.std(pool[:, 1] - pool[:, 0])), n=USERS, alpha=ALPHA)
    return difference


def found_winners(difference: float) -> tuple[list[bool], list[float]]:
    """For every experiment, whether the winner is called better, and the smallest difference that is stated."""
    rng = np.random.default_rng(SEED + 1)
    pairs = [
        compared(planted(rng, users=USERS, difference=difference), seed=number).pairs[0]
        for number in range(EXPERIMENTS)
    ]
    return [pair.different and pair.a == "1" for pair in pairs], [pair.smallest for pair in pairs]


def ties_stay_tied(path: Path) -> bool:
    """Whether equal contestants share a group on every metric, and one that is worse shares none with them.

    The three are a list, the same again, and the same with its hits and its misses each in another order, which no
    metric of hits can see. The fourth has the list upside down.
    """
    with np.load(path) as arrays:
        ranked, indptr, indices = arrays["ranked"][:TIED], arrays["indptr"][: TIED + 1], arrays["indices"]
        n_items = int(arrays["n_items"])
    nothing = np.zeros(len(indices))
    relevant = Interactions(indptr, indices, nothing.astype(np.float32), nothing.astype(np.int64), n_items)
    shuffled = _shuffled_among_equals(ranked, relevant, np.random.default_rng(SEED))
    lists = [ranked, ranked.copy(), shuffled, ranked[:, ::-1]]
    # Of the full list, hits and misses in any order are as many: those metrics see no difference at 100.
    metrics = [(name, k) for name in PER_USER for k in CUTOFFS if k < ranked.shape[1] or name in ("ndcg", "mrr", "map")]
    values = np.stack(
        [
            np.column_stack([PER_USER[name](_hits(one, relevant), relevant.activity, k=k) for name, k in metrics])
            for one in lists
        ],
        axis=1,
    )
    groups = compared(values, seed=SEED, metrics=tuple(f"{name}@{k}" for name, k in metrics)).groups
    return all(group == [["0", "1", "2"], ["3"]] for group in groups.values())


def _hits(ranked: npt.NDArray[np.int32], relevant: Interactions) -> npt.NDArray[np.bool_]:
    rows = np.repeat(np.arange(len(ranked)), ranked.shape[1])
    return contains(relevant, rows=rows, columns=ranked.ravel()).reshape(ranked.shape)


def _shuffled_among_equals(
    ranked: npt.NDArray[np.int32], relevant: Interactions, rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    shuffled, hits = ranked.copy(), _hits(ranked, relevant)
    for row, hit in zip(shuffled, hits, strict=True):
        row[hit] = rng.permutation(row[hit])
        row[~hit] = rng.permutation(row[~hit])
    return shuffled


def main(path: Path) -> None:
    """Print what was found."""
    difference = difference_to_plant()
    found, stated = found_winners(difference)
    result: dict[str, Any] = {
        "falseAlarms": float(np.mean(false_alarms())),
        "power": float(np.mean(found)),
        "experiments": EXPERIMENTS,
        "planted": difference,
        "stated": float(np.mean(stated)),
        "tiesStayTied": ties_stay_tied(path),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

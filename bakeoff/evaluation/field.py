"""Scores the whole field of contestants on the same users: metrics with intervals, slices, paired tests, agreement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.evaluation.agreement import rank_biased_overlap
from bakeoff.evaluation.diversity import intra_list_diversity, personalization, shared_people
from bakeoff.evaluation.metrics import average_precision, hit_rate, mrr, ndcg, precision, recall
from bakeoff.evaluation.partial import estimate_where_defined
from bakeoff.evaluation.popularity import average_popularity, novelty, popularity_curve
from bakeoff.evaluation.slices import ItemSlices, Slice, slices_of
from bakeoff.evaluation.statistics.bootstrap import Bootstrap, Estimate, estimate_means
from bakeoff.evaluation.statistics.comparing import Comparisons, compare
from bakeoff.evaluation.statistics.exposure import estimate_exposure
from bakeoff.evaluation.target import SEED, Target

Columns = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

K = 10
CUTOFFS = (10, 100)
_ACCURACY = {
    "ndcg": ndcg,
    "recall": recall,
    "precision": precision,
    "hit_rate": hit_rate,
    "mrr": mrr,
    "map": average_precision,
}
# What is tested between contestants: one value per user, of the list as it is recommended.
TESTED = tuple(f"{name}@{k}" for name in _ACCURACY for k in CUTOFFS)
OF_POPULARITY = (f"arp@{K}", f"novelty@{K}")
OF_CATALOGUE = (f"coverage@{K}", f"gini@{K}", f"head_share@{K}")
OF_SAMPLE = (f"personalization@{K}", f"ild@{K}", f"same_director@{K}")


@dataclass(frozen=True, kw_only=True)
class PairedTests:
    """How contestants are tested against each other.

    Args:
        permutations: sign flips of all users.
        alpha: a corrected p below it makes a difference.
        seed: of the sign flips.
    """

    permutations: int = 10_000
    alpha: float = 0.05
    seed: int = SEED

    def to_json(self) -> dict[str, Any]:
        return {
            "method": "paired permutation test over users (sign flips), two-sided, Holm-corrected over all pairs",
            "permutations": self.permutations,
            "alpha": self.alpha,
            "seed": self.seed,
        }


@dataclass(frozen=True, kw_only=True)
class SliceEstimate:
    """A contestant's figure on a slice; the estimate is None where no user is in it."""

    slice: Slice
    estimate: Estimate | None

    def to_json(self) -> dict[str, Any]:
        nothing = {"value": None, "low": None, "high": None, "n": 0}
        figures = nothing if self.estimate is None else self.estimate.to_json()
        one = self.slice
        return {"of": one.of, "slice": one.name, "rule": one.rule, "metric": one.metric, **figures}


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What the lists of one contestant are worth.

    Args:
        metrics: by name; what the data cannot give is missing.
        slices: users by activity, items by popularity.
        popularity_curve: points (share of candidates, share of slots), the most popular candidates first.
    """

    metrics: Mapping[str, Estimate]
    slices: list[SliceEstimate]
    popularity_curve: list[list[float]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """The field's scores.

    Args:
        contestants: by name, in the order given.
        comparisons: every pair on every tested metric.
        agreement: per pair of contestants, the rank-biased overlap of their lists.
    """

    contestants: Mapping[str, Scored]
    comparisons: Comparisons
    agreement: Mapping[tuple[str, str], Estimate]


def score_field(
    ranked: Mapping[str, Columns],
    target: Target,
    *,
    bootstrap: Bootstrap | None = None,
    tests: PairedTests | None = None,
) -> Field:
    """Score all lists.

    Args:
        ranked: by contestant, recommendable lists as `bakeoff.evaluation.scoring.rank` gives them: columns, shape
            (len(target.users), 100), `NO_ITEM` where a list has ended.
        target: what they are scored against.
        bootstrap: how intervals are drawn.
        tests: how contestants are tested against each other.
    """
    bootstrap, tests = bootstrap or Bootstrap(), tests or PairedTests()
    slices = slices_of(target)
    values = np.stack([_per_user(lists, target, slices) for lists in ranked.values()], axis=1)
    estimates = _estimated(values, bootstrap)
    sampled = _estimated(np.stack([_of_sample(lists, target) for lists in ranked.values()], axis=1), bootstrap)
    of_catalogue = _of_catalogue(ranked, target, bootstrap)
    contestants = {}
    for place, (name, lists) in enumerate(ranked.items()):
        of_users, of_slices = _split(estimates[place], len(TESTED) + len(OF_POPULARITY))
        named = {
            **dict(zip((*TESTED, *OF_POPULARITY), of_users, strict=True)),
            **of_catalogue[place],
            **dict(zip(OF_SAMPLE, sampled[place], strict=True)),
        }
        contestants[name] = Scored(
            metrics={metric: estimate for metric, estimate in named.items() if estimate is not None},
            slices=[SliceEstimate(slice=one, estimate=at) for one, at in zip(slices, of_slices, strict=True)],
            popularity_curve=popularity_curve(
                lists, item_counts=target.item_counts, candidates=target.holdout.candidates, k=K
            ),
        )
    return Field(
        contestants=contestants,
        comparisons=compare_tested(values[:, :, : len(TESTED)], names=list(ranked), bootstrap=bootstrap, tests=tests),
        agreement=_agreement(ranked, target, bootstrap),
    )


def compare_tested(values: Floats, *, names: list[str], bootstrap: Bootstrap, tests: PairedTests) -> Comparisons:
    """Every pair on every tested metric; `values` has shape (n_users, n_contestants, len(TESTED))."""
    return compare(
        np.ascontiguousarray(values),
        names=names,
        metrics=list(TESTED),
        bootstrap=bootstrap,
        permutations=tests.permutations,
        seed=tests.seed,
        alpha=tests.alpha,
    )


def accuracy(ranked: Columns, target: Target) -> Floats:
    """Every tested metric per user, shape (n_users, len(TESTED))."""
    return _accuracy(target.hits(ranked), target)


def _accuracy(hits: npt.NDArray[np.bool_], target: Target) -> Floats:
    metrics: list[tuple[Callable[..., Floats], int]] = [(one, k) for one in _ACCURACY.values() for k in CUTOFFS]
    return np.column_stack([metric(hits, target.n_relevant, k=k) for metric, k in metrics])


def _per_user(lists: Columns, target: Target, slices: list[Slice]) -> Floats:
    """Tested metrics, those of popularity, and slices; NaN where a user has no value."""
    hits = target.hits(lists)
    tested = _accuracy(hits, target)
    of_users = tested[:, TESTED.index("ndcg@10")]
    of_items = ItemSlices(target, [one for one in slices if one.of == "items"]).recalls(lists, hits)
    sliced = [np.where(one.members, of_users, np.nan) if one.of == "users" else of_items[one.name] for one in slices]
    popularity = target.popularity
    arp = average_popularity(lists, popularity=popularity, k=K)
    return np.column_stack([tested, arp, novelty(lists, popularity=popularity, k=K), *sliced])


def _of_sample(lists: Columns, target: Target) -> Floats:
    """The metrics of `OF_SAMPLE` of the sampled users; NaN throughout where the data cannot give one."""
    top = lists[target.sample]
    nothing = np.full(len(top), np.nan)
    return np.column_stack(
        [
            personalization(top, k=K, seed=SEED),
            nothing if target.genres is None else intra_list_diversity(top, features=target.genres, k=K),
            nothing if target.directors is None else shared_people(top, people=target.directors, k=K),
        ]
    )


def _estimated(values: Floats, bootstrap: Bootstrap) -> list[list[Estimate | None]]:
    """Of values of shape (n_users, n_contestants, n_columns), the estimates by contestant and column."""
    n_users, n_contestants, n_columns = values.shape
    flat = estimate_where_defined(values.reshape(n_users, -1), bootstrap)
    return [flat[place * n_columns : (place + 1) * n_columns] for place in range(n_contestants)]


def _split(estimates: list[Estimate | None], at: int) -> tuple[list[Estimate | None], list[Estimate | None]]:
    return estimates[:at], estimates[at:]


def _of_catalogue(ranked: Mapping[str, Columns], target: Target, bootstrap: Bootstrap) -> list[dict[str, Estimate]]:
    """The metrics of `OF_CATALOGUE` of every contestant."""
    field = estimate_exposure(
        list(ranked.values()), n_candidates=target.n_candidates, k=K, head=target.head, bootstrap=bootstrap
    )
    return [dict(zip(OF_CATALOGUE, (one.coverage, one.gini, one.head_share), strict=True)) for one in field]


def _agreement(ranked: Mapping[str, Columns], target: Target, bootstrap: Bootstrap) -> dict[tuple[str, str], Estimate]:
    pairs = list(combinations(ranked, 2))
    if not pairs:
        return {}
    sampled = {name: lists[target.sample] for name, lists in ranked.items()}
    overlaps = np.column_stack([rank_biased_overlap(sampled[one], sampled[other]) for one, other in pairs])
    return dict(zip(pairs, estimate_means(overlaps, bootstrap), strict=True))

"""Blends ranked lists into one: weighted reciprocal rank fusion."""

from collections.abc import Sequence
from dataclasses import dataclass

from bakeoff.contracts.interactions import ScoredItem

# Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods",
# SIGIR 2009: 60 was found best there, and the result hardly depends on it.
RANK_CONSTANT = 60


@dataclass(frozen=True, kw_only=True)
class WeightedList:
    """One contestant's list.

    Args:
        weight: its say; the run record's, from validation quality. Never negative.
        items: item ids, best first; of a repeated id only the first place counts.
    """

    weight: float
    items: Sequence[str]


def blend(lists: Sequence[WeightedList], *, n: int, rank_constant: int = RANK_CONSTANT) -> list[ScoredItem]:
    """The `n` items with the highest fused score, best first.

    score(item) = sum over lists of weight / (rank_constant + rank), the best rank being 1.

    Lists with weight 0 have no say, unless no list has a weight: then all count alike, so that a list which is there
    to catch the others' failure (popularity) still gives an answer. Equal scores are ordered by best rank, then id.
    """
    voting = [one for one in lists if one.weight > 0]
    if not voting:
        voting = [WeightedList(weight=1.0, items=one.items) for one in lists]
    scores: dict[str, float] = {}
    best_ranks: dict[str, int] = {}
    for one in voting:
        for rank, item_id in enumerate(dict.fromkeys(one.items), start=1):
            scores[item_id] = scores.get(item_id, 0.0) + one.weight / (rank_constant + rank)
            best_ranks[item_id] = min(rank, best_ranks.get(item_id, rank))
    order = sorted(scores, key=lambda item_id: (-scores[item_id], best_ranks[item_id], item_id))
    return [ScoredItem(item_id, scores[item_id]) for item_id in order[:n]]

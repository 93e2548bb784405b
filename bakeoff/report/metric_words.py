"""Each metric in words: what it tells, and which way is better. docs/protocol.md has the formulas."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Words:
    """A metric for a reader.

    Args:
        says: what it measures, as a sentence without its end.
        better: ``more``, ``less`` or empty where neither is.
    """

    says: str
    better: str = "more"


WORDS: Final[dict[str, Words]] = {
    "ndcg": Words("how much of what a user went on to like is in the list, and how far up"),
    "recall": Words("which share of what a user went on to like is in the list"),
    "precision": Words("which share of the list the user went on to like"),
    "hit_rate": Words("which share of the users find at least one item that they like"),
    "mrr": Words("how far up the first liked item stands: 1 at the top, 1/2 in second place"),
    "map": Words("how far up all liked items stand"),
    "coverage": Words("which share of the catalogue is recommended to anybody"),
    "gini": Words("how unevenly the recommendations fall on the items: 0 evenly, 1 all on one", "less"),
    "head_share": Words("which share of the recommendations is of the most popular tenth", "less"),
    "arp": Words("how popular the recommended items are", "less"),
    "novelty": Words("how unknown the recommended items are, in bits"),
    "personalization": Words("how much the lists of two users differ"),
    "ild": Words("how much the items of one list differ by their description"),
    "same_director": Words("how often two films of one list have the same director", "less"),
    "rmse": Words("how far predicted ratings are off, large errors counting more", "less"),
    "mae": Words("how far predicted ratings are off", "less"),
    "usefulness": Words("how often those who liked an item also liked the ones called similar"),
    "neighbour_same_director": Words("how often a film called similar has the same director", "less"),
}
_FAMILIES = (
    ("Accuracy in the first ten", ("ndcg@10", "recall@10", "precision@10", "hit_rate@10", "mrr@10", "map@10")),
    (
        "Accuracy in the first hundred",
        ("ndcg@100", "recall@100", "precision@100", "hit_rate@100", "mrr@100", "map@100"),
    ),
    ("Popularity and coverage", ("coverage@10", "gini@10", "head_share@10", "arp@10", "novelty@10")),
    ("Diversity", ("personalization@10", "ild@10", "same_director@10")),
)
OTHERS = "Further figures"


def words(metric: str) -> Words:
    """Of ``ndcg@10`` those of ``ndcg``; a metric that is not known here is named and not explained."""
    return WORDS.get(metric.partition("@")[0], Words(metric, ""))


def families(metrics: list[str]) -> list[tuple[str, list[str]]]:
    """The metrics that there are, by what they tell; none is left out."""
    found = [(title, [metric for metric in family if metric in metrics]) for title, family in _FAMILIES]
    named = {metric for _, family in found for metric in family}
    found.append((OTHERS, [metric for metric in metrics if metric not in named]))
    return [(title, family) for title, family in found if family]


def legend(metrics: list[str]) -> str:
    """What each of some metrics is, in one sentence."""
    said = []
    for metric in metrics:
        told = words(metric)
        better = f" ({told.better} is better)" if told.better else ""
        said.append(f"{metric}: {told.says}{better}" if told.says != metric else metric)
    return "; ".join(said) + "."

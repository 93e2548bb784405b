"""The grades of what lists are like beside accurate: personalization, and novelty with diversity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bakeoff.judging.evidence import Evidence, Figure
from bakeoff.judging.scale import Grade, Scale, percent

PERSONALIZATION = "personalization@10"
_K = 10


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One of the shares whose mean is graded.

    Args:
        metric: of metrics.json.
        words: what the share is of.
        share: from a contestant's figure and what the shares of the run are taken of; None where that lacks something.
    """

    metric: str
    words: str
    share: Callable[[Figure, "_Reference"], float | None]


@dataclass(frozen=True, kw_only=True)
class _Reference:
    """What shares are taken of: the floor's novelty in bits (None without a floor), the number of candidates."""

    novelty: float | None
    n_candidates: int


def _less_popular(novelty: Figure, reference: _Reference) -> float | None:
    """By how much less popular, in the geometric mean, the items are than those of the floor; each bit halves."""
    return None if reference.novelty is None else max(0.0, 1 - 2 ** (reference.novelty - novelty.value))


def _covered(coverage: Figure, reference: _Reference) -> float | None:
    """n lists of ten cannot show more than 10 n items."""
    if not reference.n_candidates:
        return None
    return coverage.value / min(1.0, _K * coverage.n / reference.n_candidates)


# Shares between 0 and 1, so that data sets compare: novelty in bits grows with the catalogue's tail, plain coverage
# with the number of lists; and where the tail is long, head_share@10 is near 1 for everybody.
_NOVELTY = (
    _Part(metric="novelty@10", words="items less popular than the floor's by", share=_less_popular),
    _Part(metric="ild@10", words="diversity by genre inside a list", share=lambda one, _: one.value),
    _Part(metric="coverage@10", words="coverage of what the lists could cover", share=_covered),
)


def personalization_grade(name: str, *, evidence: Evidence, thresholds: Sequence[float]) -> Grade:
    """How different the lists of two users are: personalization@10, from 0 (the same for everybody) to 1."""
    figure = evidence.figure(name, PERSONALIZATION)
    if figure is None:
        return Grade(grade=None, because=f"{PERSONALIZATION} was not measured.")
    scale = Scale(thresholds=thresholds, more_is_better=True, write=lambda value: f"{value:.4g}")
    grade = scale.grade(round(figure.value, 4))
    reach = scale.reach(figure.low, figure.high)
    return Grade(grade=grade, because=f"{PERSONALIZATION} {figure}; {scale.needs(grade)}.{reach}")


def novelty_diversity_grades(
    names: Sequence[str], *, evidence: Evidence, floor: str, thresholds: Sequence[float]
) -> dict[str, Grade]:
    """Grade the mean of three shares: less popular than the floor, diverse inside a list, spread over the catalogue.

    All contestants are graded by the same parts: one that the run cannot give, such as diversity by genre without
    genres, is left out for everybody, and said.
    """
    of_floor = evidence.figure(floor, "novelty@10")
    reference = _Reference(novelty=of_floor.value if of_floor else None, n_candidates=evidence.n_candidates)
    shares = {name: _shares(name, evidence, reference) for name in names}
    with_any = [of_one for of_one in shares.values() if of_one]
    parts = [part for part in _NOVELTY if with_any and all(part.metric in of_one for of_one in with_any)]
    scale = Scale(thresholds=thresholds, more_is_better=True, write=lambda value: f"{value:.4g}")
    return {name: _novelty_diversity(of_one, parts, scale) for name, of_one in shares.items()}


def _shares(name: str, evidence: Evidence, reference: _Reference) -> dict[str, tuple[float, Figure]]:
    """By metric, of the parts that can be given, the share and the figure that it is made of."""
    figures = {part.metric: evidence.figure(name, part.metric) for part in _NOVELTY}
    return {
        part.metric: (share, figure)
        for part in _NOVELTY
        if (figure := figures[part.metric]) is not None and (share := part.share(figure, reference)) is not None
    }


def _novelty_diversity(shares: Mapping[str, tuple[float, Figure]], parts: list[_Part], scale: Scale) -> Grade:
    left_out = ", ".join(part.metric for part in _NOVELTY if part not in parts)
    if not shares or not parts:
        missing = ", ".join(part.metric for part in _NOVELTY if part.metric not in shares) or left_out
        return Grade(grade=None, because=f"Not measured, or nothing to relate it to: {missing}.")
    mean = round(sum(shares[part.metric][0] for part in parts) / len(parts), 3)
    grade = scale.grade(mean)
    told = "; ".join(
        f"{part.words} {percent(round(shares[part.metric][0], 3))} ({part.metric} {shares[part.metric][1]})"
        for part in parts
    )
    without = f" Not known in this run, and left out for everybody: {left_out}." if left_out else ""
    return Grade(grade=grade, because=f"{mean:.3f}, the mean of: {told}; {scale.needs(grade)}.{without}")

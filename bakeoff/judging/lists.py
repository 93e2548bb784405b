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
        share: from the figure and the number of candidates.
    """

    metric: str
    words: str
    share: Callable[[Figure, int], float]


# Shares between 0 and 1, so that data sets compare. Novelty in bits grows with the number of users, plain coverage
# with the number of lists.
_NOVELTY = (
    _Part(metric="head_share@10", words="slots outside the most popular tenth", share=lambda one, _: 1 - one.value),
    _Part(metric="ild@10", words="diversity by genre inside a list", share=lambda one, _: one.value),
    _Part(
        metric="coverage@10",
        words="coverage of what the lists could cover",
        # n lists of ten cannot show more than 10 n items.
        share=lambda one, candidates: one.value / min(1.0, _K * one.n / candidates),
    ),
)


def personalization_grade(name: str, *, evidence: Evidence, thresholds: Sequence[float]) -> Grade:
    """How different the lists of two users are: personalization@10, from 0 (the same for everybody) to 1."""
    figure = evidence.figure(name, PERSONALIZATION)
    if figure is None:
        return Grade(grade=None, because=f"{PERSONALIZATION} was not measured.")
    scale = Scale(thresholds=thresholds, more_is_better=True, write=lambda value: f"{value:.4g}")
    grade = scale.grade(figure.value)
    reach = scale.reach(figure.low, figure.high)
    return Grade(grade=grade, because=f"{PERSONALIZATION} {figure}; {scale.needs(grade)}.{reach}")


def novelty_diversity_grades(
    names: Sequence[str], *, evidence: Evidence, thresholds: Sequence[float]
) -> dict[str, Grade]:
    """Grade the mean of three shares: outside of the popular tenth, diverse inside a list, spread over the catalogue.

    All contestants are graded by the same parts: one that the data cannot give, such as diversity by genre without
    genres, is left out for everybody, and said.
    """
    measured = {name: _figures(name, evidence) for name in names}
    with_any = [figures for figures in measured.values() if figures]
    parts = [part for part in _NOVELTY if with_any and all(part.metric in figures for figures in with_any)]
    left_out = [part.metric for part in _NOVELTY if part not in parts]
    scale = Scale(thresholds=thresholds, more_is_better=True, write=lambda value: f"{value:.4g}")
    return {name: _novelty_diversity(figures, parts, left_out, scale, evidence) for name, figures in measured.items()}


def _figures(name: str, evidence: Evidence) -> dict[str, Figure]:
    found = {part.metric: evidence.figure(name, part.metric) for part in _NOVELTY}
    return {metric: figure for metric, figure in found.items() if figure is not None}


def _novelty_diversity(
    figures: Mapping[str, Figure], parts: list[_Part], left_out: list[str], scale: Scale, evidence: Evidence
) -> Grade:
    if not figures or not parts or not evidence.n_candidates:
        missing = ", ".join(part.metric for part in _NOVELTY if part.metric not in figures) or ", ".join(left_out)
        return Grade(grade=None, because=f"Not measured: {missing or 'the number of candidates'}.")
    shares = [part.share(figures[part.metric], evidence.n_candidates) for part in parts]
    mean = sum(shares) / len(shares)
    grade = scale.grade(mean)
    told = "; ".join(
        f"{part.words} {percent(round(share, 3))} ({part.metric} {figures[part.metric]})"
        for part, share in zip(parts, shares, strict=True)
    )
    without = f" Not measured in this run, and left out for everybody: {', '.join(left_out)}." if left_out else ""
    return Grade(grade=grade, because=f"{mean:.3f}, the mean of: {told}; {scale.needs(grade)}.{without}")

"""The claim that the content model recommends films of the same director."""

from bakeoff.judging.claims.finding import CANNOT_BE_TOLD, DOES_NOT_HOLD, HOLDS, Finding, Question, Run, Verdict
from bakeoff.judging.evidence import Figure
from bakeoff.judging.scale import percent

METRIC = "same_director@10"
# The article's own forms. The cured one lets only a few films of a director into a list: it says nothing of theirs.
CONTENT = ("content-article-1", "content-article-2")
CURED = "content"
# Two pairs in a hundred, one pair in a list of ten (45 pairs): fewer nobody would notice.
NOTICED = 0.02


def director_claims(run: Run) -> list[Finding]:
    """One finding for each of the article's forms of the content model in the run."""
    present = [name for name in CONTENT if name in run.contestants]
    return [_same_director(run, [name]) for name in present] or [_same_director(run, list(CONTENT))]


def _same_director(run: Run, names: list[str]) -> Finding:
    question = Question(
        claim="The content model recommends films of the same director.",
        test=f"{METRIC} of {' or '.join(names)}, the share of pairs in a list with a director in common, against every "
        "contestant that does not read the items' text: above all of them by the widest bounds that the intervals "
        f"allow; not where it is above one of them by less than {percent(NOTICED)}.",
    )
    if missing := run.missing(*names):
        return run.unknown(question, f"{missing}{_of_cured(run)}")
    own = run.evidence.figure(names[0], METRIC)
    others = {
        other: figure
        for other in run.names
        if not other.startswith("content") and (figure := run.evidence.figure(other, METRIC)) is not None
    }
    if own is None:
        return run.unknown(question, f"{METRIC} was not measured: the data set may name no directors.")
    if not others:
        return run.unknown(question, "No other contestant has a figure to compare with.")
    most = max(others, key=lambda other: (others[other].high, other))
    low, high = own.minus(others[most])
    said = (
        f"{names[0]} has {own}; the most of the others is {most} with {others[most]}: the difference is {low:+.4f} to "
        f"{high:+.4f}.{_of_cured(run)}"
    )
    return run.answer(question, [names[0], most], _above_all(own, list(others.values())), said, n=own.n)


def _of_cured(run: Run) -> str:
    """The cured form's figure, which decides nothing."""
    figure = run.evidence.figure(CURED, METRIC)
    if figure is None:
        return ""
    return f" {CURED}, the cured form, which keeps films of one director apart, has {figure}; it is not the article's."


def _above_all(own: Figure, others: list[Figure]) -> Verdict:
    bounds = [own.minus(other) for other in others]
    if any(high < NOTICED for _, high in bounds):
        return DOES_NOT_HOLD
    return HOLDS if all(low > 0 for low, _ in bounds) else CANNOT_BE_TOLD

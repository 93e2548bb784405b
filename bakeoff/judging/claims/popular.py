"""Claims about popularity: the autoencoder that recommends what is rated a lot, and Popularity-Count itself."""

from bakeoff.judging.claims.better import METRIC
from bakeoff.judging.claims.finding import CANNOT_BE_TOLD, DOES_NOT_HOLD, HOLDS, Finding, Question, Run, Verdict
from bakeoff.judging.evidence import Figure
from bakeoff.judging.scale import percent

POPULARITY = "personalize-popularity-count"
BASIC, CURED = "autoencoder-article", "autoencoder"
HEAD = "head_share@10"
# By chance a tenth of the slots would go to the most popular tenth; more than half is five times that.
MANY = 0.5
# Fewer than five slots in a hundred are no cure.
CURE = 0.05
# "Some good recommendations": at least half as many as the best contestant's, ranks counted.
GOOD = 0.5
_OF_WHAT_IS_LEFT = (
    " It is of lists without what a user had seen, so it is above 0 for the same list for everybody, too."
)


def autoencoder_claims(run: Run) -> list[Finding]:
    """The autoencoder recommends what is rated a lot; more tuning would be needed to cure it."""
    return [_rated_a_lot(run), _cured(run)]


def popularity_claims(run: Run) -> list[Finding]:
    """Popularity-Count is not personal, limited, and gives some good recommendations."""
    return [
        _least(run, "Popularity-Count is not personal.", "personalization@10", _OF_WHAT_IS_LEFT),
        _least(run, "Popularity-Count is limited.", "coverage@10"),
        _some_good(run),
    ]


def _rated_a_lot(run: Run) -> Finding:
    question = Question(
        claim="The autoencoder tends to recommend what is rated a lot.",
        test=f"{HEAD} of {BASIC}, the share of slots for the most popular tenth of the items: above {percent(MANY)}, "
        "where chance would give 10 %.",
    )
    if missing := run.missing(BASIC):
        return run.unknown(question, missing)
    head = run.evidence.figure(BASIC, HEAD)
    if head is None:
        return run.unknown(question, f"{HEAD} was not measured.")
    verdict = HOLDS if head.low > MANY else DOES_NOT_HOLD if head.high <= MANY else CANNOT_BE_TOLD
    others = {name: run.evidence.figure(name, HEAD) for name in run.names if name != BASIC}
    beside = "; ".join(f"{name} {figure}" for name, figure in others.items() if figure)
    said = f"{BASIC} has {head}.{f' Of the others: {beside}.' if beside else ''}"
    return run.answer(question, [BASIC], verdict, said, n=head.n)


def _cured(run: Run) -> Finding:
    question = Question(
        claim="With more tuning the autoencoder recommends less of what is rated a lot.",
        test=f"{HEAD} of {CURED} against {BASIC}: lower by the widest bounds that both intervals allow; not where "
        f"these stay under {percent(CURE)} of the slots.",
    )
    if missing := run.missing(CURED, BASIC):
        return run.unknown(question, missing)
    cured, basic = run.evidence.figure(CURED, HEAD), run.evidence.figure(BASIC, HEAD)
    if cured is None or basic is None:
        return run.unknown(question, f"{HEAD} was not measured.")
    low, high = basic.minus(cured)
    verdict: Verdict = DOES_NOT_HOLD if high < CURE else HOLDS if low > 0 else CANNOT_BE_TOLD
    pair = run.evidence.pair(CURED, BASIC, METRIC)
    cost = f" {METRIC}: {CURED} minus {BASIC} is {pair}." if pair else ""
    said = f"{CURED} has {cured}, {BASIC} {basic}: lower by {low:+.4f} to {high:+.4f}.{cost}"
    return run.answer(question, [CURED, BASIC], verdict, said, n=min(cured.n, basic.n))


def _least(run: Run, claim: str, metric: str, more: str = "") -> Finding:
    question = Question(
        claim=claim,
        test=f"{metric} of {POPULARITY} against every other contestant: below all of their intervals.{more}",
    )
    if missing := run.missing(POPULARITY):
        return run.unknown(question, missing)
    own = run.evidence.figure(POPULARITY, metric)
    others = {
        name: figure
        for name in run.names
        if name != POPULARITY and (figure := run.evidence.figure(name, metric)) is not None
    }
    if own is None or not others:
        return run.unknown(question, f"{metric} was not measured of {POPULARITY} and of another contestant.")
    nearest = min(others, key=lambda name: (others[name].low, name))
    said = f"{POPULARITY} has {own}; the lowest of the others is {nearest} with {others[nearest]}."
    return run.answer(question, [POPULARITY, nearest], _below_all(own, list(others.values())), said, n=own.n)


def _below_all(own: Figure, others: list[Figure]) -> Verdict:
    if all(own.high < other.low for other in others):
        return HOLDS
    return DOES_NOT_HOLD if any(other.high < own.low for other in others) else CANNOT_BE_TOLD


def _some_good(run: Run) -> Finding:
    question = Question(
        claim="Popularity-Count gives some good recommendations all the same.",
        test=f"{METRIC} of {POPULARITY}: at least {percent(GOOD)} of the best contestant's, by the interval of their "
        "ratio. The best is chosen on the same users, which flatters it and so counts against the claim.",
    )
    if missing := run.missing(POPULARITY):
        return run.unknown(question, missing)
    pairs = [run.evidence.pair(POPULARITY, name, METRIC) for name in run.names if name != POPULARITY]
    compared = [pair for pair in pairs if pair is not None]
    if not compared:
        return run.unknown(question, f"{POPULARITY} was compared with nobody.")
    best = min(compared, key=lambda pair: (pair.difference.value, pair.other))
    found = run.evidence.figure(POPULARITY, "hit_rate@10")
    users = f" Users with at least one hit in ten: {found}." if found else ""
    said = f"{METRIC}: {POPULARITY} minus {best.other}, the best of the others, is {best}.{users}"
    return run.answer(question, [POPULARITY, best.other], _at_least_half(best.ratio), said, n=best.difference.n)


def _at_least_half(ratio: Figure | None) -> Verdict:
    if ratio is None:
        return CANNOT_BE_TOLD
    return HOLDS if ratio.low >= GOOD else DOES_NOT_HOLD if ratio.high < GOOD else CANNOT_BE_TOLD

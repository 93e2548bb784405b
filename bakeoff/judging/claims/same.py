"""Claims that something "does not change the output much": Autopilot's algorithm, and its selection of columns.

That no difference is found shows nothing, for few users show none. "Not much" holds only where the intervals lie
inside a stated margin.
"""

from bakeoff.judging.claims.finding import CANNOT_BE_TOLD, DOES_NOT_HOLD, HOLDS, Finding, Question, Run, Verdict
from bakeoff.judging.evidence import Pair
from bakeoff.judging.scale import percent

METRIC = "ndcg@10"
RATINGS = "rmse"
# The article's words are loose, so the margins are wide: who finds a difference outside of them finds much.
ACCURACY = 0.1
# A constant guess already has an rmse of the ratings' own deviation: errors of useful models lie close together.
ERROR = 0.05
# Seven of ten items in common, at every depth of the two lists.
AGREEMENT = 0.7

_TEST = (
    f"ndcg@10 within {percent(ACCURACY)} of each other (interval of the ratio), lists that agree to at least "
    f"{AGREEMENT} (rank-biased overlap), and, where both predict ratings, an rmse within {percent(ERROR)}: all "
    "of them, by their intervals"
)


def autopilot_claims(run: Run) -> list[Finding]:
    """Neither the model nor the selection of columns changes the output much."""
    model, columns = "The model (xgboost or linear)", "The selection of columns"
    pairs = [
        (
            f"{model} does not change Autopilot's output much, with all columns.",
            "autopilot-xgboost-all",
            "autopilot-linear-all",
        ),
        (
            f"{model} does not change Autopilot's output much, with selected columns.",
            "autopilot-xgboost-selected",
            "autopilot-linear-selected",
        ),
        (
            f"{columns} does not change Autopilot's output much, with xgboost.",
            "autopilot-xgboost-all",
            "autopilot-xgboost-selected",
        ),
        (
            f"{columns} does not change Autopilot's output much, with a linear model.",
            "autopilot-linear-all",
            "autopilot-linear-selected",
        ),
    ]
    return [_same(run, *pair) for pair in pairs]


def _same(run: Run, claim: str, one: str, other: str) -> Finding:
    question = Question(claim=claim, test=f"{one} against {other}: {_TEST}.")
    if missing := run.missing(one, other):
        return run.unknown(question, missing)
    pair = run.evidence.pair(one, other, METRIC)
    if pair is None:
        return run.unknown(question, f"{one} and {other} were not compared on {METRIC}.")
    parts = [_accuracy(pair), _lists(run, one, other), _ratings(run, one, other)]
    verdicts = [verdict for verdict, _ in parts if verdict]
    verdict = next((bad for bad in (DOES_NOT_HOLD, CANNOT_BE_TOLD) if bad in verdicts), HOLDS)
    return run.answer(question, [one, other], verdict, " ".join(words for _, words in parts), n=pair.difference.n)


def _accuracy(pair: Pair) -> tuple[Verdict, str]:
    verdict = HOLDS if pair.within(ACCURACY) else DOES_NOT_HOLD if pair.beyond(ACCURACY) else CANNOT_BE_TOLD
    return verdict, f"{METRIC}: {pair.one} minus {pair.other} is {pair}, {_margin(verdict)}."


def _lists(run: Run, one: str, other: str) -> tuple[Verdict, str]:
    overlap = run.evidence.agreement(one, other)
    if overlap is None:
        return CANNOT_BE_TOLD, "How far the lists agree was not measured."
    verdict = HOLDS if overlap.low >= AGREEMENT else DOES_NOT_HOLD if overlap.high < AGREEMENT else CANNOT_BE_TOLD
    return verdict, f"The lists agree to {overlap}, {_margin(verdict)}."


def _ratings(run: Run, one: str, other: str) -> tuple[Verdict | None, str]:
    """The two rmse are not paired, so their difference has the widest bounds that both intervals allow."""
    first, second = run.evidence.figure(one, RATINGS), run.evidence.figure(other, RATINGS)
    if first is None or second is None:
        return None, f"{RATINGS} was not measured of both, and is left out."
    margin = ERROR * min(first.value, second.value)
    low, high = first.minus(second)
    inside = -margin <= low and high <= margin
    verdict = HOLDS if inside else DOES_NOT_HOLD if low > margin or high < -margin else CANNOT_BE_TOLD
    return verdict, f"{RATINGS}: {first} and {second}, a difference of {low:+.4f} to {high:+.4f}, {_margin(verdict)}."


def _margin(verdict: Verdict) -> str:
    words = {
        HOLDS: "inside the margin",
        DOES_NOT_HOLD: "outside the margin",
        CANNOT_BE_TOLD: "partly outside the margin",
    }
    return words[verdict]

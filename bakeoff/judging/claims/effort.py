"""Claims about time and effort, and about what Amazon Personalize gives: few of them can be tested by figures."""

from bakeoff.judging.claims.finding import CANNOT_BE_TOLD, DOES_NOT_HOLD, HOLDS, Finding, Question, Run
from bakeoff.judging.scale import in_seconds, percent

# One training each has no interval: only what is clearly longer is called so.
LONGER = 0.2
SHORTER = 0.05
RATINGS = "rmse"


def training_claims(run: Run) -> list[Finding]:
    """HRNN with metadata takes longer to train; so does its successor's, if it is true of that."""
    pairs = [
        ("HRNN", "hrnn-metadata", "hrnn"),
        ("HRNN's successor", "personalize-user-personalization-metadata", "personalize-user-personalization"),
    ]
    return [_longer(run, f"With metadata {words} takes longer to train.", *pair) for words, *pair in pairs]


def _longer(run: Run, claim: str, one: str, other: str) -> Finding:
    question = Question(
        claim=claim,
        test=f"Training seconds of {one} against {other}: longer by more than {percent(LONGER)}; not where "
        f"it is longer by at most {percent(SHORTER)}. One training each, so what lies between cannot be told.",
    )
    absent = [name for name in (one, other) if name not in run.contestants]
    if absent:
        return run.unknown(question, run.missing(*absent))
    longer, shorter = (run.contestants[name].get("trainingSeconds") for name in (one, other))
    if not longer or not shorter:
        return run.unknown(question, f"The run has no training time of {one if not longer else other}.")
    ratio = longer / shorter
    verdict = HOLDS if ratio > 1 + LONGER else DOES_NOT_HOLD if ratio <= 1 + SHORTER else CANNOT_BE_TOLD
    said = (
        f"{one} trained for {in_seconds(longer)} and {other} for {in_seconds(shorter)}, {ratio:.2f} times as long; "
        f"measured on {run.measured_on}."
    )
    return run.answer(question, [one, other], verdict, said, n=1)


def personalize_claims(run: Run) -> list[Finding]:
    """What Amazon Personalize gives, and how easy it is."""
    return [_no_ratings(run), _judgement_of_ease(run), _judgement_of_autopilot(run)]


def _no_ratings(run: Run) -> Finding:
    question = Question(
        claim="Amazon Personalize gives items but no predicted rating.",
        test=f"Whether any recipe's answers let {RATINGS} be measured, where another contestant's do.",
    )
    recipes = [name for name in run.names if run.contestants[name].get("kind") == "personalize"]
    if not recipes:
        return run.unknown(question, "No recipe of Amazon Personalize has figures in this run.")
    predicting = [name for name in run.names if run.evidence.figure(name, RATINGS) is not None]
    if not predicting:
        return run.unknown(question, f"Nobody in this run predicts ratings: there is no {RATINGS} to compare with.")
    theirs = [name for name in recipes if name in predicting]
    verdict = DOES_NOT_HOLD if theirs else HOLDS
    measured = run.evidence.figure(predicting[0], RATINGS)
    said = (
        f"With an {RATINGS}: {len(theirs)} of {len(recipes)} recipes of Amazon Personalize, and "
        f"{len(predicting) - len(theirs)} of {len(run.names) - len(recipes)} other contestants."
    )
    return run.answer(question, recipes, verdict, said, n=measured.n if measured else None)


def _judgement_of_ease(run: Run) -> Finding:
    question = Question(
        claim="Amazon Personalize is easy and fast once the data is prepared.",
        test="None: ease is a matter of judgement.",
    )
    timed = [
        f"{name} trained for {in_seconds(one['trainingSeconds'])}{' (a local twin)' if one.get('twin') else ''}"
        for name, one in run.contestants.items()
        if one.get("kind") == "personalize" and one.get("trainingSeconds") is not None
    ]
    times = f" {'; '.join(timed)}; measured on {run.measured_on}." if timed else ""
    return run.unknown(
        question, f"A matter of judgement: the grades of effort are declared with their reasons, not measured.{times}"
    )


def _judgement_of_autopilot(run: Run) -> Finding:
    question = Question(
        claim="SageMaker Autopilot costs more effort than Amazon Personalize, because inference must be coded.",
        test="None: effort is a matter of judgement.",
    )
    return run.unknown(
        question, "A matter of judgement: the grades of effort are declared with their reasons, not measured."
    )

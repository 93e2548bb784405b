"""Claims that one contestant recommends better than another, on ndcg@10."""

from bakeoff.judging.claims.finding import CANNOT_BE_TOLD, DOES_NOT_HOLD, HOLDS, Finding, Question, Run, Verdict, listed
from bakeoff.judging.evidence import Pair
from bakeoff.judging.scale import percent

METRIC = "ndcg@10"
# A twentieth: a smaller gain is no reason to prepare metadata, to tune, or to run a second system, sure as it may be.
SAME = 0.05

_PAIRED = (
    f"{METRIC} of both on the same users, paired permutation test, Holm-corrected over all pairs; no better where "
    f"the interval of their ratio stays within {percent(SAME)}"
)


def metadata_claims(run: Run) -> list[Finding]:
    """With metadata a sequence model recommends better: for HRNN, and for its successor at Amazon Personalize."""
    pairs = [
        ("hrnn-metadata", "hrnn", "HRNN"),
        ("personalize-user-personalization-metadata", "personalize-user-personalization", "HRNN's successor"),
    ]
    return [
        better(run, f"With metadata about users and items {words} recommends better, when the metadata is good.", *pair)
        for *pair, words in pairs
    ]


def basic_claims(run: Run) -> list[Finding]:
    """The self-coded models were very basic, with much room to improve."""
    forms = [
        ("autoencoder", ["autoencoder-article"], "autoencoder"),
        ("content", ["content-article-1", "content-article-2"], "content model"),
    ]
    found = []
    for improved, basic, words in forms:
        claim = f"The self-coded {words} was very basic, with much room to improve."
        present = [name for name in basic if name in run.contestants] or basic[:1]
        found += [better(run, claim, improved, name) for name in present]
    return found


def better(run: Run, claim: str, one: str, other: str) -> Finding:
    """Whether `one` is better than `other`."""
    question = Question(claim=claim, test=f"{one} against {other}: {_PAIRED}.")
    if missing := run.missing(one, other):
        return run.unknown(question, missing)
    pair = run.evidence.pair(one, other, METRIC)
    if pair is None:
        return run.unknown(question, f"{one} and {other} were not compared on {METRIC}.")
    verdict, words = _verdict(pair)
    said = f"{one} minus {other} is {pair}, corrected p {pair.p:.4f}: {words}"
    return run.answer(question, [one, other], verdict, said, n=pair.difference.n)


def _verdict(pair: Pair) -> tuple[Verdict, str]:
    if pair.within(SAME):
        return DOES_NOT_HOLD, f"the two are the same to within {percent(SAME)}."
    if pair.better:
        return HOLDS, f"{pair.one} is better."
    if pair.worse:
        return DOES_NOT_HOLD, f"{pair.other} is better."
    return CANNOT_BE_TOLD, f"no difference was found; {pair.power}."


def self_coded_claim(run: Run) -> Finding:
    """Self-coded models give better results than managed ones.

    No best one is chosen by hand on the data that it is tested on: every self-coded model is compared with every
    managed one, and the correction covers all pairs. Only the size of the winner's lead flatters it.
    """
    question = Question(
        claim="Self-coded models may give better results than managed services.",
        test="A self-coded model that is better than every managed one, or the other way round: "
        f"{METRIC}, paired permutation tests, Holm-corrected over all pairs, so that the choice of the best is "
        f"covered; no better where the best two stay within {percent(SAME)}.",
    )
    own = [name for name in run.names if _is_own(run, name)]
    # A blend is made of both.
    managed = [name for name in run.names if name not in own and run.contestants[name].get("kind") != "blend"]
    if not own or not managed:
        kinds = [word for word, names in (("self-coded", own), ("managed", managed)) if not names]
        return run.unknown(question, f"The run has no figures of a {' or a '.join(kinds)} contestant.")
    best_own, best_managed = _best(run, own), _best(run, managed)
    pair = run.evidence.pair(best_own, best_managed, METRIC)
    if pair is None:
        return run.unknown(question, f"{best_own} and {best_managed} were not compared on {METRIC}.")
    said = (
        f"The best self-coded one, {best_own}, minus the best managed one, {best_managed}, is {pair}; each was found "
        "best on these users, which flatters it."
    )
    verdict, words = _of_fields(run, own, managed, pair)
    return run.answer(question, [best_own, *managed], verdict, f"{said} {words}", n=pair.difference.n)


def _of_fields(run: Run, own: list[str], managed: list[str], pair: Pair) -> tuple[Verdict, str]:
    if pair.within(SAME):
        return DOES_NOT_HOLD, f"The best two are the same to within {percent(SAME)}."
    if beating := [name for name in own if _beats_all(run, name, managed)]:
        return HOLDS, f"Better than every managed one: {listed(beating)}."
    if beating := [name for name in managed if _beats_all(run, name, own)]:
        return DOES_NOT_HOLD, f"Better than every self-coded one: {listed(beating)}."
    return CANNOT_BE_TOLD, f"Neither side's best beats all of the other; of the best two: {pair.power}."


def _beats_all(run: Run, name: str, others: list[str]) -> bool:
    pairs = [run.evidence.pair(name, other, METRIC) for other in others]
    return all(pair is not None and pair.better for pair in pairs)


def _is_own(run: Run, name: str) -> bool:
    """What Autopilot finds is not self-coded either, whatever runs it."""
    return run.contestants[name].get("kind") == "sagemaker" and not name.startswith("autopilot-")


def _best(run: Run, names: list[str]) -> str:
    return max(names, key=lambda name: (figure.value if (figure := run.evidence.figure(name, METRIC)) else -1.0, name))

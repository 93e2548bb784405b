"""The summary: which to choose for what, and what the reader should not believe yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bakeoff.report.blocks import listed
from bakeoff.report.inputs import FIRST, Inputs
from bakeoff.report.numbers import in_words, milliseconds, money, plain, sample
from bakeoff.report.sections.costs import as_deployed, estimate_words, monthly, reference_level
from bakeoff.report.sections.evidence import checked
from bakeoff.report.sections.labels import label, ties


@dataclass(frozen=True, kw_only=True)
class Choice:
    """For one need, whom to choose.

    Args:
        need: such as "Most accurate".
        name: of the contestant.
        because: its figure, and who cannot be told apart from it.
    """

    need: str
    name: str
    because: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The page's head.

    Args:
        verdict: a few words.
        sentences: what was decided, on what.
        choices: by need.
        unknown: what is not known; each a sentence.
    """

    verdict: str
    good: bool
    sentences: tuple[str, ...]
    choices: tuple[Choice, ...]
    unknown: tuple[str, ...]


def summary(inputs: Inputs) -> Summary:
    report = inputs.report
    verdict = "This run serves" if report.get("promoted") else "This run does not serve"
    return Summary(
        verdict="This run failed" if report.get("failed") else verdict,
        good=bool(report.get("promoted")),
        sentences=tuple(_sentences(inputs)),
        choices=tuple(one for one in _choices(inputs) if one is not None),
        unknown=tuple(_unknown(inputs)),
    )


def _sentences(inputs: Inputs) -> list[str]:
    report, said = inputs.report, []
    if report.get("reason"):
        said.append(_sentence(str(report["reason"])))
    if report.get("default") and str(report["default"]) not in str(report.get("reason")):
        said.append(f"The default contestant, which leads the API's answer, is {report['default']}.")
    if inputs.scored:
        n = len(inputs.scored)
        users = (inputs.estimate(inputs.scored[0]["name"], FIRST) or {}).get("n")
        over = f", over {users:,} test users" if users else ""
        said.append(f"{n} of {len(inputs.contestants)} contestants have figures{over} of {report.get('dataset')}.")
    elif inputs.contestants:
        said.append(f"Of {len(inputs.contestants)} contestants not one has figures, so there is nothing to choose by.")
    else:
        said.append("The run ended before any contestant was trained, so there is nothing to choose by.")
    return said


def _choices(inputs: Inputs) -> list[Choice | None]:
    return [
        _best_overall(inputs),
        _most_accurate(inputs),
        _widest(inputs),
        _fastest(inputs),
        _cheapest(inputs),
    ]


def _best_overall(inputs: Inputs) -> Choice | None:
    ranked = [one for one in (inputs.report.get("grades") or {}).get("overall") or [] if one.get("grade") is not None]
    if not ranked:
        return None
    first = {one["name"]: one for one in ranked if one["rank"] == 1}
    names = [_label(inputs, name) for name in inputs.names if name in first]
    grade = next(iter(first.values()))["grade"]
    both = "; they share it" if len(names) > 1 else ""
    others = [one for one in inputs.report["grades"].get("sensitivity") or [] if one.get("winnerChanges")]
    titles = {one["name"]: one["title"] for one in inputs.report["grades"]["criteria"]}
    doubled = " or ".join(str(titles.get(one["criterion"], one["criterion"])) for one in others)
    hangs = f" With the weight of {doubled} doubled, the first place changes." if doubled else ""
    return Choice(
        need="Best overall grade",
        name=listed(names),
        because=f"{grade:.2f} by the weights below, 1 is best{both}.{hangs}",
    )


def _most_accurate(inputs: Inputs) -> Choice | None:
    return _best_figure(inputs, "Most accurate", FIRST)


def _widest(inputs: Inputs) -> Choice | None:
    return _best_figure(inputs, "Most of the catalogue shown", "coverage@10")


def _best_figure(inputs: Inputs, need: str, metric: str) -> Choice | None:
    """Of those that can serve; who failed and is ahead is named."""
    found = [(one, inputs.estimate(one["name"], metric)) for one in inputs.scored]
    known = [(estimate["value"], one, estimate) for one, estimate in found if estimate]
    able = [entry for entry in known if entry[1].get("status") == "ok"]
    if not able:
        return None
    most, best, estimate = max(able, key=lambda entry: entry[0])
    told = ""
    if also := ties(inputs, best["name"], metric=metric):
        told = f" {listed(also)} cannot be told apart from it."
    elif near := [one["name"] for _, one, other in able if one is not best and _reaches(other, estimate)]:
        told = f" No test compares it; the interval of {listed(near)} reaches into its own."
    ahead = [one["name"] for value, one, _ in known if value > most]
    told += f" {listed(ahead)} had more and failed to serve." if ahead else ""
    return Choice(need=need, name=label(best), because=f"{metric} {in_words(estimate)}.{told}")


def _reaches(other: Mapping[str, Any], best: Mapping[str, Any]) -> bool:
    high, low = other.get("high"), best.get("low")
    return high is not None and low is not None and bool(high >= low)


def _fastest(inputs: Inputs) -> Choice | None:
    """A twin is named only where nobody else was measured: its milliseconds are not the service's."""
    measured = [one for one in inputs.contestants if (one.get("latency") or {}).get("p95") is not None]
    known = [one for one in measured if not one.get("twin")] or measured
    if not known:
        return None
    latency = min((one["latency"] for one in known), key=lambda one: float(one["p95"]))
    within = milliseconds(latency["p95"])
    names = [label(one) for one in known if milliseconds(one["latency"]["p95"]) == within]
    return Choice(
        need="Fastest answers",
        name=listed(names),
        because=f"95 of 100 within {within}, {sample(latency['n'])}, on {_where(inputs)}.",
    )


def _cheapest(inputs: Inputs) -> Choice | None:
    level = reference_level(inputs)
    known = [(cost, one) for one in inputs.contestants if (cost := monthly(one, level)) is not None]
    if level is None or not known:
        return None
    lowest, best = min(known, key=lambda entry: entry[0])
    names = [label(one) for cost, one in known if money(cost) == money(lowest)]
    without = len(inputs.contestants) - len(known)
    also = f" For {without} of {len(inputs.contestants)} the cost is not known." if without else ""
    told = as_deployed(best, level)
    rests = f", {estimate_words(told)}" if told.get("estimate") else ""
    words = f"{money(lowest)} a month at {level:,} requests, as deployed{rests}.{also}"
    return Choice(need="Cheapest to serve", name=listed(names), because=words)


def _unknown(inputs: Inputs) -> list[str]:
    """What weakens the findings, the weightiest first."""
    twins = [one["name"] for one in inputs.contestants if one.get("twin")]
    unfit = [one["name"] for one in inputs.contestants if _is_unfit(inputs, one)]
    lost = [one["name"] for one in inputs.contestants if one.get("status") != "ok" and one["name"] not in unfit]
    scored = {one["name"] for one in inputs.scored}
    failed = [name for name in lost if name not in scored]
    unserved = [name for name in lost if name in scored]
    said = []
    if twins:
        one_twin = "is a local twin that stands in for a managed service: its"
        several = "are local twins that stand in for managed services: their"
        said.append(f"{listed(twins)} {one_twin if len(twins) == 1 else several} figures are not the service's.")
    if failed:
        said.append(f"{listed(failed)} did not finish: nothing is known of {_it(failed)} here.")
    if unserved:
        said.append(f"{listed(unserved)} could not serve; the figures are of lists made before, the cards say why.")
    if unfit:
        said.append(f"{listed(unfit)} gave lists that cannot be scored; the cards below say why.")
    said += _about_accuracy(inputs)
    if _measured(inputs).get("laptop"):
        said.append(
            f"Seconds and latencies were measured on {_where(inputs)}: they compare the contestants with each other "
            "and say nothing about AWS; nor do the costs that rest on them."
        )
    if any((one.get("latency") or {}).get("n") for one in inputs.contestants):
        said.append("Latencies are of one burst of questions and training times of one training: none has an interval.")
    said += _about_prices(inputs)
    return said


def _about_accuracy(inputs: Inputs) -> list[str]:
    if not inputs.scored:
        return []
    said = []
    best = inputs.scored[0]["name"]
    if also := ties(inputs, best):
        said.append(f"By {FIRST}, {best} ties with {listed(also)}: it is not shown to be better.")
    pairs = [one for one in (inputs.metrics or {}).get("comparisons") or [] if one["metric"] == FIRST]
    compared = [one["smallest"] for one in pairs if one["smallest"]]
    users = (inputs.estimate(best, FIRST) or {}).get("n")
    if compared and users:
        ends = plain(min(compared)) if len(compared) == 1 else f"{plain(min(compared))} to {plain(max(compared))}"
        said.append(
            f"A single test of {users:,} users would show, with a probability of 0.8, a difference of {FIRST} of "
            f"{ends}, depending on the pair; after the correction for the number of pairs it takes more. A smaller one "
            "may be there and not be seen."
        )
    elif pairs:
        said.append(f"What difference of {FIRST} these users could show cannot be told: too few, or all alike.")
    if not inputs.report.get("otherSplits"):
        said.append("The order was measured on one split only; another split may order the contestants otherwise.")
    said.append(
        "All accuracy is of the past: what a user would have liked, had it been shown, was not rated and counts as a "
        "miss. An experiment with live users would tell."
    )
    return said


def _about_prices(inputs: Inputs) -> list[str]:
    prices = inputs.report.get("prices")
    if not prices:
        return ["Nothing is said about costs: this run has no prices."]
    rows = prices.get("rows") or []
    said = [] if rows else [f"The price table has no price for {prices.get('region')}."]
    if rows and not prices.get("verified"):
        said.append(f"{checked(rows)} read from AWS's own price list; the oldest is of {prices.get('date')}.")
    without = [one["name"] for one in inputs.contestants if monthly(one, reference_level(inputs)) is None]
    if without:
        said.append(f"What {listed(without)} would cost a month is not known; it gets no number instead of a zero.")
    return said


def _it(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _is_unfit(inputs: Inputs, contestant: Mapping[str, Any]) -> bool:
    return inputs.health(contestant["name"]).get("healthy") is False


def _measured(inputs: Inputs) -> Mapping[str, Any]:
    return inputs.report.get("measuredOn") or {}


def _where(inputs: Inputs) -> str:
    return str(_measured(inputs).get("words") or "a machine that the report does not name")


def _label(inputs: Inputs, name: str) -> str:
    return label({**inputs.contestant(name), "name": name})


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."

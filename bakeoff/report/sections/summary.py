"""The summary: which to choose for what, and what the reader should not believe yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bakeoff.report.blocks import listed
from bakeoff.report.inputs import FIRST, Inputs
from bakeoff.report.numbers import in_words, milliseconds, money, plain, sample
from bakeoff.report.sections.costs import monthly, reference_level
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
    return Choice(
        need="Best overall grade",
        name=listed(names),
        because=f"{grade:.1f} by the weights below, 1 is best{both}.",
    )


def _most_accurate(inputs: Inputs) -> Choice | None:
    return _best_figure(inputs, "Most accurate", FIRST)


def _widest(inputs: Inputs) -> Choice | None:
    return _best_figure(inputs, "Most of the catalogue shown", "coverage@10")


def _best_figure(inputs: Inputs, need: str, metric: str) -> Choice | None:
    found = [(one, inputs.estimate(one["name"], metric)) for one in inputs.scored]
    known = [(estimate["value"], one, estimate) for one, estimate in found if estimate]
    if not known:
        return None
    _, best, estimate = max(known, key=lambda entry: entry[0])
    also = ties(inputs, best["name"], metric=metric)
    told = f" {listed(also)} cannot be told apart from it." if also else ""
    return Choice(need=need, name=label(best), because=f"{metric} {in_words(estimate)}.{told}")


def _fastest(inputs: Inputs) -> Choice | None:
    known = [one for one in inputs.contestants if (one.get("latency") or {}).get("p95") is not None]
    if not known:
        return None
    best = min(known, key=lambda one: (one["latency"]["p95"], one["name"]))
    latency = best["latency"]
    return Choice(
        need="Fastest answers",
        name=label(best),
        because=f"95 of 100 within {milliseconds(latency['p95'])}, {sample(latency['n'])}, on {_where(inputs)}.",
    )


def _cheapest(inputs: Inputs) -> Choice | None:
    level = reference_level(inputs)
    known = [(cost, one) for one in inputs.contestants if (cost := monthly(one, level)) is not None]
    if level is None or not known:
        return None
    cost, best = min(known, key=lambda entry: (entry[0], entry[1]["name"]))
    without = len(inputs.contestants) - len(known)
    also = f" For {without} of {len(inputs.contestants)} the cost is not known." if without else ""
    words = f"{money(cost)} a month at {level:,} requests, as deployed.{also}"
    return Choice(need="Cheapest to serve", name=label(best), because=words)


def _unknown(inputs: Inputs) -> list[str]:
    """What weakens the findings, the weightiest first."""
    twins = [one["name"] for one in inputs.contestants if one.get("twin")]
    failed = [one["name"] for one in inputs.contestants if one.get("status") != "ok"]
    unfit = [one["name"] for one in inputs.contestants if one["name"] not in failed and _is_unfit(inputs, one)]
    said = []
    if twins:
        verb = "is a local twin that stands" if len(twins) == 1 else "are local twins that stand"
        said.append(f"{listed(twins)} {verb} in for a managed service: its figures are not the service's.")
    if failed:
        said.append(f"{listed(failed)} did not finish: nothing is known of it here.")
    if unfit:
        said.append(f"{listed(unfit)} gave lists that cannot be scored; the cards below say why.")
    said += _about_accuracy(inputs)
    if _measured(inputs).get("laptop"):
        said.append(
            f"Seconds and latencies were measured on {_where(inputs)}: they compare the contestants with each other "
            "and say nothing about AWS."
        )
    said += _about_prices(inputs)
    return said


def _about_accuracy(inputs: Inputs) -> list[str]:
    if not inputs.scored:
        return []
    said = []
    best = inputs.scored[0]["name"]
    if also := ties(inputs, best):
        said.append(f"By {FIRST}, {best} is not shown to be better than {listed(also)}: these are a tie.")
    compared = [one["smallest"] for one in (inputs.metrics or {}).get("comparisons") or [] if one["metric"] == FIRST]
    users = (inputs.estimate(best, FIRST) or {}).get("n")
    if compared and users:
        ends = plain(min(compared)) if len(compared) == 1 else f"{plain(min(compared))} to {plain(max(compared))}"
        said.append(
            f"{users:,} users could show, with a probability of 0.8, a difference of {FIRST} of {ends}, depending on "
            "the pair; a smaller one may be there and not be seen."
        )
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
    said = []
    if not prices.get("verified"):
        said.append(f"The prices, of {prices.get('date')}, were not all checked against AWS's own list.")
    without = [one["name"] for one in inputs.contestants if monthly(one, reference_level(inputs)) is None]
    if without:
        said.append(f"What {listed(without)} would cost a month is not known; it gets no number instead of a zero.")
    return said


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

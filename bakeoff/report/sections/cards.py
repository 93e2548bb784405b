"""A card for each contestant: what it is, what it learnt from, what is wrong with it, what it took."""

import json
from collections.abc import Mapping
from typing import Any

from bakeoff.report.blocks import Card, Section
from bakeoff.report.inputs import FIRST, Inputs
from bakeoff.report.numbers import NOTHING, in_words, milliseconds, sample, seconds, size
from bakeoff.report.sections.costs import cost_cell
from bakeoff.report.sections.labels import TWIN

_LEARNS = {"liked": "what users liked", "all": "all interactions, liked or not"}


def cards_section(inputs: Inputs) -> Section:
    title = "The contestants"
    if not inputs.contestants:
        why = "There are no contestants: the run ended before any was planned."
        return Section(anchor="contestants", title=title, lead=(why,))
    cards = tuple(_card(inputs, one) for one in inputs.contestants)
    return Section(anchor="contestants", title=title, blocks=cards)


def _card(inputs: Inputs, contestant: Mapping[str, Any]) -> Card:
    health = inputs.health(contestant["name"])
    warnings = [str(problem) for problem in health.get("problems") or []]
    if contestant.get("status") != "ok" and not warnings:
        warnings.append(f"It did not finish: {contestant.get('reason') or 'no reason was given'}")
    return Card(
        name=contestant["name"],
        title=str(contestant.get("title") or contestant["name"]),
        labels=tuple(_labels(inputs, contestant)),
        facts=tuple((name, value) for name, value in _facts(inputs, contestant) if value != NOTHING),
        warnings=tuple(warnings),
        notes=tuple(str(note) for note in health.get("notes") or []),
    )


def _labels(inputs: Inputs, contestant: Mapping[str, Any]) -> list[str]:
    found = ["the default"] if contestant["name"] == inputs.default else []
    found += [TWIN] if contestant.get("twin") else []
    found += ["failed"] if contestant.get("status") != "ok" else []
    found += ["not scored"] if inputs.health(contestant["name"]).get("healthy") is False and not found else []
    return found


def _facts(inputs: Inputs, contestant: Mapping[str, Any]) -> list[tuple[str, str]]:
    costs = contestant.get("costs") or {}
    where = " on a laptop" if (inputs.report.get("measuredOn") or {}).get("laptop") else ""
    return [
        ("Service", _service(contestant)),
        ("Learns from", _LEARNS.get(contestant.get("learnsFrom") or "", NOTHING)),
        ("Asked with the user's history", _yes(contestant.get("needsHistory"))),
        ("Reacts to new events", _yes(contestant.get("reactsToEvents"))),
        ("Longest list", _plain(contestant.get("longestList"))),
        ("Served", _served(contestant)),
        *_search(contestant.get("autopilot") or {}),
        (f"Test {FIRST}", _estimate(inputs.estimate(contestant["name"], FIRST))),
        (f"Validation {FIRST}", _estimate((contestant.get("validation") or {}).get(FIRST))),
        ("The service's own metrics", _own_metrics(contestant.get("solutionMetrics"))),
        ("Model", _plain(contestant.get("modelVersion"))),
        ("Artefact", size(contestant.get("artefactBytes"))),
        (f"Training{where}", seconds(contestant.get("trainingSeconds"))),
        (f"Billed{where}", seconds(contestant.get("billableSeconds"))),
        (f"Latency{where}", _latency(contestant.get("latency"))),
        ("Training costs", _cost(costs.get("training"))),
        ("A month without requests costs", _cost(costs.get("idleMonth"))),
        ("1,000 requests cost", _cost(costs.get("per1000"))),
        *_model(inputs.models.get(contestant["name"]) or {}),
    ]


def _served(contestant: Mapping[str, Any]) -> str:
    """Nothing of what is asked live with the user's history, as most are."""
    served = {"stored-lists": "stored lists", "autopilot-endpoint": "live, with stored rows of candidates"}
    return served.get((contestant.get("backend") or {}).get("type") or "", NOTHING)


def _own_metrics(metrics: Mapping[str, float] | None) -> str:
    """By another protocol, so never beside the run's; nothing of a contestant whose service measures none."""
    told = ", ".join(f"{name} {value:.4f}" for name, value in sorted((metrics or {}).items()))
    return f"{told} (by its own protocol: not to be compared)" if told else NOTHING


def _service(contestant: Mapping[str, Any]) -> str:
    if contestant.get("kind") == "personalize":
        return f"Amazon Personalize, recipe {contestant.get('recipe') or 'not named'}"
    if contestant.get("kind") == "sagemaker":
        return f"Amazon SageMaker, recommender {contestant.get('recommender') or 'not named'}"
    if contestant.get("kind") == "autopilot":
        return "Amazon SageMaker Autopilot, re-ranking candidates by predicted rating"
    if contestant.get("kind") == "blend":
        return "made of the others' lists, in the front"
    return NOTHING


def _search(search: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a search of Autopilot was asked and came to."""
    best = [one for one in search.get("best") or [] if one.get("value") is not None]
    told = ", ".join(f"{one['value']:.4f}" for one in best)
    return [
        ("Problem type", _problem_type(search)),
        ("Best models", f"{best[0]['metric']} {told} (by Autopilot, on the validation part)" if best else NOTHING),
    ]


def _problem_type(search: Mapping[str, Any]) -> str:
    if not search.get("problemType"):
        return NOTHING
    who = "as asked" if search.get("problemTypeGiven") else "decided by AWS"
    objective = f", objective {search['objective']}" if search.get("objective") else ""
    return f"{search['problemType']}, {who}{objective}"


def _model(description: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the training wrote about its model."""
    facts = [
        ("Settings", json.dumps(description["settings"]) if description.get("settings") else NOTHING),
        ("Chosen on validation", json.dumps(description["chosen"]) if description.get("chosen") else NOTHING),
        ("Seed", _plain(description.get("seed"))),
    ]
    libraries = description.get("libraries") or {}
    facts.append(("Libraries", ", ".join(f"{name} {version}" for name, version in libraries.items()) or NOTHING))
    return [(name, value.replace('"', "").strip("{}")) for name, value in facts]


def _latency(latency: Mapping[str, Any] | None) -> str:
    """Percentiles of the answers that came; nothing where none did."""
    if not latency or not latency.get("n"):
        return NOTHING
    told = ", ".join(f"{name} {milliseconds(latency[name])}" for name in ("p50", "p95", "p99") if name in latency)
    failed = sum(latency["errors"].values())
    more = f", {failed} errors" if failed else ""
    return f"{told} ({sample(latency['n'])}, {latency['concurrency']} at once{more})"


def _cost(cost: Mapping[str, Any] | None) -> str:
    cell = cost_cell(cost)
    return f"{cell.text} ({cell.more})" if cell.more else cell.text


def _estimate(estimate: Mapping[str, Any] | None) -> str:
    return NOTHING if not estimate or estimate.get("value") is None else in_words(estimate)


def _yes(value: bool | None) -> str:
    return NOTHING if value is None else "yes" if value else "no"


def _plain(value: Any) -> str:
    return NOTHING if value is None else str(value)

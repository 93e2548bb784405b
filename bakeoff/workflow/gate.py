"""The gate: decides whether a run may serve, and which of its contestants is the default.

The default is chosen on the validation part; the test part then decides about that one contestant only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bakeoff.contracts.catalogue import BLEND
from bakeoff.contracts.naming import AUTO
from bakeoff.workflow.checks import Check, Rules, check_all

_METRIC = "ndcg@10"
_STAYS = "The promoted run goes on serving."
_ASK_A_PERSON = "Whether this one serves all the same is for a person to decide: run again with --promote."
_BY_PERSON = "A person decided that it serves (--promote)."


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the gate says.

    Args:
        promote: the run serves from now on.
        reason: some sentences for a person.
        default: the contestant that an application takes when it wants one list; None where there is none.
        by_person: a person decided that the run serves, whatever the checks say.
        incumbent: ``runId`` and ``default`` of the run that it was held to; None before the first.
        checks: what was looked at; empty where there was nothing to compare with.
    """

    promote: bool
    reason: str
    default: str | None
    by_person: bool = False
    incumbent: Mapping[str, Any] | None = None
    checks: Sequence[Check] = field(default_factory=tuple)

    def to_json(self) -> dict[str, Any]:
        return {
            "promote": self.promote,
            "reason": self.reason,
            "byPerson": self.by_person,
            "incumbent": dict(self.incumbent) if self.incumbent else None,
            "checks": [check.to_json() for check in self.checks],
        }


def decide(
    contestants: Sequence[Mapping[str, Any]],
    incumbent: Mapping[str, Any] | None,
    *,
    dataset: str,
    default_contestant: str,
    rules: Rules,
    compared: Mapping[str, Any] | None,
    by_person: bool = False,
) -> Decision:
    """Let a healthy run pass when it is the first, or when its default is better beyond noise and no guard fails.

    Figures of two data sets say nothing about each other: a run on another data set was asked for by its name, and
    passes when it is healthy. Where the default is the very artefact that serves, the run passes if it loses no
    contestant. A guard that could not be evaluated neither passes nor blocks, and is named.

    Args:
        contestants: the run's, with ``status``, ``reason``, ``twin``, ``validation``, ``backend`` and what `check_all`
            looks at.
        incumbent: the promoted run's record; None before the first.
        dataset: the run's data set.
        default_contestant: a name, or ``auto`` for the best on validation that is no twin.
        rules: metric and tolerances.
        compared: ``incumbent`` of metrics.json.
        by_person: a person wants the run to serve: it passes when it is healthy, and the checks are recorded.
    """
    default, problem = _default(contestants, default_contestant)
    held_to = {"runId": incumbent["runId"], "default": incumbent["default"]} if incumbent else None
    if default is None:
        reason = f"{problem} What served before goes on serving."
        return Decision(promote=False, reason=reason, default=None, incumbent=held_to)

    def said(promote: bool, *words: str, checks: Sequence[Check] = (), advice: Sequence[str] = (_STAYS,)) -> Decision:
        closing = [] if promote else [_BY_PERSON] if by_person else advice
        return Decision(
            promote=promote or by_person,
            reason=" ".join([*words, *closing]),
            default=default["name"],
            by_person=by_person,
            incumbent=held_to,
            checks=checks,
        )

    rival = default_of(incumbent)
    if incumbent is None or rival is None:
        return said(True, f"The first healthy run; its default is {default['name']}.")
    if incumbent["dataset"] != dataset:
        reason = f"A healthy run on {dataset}, asked for by name; the promoted one was on {incumbent['dataset']}."
        return said(True, reason)
    if default["backend"] == rival["backend"]:
        return said(*_same_artefact(contestants, incumbent, default["name"]))
    checks = check_all(default, rival, compared, rules)
    if checks[0].verdict == "not evaluated":
        return said(False, checks[0].says, checks=checks, advice=(_ASK_A_PERSON, _STAYS))
    return said(*_verdict(checks), checks=checks)


def default_of(record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The contestant of a run's record that is its default; None where there is none."""
    if record is None:
        return None
    return next((dict(one) for one in record.get("contestants", []) if one["name"] == record.get("default")), None)


def _default(contestants: Sequence[Mapping[str, Any]], asked: str) -> tuple[Mapping[str, Any] | None, str]:
    """The default contestant, or None and why there is none."""
    if asked != AUTO:
        chosen = next((one for one in contestants if one["name"] == asked), None)
        if chosen is None:
            return None, f"The default contestant that was asked for, {asked}, was not in the run."
        if chosen.get("kind") == BLEND:
            return None, f"The default contestant that was asked for, {asked}, is made of the others' lists."
        if not _recommends(chosen):
            return None, f"The default contestant that was asked for, {asked}, has no lists for users."
        if chosen["status"] != "ok":
            return None, f"The default contestant that was asked for, {asked}, is not healthy: {chosen['reason']}."
        return chosen, ""
    healthy = [one for one in contestants if one["status"] == "ok" and _recommends(one)]
    eligible = [one for one in healthy if not one["twin"] and _figure(one) is not None]
    if not eligible:
        return None, (
            "No contestant can be the default: none is healthy, no local twin, and measured on validation. "
            "Name one with --default, or as run.default_contestant in the configuration, to choose it all the same."
        )
    return max(eligible, key=lambda one: _figure(one)["value"]), ""  # type: ignore[index]


def _recommends(contestant: Mapping[str, Any]) -> bool:
    """Whether it has lists for users; some only tell which items are alike."""
    return "recommend" in contestant.get("answers", ["recommend"])


def _figure(contestant: Mapping[str, Any]) -> Mapping[str, float] | None:
    return (contestant.get("validation") or {}).get(_METRIC)


def _same_artefact(
    contestants: Sequence[Mapping[str, Any]], incumbent: Mapping[str, Any], name: str
) -> tuple[bool, str]:
    """Nothing changes for the default: further contestants may come, none that serves may go."""
    healthy = {one["name"] for one in contestants if one["status"] == "ok"}
    lost = [one["name"] for one in incumbent["contestants"] if one["status"] == "ok" and one["name"] not in healthy]
    same = f"The default {name} is the very artefact that serves"
    if lost:
        return False, f"{same}, but {', '.join(lost)} would be lost: healthy there and not in this run."
    return True, f"{same}, and every contestant that serves is healthy in this run too."


def _verdict(checks: Sequence[Check]) -> tuple[bool, *tuple[str, ...]]:
    """Whether the run passes, then the sentences of what decided it."""
    accuracy, *guards = checks
    failed = [check for check in guards if check.verdict == "failed"]
    unknown = [check.name for check in guards if check.verdict == "not evaluated"]
    words = [accuracy.says, *[f"Worse on {check.name}: {check.says}" for check in failed]]
    words += [f"Not evaluated: {', '.join(unknown)}."] if unknown else []
    return accuracy.verdict == "passed" and not failed, *words

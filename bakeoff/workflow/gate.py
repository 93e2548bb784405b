"""The gate: decides whether a run may serve, and which of its contestants is the default.

Choices are made on the validation part only; the test part is for the report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

AUTO = "auto"
_METRIC = "ndcg@10"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the gate says.

    Args:
        promote: the run serves from now on.
        reason: one or two sentences for a person.
        default: the contestant that an application takes when it wants one list; None where there is none.
    """

    promote: bool
    reason: str
    default: str | None


def decide(
    contestants: Sequence[Mapping[str, Any]],
    incumbent: Mapping[str, Any] | None,
    *,
    dataset: str,
    default_contestant: str,
) -> Decision:
    """Let a healthy run pass when it is the first, or when its default is not worse than the incumbent's.

    "Not worse" is: at least the incumbent's figure, or lower by less than the challenger's own 95 % interval says.
    Figures of two data sets say nothing about each other; a run on another data set was asked for by its name, and
    passes when it is healthy. So does one whose default the configuration names although nothing measured it on
    validation, as nothing does for managed recipes: to name it is a person's decision.

    Args:
        contestants: the run's, with ``status``, ``reason``, ``twin`` and ``validation``.
        incumbent: the promoted run's record; None before the first.
        dataset: the run's data set.
        default_contestant: a name, or ``auto`` for the best on validation that is no twin.
    """
    default, problem = _default(contestants, default_contestant)
    if default is None:
        return Decision(promote=False, reason=f"{problem} What served before goes on serving.", default=None)
    name = default["name"]
    if incumbent is None:
        return Decision(promote=True, reason=f"The first healthy run; its default is {name}.", default=name)
    if incumbent["dataset"] != dataset:
        reason = f"A healthy run on {dataset}, asked for by name; the promoted one was on {incumbent['dataset']}."
        return Decision(promote=True, reason=reason, default=name)
    rival = next(one for one in incumbent["contestants"] if one["name"] == incumbent["default"])
    promote, reason = _compare(default, rival, named=default_contestant != AUTO)
    if incumbent["split"] != default["split"]:
        reason += " The two were measured on different splits."
    return Decision(promote=promote, reason=reason, default=name)


def _default(contestants: Sequence[Mapping[str, Any]], asked: str) -> tuple[Mapping[str, Any] | None, str]:
    """The default contestant, or None and why there is none."""
    if asked != AUTO:
        chosen = next((one for one in contestants if one["name"] == asked), None)
        if chosen is None:
            return None, f"The configured default contestant {asked} was not in the run."
        if chosen["status"] != "ok":
            return None, f"The configured default contestant {asked} is not healthy: {chosen['reason']}."
        return chosen, ""
    eligible = [one for one in contestants if one["status"] == "ok" and not one["twin"] and _figure(one) is not None]
    if not eligible:
        return None, (
            "No contestant can be the default: none is healthy, no local twin, and measured on validation. "
            "Name one as run.default_contestant in the configuration to choose it all the same."
        )
    return max(eligible, key=lambda one: _figure(one)["value"]), ""  # type: ignore[index]


def _figure(contestant: Mapping[str, Any]) -> Mapping[str, float] | None:
    return (contestant.get("validation") or {}).get(_METRIC)


def _compare(challenger: Mapping[str, Any], rival: Mapping[str, Any], *, named: bool) -> tuple[bool, str]:
    ours, theirs = _figure(challenger), _figure(rival)
    if ours is None or theirs is None:
        unmeasured = challenger["name"] if ours is None else rival["name"]
        why = f"{unmeasured} has no figure on validation, so the two defaults cannot be compared"
        if named:
            return True, f"{why}; the configuration names {challenger['name']} as the default."
        return False, f"{why}. Name the default as run.default_contestant in the configuration to promote it."
    figures = (
        f"{challenger['name']} reaches {_METRIC} {ours['value']:.4f} on validation "
        f"({ours['low']:.4f} to {ours['high']:.4f}), the promoted run's default {rival['name']} {theirs['value']:.4f}"
    )
    if ours["value"] >= theirs["value"]:
        return True, f"{figures}: not worse."
    if ours["high"] >= theirs["value"]:
        return True, f"{figures}: lower, but within the noise."
    return False, f"{figures}: worse beyond the noise. The promoted run goes on serving."

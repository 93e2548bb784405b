"""A run record as the front reads it: which contestants serve, where they are asked and how they are labelled."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class ServedContestant:
    """One contestant of a run.

    Args:
        healthy: it takes part; otherwise it is listed as ``disabled``.
        reason: why it does not take part.
        backend: type and address; empty for one that does not take part.
        model_version: names the artefact that answers.
        twin: a local stand-in for a managed service.
        reacts_to_events: whether new events change its next answer.
        needs_history: a user without history is ``cold`` to it.
        longest_list: the most items it can be asked for at once.
        weight: its say in the blended list.
        answers: the questions that it answers: ``recommend``, ``similar``.
    """

    name: str
    healthy: bool
    reason: str | None
    backend: Mapping[str, Any]
    model_version: str | None
    twin: bool
    reacts_to_events: bool
    needs_history: bool
    longest_list: int
    weight: float
    answers: frozenset[str]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        healthy = value["status"] == "ok"
        return cls(
            name=value["name"],
            healthy=healthy,
            reason=value.get("reason"),
            backend=value["backend"] if healthy else {},
            model_version=value.get("modelVersion"),
            twin=bool(value["twin"]),
            reacts_to_events=bool(value["reactsToEvents"]),
            needs_history=bool(value["needsHistory"]),
            longest_list=int(value["longestList"]),
            weight=float(value.get("weight") or 0.0),
            answers=frozenset(value.get("answers") or ("recommend",)),
        )


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that can be served.

    Args:
        data_version: the preparation's hash; the first half of the keys of items and histories.
        default: the name of the contestant that an application takes when it wants one list of one model.
    """

    run_id: str
    data_version: str
    default: str | None
    contestants: tuple[ServedContestant, ...]

    def answering(self, question: str) -> "Run":
        """The run with those contestants only that answer the question."""
        return replace(self, contestants=tuple(one for one in self.contestants if question in one.answers))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a record.

        Raises:
            KeyError, TypeError, ValueError: it is not a run record.
        """
        return cls(
            run_id=value["runId"],
            data_version=value["dataVersion"],
            default=value.get("default"),
            contestants=tuple(ServedContestant.from_json(one) for one in value["contestants"]),
        )

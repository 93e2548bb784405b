"""Answers one question with every contestant's list and their blend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from botocore.session import Session

from bakeoff.contracts.interactions import Event, ScoredItem, keep_recommendable
from bakeoff.errors import CloudError, RunError
from bakeoff.serving import log
from bakeoff.serving.backends import SERVICES, Question, backend_of
from bakeoff.serving.blending import WeightedList, blend
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.fan_out import Ask, FanOut, Outcome
from bakeoff.serving.redaction import redact
from bakeoff.serving.run import Run, ServedContestant
from bakeoff.serving.settings import Settings
from bakeoff.serving.store import Store
from bakeoff.serving.titles import Title
from bakeoff.serving.transport import AwsTransport

# Of the time that is left after the history has been read; the rest is for the titles (up to ten calls, side by side).
_BACKENDS_SHARE = 0.85
# The blend was tuned and judged on lists of this length: with shorter ones it would be another.
_BLENDED_LENGTH = 100
_NOTHING_BLENDED = "none of the contestants that it is made of gave a list"
_NO_HISTORY = "it needs a history and the user has none"
_LOST_HISTORY = "it needs a history and the user's cannot be read now"


@dataclass(frozen=True, kw_only=True)
class RecommendationRequest:
    """Whom to recommend to, and how much.

    Args:
        user_id: None where the user brings a history.
        history: oldest first; None where the stored one is to be read.
        n: length of each list.
    """

    user_id: str | None
    history: tuple[Event, ...] | None
    n: int


@dataclass(frozen=True, kw_only=True)
class Front:
    """What answers are made with; once per process.

    Args:
        max_history: the newest events that contestants are given.
    """

    store: Store
    transport: AwsTransport
    fan_out: FanOut
    max_history: int

    @classmethod
    def from_session(cls, settings: Settings, session: Session) -> Self:
        """Clients, connections and threads at the addresses that the session's own rules find."""
        return cls(
            store=Store.from_session(settings, session),
            transport=AwsTransport(session, services=SERVICES),
            fan_out=FanOut(slots=settings.slots_per_backend),
            max_history=settings.max_history,
        )


def recommend(request: RecommendationRequest, *, front: Front, deadline: Deadline) -> dict[str, Any]:
    """The answer's body, as docs/api.md describes it.

    All of a posted history counts as seen; contestants are given its newest `max_history` events. Candidates are not
    checked here: a model of the run was trained on the run's candidates and knows no others. What cannot be read in
    time (history, titles) is named under ``degraded`` and the rest is answered.

    Raises:
        NotServingError: there is no run to serve.
    """
    run = front.store.promoted_run(deadline).answering("recommend")
    history, degraded = _history(request, run, front, deadline)
    seen = frozenset(event.item_id for event in history)
    length = request.n if run.blend is None else max(request.n, _BLENDED_LENGTH)
    question = Question(user_id=request.user_id, history=history[-front.max_history :], n=length + len(seen))
    outcomes = _ask_all(run, question, lost="history" in degraded, front=front, deadline=deadline)
    lists = {
        name: keep_recommendable(outcome.items, seen=seen, candidates=None, n=length)
        for name, outcome in outcomes.items()
    }
    blended = blended_list(run, outcomes, lists, n=request.n)
    lists = {name: items[: request.n] for name, items in lists.items()}
    if run.blend is not None:
        outcomes[run.blend.name], lists[run.blend.name] = _outcome_of_blend(run, outcomes, blended), blended
    item_ids = {item.item_id for items in [blended, *lists.values()] for item in items}
    titles, faults = front.store.titles(sorted(item_ids), data_version=run.data_version, deadline=deadline)
    if faults:
        log.write("degraded", what="titles", messages=faults)
        degraded.append("titles")
    contestants = [
        shaped_contestant(one, outcomes[one.name], shaped_items(lists[one.name], titles)) for one in run.contestants
    ]
    body = {
        "userId": request.user_id,
        "runId": run.run_id,
        "default": run.default,
        "blended": shaped_items(blended, titles),
        "contestants": contestants,
    }
    return body | ({"degraded": degraded} if degraded else {})


def _history(
    request: RecommendationRequest, run: Run, front: Front, deadline: Deadline
) -> tuple[tuple[Event, ...], list[str]]:
    if request.history is not None:
        return request.history, []
    if request.user_id is None:
        return (), []
    try:
        return front.store.history(request.user_id, data_version=run.data_version, deadline=deadline), []
    except CloudError as error:
        log.write("degraded", what="history", message=str(error))
        return (), ["history"]


def _ask_all(run: Run, question: Question, *, lost: bool, front: Front, deadline: Deadline) -> dict[str, Outcome]:
    """Every contestant's outcome by its name; those known beforehand cost no call."""
    outcomes: dict[str, Outcome] = {}
    asked: list[ServedContestant] = []
    for contestant in run.contestants:
        if contestant.is_blend:
            continue
        known = _known_outcome(contestant, has_history=bool(question.history), lost=lost)
        if known is not None:
            outcomes[contestant.name] = known
            continue
        asked.append(contestant)
    return outcomes | ask_contestants(asked, question, front=front, deadline=deadline)


def ask_contestants(
    contestants: Sequence[ServedContestant], question: Question, *, front: Front, deadline: Deadline
) -> dict[str, Outcome]:
    """The outcome of each by its name; one that does not take part, or that cannot be asked, costs no call."""
    outcomes: dict[str, Outcome] = {}
    asks: list[Ask] = []
    for contestant in contestants:
        if not contestant.healthy:
            reason = redact(contestant.reason or "it failed in this run")
            outcomes[contestant.name] = Outcome(status="disabled", reason=reason)
            continue
        try:
            backend = backend_of(contestant.backend, front.transport)
        except RunError as error:
            outcomes[contestant.name] = Outcome(status="disabled", reason=str(error))
            continue
        asked = replace(question, n=min(question.n, contestant.longest_list))
        asks.append(Ask(name=contestant.name, backend=backend, question=asked))
    return outcomes | front.fan_out.ask(asks, deadline=deadline.share(_BACKENDS_SHARE))


def _known_outcome(contestant: ServedContestant, *, has_history: bool, lost: bool) -> Outcome | None:
    """What a healthy contestant's outcome is without its history, or None."""
    if not contestant.healthy:
        return None
    if contestant.needs_history and lost:
        return Outcome(status="error", reason=_LOST_HISTORY)
    if contestant.needs_history and not has_history:
        return Outcome(status="cold", reason=_NO_HISTORY)
    return None


def blended_list(
    run: Run, outcomes: Mapping[str, Outcome], lists: Mapping[str, Sequence[ScoredItem]], *, n: int
) -> list[ScoredItem]:
    voting = [
        WeightedList(weight=one.weight, items=[item.item_id for item in lists[one.name]])
        for one in run.contestants
        if not one.is_blend and outcomes[one.name].status == "ok"
    ]
    return blend(voting, n=n, rank_constant=run.rank_constant)


def _outcome_of_blend(run: Run, outcomes: Mapping[str, Outcome], blended: Sequence[ScoredItem]) -> Outcome:
    """As late as the last of its members that answered."""
    members = [outcomes[one.name] for one in run.contestants if one.weight > 0 and not one.is_blend]
    if not blended:
        return Outcome(status="error", reason=_NOTHING_BLENDED)
    waited = [one.latency_ms for one in members if one.status == "ok" and one.latency_ms is not None]
    return Outcome(status="ok", latency_ms=max(waited, default=None))


def shaped_items(items: Sequence[ScoredItem], titles: Mapping[str, Title]) -> list[dict[str, Any]]:
    return [_item(item, titles.get(item.item_id, Title())) for item in items]


def _item(item: ScoredItem, title: Title) -> dict[str, Any]:
    shaped: dict[str, Any] = {**item.to_json(), "title": title.title}
    if title.year is not None:
        shaped["year"] = title.year
    if title.genres:
        shaped["genres"] = list(title.genres)
    return shaped


def shaped_contestant(contestant: ServedContestant, outcome: Outcome, items: list[dict[str, Any]]) -> dict[str, Any]:
    shaped = {
        "name": contestant.name,
        "status": outcome.status,
        "items": items,
        "latencyMs": outcome.latency_ms,
        "modelVersion": contestant.model_version,
        "twin": contestant.twin,
        "reactsToEvents": contestant.reacts_to_events,
    }
    return shaped | ({"reason": outcome.reason} if outcome.reason else {})

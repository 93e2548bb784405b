"""Answers which items are alike to one: the list of every contestant that answers that, and their blend."""

from dataclasses import dataclass
from typing import Any

from bakeoff.contracts.interactions import keep_recommendable
from bakeoff.serving import log
from bakeoff.serving.backends import Question
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.recommend import Front, ask_contestants, blended_list, shaped_contestant, shaped_items


@dataclass(frozen=True, kw_only=True)
class SimilarRequest:
    """Of which item, and how many.

    Args:
        n: length of each list.
    """

    item_id: str
    n: int


def similar(request: SimilarRequest, *, front: Front, deadline: Deadline) -> dict[str, Any]:
    """The answer's body, as docs/api.md describes it; an item that nobody knows is ``cold`` to every contestant.

    Raises:
        NotServingError: there is no run to serve.
    """
    run = front.store.promoted_run(deadline).answering("similar")
    # One more: the item itself may be in a list, and is dropped.
    question = Question(user_id=None, history=(), n=request.n + 1, item_id=request.item_id)
    outcomes = ask_contestants(run.contestants, question, front=front, deadline=deadline)
    lists = {
        name: keep_recommendable(outcome.items, seen={request.item_id}, candidates=None, n=request.n)
        for name, outcome in outcomes.items()
    }
    blended = blended_list(run, outcomes, lists, n=request.n)
    item_ids = {item.item_id for items in [blended, *lists.values()] for item in items}
    titles, faults = front.store.titles(sorted(item_ids), data_version=run.data_version, deadline=deadline)
    if faults:
        log.write("degraded", what="titles", messages=faults)
    body = {
        "itemId": request.item_id,
        "runId": run.run_id,
        "default": run.default if run.default in outcomes else None,
        "blended": shaped_items(blended, titles),
        "contestants": [
            shaped_contestant(one, outcomes[one.name], shaped_items(lists[one.name], titles)) for one in run.contestants
        ],
    }
    return body | ({"degraded": ["titles"]} if faults else {})

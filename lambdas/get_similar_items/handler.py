"""Answers GET /items/{item_id}/similar: every contestant's list of alike items, and their blend."""

import os
from functools import cache
from typing import Any

from botocore.session import get_session

from bakeoff.serving import questions
from bakeoff.serving.deadline import request_deadline
from bakeoff.serving.http import Api, Reply, Request, Route
from bakeoff.serving.recommend import Front
from bakeoff.serving.settings import Settings
from bakeoff.serving.similar import similar


@cache
def settings() -> Settings:
    return Settings.from_environment(os.environ)


@cache
def front() -> Front:
    """Made with the first request and kept as long as the function's instance."""
    return Front.from_session(settings(), get_session())


def answer(request: Request) -> Reply:
    asked = questions.for_item(request)
    made = front()  # before the clock of the budget starts: a cold start is Lambda's, not the backends'
    deadline = request_deadline(
        budget_ms=settings().budget_ms, remaining_ms=request.remaining_ms(), reserve_ms=settings().reserve_ms
    )
    body = similar(asked, front=made, deadline=deadline)
    contestants = {
        one["name"]: {"status": one["status"], "latencyMs": one["latencyMs"], "reason": one.get("reason")}
        for one in body["contestants"]
    }
    return Reply(body=body, log={"runId": body["runId"], "contestants": contestants, "n": asked.n})


API = Api(Route(method="GET", path="/items/{item_id}/similar", answer=answer))


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return API.respond(event, context)

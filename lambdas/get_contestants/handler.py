"""Answers GET /contestants: the scoreboard of the run that serves."""

import os
from functools import cache
from typing import Any

from botocore.session import get_session

from bakeoff.serving.deadline import request_deadline
from bakeoff.serving.http import Api, Reply, Request, Route
from bakeoff.serving.scoreboard import Board
from bakeoff.serving.settings import BoardSettings


@cache
def settings() -> BoardSettings:
    return BoardSettings.from_environment(os.environ)


@cache
def board() -> Board:
    return Board.from_session(settings(), get_session())


def answer(request: Request) -> Reply:
    request.single_query(())
    made = board()  # before the clock of the budget starts: a cold start is Lambda's
    deadline = request_deadline(
        budget_ms=settings().budget_ms, remaining_ms=request.remaining_ms(), reserve_ms=settings().reserve_ms
    )
    body = made.read(deadline)
    return Reply(body=body, log={"runId": body["runId"]})


API = Api(Route(method="GET", path="/contestants", answer=answer))


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return API.respond(event, context)

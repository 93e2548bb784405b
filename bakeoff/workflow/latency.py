"""Asks one staged backend real questions, by the same code that serves, and times the answers."""

import json
from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.interactions import Event
from bakeoff.serving.backends import Question, backend_of
from bakeoff.serving.latency import measure_latency
from bakeoff.serving.transport import AwsTransport
from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.personalize import ITEMS_REQUESTS, is_asked_by_item

LIST_LENGTH = 10  # what a client of the API asks for by default
SEED = 42
READ_BYTES = 2 * 2**20  # enough questions to draw from, of a file that may be large


def measure_backend(cloud: Cloud, given: Mapping[str, Any], transport: AwsTransport) -> dict[str, Any]:
    """Milliseconds of one backend's answers, by percentile.

    Args:
        given: ``contestant`` (with ``name``, ``answers`` and ``backend``), ``questionsKey`` (the test users' histories,
            JSON lines; who has no lists for users is asked for the items beside them), ``questions``, how many to ask,
            and ``concurrency``, how many of them at once.
    """
    read, key = _questions, str(given["questionsKey"])
    if is_asked_by_item(given["contestant"].get("answers", ["recommend"])):
        read, key = _items, f"{key.rpartition('/')[0]}/{ITEMS_REQUESTS.rpartition('/')[2]}"
    questions = read(cloud.read(key, first_bytes=READ_BYTES))
    backend = backend_of(given["contestant"]["backend"], transport)
    measured = measure_latency(
        backend, questions, calls=given["questions"], concurrency=given["concurrency"], seed=SEED
    )
    return {"name": given["contestant"]["name"], **measured.to_json()}


def _questions(lines: bytes) -> list[Question]:
    """The whole lines; the last may be cut."""
    questions = []
    for line in lines.splitlines(keepends=True):
        if line.endswith(b"\n"):
            request = json.loads(line)
            history = tuple(Event.from_json(event) for event in request["history"])
            n = LIST_LENGTH + len({event.item_id for event in history})
            questions.append(Question(user_id=request["userId"], history=history, n=n))
    return questions


def _items(lines: bytes) -> list[Question]:
    """The whole lines, each with an item that others are to be alike to."""
    asked = [json.loads(line) for line in lines.splitlines(keepends=True) if line.endswith(b"\n")]
    return [Question(user_id=None, history=(), n=LIST_LENGTH, item_id=one["itemId"]) for one in asked]

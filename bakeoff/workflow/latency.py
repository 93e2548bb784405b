"""Asks one staged backend real questions, by the same code that serves, and times the answers."""

import json
from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.interactions import Event
from bakeoff.serving.backends import Question, backend_of
from bakeoff.serving.latency import measure_latency
from bakeoff.serving.transport import AwsTransport
from bakeoff.workflow.cloud import Cloud

LIST_LENGTH = 10  # what a client of the API asks for by default
SEED = 42
READ_BYTES = 2 * 2**20  # enough questions to draw from, of a file that may be large


def measure_backend(cloud: Cloud, given: Mapping[str, Any], transport: AwsTransport) -> dict[str, Any]:
    """Milliseconds of one backend's answers, by percentile.

    Args:
        given: ``contestant`` (with ``name`` and ``backend``), ``questionsKey`` (the test users' histories, JSON lines),
            ``questions``, how many to ask, and ``concurrency``, how many of them at once.
    """
    questions = _questions(cloud.read(given["questionsKey"], first_bytes=READ_BYTES))
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

"""The HTTP seam: requests for a played service reach it, and so does the enforcement of IAM policies."""

import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import ministack.app as gateway
from botocore import xform_name
from ministack.core import iam_actions, router
from ministack.core.concurrency import run_reentrant

from local_cloud.errors import ServiceError
from local_cloud.service import PlayedService
from local_cloud.wire import Answer, Request, read_request, write_answer, write_error

Handler = Callable[
    [str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[tuple[int, dict[str, str], bytes]]
]
_log = logging.getLogger("local_cloud.http")


def mount(name: str, service: PlayedService) -> None:
    """Answer requests signed for `name`, or targeted at it, by `service`.

    The model names of `service` share one signing name on AWS (``sagemaker-runtime`` signs as ``sagemaker``).
    """
    prefixes = [
        f"{model.metadata['targetPrefix']}." for model in service.models.values() if "targetPrefix" in model.metadata
    ]
    gateway.SERVICE_HANDLERS[name] = _handler(service)
    router.SERVICE_PATTERNS[name] = {
        "target_prefixes": prefixes,
        "credential_scope": name,
        "host_patterns": [],
        "path_patterns": [],
    }
    iam_actions.SERVICE_TO_IAM_NAMESPACE[name] = name
    iam_actions._BOTOCORE_SERVICE_MAP[name] = [
        model_name for model_name, model in service.models.items() if model.protocol.startswith("rest")
    ]


def mount_beside(name: str, service: PlayedService) -> None:
    """Answer by `service` the operations that it has a method for, and leave the others to MiniStack."""
    others, ours = gateway.SERVICE_HANDLERS[name], _handler(service)
    if hasattr(others, "__wrapped__"):
        others = others.__wrapped__

    @functools.wraps(others)
    async def handle(
        method: str, path: str, headers: dict[str, str], body: Any, query: dict[str, list[str]]
    ) -> tuple[int, dict[str, str], bytes]:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        is_ours = bool(operation) and hasattr(service, xform_name(operation))
        answered: tuple[int, dict[str, str], bytes] = await (ours if is_ours else others)(
            method, path, headers, body, query
        )
        return answered

    gateway.SERVICE_HANDLERS[name] = handle


def answer(service: PlayedService, request: Request) -> Answer:
    """Answer one request; a fault of the played service itself is a 500 that the log explains."""
    try:
        operation, parameters = read_request(request, service.models.values())
        return write_answer(operation, service.call(operation.name, parameters))
    except ServiceError as error:
        return write_error(error)
    except Exception as error:  # noqa: BLE001 - AWS answers a fault of its own with a 500, never with nothing
        _log.exception("%s %s failed", request.method, request.headers.get("x-amz-target", request.path))
        return write_error(ServiceError("InternalFailure", f"{type(error).__name__}: {error}", status=500))


def _handler(service: PlayedService) -> Handler:
    async def handle(
        method: str, path: str, headers: dict[str, str], body: Any, query: dict[str, list[str]]
    ) -> tuple[int, dict[str, str], bytes]:
        content = body.encode() if isinstance(body, str) else body
        request = Request(method=method, path=path, headers=headers, body=content, query=query)
        # A thread of its own, not the shared pool: a played service calls back into the gateway (S3, logs), and a
        # pool whose every thread waits for the gateway never answers it.
        result: Answer = await run_reentrant(answer, service, request, thread_name="played-service")
        return result.status, result.headers, result.body

    return handle

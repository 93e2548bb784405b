"""AWS clients for tests: every call is noted as it was asked for, and answered by a function where moto does not.

Requests are held to botocore's model of the service before they count, answers after: neither can be of a wrong shape.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError
from botocore.session import Session
from botocore.validate import validate_parameters

Call = tuple[str, dict[str, Any]]
Answer = Callable[[str, dict[str, Any]], dict[str, Any]]


def note_calls(client: Any, calls: list[Call]) -> None:
    """Append (operation, parameters) of every call of `client` to `calls`."""

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        calls.append((model.name, dict(params)))  # botocore adds to the one that it was given

    client.meta.events.register("provide-client-params.*.*", note)


class AnsweringClient:
    """A botocore client whose calls go nowhere but to `answer`, which is given operation and parameters.

    `answer` may raise a `ClientError` (see `refusal`), as the service would have.
    """

    def __init__(self, session: Session, service: str, calls: list[Call]) -> None:
        self.answer: Answer = not_to_be_asked
        self.client: Any = session.create_client(service, region_name="us-east-1")
        note_calls(self.client, calls)

        def respond(model: Any, **_: Any) -> tuple[Any, Any]:
            try:
                answered = self.answer(*calls[-1])
            except ClientError as error:
                return SimpleNamespace(status_code=400), error.response
            if model.output_shape is not None:
                validate_parameters(answered, model.output_shape)
            return SimpleNamespace(status_code=200), answered

        self.client.meta.events.register("before-call.*.*", respond)  # type: ignore[arg-type]


def not_to_be_asked(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The answer of a service with which the code under test has no business."""
    raise AssertionError(f"{operation} was not to be called: {parameters}")


def refusal(code: str, message: str = "no") -> ClientError:
    """What a service answers when it refuses."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")

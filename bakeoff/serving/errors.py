"""The errors of the front: what a backend, a missing run or a malformed request comes to."""

from typing import Literal

from bakeoff.errors import CloudError, RequestError, RunError

FailedStatus = Literal["timeout", "error", "throttled", "waking"]


class BackendError(CloudError):
    """A backend did not answer with a list: an outcome in the answer, never a failed request.

    Args:
        status: what the contestant's status becomes.
        reason: one short sentence without ARNs or account ids, fit to be shown to a client.
    """

    def __init__(self, status: FailedStatus, reason: str) -> None:
        super().__init__(reason)
        self.status: FailedStatus = status
        self.reason = reason


class NotServingError(RunError):
    """There is nothing to serve yet, or it cannot be read; becomes a 503 that says what to do.

    Args:
        code: short and stable, for programs.
        message: what to do, for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class HttpError(RequestError):
    """A request that the API refuses with another status than 400.

    Args:
        status: the HTTP status.
        code: short and stable, for programs.
        message: what is wrong and what to send instead.
        headers: what the answer carries beside the usual headers, such as ``allow``.
    """

    def __init__(self, status: int, code: str, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}

"""The errors that the played services answer with, under the codes that AWS uses."""

from typing import Any


class ServiceError(Exception):
    """An error answer of a played AWS service.

    Args:
        code: the error code on the wire, such as ``ResourceNotFoundException``.
        message: what happened, with the value.
        status: the HTTP status.
        members: the error's further members on the wire, such as ``OriginalStatusCode`` of a ``ModelError``.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, members: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members or {}


class NotPlayedError(ServiceError):
    """An operation, recipe, image or option that AWS has and the local cloud does not play."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "NotPlayedLocally",
            f"{what} is not played by the local cloud; docs/local_cloud.md lists what is",
            status=501,
        )

"""How the front reads DynamoDB and SSM: short time-outs, and every failure as one kind of error without names."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bakeoff.errors import CloudError
from bakeoff.serving.deadline import Deadline

# Short, because the budget is: a thread that waits for a store past the deadline is lost to the next request.
CLIENT_CONFIG = Config(
    connect_timeout=0.5,
    read_timeout=1.0,
    retries={"total_max_attempts": 2, "mode": "standard"},
    max_pool_connections=16,
)
_T = TypeVar("_T")
LATE = "SSM or DynamoDB did not answer within the budget."


class RefusedError(CloudError):
    """A read that the service refused.

    Args:
        code: the service's own error code.
    """

    def __init__(self, operation: str, code: str) -> None:
        super().__init__(f"{operation} was refused: {code}.")
        self.code = code


def answered(call: Callable[..., Any], **request: Any) -> Any:
    """The answer of a client's method.

    Raises:
        RefusedError: the service refused.
        CloudError: the service cannot be reached, or was late.
    """
    try:
        return call(**request)
    except ClientError as error:
        raise RefusedError(error.operation_name, str(error.response["Error"]["Code"])) from error
    except BotoCoreError as error:
        raise CloudError(f"SSM or DynamoDB cannot be reached ({type(error).__name__}).") from error


def within(deadline: Deadline, read: Callable[[], _T], *, executor: ThreadPoolExecutor) -> _T:
    """What `read` gives, if it gives it before the deadline.

    Raises:
        CloudError: it did not.
    """
    future: Future[_T] = executor.submit(read)
    try:
        return future.result(timeout=deadline.remaining())
    except TimeoutError:
        future.cancel()
        raise CloudError(LATE) from None

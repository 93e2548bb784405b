"""Which requests may have changed something."""

import pytest

from local_cloud.seams.traffic import may_write


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/bucket/key", {}, False),
        ("PUT", "/bucket/key", {}, True),
        ("POST", "/", {"x-amz-target": "AmazonSSM.GetParameter"}, False),
        ("POST", "/", {"x-amz-target": "AmazonSSM.PutParameter"}, True),
        ("POST", "/", {"x-amz-target": "AWSStepFunctions.StartExecution"}, True),
        ("GET", "/restapis/a/v1/_user_request_/recommendations/1", {}, True),
        ("GET", "/recommendations/1", {"host": "a.execute-api.localhost:4566"}, True),
        ("GET", "/_ministack/health", {}, False),
        ("POST", "/", {}, True),
    ],
)
def test_a_request_may_write(method: str, path: str, headers: dict[str, str], expected: bool) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert may_write({"type": "http", "method": method, "path": path, "headers": encoded}) is expected


def test_the_start_of_the_application_is_no_request() -> None:
    assert may_write({"type": "lifespan"}) is False

"""A backend that dies or hangs while the API is asked: an outcome in the answer, and a recovery by itself."""

from collections.abc import Iterator

import psutil
import pytest

from tests.integration.conftest import FirstRun
from tests.integration.product import Answer, Product, wait_until
from tests.integration.test_gate import serves_as_before

USER = "30"
FAILING = "ease"


@pytest.fixture
def endpoint(product: Product, first_run: FirstRun) -> Iterator[str]:
    """The endpoint of the contestant that is to fail; afterwards all serve again."""
    assert all_serve(product)
    backends = {one["name"]: one["backend"] for one in product.promoted()["contestants"]}
    yield backends[FAILING]["name"]
    wait_until(lambda: all_serve(product), what="an answer of every contestant")


def all_serve(product: Product) -> bool:
    return set(product.ask(USER).statuses.values()) == {"ok"}


def only_that_one(answer: Answer, status: str) -> None:
    """Assert that the failing contestant, and no other, has `status` and a reason; the answer is whole otherwise."""
    assert answer.status == 200
    assert answer.statuses == {name: status if name == FAILING else "ok" for name in answer.statuses}
    failed = answer.contestant(FAILING)
    assert (failed["items"], len(answer.body["blended"])) == ([], 10)
    assert failed["reason"]


def test_a_killed_model_server_is_an_error_in_one_answer_and_comes_back(product: Product, endpoint: str) -> None:
    (server,) = product.model_servers(endpoint)
    server.kill()
    answer = product.ask(USER)
    only_that_one(answer, "error")
    assert answer.seconds < product.config.serving.budget_ms / 1000
    wait_until(lambda: all_serve(product), what=f"{FAILING} to serve again")
    (successor,) = product.model_servers(endpoint)
    assert successor.pid != server.pid
    described = product.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    assert described["EndpointStatus"] == "InService"


def test_a_hanging_model_server_costs_the_budget_and_no_other_contestant(product: Product, endpoint: str) -> None:
    (server,) = product.model_servers(endpoint)
    with suspended(server):
        answer = product.ask(USER)
        only_that_one(answer, "timeout")
        assert answer.seconds < product.config.serving.budget_ms / 1000 + 1
    assert [process.pid for process in product.model_servers(endpoint)] == [server.pid]


def test_an_endpoint_that_failed_is_made_anew_by_the_next_run(product: Product, noise: str) -> None:
    promoted = product.promoted()
    name = product.run(noise, FAILING)["contestants"][0]["backend"]["name"]
    wait_until(lambda: name not in product.endpoints(), what="the end of its deletion")
    leave_failed_endpoint(product, name)
    (contestant,) = product.run(noise, FAILING)["contestants"]
    assert (contestant["status"], contestant["backend"]["name"]) == ("ok", name)
    serves_as_before(product, promoted)


def leave_failed_endpoint(product: Product, name: str) -> None:
    """Leave an endpoint `name` that could not come up, as one does whose image had a bad minute."""
    sagemaker, bucket = product.client("sagemaker"), product.deployed.bucket
    product.client("s3").put_object(Bucket=bucket, Key="models/broken.tar.gz", Body=b"no archive")
    described = sagemaker.describe_model(ModelName=name)
    container = {**described["PrimaryContainer"], "ModelDataUrl": f"s3://{bucket}/models/broken.tar.gz"}
    sagemaker.create_model(
        ModelName="broken", PrimaryContainer=container, ExecutionRoleArn=described["ExecutionRoleArn"]
    )
    capacity = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
    variant = {"VariantName": "all", "ModelName": "broken", "ServerlessConfig": capacity}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    wait_until(
        lambda: sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "Failed", what="it to have failed"
    )
    sagemaker.delete_endpoint_config(EndpointConfigName=name)
    sagemaker.delete_model(ModelName="broken")


class suspended:  # noqa: N801 - reads as a word of a sentence
    """Holds a process still."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    def __enter__(self) -> None:
        self._process.suspend()

    def __exit__(self, *error: object) -> None:
        self._process.resume()

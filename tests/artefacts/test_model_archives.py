"""Every model archive, served by the real library of the scikit-learn image, offline, and asked over HTTP."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bakeoff.data import layout
from bakeoff.data.prepared import Prepared
from bakeoff.recommenders.base.answering import answer, read_requests
from bakeoff.shipping import stage_model_code
from local_cloud.sagemaker import archives
from tests.artefacts.make_serving_environment import PYTHON, stamp
from tests.support.training import CHECKOUT, SMALL, train

JOB = CHECKOUT / "sagemaker_jobs" / "train_recommender"
START_SECONDS = 90
# As the state machine sets them, so that the server starts without a network.
MODEL_ENVIRONMENT = {"SAGEMAKER_PROGRAM": "inference.py", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1"}


# They know nobody: one list, whatever the history.
FOR_EVERYBODY = ("content-article-1", "content-article-2")


@dataclass(frozen=True)
class Served:
    """A model behind its server, and the lists that it gave before it was archived."""

    url: str
    expected: list[list[str]]
    is_personal: bool

    def ask(self, body: str, content_type: str, accept: str) -> tuple[int, str, str]:
        """The status, the content type and the body of the answer."""
        headers = {"Content-Type": content_type, "Accept": accept}
        request = urllib.request.Request(f"{self.url}/invocations", data=body.encode(), headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read().decode()


@pytest.fixture(scope="module")
def requests(prepared_folder: Path) -> list[str]:
    return (prepared_folder / layout.REQUEST_HISTORIES).read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module", params=SMALL)
def served(
    request: pytest.FixtureRequest,
    prepared_folder: Path,
    requests: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    if not stamp().exists():
        pytest.fail("The serving image's libraries are missing: run `make serving-environment`.")
    base: Path = tmp_path_factory.mktemp(request.param)
    trained = train(request.param, Prepared.open(prepared_folder))
    made = base / "made"
    trained.save(made)
    stage_model_code(trained.archive.description["recommender"], into=made / "code", job=JOB)
    # Through a tarball, as the training job's output reaches the endpoint.
    archives.pack(made, base / "model.tar.gz")
    archives.unpack(base / "model.tar.gz", base / "model")
    answers = answer(trained.archive, read_requests("\n".join(requests), "application/jsonlines"))
    expected = [[item["itemId"] for item in one["items"]] for one in answers]
    with Server(base) as url:
        yield Served(url, expected, request.param not in FOR_EVERYBODY)


class Server:
    """The model in ``<base>/model`` behind the server; gives its URL."""

    def __init__(self, base: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = base / "log"
        # Python forgets a folder of its path that was not there when it looked first.
        (base / "packages").mkdir()
        self.environment = {
            **MODEL_ENVIRONMENT,
            "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(base),
            # The server installs the code folder; not into the environment that all tests share.
            "PIP_TARGET": str(base / "packages"),
            "PYTHONPATH": f"{base / 'packages'}{os.pathsep}{Path(__file__).parent}",
            "SAGEMAKER_BASE_DIR": str(base),
            "SAGEMAKER_SUBMIT_DIRECTORY": str(base / "model" / "code"),
            "SAGEMAKER_USE_NGINX": "false",
            "SAGEMAKER_BIND_TO_PORT": str(self.port),
            "SAGEMAKER_SERVING_MODULE": "serving_module:main",
            "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> str:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(PYTHON.parent / "serve")],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        url = f"http://127.0.0.1:{self.port}"
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(f"{url}/ping"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                pytest.fail(f"The server did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)
        return url

    def __exit__(self, *exception: object) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def _answers(self, url: str) -> bool:
        try:
            with urllib.request.urlopen(url, timeout=START_SECONDS) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False


def test_lines_are_answered_as_before_the_archive(served: Served, requests: list[str]) -> None:
    status, kind, body = served.ask("\n".join(requests), "application/jsonlines", "application/jsonlines")
    assert (status, kind) == (200, "application/jsonlines")
    answers = [json.loads(line) for line in body.splitlines()]
    assert [answer["userId"] for answer in answers] == [json.loads(line)["userId"] for line in requests]
    assert [[item["itemId"] for item in answer["items"]] for answer in answers] == served.expected


def test_one_request_is_answered_with_one_object(served: Served, requests: list[str]) -> None:
    status, kind, body = served.ask(requests[0], "application/json", "application/json")
    assert (status, kind) == (200, "application/json")
    assert [item["itemId"] for item in json.loads(body)["items"]] == served.expected[0]


def test_an_empty_history_is_cold_unless_the_list_is_everybodys(served: Served) -> None:
    asked: dict[str, Any] = {"history": [], "n": 5}
    status, _, body = served.ask(json.dumps(asked), "application/json", "application/json")
    assert status == 200
    answered = json.loads(body)
    if served.is_personal:
        assert answered == {"items": [], "status": "cold"}
    else:
        assert (answered["status"], [item["itemId"] for item in answered["items"]]) == ("ok", served.expected[0][:5])


def test_a_malformed_request_fails_and_the_next_one_is_answered(served: Served, requests: list[str]) -> None:
    assert served.ask('{"n": 5}', "application/json", "application/json")[0] >= 400
    assert served.ask(requests[0], "application/json", "application/json")[0] == 200

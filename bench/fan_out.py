"""What asking five backends at once costs over asking one, and over botocore's clients: interleaved in one run.

python -m bench.fan_out [requests]
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import urllib3
from botocore.config import Config
from botocore.session import Session

from bakeoff.contracts.interactions import Event
from bakeoff.serving.backends import SERVICES, Question, backend_of
from bakeoff.serving.deadline import Deadline
from bakeoff.serving.fan_out import Ask, FanOut
from bakeoff.serving.latency import percentile
from bakeoff.serving.transport import AwsTransport
from bench.stub_backends import CAMPAIGN

BACKEND_MS = 20
RECORDS = [{"type": "sagemaker-endpoint", "name": f"endpoint-{i}"} for i in range(3)] + [
    {"type": "personalize-campaign", "arn": CAMPAIGN.format(f"campaign-{i}")} for i in range(2)
]
QUESTION = Question(user_id="u1", history=tuple(Event(str(i), 4.0, i + 1) for i in range(50)), n=60)


def main(arguments: Sequence[str]) -> None:
    requests = int(arguments[0]) if arguments else 300
    command = [sys.executable, "-m", "bench.stub_backends", "0", str(BACKEND_MS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as stub:
        try:
            assert stub.stdout is not None
            report(stub.stdout.readline().strip(), requests)
        finally:
            stub.terminate()


def report(url: str, requests: int) -> None:
    os.environ |= {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    transport = AwsTransport(Session(), services=SERVICES)
    fan_out = FanOut(slots=4)
    asks = [
        Ask(name=str(i), backend=backend_of(record, transport), question=QUESTION) for i, record in enumerate(RECORDS)
    ]
    pool = urllib3.PoolManager()

    def ask_all() -> None:
        outcomes = fan_out.ask(asks, deadline=Deadline.after(5))
        assert {outcome.status for outcome in outcomes.values()} == {"ok"}, outcomes

    def ask_plainly() -> None:
        assert pool.request("POST", f"{url}/endpoints/x/invocations", body=b'{"n": 60}').status == 200

    ways = {"one plain request": ask_plainly, "fan-out": ask_all, "botocore's clients": with_botocore()}
    took = measure(ways, requests)
    for name, (wall, cpu) in took.items():
        p50, p99 = percentile(sorted(wall), 50), percentile(sorted(wall), 99)
        print(f"{name:<20} p50 {p50:7.2f} ms   p99 {p99:7.2f} ms   CPU {statistics.mean(cpu):6.2f} ms a request")
    plain, fanned, botocores = (statistics.median(wall) for wall, _ in took.values())
    _, own_cpu, botocore_cpu = (statistics.mean(cpu) for _, cpu in took.values())
    print(f"{len(asks)} backends that answer after {BACKEND_MS} ms, {requests} requests each way, medians:")
    print(f"fan-out / plain {fanned / plain:.2f}   fan-out / botocore {fanned / botocores:.2f}", end="   ")
    print(f"CPU fan-out / botocore {own_cpu / botocore_cpu:.2f}")


def with_botocore() -> Callable[[], None]:
    """The same questions by threads that share botocore's clients."""
    session = Session()
    clients: dict[str, Any] = {
        service: session.create_client(service, config=Config(max_pool_connections=16)) for service in SERVICES
    }
    executor = ThreadPoolExecutor(16)
    body = json.dumps({"userId": "u1", "history": [event.to_json() for event in QUESTION.history], "n": QUESTION.n})

    def ask_one(record: dict[str, str]) -> int:
        if "arn" in record:
            answer = clients["personalize-runtime"].get_recommendations(
                campaignArn=record["arn"], userId="u1", numResults=QUESTION.n
            )
            return len(answer["itemList"])
        answer = clients["sagemaker-runtime"].invoke_endpoint(
            EndpointName=record["name"], Body=body, ContentType="application/json"
        )
        return len(json.loads(answer["Body"].read())["items"])

    def ask_all() -> None:
        assert all(executor.map(ask_one, RECORDS))

    return ask_all


def measure(ways: dict[str, Callable[[], None]], requests: int) -> dict[str, tuple[list[float], list[float]]]:
    """Wall and CPU milliseconds of each way, in turns, after ten turns to warm up."""
    took: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in ways}
    for turn in range(requests + 10):
        for name, ask in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            ask()
            if turn >= 10:
                took[name][0].append((time.perf_counter() - wall) * 1000)
                took[name][1].append((time.process_time() - cpu) * 1000)
    return took


if __name__ == "__main__":
    main(sys.argv[1:])

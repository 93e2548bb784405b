"""What the API's function costs before its first answer: CPU of importing it and of making its clients, over boto3's.

python -m bench.cold_start [repetitions]
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence

_TIMED = "import time; start = time.process_time(); {}; print((time.process_time() - start) * 1000)"
_HANDLER = "from lambdas.get_recommendations import handler"
WAYS = {
    "import of boto3": "import boto3",
    "import of the handler": _HANDLER,
    "import and clients of boto3": "import boto3; [boto3.client(name) for name in "
    "('dynamodb', 'ssm', 'sagemaker-runtime', 'personalize-runtime')]",
    "import and clients of the handler": f"{_HANDLER}; handler.front()",
}
ENVIRONMENT = {
    "RUNS_TABLE": "runs",
    "ITEMS_TABLE": "items",
    "HISTORIES_TABLE": "histories",
    "PROMOTED_RUN_PARAMETER": "/promoted",
    "MAX_HISTORY": "200",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


def main(arguments: Sequence[str]) -> None:
    repetitions = int(arguments[0]) if arguments else 7
    took: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(repetitions):
        for name, program in WAYS.items():
            took[name].append(cpu_ms(program))
    medians = {name: statistics.median(values) for name, values in took.items()}
    for name, median in medians.items():
        print(f"{name:<34} {median:6.0f} ms CPU (median of {repetitions})")
    imports, clients = (
        medians[f"{what} of the handler"] / medians[f"{what} of boto3"] for what in ("import", "import and clients")
    )
    print(f"ratio to boto3: {imports:.2f} imported, {clients:.2f} with clients")


def cpu_ms(program: str) -> float:
    """CPU milliseconds of `program` in a fresh interpreter, its start not counted."""
    command = [sys.executable, "-c", _TIMED.format(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **ENVIRONMENT})
    return float(done.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])

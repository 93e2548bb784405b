"""Measures how the autoencoder of a catalogue of 58,000 items answers, against its plain form: `make bench-model`.

The archive is what a training job writes, loaded and asked by the code of the endpoint. The plain form is the same
network with one row of 58,000 numbers times every layer. Both are asked in turns by one process, and the memory is
that of another, which only loads the archive and answers request bodies.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path

from bench import training
from bench.processes import run_measured
from bench.results import BUILD, Figure, publish

FOLDER = BUILD / "model"
RESULT = FOLDER / "result.json"
ROUNDS = 3
PYTHON = [sys.executable, "-m"]


def archive() -> Path:
    """The folder with the archive; trained where it is missing."""
    if not (FOLDER / "archive" / "model.json").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        data = training.data("full")
        print("Training at 58,000 items (once) ...", flush=True)
        subprocess.run([*PYTHON, "bench.model_data", str(data), str(FOLDER)], check=True)
    return FOLDER


def measure(program: str) -> tuple[dict[str, float], float]:
    """What a program wrote, and its peak in gigabytes."""
    RESULT.unlink(missing_ok=True)
    used = run_measured([*PYTHON, f"bench.{program}", str(FOLDER), str(RESULT)], name=program)
    found: dict[str, float] = json.loads(RESULT.read_text())
    return found, used.peak / 1000


def main() -> None:
    """Measure and publish."""
    archive()
    compared = [measure("model_comparing")[0] for _ in range(ROUNDS)]
    served, peak = measure("model_serving")
    faster = [one["plain"] / one["ours"] for one in compared]
    figures = [
        Figure(
            name="top20_of_58k_vs_dense",
            value=statistics.median(faster),
            unit="x",
            n=ROUNDS,
            spread=(min(faster), max(faster)),
            at_least=3,
        ),
        Figure(
            name="top20_of_58k",
            value=statistics.median(one["ours"] for one in compared),
            unit="ms",
            n=ROUNDS,
            against=statistics.median(one["plain"] for one in compared),
        ),
        Figure(name="overlap20", value=compared[0]["overlap"], unit="", at_least=0.97),
        Figure(name="request_p50", value=served["p50"], unit="ms"),
        Figure(name="request_p99", value=served["p99"], unit="ms"),
        Figure(name="process_peak", value=peak, unit="GB", target=1),
    ]
    print(f"\nWritten to {publish('model', figures)}")


if __name__ == "__main__":
    main()

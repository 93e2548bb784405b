"""Measures the evaluation, its metrics against rectools' and its tests against the truth: `make bench-evaluation`.

The field is made up once: 50,000 users, 20,000 candidates, fifteen contestants. Evaluating it is a process of its own,
measured whole: it opens the prepared folder, takes every contestant's lists as arrays, drops what is seen, scores,
tests, slices, looks at the lists' health, and writes `metrics.json`, `metrics.csv` and `lists.parquet`. Not inside is
reading lists from the JSON lines that jobs write, which `read_50k` measures for one contestant.
"""

import hashlib
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.processes import run_measured
from bench.results import BUILD, Figure, publish

FOLDER = BUILD / "evaluation"
# As in bench.evaluation_data, which imports too much for this process: a child begins as large as its parent.
COMPARED = FOLDER / "compared.npz"
RECTOOLS = Path(__file__).parent.parent / ".venv-bench" / "bin" / "python"
# Odd, so that the median is a round of its own.
ROUNDS = 3
# What rectools defines otherwise: it divides by all relevant items of a user, we by min(k, those).
OTHER_DIVISOR = {"recall@10", "recall@100", "map@10", "map@100"}


def make_field() -> None:
    """Where it is missing."""
    if not FOLDER.exists():
        print("Making up a field of fifteen contestants (once) ...", flush=True)
        BUILD.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "bench.evaluation_data", str(FOLDER)], check=True)


def answer(*command: str) -> dict[str, Any]:
    """What a program prints on its last line."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def whole_field() -> list[Figure]:
    """Seconds and memory of the evaluation, and whether it writes the same bytes every time.

    Raises:
        SystemExit: it does not.
    """
    used, written = [], set()
    for _ in range(ROUNDS):
        command = [sys.executable, "-m", "bench.evaluation_of_field", str(FOLDER)]
        used.append(run_measured(command, name="fifteen contestants"))
        files = sorted((FOLDER / "output").iterdir())
        written.add(tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file in files))
    if len(written) > 1:
        raise SystemExit(f"The evaluation wrote other bytes the second time; see {FOLDER / 'output'}.")
    return [
        _median("wall_50k_15", "s", [one.wall for one in used], target=90),
        _median("cpu_50k_15", "s", [one.cpu for one in used]),
        _median("peak_50k_15", "MB", [one.peak for one in used], target=1_500),
    ]


def reading() -> Figure:
    """Seconds for one contestant's lists.

    Raises:
        SystemExit: something is wrong with them.
    """
    found = answer(sys.executable, "-m", "bench.evaluation_reading", str(FOLDER))
    if found["problems"]:
        raise SystemExit(f"The made-up lists are not sound: {found['problems']}")
    return Figure(name="read_50k", value=found["wall"], unit="s")


def against_rectools() -> list[Figure]:
    """Both in turns on the same lists, which must have the same values.

    Raises:
        SystemExit: a metric with one definition has two values.
    """
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(answer(sys.executable, "-m", "bench.evaluation_in_bakeoff", str(COMPARED)))
        theirs.append(answer(str(RECTOOLS), str(Path(__file__).parent / "evaluation_in_rectools.py"), str(COMPARED)))
        print(
            f"metrics of one contestant    {ours[-1]['wall']:8.2f} s, rectools {theirs[-1]['wall']:8.2f} s", flush=True
        )
    differing = differences(ours[0]["metrics"], theirs[0]["metrics"])
    if differing:
        raise SystemExit(f"Bakeoff and rectools differ: {'; '.join(differing)}.")
    print(f"{len(ours[0]['metrics'])} metrics by both, the same values but for {', '.join(sorted(OTHER_DIVISOR))}")
    faster = [their["wall"] / own["wall"] for own, their in zip(ours, theirs, strict=True)]
    seconds = [own["wall"] for own in ours]
    return [
        _median("speed_vs_rectools", "x", faster, at_least=5),
        _median("metrics_of_one", "s", seconds, against=statistics.median(their["wall"] for their in theirs)),
    ]


def differences(ours: dict[str, float], theirs: dict[str, float]) -> list[str]:
    """Metrics that only one side has, and those that share a definition and not a value."""
    lonely = [f"{name} is measured by one only" for name in ours.keys() ^ theirs.keys()]
    shared = ours.keys() & theirs.keys() - OTHER_DIVISOR
    apart = [name for name in shared if abs(ours[name] - theirs[name]) > 1e-9 * max(1.0, abs(theirs[name]))]
    return sorted([*lonely, *(f"{name} is {ours[name]!r} and {theirs[name]!r}" for name in apart)])


def truth_of_the_tests() -> list[Figure]:
    """Simulated comparisons whose truth is known."""
    found = answer(sys.executable, "-m", "bench.evaluation_statistics", str(COMPARED))
    n = found["experiments"]
    stated = found["stated"] / found["planted"]
    return [
        # Two standard errors of a thousand experiments above the five in a hundred that are promised.
        Figure(name="false_alarms_1000_aa", value=found["falseAlarms"], unit="share", n=n, target=0.065),
        Figure(name="planted_winner_power", value=found["power"], unit="share", n=n, at_least=0.75, target=0.85),
        Figure(name="smallest_stated_vs_planted", value=stated, unit="x", n=n, at_least=0.95, target=1.05),
        Figure(name="planted_tie_graded_tie", value=float(found["tiesStayTied"]), unit="", at_least=1),
    ]


def _median(name: str, unit: str, values: Sequence[float], **limits: float | None) -> Figure:
    spread = (min(values), max(values))
    return Figure(name=name, value=statistics.median(values), unit=unit, n=len(values), spread=spread, **limits)


def main() -> None:
    """Measure and publish."""
    make_field()
    figures = [*whole_field(), reading(), *against_rectools(), *truth_of_the_tests()]
    print(f"\nWritten to {publish('evaluation', figures)}")


if __name__ == "__main__":
    main()

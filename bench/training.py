"""Measures training at 280,000 users x 58,000 items against the plain way, and sampling: `make bench-training`.

The plain way: dense rows, a softmax over all items, Adam on every weight; the same network, the same made-up data, in
turns. What sampling costs is measured where every epoch can run over all items: the same epochs, the first ones over a
fourteenth of the items or over all. The same with two processes that share each step.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.processes import Usage, run_measured
from bench.results import BUILD, Figure, publish

FOLDER = BUILD / "training"
RESULT = FOLDER / "result.json"
# Odd, so that the median is a round of its own.
ROUNDS = 3
SEEDS = (1, 2, 3)
MEGABYTES = 1_000
PYTHON = [sys.executable, "-m"]
TOGETHER = [*PYTHON, "torch.distributed.run", "--nproc-per-node", "2", "-m"]


def data(shape: str) -> Path:
    """The made-up interactions of a shape; written where they are missing."""
    folder = FOLDER / shape
    subprocess.run([*PYTHON, "bench.training_data", shape, str(folder)], check=True)
    return folder


def result_of(command: Sequence[str], *, name: str) -> tuple[dict[str, float], Usage]:
    """What a program wrote, and what it took."""
    RESULT.unlink(missing_ok=True)
    used = run_measured([*command, str(RESULT)], name=name)
    found: dict[str, float] = json.loads(RESULT.read_text())
    return found, used


def speed() -> list[Figure]:
    """Users a second of both ways in turns, and the memory of the product's."""
    folder = str(data("full"))
    fast, full, dense, peaks, by_cpu = [], [], [], [], []
    for _ in range(ROUNDS):
        found, used = result_of([*PYTHON, "bench.training_fast", folder], name="sampled items")
        plain, _ = result_of([*PYTHON, "bench.training_dense", folder], name="dense rows")
        fast.append(found["sampled"])
        full.append(found["full"])
        dense.append(plain["dense"])
        by_cpu.append(found["sampledCpu"] / plain["denseCpu"])
        peaks.append(used.peak / MEGABYTES)
    against = statistics.median(dense)
    return [
        _median("users_per_second_vs_dense", "x", _ratios(fast, dense), at_least=15),
        # Which other programs on the machine disturb less.
        _median("users_per_cpu_second_vs_dense", "x", by_cpu),
        _median("users_per_second", "users/s", fast, against=against),
        _median("users_per_second_full_epochs", "users/s", full, against=against),
        _median("peak", "GB", peaks, target=2),
    ]


def quality() -> list[Figure]:
    """ndcg@100 of sampled against full epochs, and of two processes against one."""
    folder = str(data("small"))
    found: dict[str, list[float]] = {"sampled": [], "full": []}
    for seed in SEEDS:
        for way, values in found.items():
            command = [*PYTHON, "bench.training_quality", folder, way, str(seed)]
            values.append(result_of(command, name=f"{way}, seed {seed}")[0]["ndcg"])
    command = [*TOGETHER, "bench.training_quality", folder, "sampled", str(SEEDS[0])]
    together = result_of(command, name="two processes")[0]["ndcg"]
    return [
        _median("sampled_then_full_vs_full_ndcg", "x", _ratios(found["sampled"], found["full"]), at_least=0.99),
        _median("sampled_then_full_ndcg", "", found["sampled"], against=statistics.median(found["full"])),
        Figure(
            name="two_processes_vs_one_ndcg",
            value=together / found["sampled"][0],
            unit="x",
            against=found["sampled"][0],
            at_least=0.99,
            target=1.01,
        ),
    ]


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [own / their for own, their in zip(ours, theirs, strict=True)]


def _median(name: str, unit: str, values: Sequence[float], **limits: float | None) -> Figure:
    spread = (min(values), max(values))
    return Figure(name=name, value=statistics.median(values), unit=unit, n=len(values), spread=spread, **limits)


def main() -> None:
    """Measure and publish."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"\nWritten to {publish('training', [*speed(), *quality()])}")


if __name__ == "__main__":
    main()

"""Measures the data preparation as a whole process against a pandas program: `make bench-data [SIZE=27m]`.

Both read the same made-up files of a million and of five million ratings and write the same outputs, which is checked;
they run in turns. SIZE=27m adds the 27 million of MovieLens, without pandas.
"""

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.processes import Usage, run_measured
from bench.results import BUILD, Figure, publish

DATA = BUILD / "data"
OURS, PANDAS = "bench.data_in_duckdb", "bench.data_in_pandas"
# Odd, so that the median is a round of its own and one disturbed round does not count.
ROUNDS = 3
COMPARED, LARGE = ("1m", "5m"), "27m"
MILLIONS = {"1m": 1, "5m": 5, "27m": 27}
# What the ratios to pandas are held to.
LIMITS = {"5m": {"wall": 1.5, "peak": 1 / 3}}


def raw_folder(size: str) -> Path:
    """The made-up files of a size; written where they are missing."""
    shape = f"movielens-{size}"
    folder = DATA / shape
    if not (folder / "SYNTHETIC.json").exists():
        print(f"Making up {shape} (once) ...", flush=True)
        command = [sys.executable, "-m", "bakeoff", "data", "synthesize", "--shape", shape, "--out", str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def measure(program: str, raw: Path, prepared: Path) -> Usage:
    """Run a program to its end."""
    shutil.rmtree(prepared, ignore_errors=True)
    name = f"{program.removeprefix('bench.data_in_')}, {raw.name}"
    return run_measured([sys.executable, "-m", program, str(raw), str(prepared)], name=name)


def content(prepared: Path, *options: str) -> dict[str, Any]:
    """What `bench.data_content` says of a prepared folder."""
    command = [sys.executable, "-m", "bench.data_content", str(prepared), *options]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def compare(size: str) -> tuple[list[Usage], list[Usage], dict[str, int]]:
    """Both programs in turns; the bytes of the joined table.

    Raises:
        SystemExit: the outputs differ.
    """
    raw = raw_folder(size)
    folders = {program: DATA / f"prepared-{program.rpartition('_')[2]}" for program in (OURS, PANDAS)}
    used: dict[str, list[Usage]] = {program: [] for program in folders}
    for _ in range(ROUNDS):
        for program, folder in folders.items():
            used[program].append(measure(program, raw, folder))
    ours, theirs = content(folders[OURS], "--bytes"), content(folders[PANDAS])
    differing = [name for name, one in ours["hashes"].items() if theirs["hashes"][name] != one]
    if differing:
        raise SystemExit(f"{raw.name}: the programs differ in {', '.join(differing)}; see {DATA}.")
    print(f"{raw.name}: the same {len(ours['hashes'])} row hashes by both", flush=True)
    for folder in folders.values():
        shutil.rmtree(folder)
    return used[OURS], used[PANDAS], ours["bytes"]


def figures_of(size: str, ours: Sequence[Usage], pandas: Sequence[Usage]) -> list[Figure]:
    """Ratios to pandas, each of one round, and what they are made of."""
    faster = [theirs.wall / own.wall for own, theirs in zip(ours, pandas, strict=True)]
    smaller = [own.peak / theirs.peak for own, theirs in zip(ours, pandas, strict=True)]
    limits = LIMITS.get(size, {})
    return [
        _median(f"wall_{size}_vs_pandas", "x", faster, at_least=limits.get("wall")),
        _median(f"peak_{size}_vs_pandas", "x", smaller, target=limits.get("peak")),
        *(
            _median(
                f"{name}_{size}",
                unit,
                [getattr(one, name) for one in ours],
                against=statistics.median(getattr(one, name) for one in pandas),
            )
            for name, unit in (("wall", "s"), ("cpu", "s"), ("peak", "MB"))
        ),
    ]


def figures_of_large(used: Usage, cpu: dict[str, float]) -> list[Figure]:
    """The large size, and whether a further million costs there what it costs between the small ones."""
    per_million = (used.cpu - cpu["5m"]) / (MILLIONS[LARGE] - MILLIONS["5m"])
    before = (cpu["5m"] - cpu["1m"]) / (MILLIONS["5m"] - MILLIONS["1m"])
    return [
        Figure(name=f"peak_{LARGE}", value=used.peak, unit="MB", target=2_000),
        Figure(name=f"wall_{LARGE}", value=used.wall, unit="s", target=720),
        Figure(name=f"cpu_{LARGE}", value=used.cpu, unit="s"),
        Figure(name=f"cpu_per_million_{LARGE}_vs_5m", value=per_million / before, unit="x", at_least=0.75, target=1.25),
    ]


def _median(name: str, unit: str, values: Sequence[float], **limits: float | None) -> Figure:
    spread = (min(values), max(values))
    return Figure(name=name, value=statistics.median(values), unit=unit, n=len(values), spread=spread, **limits)


def main(arguments: Sequence[str]) -> None:
    """Measure and publish; with ``27m`` the large size too."""
    if list(arguments) not in ([], [LARGE]):
        raise SystemExit(f"SIZE is {' '.join(arguments)}; it may be {LARGE}, or nothing for {' and '.join(COMPARED)}.")
    figures: list[Figure] = []
    cpu: dict[str, float] = {}
    for size in COMPARED:
        ours, pandas, n_bytes = compare(size)
        figures += figures_of(size, ours, pandas)
        cpu[size] = statistics.median(one.cpu for one in ours)
    ratio = n_bytes["csv"] / n_bytes["parquet"]
    figures.append(Figure(name="bytes_joined_csv_vs_parquet", value=ratio, unit="x", at_least=50))
    if arguments:
        prepared = DATA / "prepared"
        figures += figures_of_large(measure(OURS, raw_folder(LARGE), prepared), cpu)
        shutil.rmtree(prepared)
    print(f"\nWritten to {publish('data', figures)}")


if __name__ == "__main__":
    main(sys.argv[1:])

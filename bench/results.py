"""The form of every benchmark's result: a table on the screen and ``build/bench/<name>.json``."""

import importlib.metadata
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

BUILD = Path(__file__).parent.parent / "build" / "bench"
PACKAGES = (
    "aws-cdk-lib", "boto3", "duckdb", "ibis-framework", "ministack", "numpy", "pandas", "pyarrow", "scikit-learn",
    "scipy", "torch",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured figure.

    Args:
        value: None where it could not be measured; such a figure does not hold.
        n: how many measurements the value is made of.
        spread: smallest and largest of them, where there are several.
        against: the figure measured in the same run to compare with.
        target: what the value must not exceed.
        at_least: what it must not fall below.
    """

    name: str
    value: float | None
    unit: str
    n: int = 1
    spread: tuple[float, float] | None = None
    against: float | None = None
    target: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        if self.value is None:
            return False
        return (self.target is None or self.value <= self.target) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def aim(self) -> str:
        """What the value is held to, in words, and whether it holds where it was measured; empty where to nothing."""
        limits = [("at least", self.at_least), ("at most", self.target)]
        words = " and ".join(f"{word} {limit:g}" for word, limit in limits if limit is not None)
        if self.value is None or not words:
            return words
        return f"{words}: {'holds' if self.holds else 'missed'}"


def publish(name: str, figures: Sequence[Figure]) -> Path:
    """Print the table and write the JSON (under a temporary name, then renamed)."""
    print()
    for figure in figures:
        value = "not measured" if figure.value is None else f"{figure.value:10.3f} {figure.unit}"
        print(f"{figure.name:<44} {value:<16} {figure.aim}".rstrip())
    result = {
        "figures": [{**asdict(figure), "holds": figure.holds} for figure in figures],
        "versions": {"python": platform.python_version()}
        | {package: importlib.metadata.version(package) for package in PACKAGES},
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
    }
    BUILD.mkdir(parents=True, exist_ok=True)
    path = BUILD / f"{name}.json"
    unfinished = path.with_suffix(".json.tmp")
    unfinished.write_text(json.dumps(result, indent=2) + "\n")
    unfinished.replace(path)
    return path

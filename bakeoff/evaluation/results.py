"""The results of a run: metrics.json for machines and metrics.csv for spreadsheets, byte for byte reproducible."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bakeoff.evaluation.bootstrap import Estimate
from bakeoff.evaluation.protocol import Protocol

FORMAT = 1
METRICS_JSON = "metrics.json"
METRICS_CSV = "metrics.csv"
CSV_HEADER = ("contestant", "twin", "learnsFrom", "healthy", "metric", "value", "low", "high", "n")


@dataclass(frozen=True, kw_only=True)
class ContestantResult:
    """What is known of one contestant.

    Args:
        metrics: empty for an unhealthy contestant.
        problems: why it is unhealthy; empty for a healthy one.
        notes: what a reader should know though it is healthy, such as short lists.
        twin: whether a local twin stood in for the managed service.
        learns_from: ``liked`` or ``all``.
    """

    metrics: Mapping[str, Estimate]
    problems: Sequence[str]
    notes: Sequence[str]
    twin: bool
    learns_from: str

    @property
    def healthy(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        return {
            "metrics": {name: estimate.to_json() for name, estimate in self.metrics.items()},
            "health": {"healthy": self.healthy, "problems": list(self.problems), "notes": list(self.notes)},
            "twin": self.twin,
            "learnsFrom": self.learns_from,
        }


@dataclass(frozen=True, kw_only=True)
class Results:
    """A run's results, the protocol at their head."""

    run_id: str
    protocol: Protocol
    contestants: Mapping[str, ContestantResult] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "runId": self.run_id,
            "protocol": self.protocol.to_json(),
            "contestants": {name: result.to_json() for name, result in self.contestants.items()},
        }

    def write(self, folder: Path) -> None:
        """Write both files, each under a temporary name and renamed; metrics.json last."""
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{METRICS_CSV}.partial"
        with partial.open("w", encoding="utf-8", newline="") as content:
            rows = csv.writer(content, lineterminator="\n")
            rows.writerow(CSV_HEADER)
            rows.writerows(self._rows())
        partial.replace(folder / METRICS_CSV)
        partial = folder / f"{METRICS_JSON}.partial"
        text = json.dumps(self.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
        partial.write_text(f"{text}\n", encoding="utf-8")
        partial.replace(folder / METRICS_JSON)

    def __str__(self) -> str:
        """The protocol, then one line per contestant and metric."""
        lines = [str(self.protocol)]
        for name, result in self.contestants.items():
            label = f"{name} (twin)" if result.twin else name
            lines += [
                f"{label}: {metric} {estimate.value:.4f} [{estimate.low:.4f}, {estimate.high:.4f}], n={estimate.n}"
                for metric, estimate in result.metrics.items()
            ]
            lines += [f"{label}: unhealthy. {problem}" for problem in result.problems]
            lines += [f"{label}: {note}" for note in result.notes]
        return "\n".join(lines)

    def _rows(self) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for name, result in self.contestants.items():
            head = (name, _word(result.twin), result.learns_from, _word(result.healthy))
            rows += [(*head, metric, *estimate.to_json().values()) for metric, estimate in result.metrics.items()]
            if not result.metrics:
                rows.append((*head, "", "", "", "", ""))
        return rows


def _word(value: bool) -> str:
    return "true" if value else "false"

"""The results of a run: metrics.json for machines and metrics.csv for spreadsheets, byte for byte reproducible.

docs/schemas/metrics.schema.json describes metrics.json.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bakeoff.evaluation.blending import Blend
from bakeoff.evaluation.field import Scored
from bakeoff.evaluation.given import Given
from bakeoff.evaluation.incumbent import Incumbent
from bakeoff.evaluation.protocol import Protocol
from bakeoff.evaluation.statistics.bootstrap import Estimate
from bakeoff.evaluation.statistics.comparing import Comparisons

FORMAT = 2
METRICS_JSON = "metrics.json"
METRICS_CSV = "metrics.csv"
CSV_HEADER = ("contestant", "twin", "learnsFrom", "healthy", "metric", "slice", "value", "low", "high", "n")


@dataclass(frozen=True, kw_only=True)
class ContestantResult:
    """What is known of one contestant.

    Args:
        scored: None for an unhealthy contestant.
        problems: why it is unhealthy; empty for a healthy one.
        notes: what a reader should know though it is healthy, such as short lists.
        twin: whether a local twin stood in for the managed service.
        learns_from: ``liked`` or ``all``.
        blend: how it is made of the others; None where it is not.
        given: of a re-ranker, its lists against the order that it was given.
    """

    scored: Scored | None
    problems: Sequence[str]
    notes: Sequence[str]
    twin: bool
    learns_from: str
    blend: Blend | None = None
    given: Given | None = None

    @property
    def healthy(self) -> bool:
        return not self.problems

    @property
    def metrics(self) -> Mapping[str, Estimate]:
        """By name; empty for an unhealthy contestant."""
        return self.scored.metrics if self.scored else {}

    def to_json(self) -> dict[str, Any]:
        return {
            "twin": self.twin,
            "learnsFrom": self.learns_from,
            "health": {"healthy": self.healthy, "problems": list(self.problems), "notes": list(self.notes)},
            "metrics": {name: estimate.to_json() for name, estimate in self.metrics.items()},
            "slices": [one.to_json() for one in self.scored.slices] if self.scored else [],
            "popularityCurve": self.scored.popularity_curve if self.scored else [],
            "blend": self.blend.to_json() if self.blend else None,
            **({"given": self.given.to_json()} if self.given else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Results:
    """A run's results, the protocol at their head.

    Args:
        comparisons: of every pair of healthy contestants; None where none is healthy.
        agreement: per pair, rank-biased overlap.
        incumbent: what serves now against every contestant; None where nothing serves.
    """

    run_id: str
    protocol: Protocol
    contestants: Mapping[str, ContestantResult] = field(default_factory=dict)
    comparisons: Comparisons | None = None
    agreement: Mapping[tuple[str, str], Estimate] = field(default_factory=dict)
    incumbent: Incumbent | None = None

    def to_json(self) -> dict[str, Any]:
        compared = self.comparisons.to_json() if self.comparisons else {"comparisons": [], "groups": {}}
        return {
            "format": FORMAT,
            "runId": self.run_id,
            "protocol": self.protocol.to_json(),
            "contestants": {name: result.to_json() for name, result in self.contestants.items()},
            "comparisons": compared["comparisons"],
            "groups": compared["groups"],
            "agreement": [
                {"a": one, "b": other, "rbo": estimate.to_json()} for (one, other), estimate in self.agreement.items()
            ],
            "incumbent": self.incumbent.to_json() if self.incumbent else None,
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
        """The protocol, then one line per contestant and metric, then who cannot be told apart."""
        lines = [str(self.protocol)]
        for name, result in self.contestants.items():
            label = f"{name} (twin)" if result.twin else name
            lines += [
                f"{label}: {metric} {estimate.value:.4f} [{estimate.low:.4f}, {estimate.high:.4f}], n={estimate.n}"
                for metric, estimate in result.metrics.items()
            ]
            lines += [f"{label}: unhealthy. {problem}" for problem in result.problems]
            lines += [f"{label}: {note}" for note in result.notes]
        for metric, groups in (self.to_json()["groups"]).items():
            lines += [f"cannot be told apart on {metric}: {', '.join(group)}" for group in groups if len(group) > 1]
        return "\n".join(lines)

    def _rows(self) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for name, result in self.contestants.items():
            head = (name, _word(result.twin), result.learns_from, _word(result.healthy))
            rows += [(*head, metric, "", *estimate.to_json().values()) for metric, estimate in result.metrics.items()]
            for one in result.scored.slices if result.scored else []:
                if one.estimate is not None:
                    where = f"{one.slice.of}: {one.slice.name}"
                    rows.append((*head, one.slice.metric, where, *one.estimate.to_json().values()))
            if not result.metrics:
                rows.append((*head, *[""] * (len(CSV_HEADER) - len(head))))
        return rows


def _word(value: bool) -> str:
    return "true" if value else "false"

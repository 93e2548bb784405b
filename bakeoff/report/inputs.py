"""What the page is made from: report.json, metrics.json where there is one, and the curves of what was trained."""

import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bakeoff.errors import ReportError

FORMAT = 2
REPORT = "report.json"
METRICS = "metrics.json"
CURVE = "curve.json"
MODEL = "model.json"
FIRST = "ndcg@10"  # the metric that contestants are ordered by
# What every report holds, a failed run's too: docs/schemas/report.schema.json.
_NEEDED = (
    *("runId", "startedAt", "dataset", "dataVersion", "split", "evaluationKey", "promoted", "failed", "reason"),
    *("default", "measuredOn", "gate", "protocol", "contestants", "prices", "grades", "claims", "otherSplits"),
)
_KINDS: dict[type, str] = {dict: "object", list: "array"}
_LARGEST_MEMBER = 16 * 1024 * 1024  # bytes; a curve has a few kilobytes


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """A run as its report tells it.

    Args:
        report: the content of report.json.
        metrics: the content of metrics.json; None where nothing was evaluated.
        curves: by contestant, the steps of its training in order.
        models: by contestant, the content of its model.json.
    """

    report: Mapping[str, Any]
    metrics: Mapping[str, Any] | None = None
    curves: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def contestants(self) -> list[Mapping[str, Any]]:
        """All of them, in the report's order: the best `ndcg@10` first."""
        return list(self.report.get("contestants") or [])

    @property
    def names(self) -> list[str]:
        return [contestant["name"] for contestant in self.contestants]

    @property
    def scored(self) -> list[Mapping[str, Any]]:
        """Those with figures."""
        return [one for one in self.contestants if self.estimate(one["name"], FIRST)]

    @property
    def default(self) -> str | None:
        return self.report.get("default")

    def estimate(self, name: str, metric: str) -> Mapping[str, Any] | None:
        """A contestant's figure, of the report or else of the evaluation; None where there is none."""
        told = self.contestant(name).get("metrics") or self.evaluated(name).get("metrics") or {}
        found: Mapping[str, Any] | None = told.get(metric)
        return found if found and found.get("value") is not None else None

    def contestant(self, name: str) -> Mapping[str, Any]:
        return next((one for one in self.contestants if one["name"] == name), {})

    def evaluated(self, name: str) -> Mapping[str, Any]:
        """What the evaluation says of a contestant; empty where it says nothing."""
        found: Mapping[str, Any] = ((self.metrics or {}).get("contestants") or {}).get(name) or {}
        return found

    def health(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.contestant(name).get("health") or self.evaluated(name).get("health") or {}
        return found


def read_inputs(*, report: Path, evaluation: Path, curves: Path) -> Inputs:
    """Read the three folders; the last two may lack what they are for.

    Args:
        report: holds report.json.
        evaluation: holds metrics.json.
        curves: holds ``<contestant>.json``, or below it what training jobs left beside their models: output.tar.gz,
            each with a curve.json and the model.json that names the contestant.

    Raises:
        ReportError: report.json is missing, or a file is malformed.
    """
    path = report / REPORT
    if not path.is_file():
        raise ReportError(f"{path} does not exist; the page is written from the report that the run published.")
    content = _read_json(path)
    if content.get("format") != FORMAT:
        raise ReportError(
            f"{path} has format {content.get('format')!r}, this page is written from {FORMAT}; run the workflow again."
        )
    missing = [name for name in _NEEDED if name not in content]
    if missing:
        raise ReportError(f"{path} lacks {', '.join(missing)}; it has to be made again.")
    metrics = evaluation / METRICS
    steps, models = _read_curves(curves)
    return Inputs(
        report=content, metrics=_read_json(metrics) if metrics.is_file() else None, curves=steps, models=models
    )


def _read_json(path: Path, kind: type[dict[str, Any]] | type[list[Any]] = dict) -> Any:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ReportError(f"{path} is no JSON: {error}; it has to be made again.") from error
    if not isinstance(content, kind):
        raise ReportError(f"{path} holds no JSON {_KINDS[kind]}; it has to be made again.")
    return content


def _read_curves(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    steps: dict[str, Any] = {}
    models: dict[str, Any] = {}
    for path in sorted(folder.glob("*.json")):
        steps[path.stem] = _read_json(path, list)
    for path in sorted(folder.rglob("*.tar.gz")):
        told = _members(path)
        name = (told.get(MODEL) or {}).get("contestant")
        if name:
            steps[name], models[name] = told.get(CURVE) or [], told[MODEL]
    return steps, models


def _members(path: Path) -> dict[str, Any]:
    """The JSON files that an archive holds at its top; read, never unpacked."""
    found = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                if member.isfile() and member.name in (CURVE, MODEL) and member.size <= _LARGEST_MEMBER:
                    content = archive.extractfile(member)
                    found[member.name] = json.loads(content.read()) if content else None
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise ReportError(f"{path} is no archive of a training's curve: {error}; train the model again.") from error
    return found

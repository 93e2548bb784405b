"""Reads run.json, which says whose lists are to be evaluated, and refuses lists of another split."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bakeoff.contracts.catalogue import BLEND
from bakeoff.errors import EvaluationError

RUN = "run.json"


def read_order(folder: Path) -> dict[str, Any]:
    """The run's description: ``runId``, ``split``, ``contestants`` and, where something serves, ``incumbent``.

    Raises:
        EvaluationError: it is missing or malformed; every missing entry is named.
    """
    path = folder / RUN
    try:
        run: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EvaluationError(f"{path} does not exist; it says which contestants the run has.") from error
    except ValueError as error:
        raise EvaluationError(f"{path} is no JSON: {error}.") from error
    if not isinstance(run, dict):
        raise EvaluationError(f"{path} holds no JSON object; it says which contestants the run has.")
    faults = [f"{name} is missing" for name in ("runId", "split", "contestants") if name not in run]
    for number, contestant in enumerate(run.get("contestants", [])):
        # A blend has no lists of its own: the evaluation makes them.
        of_lists = contestant.get("status") == "ok" and contestant.get("kind") != BLEND
        needed = ("name", "status", *(("split", "lists") if of_lists else ()))
        faults += [f"contestants[{number}].{name} is missing" for name in needed if name not in contestant]
    if run.get("incumbent") is not None:
        faults += [f"incumbent.{name} is missing" for name in ("runId", "name") if name not in run["incumbent"]]
    if faults:
        raise EvaluationError(f"{path} is incomplete: {'; '.join(faults)}.")
    return run


def refuse_other_splits(run: Mapping[str, Any], split: str) -> None:
    """Refuse what was made for another split than the prepared data's.

    Raises:
        EvaluationError: names both hashes, and whose they are.
    """
    recorded = {"the run": run["split"]}
    recorded |= {
        entry["name"]: entry["split"] for entry in run["contestants"] if entry["status"] == "ok" and "split" in entry
    }
    others = [f"{name} has {other}" for name, other in recorded.items() if other != split]
    if others:
        raise EvaluationError(
            f"Lists of another split cannot be compared: the prepared data has the split {split}, but "
            f"{'; '.join(others)}. Ask those contestants for lists on the prepared data."
        )

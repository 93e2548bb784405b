"""One call for the whole evaluation: prepared folder, lists and the run's description in, results out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bakeoff.data.prepared import Prepared
from bakeoff.errors import EvaluationError
from bakeoff.evaluation.bootstrap import Bootstrap
from bakeoff.evaluation.lists import read_lists
from bakeoff.evaluation.protocol import Protocol
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.results import ContestantResult, Results
from bakeoff.evaluation.scoring import LONGEST, rank, score

RUN = "run.json"


def evaluate_run(
    *, prepared_folder: Path, lists_folder: Path, run_folder: Path, bootstrap: Bootstrap | None = None
) -> Results:
    """Score every contestant of the run that has sound lists; name what is wrong with the others.

    Args:
        prepared_folder: of the frozen split.
        lists_folder: a contestant's lists lie where its ``lists`` in run.json says.
        run_folder: holds ``run.json``.
        bootstrap: how intervals are drawn.

    Raises:
        DataError: the prepared folder is incomplete.
        EvaluationError: run.json is missing or malformed, or the run or lists belong to another split.
    """
    bootstrap = bootstrap or Bootstrap()
    prepared = Prepared.open(prepared_folder)
    run = _read_run(run_folder / RUN)
    _refuse_other_splits(run, prepared.split_hash)
    return Results(
        run_id=run["runId"],
        protocol=Protocol.of(prepared, bootstrap),
        contestants={
            contestant["name"]: _evaluate(contestant, lists_folder, prepared, bootstrap)
            for contestant in run["contestants"]
        },
    )


def _evaluate(
    contestant: Mapping[str, Any], lists_folder: Path, prepared: Prepared, bootstrap: Bootstrap
) -> ContestantResult:
    labels: dict[str, Any] = {
        "twin": bool(contestant.get("twin", False)),
        "learns_from": contestant.get("learnsFrom", "liked"),
    }
    if contestant["status"] != "ok":
        reason = contestant.get("reason") or "no reason is given"
        return ContestantResult(metrics={}, problems=[f"It did not finish: {reason}"], notes=[], **labels)
    read = read_lists(lists_folder / contestant["lists"], prepared)
    if read.problems:
        return ContestantResult(metrics={}, problems=read.problems, notes=[], **labels)
    users, holdout = prepared.test_users, prepared.test_holdout
    ranked = rank(read.lists, users=users, holdout=holdout)
    n_short = int((ranked[:, -1] == NO_ITEM).sum())
    note = (
        f"{n_short} of {len(users)} lists hold fewer than {LONGEST} recommendable items (the shortest "
        f"{int((ranked != NO_ITEM).sum(axis=1).min())}) and are scored as they are."
    )
    return ContestantResult(
        metrics=score(ranked, users=users, holdout=holdout, bootstrap=bootstrap),
        problems=[],
        notes=[note] if n_short else [],
        **labels,
    )


def _read_run(path: Path) -> dict[str, Any]:
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
        needed = ("name", "status", *(("split", "lists") if contestant.get("status") == "ok" else ()))
        faults += [f"contestants[{number}].{name} is missing" for name in needed if name not in contestant]
    if faults:
        raise EvaluationError(f"{path} is incomplete: {'; '.join(faults)}.")
    return run


def _refuse_other_splits(run: Mapping[str, Any], split: str) -> None:
    recorded = {"the run": run["split"]}
    recorded |= {entry["name"]: entry["split"] for entry in run["contestants"] if entry["status"] == "ok"}
    others = [f"{name} has {other}" for name, other in recorded.items() if other != split]
    if others:
        raise EvaluationError(
            f"Lists of another split cannot be compared: the prepared data has the split {split}, but "
            f"{'; '.join(others)}. Ask those contestants for lists on the prepared data."
        )

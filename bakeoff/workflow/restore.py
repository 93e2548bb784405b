"""Lets a former run serve again: plans what of it has to be made anew, and decides once its backends answer.

Its models, solution versions and prepared data stayed; its endpoints, campaigns and table rows were released.
"""

from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.catalogue import BLEND
from bakeoff.errors import RunError
from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.gate import default_of
from bakeoff.workflow.plan import loaded_key, table_parts
from bakeoff.workflow.records import mark_holding, note_newest, promoted_run_id, read_record, resource_of, write_record
from bakeoff.workflow.standing import outcome_of, problem_of_backend
from bakeoff.workflow.stored import rows_to_load

_STAYS = "What serves goes on serving."


def plan_restoration(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a run that goes straight to staging knows by then: ``plan``, ``order`` and ``lists``.

    The run is on record as holding from here on, so that no other run releases what is being staged.

    Args:
        given: ``restore``, the id of the run that is to serve again, and ``executionArn`` of the one that restores it.

    Raises:
        RunError: there is no such run, it serves already or never could, or its prepared data is gone.
    """
    run_id = given["restore"]
    record = read_record(cloud, run_id)
    if record is None:
        raise RunError(f"There is no run {run_id}. {_STAYS}")
    if run_id == promoted_run_id(cloud):
        raise RunError(f"The run {run_id} serves already.")
    if default_of(record) is None:
        raise RunError(f"The run {run_id} came to no default contestant, so it cannot serve. {_STAYS}")
    key, data_version = record["preparedKey"], record["dataVersion"]
    if not cloud.exists(f"{key}manifest.json"):
        raise RunError(f"The prepared data of the run {run_id}, {cloud.uri(key)}, is gone. {_STAYS}")
    healthy = [one for one in record["contestants"] if one["status"] == "ok" and one.get("kind") != BLEND]
    planned = {
        "plan": {"dataset": record["dataset"]},
        "order": {
            "dataset": record["dataset"],
            "dataVersion": data_version,
            "split": record["split"],
            "loadedKey": loaded_key(data_version),
            "parts": table_parts(key, data_version, cloud.read_json(f"{key}manifest.json")),
            "questionsKey": f"{key}requests/histories.jsonl",
        },
        "lists": {"contestants": record["contestants"], "toStage": [_to_stage(run_id, one) for one in healthy]},
    }
    mark_holding(cloud, run_id, execution_arn=given["executionArn"])
    return planned


def _to_stage(run_id: str, contestant: Mapping[str, Any]) -> dict[str, Any]:
    backend = contestant["backend"]
    return {
        "runId": run_id,
        "name": contestant["name"],
        "resourceName": resource_of(backend),
        "modelVersion": contestant["modelVersion"],
        "answers": contestant.get("answers") or ["recommend"],
        "backend": backend,
        **rows_to_load(backend),
    }


def decide_restoration(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """The restored run serves as soon as its default answers; whoever else does not is marked as failed.

    Args:
        given: as `decide_promotion` is given it.

    Raises:
        RunError: the default could not be staged or does not answer; with every problem.
    """
    run_id = given["restore"]
    record = read_record(cloud, run_id)
    if record is None:
        raise RunError(f"The record of the run {run_id} is gone. {_STAYS}")
    contestants = [_as_it_stands_again(one, given) for one in record["contestants"]]
    lost = [one for one, before in zip(contestants, record["contestants"], strict=True) if one != before]
    problems = " ".join(f"{one['name']}: {one['reason']}" for one in lost)
    if record["default"] in [one["name"] for one in lost]:
        raise RunError(f"The run {run_id} cannot serve again. {problems} {_STAYS}")
    former = promoted_run_id(cloud)
    place = f", in place of {former}" if former else ""
    reason = f"The run {run_id} serves again{place}: a person decided so (rollback)."
    if lost:
        reason += f" It serves without {', '.join(one['name'] for one in lost)}. {problems}"
        write_record(cloud, {**record, "contestants": contestants})
    note_newest(cloud, given["runId"], promoted=True, reason=reason)
    return {"promote": True, "reason": reason, "default": record["default"], "formerRunId": former, "restored": run_id}


def _as_it_stands_again(contestant: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    if contestant["status"] != "ok" or contestant.get("kind") == BLEND:
        return contestant
    name = contestant["name"]
    problem = problem_of_backend(outcome_of(name, given["staging"]), outcome_of(name, given["latencies"]))
    return contestant if problem is None else {**contestant, "status": "failed", "reason": problem}

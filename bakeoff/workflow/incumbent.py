"""Plans how the promoted run's default contestant is asked again, so that the gate can compare it on this run's split.

Its artefact is there already: it is asked for lists, never trained.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.contracts.naming import fingerprint, lists_prefix, resource_name
from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.gate import default_of
from bakeoff.workflow.records import promoted_run_id, read_record, resource_of

MATRIX = "matrix/"  # of a prepared folder: what a model learnt of whom, and when
LONGEST_PERSONALIZE_LIST = 500
_KINDS = {"sagemaker-endpoint": "sagemaker", "personalize-campaign": "personalize"}
_LISTS = {"sagemaker": "histories.jsonl.out", "personalize": "users.jsonl.out"}


def plan_incumbent(
    cloud: Cloud,
    order: Mapping[str, Any],
    specs: Sequence[Mapping[str, Any]],
    *,
    requests: str,
    execution_name: str,
    attempt: str,
) -> dict[str, Any] | None:
    """The default of the promoted run on the same data set, and how it comes to lists for this run's test users.

    Args:
        order: ``runId``, ``dataset`` and ``preparation`` of this run.
        specs: of this run's contestants.
        requests: the hash of the requests for this run's test users.
        execution_name: of the child execution that asks it.
        attempt: tells this run's jobs from those of another run.

    Returns:
        None where no run is promoted, or one on another data set. Else ``runId``, ``name``, ``split`` and
        ``learntKey``, the folder of what it learnt from (null where nobody has to look at it), with one of ``sameAs``
        (the contestant of this run that is the same artefact), ``spec`` (the input of a child execution that only
        asks) and ``reason`` (why it cannot be asked).
    """
    promoted = promoted_run_id(cloud)
    record = read_record(cloud, promoted) if promoted else None
    rival = default_of(record)
    if record is None or rival is None or record["dataset"] != order["dataset"]:
        return None
    learnt = f"{record['preparedKey']}{MATRIX}"
    entry = {"runId": record["runId"], "name": rival["name"], "split": record["split"], "learntKey": learnt}
    same = next((spec["name"] for spec in specs if spec["backend"] == rival["backend"]), None)
    if same is not None:
        # It learnt from this run's own split; the folder of that former preparation may be gone.
        return {**entry, "learntKey": None, "sameAs": same}
    if not cloud.exists(learnt):
        return {
            **entry,
            "learntKey": None,
            "reason": f"the data that it learnt from, {cloud.uri(record['preparedKey'])}, is gone",
        }
    if rival["backend"]["type"] not in _KINDS:
        reason = "it re-ranked the candidates of its own split, and is not asked for lists of another"
        return {**entry, "learntKey": None, "reason": reason}
    resource = resource_of(rival["backend"])
    is_same_data = record["dataVersion"] == order["preparation"]["dataVersion"]
    lists = rival["lists"] if is_same_data else f"{rival['name']}/{fingerprint('asked', resource, requests)}"
    kind = _KINDS[rival["backend"]["type"]]
    spec = {
        "runId": order["runId"],
        "name": f"incumbent {rival['name']}",
        "kind": kind,
        "executionName": execution_name,
        "asked": {"modelVersion": rival["modelVersion"], "twin": rival["twin"]},
        "resourceName": resource,
        # Not of the artefact's name: the jobs that are found by it tell what the artefact's own lists took.
        "jobName": resource_name(cloud.settings.prefix, "incumbent", fingerprint(resource), attempt=attempt),
        "preparedUri": order["preparation"]["uri"],
        "listsPath": lists,
        "listsUri": cloud.uri(lists_prefix(lists)),
        "listsKey": f"{lists_prefix(lists)}{_LISTS[kind]}",
        "requestsUri": f"{order['preparation']['uri']}requests/users.jsonl",
        "numResults": min(rival["longestList"], LONGEST_PERSONALIZE_LIST),
    }
    return {**entry, "spec": spec}


def incumbent_entry(planned: Mapping[str, Any] | None, outcomes: Mapping[str, Mapping[str, Any]]) -> Any:
    """What the evaluation is told of it: ``runId``, ``name``, ``split`` and ``sameAs``, ``lists`` or ``reason``.

    Args:
        planned: as `plan_incumbent` gave it.
        outcomes: of the run's child executions, by name.
    """
    if planned is None:
        return None
    entry = {name: planned[name] for name in ("runId", "name", "split")}
    if "spec" not in planned:
        return {**entry, **{name: planned[name] for name in ("sameAs", "reason") if name in planned}}
    outcome = outcomes[planned["spec"]["name"]]
    if outcome["status"] != "ok":
        return {**entry, "reason": outcome["reason"]}
    return {**entry, "lists": planned["spec"]["listsPath"]}

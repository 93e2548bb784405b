"""Gathers the contestants' outcomes, and tells the evaluation which lists to read."""

from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.contracts.catalogue import BLEND
from bakeoff.contracts.naming import (
    attempt_of,
    curve_key,
    evaluation_prefix,
    fingerprint,
    model_archive,
    resource_name,
    run_prefix,
)
from bakeoff.errors import RunError
from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.incumbent import incumbent_entry
from bakeoff.workflow.personalize import is_asked_by_item
from bakeoff.workflow.stored import rows_to_load

# What the evaluation reads of a contestant, by where its spec names it.
_READ = ("listsKey", "predictionsKey", "givenKey")


def collect_lists(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """Write the evaluation's input: which contestants there are, and a manifest of their list files.

    Args:
        given: ``runId``, ``order`` as `plan_contestants` gave it, ``outcomes`` of the child executions, and
            ``evaluationSourceHash``.

    Raises:
        RunError: no contestant could be trained; with every reason.
    """
    order, outcomes = given["order"], {outcome["name"]: outcome for outcome in given["outcomes"]}
    trained = [
        {**_entrant(spec, outcomes[spec["name"]], order["split"]), "artefactBytes": _size(cloud, spec, outcomes)}
        for spec in order["contestants"]
    ]
    healthy = [entrant for entrant in trained if entrant["status"] == "ok"]
    if not healthy:
        reasons = "; ".join(f"{entrant['name']}: {entrant['reason']}" for entrant in trained)
        raise RunError(f"No contestant could be trained. {reasons}")
    contestants = [*trained, *(_blend(entry, order["split"]) for entry in order["blends"])]
    specs = {spec["name"]: spec for spec in order["contestants"]}
    incumbent = incumbent_entry(order["incumbent"], outcomes)
    made_from = fingerprint(
        order["split"],
        order["dataVersion"],
        given["evaluationSourceHash"],
        [[entrant["name"], entrant["status"], entrant["lists"]] for entrant in contestants],
        # Whichever run promoted it: the same artefact is compared once.
        {name: value for name, value in (incumbent or {}).items() if name != "runId"},
    )
    key, run_key = evaluation_prefix(made_from), f"{run_prefix(given['runId'])}input/"
    further = {spec["name"]: _neighbours(cloud, spec, outcomes) for spec in order["contestants"]}
    evaluated = [{**entrant, **further.get(entrant["name"], {})} for entrant in contestants]
    run = {"runId": given["runId"], "split": order["split"], "contestants": evaluated, "incumbent": incumbent}
    cloud.write_json(f"{run_key}run.json", run)
    manifest_key = f"{run_prefix(given['runId'])}lists.manifest"
    asked = [order["incumbent"]["spec"]] if incumbent and "lists" in incumbent else []
    cloud.write_json(manifest_key, _manifest(cloud, [*(specs[entrant["name"]] for entrant in healthy), *asked]))
    curves_key = f"{run_prefix(given['runId'])}curves.manifest"
    jobs = [one["modelVersion"] for one in healthy if specs[one["name"]]["kind"] == "sagemaker"]
    cloud.write_json(curves_key, _curves(cloud, f"{run_key}run.json", jobs))
    prefix, attempt = cloud.settings.prefix, attempt_of(given["runId"])
    return {
        "contestants": contestants,
        "incumbent": incumbent,
        "toStage": [_to_stage(given["runId"], specs[entrant["name"]], entrant) for entrant in healthy],
        "evaluated": cloud.exists(f"{key}metrics.json"),
        "evaluationKey": key,
        "evaluationUri": cloud.uri(key),
        "evaluationJobName": resource_name(prefix, "evaluate", made_from, attempt=attempt),
        "manifestUri": cloud.uri(manifest_key),
        "curvesUri": cloud.uri(curves_key),
        "reportJobName": resource_name(prefix, "write-report", made_from, attempt=attempt),
        "runUri": cloud.uri(run_key),
    }


def _blend(entry: Mapping[str, Any], split: str) -> dict[str, Any]:
    """A blend as the evaluation, the gate and the report see it: it has no execution, and is as healthy as its lists
    are. What it is made of is only known once they are evaluated."""
    spec = {"name": entry["name"], "kind": entry["kind"], "contestant": entry, "listsPath": None}
    made = {"status": "ok", "twin": False}
    return {**_entrant({**spec, "backend": {"type": BLEND}}, made, split), "artefactBytes": None}


def _entrant(spec: Mapping[str, Any], outcome: Mapping[str, Any], split: str) -> dict[str, Any]:
    """One contestant as the evaluation, the gate and the report see it."""
    entry = spec["contestant"]
    return {
        "name": spec["name"],
        "title": entry["title"],
        "status": outcome["status"],
        "reason": outcome.get("reason"),
        "split": split,
        "lists": spec["listsPath"],
        "kind": spec["kind"],
        "recipe": entry.get("recipe"),
        "recommender": entry.get("recommender"),
        "answers": list(entry["answers"]),
        "learnsFrom": entry["learns_from"],
        "longestList": entry["longest_list"],
        "needsHistory": entry["needs_history"],
        "reactsToEvents": entry["reacts_to_events"],
        "twin": bool(outcome.get("twin")),
        "modelVersion": outcome.get("modelVersion"),
        "trainingSeconds": outcome.get("trainingSeconds"),
        "billableSeconds": outcome.get("billableSeconds"),
        "listsSeconds": outcome.get("listsSeconds"),
        "validation": outcome.get("validation"),
        "solutionMetrics": outcome.get("solutionMetrics"),
        "backend": spec["backend"],
        "serving": entry.get("serving", "endpoint"),
        # Of a contestant that predicts ratings and re-ranks by them.
        "predictions": spec.get("predictionsPath"),
        "given": spec.get("givenPath"),
        "autopilot": outcome.get("autopilot"),
    }


def _size(cloud: Cloud, spec: Mapping[str, Any], outcomes: Mapping[str, Mapping[str, Any]]) -> int | None:
    """Bytes of the contestant's model archive; None of a managed recipe, which keeps its model, or without a model."""
    job = outcomes[spec["name"]].get("modelVersion")
    if spec["kind"] != "sagemaker" or job is None:
        return None
    return cloud.size(model_archive(job))


def _neighbours(cloud: Cloud, spec: Mapping[str, Any], outcomes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Where the lists of alike items lie: of a trained model below the curves, of a recipe that is asked by item in the
    place of lists for users; empty where there are none."""
    if spec["kind"] == "personalize" and is_asked_by_item(spec["contestant"]["answers"]):
        return {"neighbours": spec["listsPath"]}
    job = outcomes[spec["name"]].get("modelVersion")
    if spec["kind"] != "sagemaker" or "similar" not in spec["contestant"]["answers"] or job is None:
        return {}
    key = curve_key(job)
    return {"neighbours": key} if cloud.exists(key) else {}


def _manifest(cloud: Cloud, specs: Sequence[Mapping[str, Any]]) -> list[Any]:
    """SageMaker's manifest: one prefix, then the keys below it.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    prefix = "lists/"
    keys = [spec[name] for spec in specs for name in _READ if name in spec]
    return [{"prefix": cloud.uri(prefix)}, *[key.removeprefix(prefix) for key in dict.fromkeys(keys)]]


def _curves(cloud: Cloud, there: str, jobs: Sequence[str]) -> list[Any]:
    """A manifest of what training jobs left beside their models; those of before there were curves left nothing.

    Args:
        there: the key of an object that is there in any case, for no manifest may be empty.
    """
    keys = [curve_key(job) for job in jobs]
    return [{"prefix": cloud.uri("")}, there, *[key for key in keys if cloud.exists(key)]]


def _to_stage(run_id: str, spec: Mapping[str, Any], entrant: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "runId": run_id,
        "name": spec["name"],
        "resourceName": spec["resourceName"],
        "modelVersion": entrant["modelVersion"],
        "answers": entrant["answers"],
        "backend": spec["backend"],
        **rows_to_load(spec["backend"]),
    }

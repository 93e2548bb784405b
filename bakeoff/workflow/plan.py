"""Plans a run: what its data and its contestants are called, and what exists already.

Every name carries a fingerprint of what it is made from, so a re-run makes only what is missing or has changed.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from bakeoff.contracts.catalogue import BLEND
from bakeoff.contracts.naming import (
    attempt_of,
    fingerprint,
    lists_prefix,
    prepared_prefix,
    raw_prefix,
    resource_name,
)
from bakeoff.errors import RunError
from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.incumbent import MATRIX, plan_incumbent
from bakeoff.workflow.personalize import metadata_files, personalize_spec
from bakeoff.workflow.plan_autopilot import autopilot_spec, made_from_autopilot, plan_candidates
from bakeoff.workflow.records import write_record

LONGEST_EXECUTION_NAME = 80
LONGEST_VARIABLE = 256  # of a processing job's environment


def plan_run(cloud: Cloud, order: Mapping[str, Any]) -> dict[str, Any]:
    """What the run will prepare, and whom it will train.

    Args:
        order: ``runId``, ``dataset``, ``contestants`` (names), ``catalogue`` (entries with ``image_uri`` and
            ``source_hash``), ``preparation`` (``settings``, ``split``, ``otherSplits``: by strategy, ``sourceHash``)
            and ``input``, the execution's, which may name another ``split`` than the main one, say ``onlyCompare``,
            and name the splits beside the main one, ``compareSplits``, where it does not want all.

    Raises:
        RunError: no raw data, settings that are too long for a job, or a name that is no contestant or no split.
    """
    dataset = str(order["dataset"])
    settings, split = {**order["preparation"]["settings"], "dataset": dataset}, _split(order)
    raw = _raw_files(cloud, dataset)
    data_version = fingerprint(raw, settings, split, order["preparation"]["sourceHash"])
    key, attempt = prepared_prefix(data_version), attempt_of(order["runId"])
    return {
        "dataset": dataset,
        "contestants": _chosen(order["contestants"], order["catalogue"]),
        "preparation": {
            "dataVersion": data_version,
            "there": cloud.exists(f"{key}manifest.json"),
            "jobName": resource_name(cloud.settings.prefix, "prepare", data_version, attempt=attempt),
            "rawUri": cloud.uri(raw_prefix(dataset)),
            "uri": cloud.uri(key),
            "key": key,
            "settings": _variable("settings", settings),
            "split": _variable("split", split),
        },
        "otherSplits": _other_splits(order),
    }


def _split(order: Mapping[str, Any]) -> Mapping[str, Any]:
    """The split's settings: the main one's, or those of the strategy that the execution was started for."""
    main, others = order["preparation"]["split"], order["preparation"]["otherSplits"]
    asked = order["input"].get("split", main["strategy"])
    found: Mapping[str, Any] = {**others, main["strategy"]: main}.get(asked) or _refuse_split(asked, others)
    return found


def _other_splits(order: Mapping[str, Any]) -> list[dict[str, str]]:
    """The splits to compare on beside the main one, each with the name of its execution."""
    others = order["preparation"]["otherSplits"]
    if order["input"].get("onlyCompare"):
        return []
    asked = dict.fromkeys(order["input"].get("compareSplits", others))
    return [
        {"strategy": one, "executionName": _execution_name(order["runId"], one)}
        for one in asked
        if one in others or _refuse_split(one, others)
    ]


def _refuse_split(asked: object, others: Mapping[str, Any]) -> NoReturn:
    raise RunError(
        f"The run was asked for the split {asked!r}, which the deployment does not have beside its main one; it has "
        f"{', '.join(others) or 'none'}. Name it in run.compare_splits of the configuration, and deploy."
    )


def _variable(name: str, value: Mapping[str, Any]) -> str:
    """The preparation's settings, or its split, as one variable of a job's environment."""
    text = json.dumps(value, separators=(",", ":"))
    if len(text) > LONGEST_VARIABLE:
        raise RunError(
            f"As JSON the preparation's {name} would be {len(text)} characters long; a job takes {LONGEST_VARIABLE}. "
            "Give the data set a shorter name, or the numbers fewer digits."
        )
    return text


def _raw_files(cloud: Cloud, dataset: str) -> list[list[Any]]:
    """Name, size and ETag of every raw file: a changed file gives a new version of the data."""
    prefix = raw_prefix(dataset)
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=cloud.settings.bucket, Prefix=prefix)
    files = sorted(
        [file["Key"].removeprefix(prefix), file["Size"], file["ETag"]]
        for page in pages
        for file in page.get("Contents", [])
    )
    if not files:
        raise RunError(f"There is no data under {cloud.uri(prefix)}. Load it with `python -m bakeoff data load`.")
    return files


def _chosen(names: Sequence[str], catalogue: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    entries = {entry["name"]: entry for entry in catalogue}
    unknown = [name for name in names if name not in entries]
    if unknown or not names:
        problem = f"No contestant is called {', '.join(unknown)}." if unknown else "The run names no contestant."
        raise RunError(f"{problem} The catalogue has {', '.join(entries)}.")
    return [entries[name] for name in dict.fromkeys(names)]


def plan_contestants(cloud: Cloud, order: Mapping[str, Any]) -> dict[str, Any]:
    """What each contestant will make, under which names; notes in the run's record what the run may come to hold.

    The promoted run's default is planned beside them: ``incumbent``, as `plan_incumbent` gives it.

    Args:
        order: ``runId``, ``executionArn``, ``campaignArnPrefix``; ``datasetGroups``, Personalize's by name, each with
            ``datasetGroupArn`` and ``interactionsArn``; ``dataset``, ``preparation`` and ``contestants`` as `plan_run`
            gave them; ``reranking`` with the hashes of the jobs `write_candidates` and `rank_candidates`
            (``candidatesHash``, ``rankHash``) and the ``caps`` of a search, where a contestant is of Autopilot;
            ``onlyCompare`` for a run that will stage nothing, whose record holds nothing then.
    """
    preparation = order["preparation"]
    manifest = cloud.read_json(f"{preparation['key']}manifest.json")
    candidates = plan_candidates(cloud, order, manifest)
    trained = [entry for entry in order["contestants"] if entry["kind"] != BLEND]
    contestants = [_spec(cloud, order, entry, manifest, candidates) for entry in trained]
    data_version = preparation["dataVersion"]
    incumbent = None if order.get("onlyCompare") else _incumbent(cloud, order, contestants, manifest)
    learnt = (incumbent or {}).get("learntKey") or f"{preparation['key']}{MATRIX}"
    planned = {
        "dataset": order["dataset"],
        "dataVersion": data_version,
        "split": manifest["split"]["hash"],
        "counts": manifest["counts"],
        "loadedKey": loaded_key(data_version),
        "parts": table_parts(preparation["key"], data_version, manifest),
        "questionsKey": f"{preparation['key']}requests/histories.jsonl",
        "contestants": contestants,
        # Made by the evaluation, of the others' lists: no execution, no backend.
        "blends": [dict(entry) for entry in order["contestants"] if entry["kind"] == BLEND],
        "candidates": candidates,
        "incumbent": incumbent,
        # A job takes no input that is not there: its own data where nothing serves.
        "learntUri": cloud.uri(learnt),
    }
    write_record(
        cloud,
        {
            "runId": order["runId"],
            "executionArn": order["executionArn"],
            "dataset": order["dataset"],
            "dataVersion": data_version,
            "preparedKey": preparation["key"],
            "backends": [spec["backend"] for spec in contestants],
            **({"backends": [], "onlyCompare": True, "released": True} if order.get("onlyCompare") else {}),
        },
    )
    return planned


def _incumbent(
    cloud: Cloud, order: Mapping[str, Any], contestants: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any]
) -> dict[str, Any] | None:
    """How what serves is asked again on this run's split."""
    return plan_incumbent(
        cloud,
        order,
        contestants,
        requests=manifest["files"]["requests/histories.jsonl"]["sha256"],
        execution_name=_execution_name(order["runId"], "the_incumbent"),  # no contestant's name has an underscore
        attempt=attempt_of(order["runId"]),
    )


def loaded_key(data_version: str) -> str:
    """The key in the items table that says that all of a data version's rows are there."""
    return f"loaded#{data_version}"


def table_parts(key: str, data_version: str, manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    """The files whose rows go into the tables of items and histories."""
    return [
        {"table": table, "key": f"{key}{path}", "dataVersion": data_version}
        for table in ("items", "histories")
        for path in manifest["parts"][table]
    ]


def _spec(
    cloud: Cloud,
    order: Mapping[str, Any],
    entry: Mapping[str, Any],
    manifest: Mapping[str, Any],
    candidates: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The input of one contestant's child execution."""
    name, preparation, files = entry["name"], order["preparation"], manifest["files"]
    made_from = _made_from(order, entry, manifest)
    lists = f"{name}/{fingerprint(made_from, files['requests/histories.jsonl']['sha256'])}"
    resource = resource_name(cloud.settings.prefix, name, made_from)
    shared = {
        "runId": order["runId"],
        "name": name,
        "kind": entry["kind"],
        "executionName": _execution_name(order["runId"], name),
        "asked": None,
        "resourceName": resource,
        "jobName": resource_name(cloud.settings.prefix, name, made_from, attempt=attempt_of(order["runId"])),
        "preparedUri": preparation["uri"],
        "listsPath": lists,
        "listsUri": cloud.uri(lists_prefix(lists)),
        "contestant": dict(entry),
    }
    of_kind = {
        "sagemaker": lambda: _sagemaker_spec(entry, manifest, shared),
        "personalize": lambda: personalize_spec(cloud, order, entry, manifest, shared),
        "autopilot": lambda: autopilot_spec(
            cloud, order, entry, manifest, candidates=candidates or {}, made_from=made_from, resource=resource
        ),
    }
    return {**shared, **of_kind[entry["kind"]]()}


def _made_from(order: Mapping[str, Any], entry: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """The fingerprint of what a contestant's artefact is made from."""
    if entry["kind"] == "autopilot":
        return made_from_autopilot(order, entry, manifest)
    documents = manifest["files"]["items/documents.jsonl"]["sha256"]
    learnt_from = [manifest["split"]["hash"], manifest["likedThreshold"], documents]
    if entry["kind"] == "sagemaker":
        learnt_from.append(manifest["maxHistory"])  # choices on validation are made for histories of this length
    if entry["kind"] == "personalize":
        learnt_from += metadata_files(entry, manifest["files"])
    return fingerprint(dict(entry), learnt_from)


def _execution_name(run_id: str, child: str) -> str:
    """``<run>-<contestant or split>``; an id that leaves no room is cut and told from others by its fingerprint."""
    name = f"{run_id}-{child}"
    if len(name) <= LONGEST_EXECUTION_NAME:
        return name
    tail = f"-{fingerprint(run_id)}-{child}"
    return f"{run_id[: LONGEST_EXECUTION_NAME - len(tail)]}{tail}"


def _sagemaker_spec(entry: Mapping[str, Any], manifest: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "imageUri": entry["image_uri"],
        # SageMaker takes every hyper-parameter as a string.
        "hyperParameters": {
            "contestant": entry["name"],
            "recommender": entry["recommender"],
            "learns_from": entry["learns_from"],
            "settings": json.dumps(entry["settings"], sort_keys=True),
            "seed": str(manifest["split"]["parameters"]["seed"]),
        },
        "listsKey": f"{lists_prefix(shared['listsPath'])}histories.jsonl.out",
        "backend": {"type": "sagemaker-endpoint", "name": shared["resourceName"]},
    }

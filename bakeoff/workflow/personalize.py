"""Plans what an Amazon Personalize contestant will make: where it imports to, what it trains on, how it is asked."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bakeoff.contracts.naming import attempt_of, event_type, fingerprint, lists_prefix, resource_name
from bakeoff.contracts.personalize import SEMANTIC_SIMILARITY
from bakeoff.workflow.cloud import Cloud
from bakeoff.workflow.incumbent import LONGEST_PERSONALIZE_LIST

# Of lists of items alike: what the evaluation looks at, and a few for who reads them.
NEIGHBOURS = 25
USERS_REQUESTS, ITEMS_REQUESTS = "requests/users.jsonl", "requests/items.jsonl"
_METADATA = ("Items", "Users")


def is_asked_by_item(answers: Sequence[str]) -> bool:
    """Whether a contestant has no lists for users: it answers which items are alike, and nothing else."""
    return "recommend" not in answers


def _learns_from_items(entry: Mapping[str, Any]) -> bool:
    return bool(entry["recipe"] == SEMANTIC_SIMILARITY)


def metadata_files(entry: Mapping[str, Any], files: Mapping[str, Any]) -> list[str]:
    """The hashes of what a contestant learns from beside the split; empty without metadata."""
    if entry["dataset_group"] != "metadata":
        return []
    names = [f"personalize/{kind.lower()}/part-00000.csv" for kind in _METADATA]
    schemas = [f"personalize/schemas/{kind.lower()}.json" for kind in _METADATA]
    return [files[name]["sha256"] for name in [*names, *schemas] if name in files]


def personalize_spec(
    cloud: Cloud,
    order: Mapping[str, Any],
    entry: Mapping[str, Any],
    manifest: Mapping[str, Any],
    shared: Mapping[str, Any],
) -> dict[str, Any]:
    """The part of a contestant's order that only the machine of this kind reads.

    Args:
        cloud: has the schemas that the preparation wrote.
        order: as `plan_contestants` is given it.
        entry: of the catalogue.
        manifest: of the prepared folder.
        shared: what the orders of every kind hold.
    """
    of_items = is_asked_by_item(entry["answers"])
    requests = ITEMS_REQUESTS if of_items else USERS_REQUESTS
    lists = f"{lists_prefix(shared['listsPath'])}{requests.rpartition('/')[2]}.out"
    group = entry["dataset_group"]
    return {
        "recipe": entry["recipe"],
        "learnsFromItems": _learns_from_items(entry),
        "numResults": NEIGHBOURS if of_items else min(entry["longest_list"], LONGEST_PERSONALIZE_LIST),
        "eventType": event_type(manifest["split"]["hash"]),
        "solutionConfig": _solution_config(entry, manifest),
        "hyperParameters": sorted(entry["settings"]),
        "group": order["datasetGroups"][group],
        "importName": _import_name(cloud, order, f"interactions-of-{group}"),
        "metadata": _metadata(cloud, order, manifest) if group == "metadata" else None,
        "requestsUri": f"{shared['preparedUri']}{requests}",
        "listsKey": lists,
        "backend": {"type": "personalize-campaign", "arn": order["campaignArnPrefix"] + shared["resourceName"]},
    }


def _solution_config(entry: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The threshold of what is liked, but for a recipe that learns from no interactions, and the settings as texts."""
    config: dict[str, Any] = {}
    if entry["learns_from"] == "liked" and not _learns_from_items(entry):
        config["EventValueThreshold"] = str(manifest["likedThreshold"])
    if entry["settings"]:
        config["AlgorithmHyperParameters"] = {key: str(value) for key, value in entry["settings"].items()}
    return config


def _metadata(cloud: Cloud, order: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """For Items and Users the schema that the preparation wrote, and the rows; nulls where the data has none."""
    return {kind.lower(): _dataset(cloud, order, manifest["files"], kind) for kind in _METADATA}


def _import_name(cloud: Cloud, order: Mapping[str, Any], what: str) -> str:
    """Of what is imported, not of who imports it: the contestants of one group share a run's imports."""
    version = order["preparation"]["dataVersion"]
    return resource_name(cloud.settings.prefix, what, version, attempt=attempt_of(order["runId"]))


def _dataset(cloud: Cloud, order: Mapping[str, Any], files: Mapping[str, Any], kind: str) -> dict[str, Any]:
    word, preparation = kind.lower(), order["preparation"]
    path = f"personalize/schemas/{word}.json"
    if path not in files:
        return {"type": kind, "name": None, "schema": None, "uri": None, "importName": None}
    return {
        "type": kind,
        # A schema cannot be changed, so another one needs another name; its dataset is called the same.
        "name": resource_name(cloud.settings.prefix, word, fingerprint(files[path]["sha256"])),
        "schema": json.dumps(cloud.read_json(f"{preparation['key']}{path}")),
        "uri": f"{preparation['uri']}personalize/{word}/",
        "importName": _import_name(cloud, order, f"{word}-of-metadata"),
    }

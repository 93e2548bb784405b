"""Plans contestants of SageMaker Autopilot: the candidates they share, and the names of all that each makes."""

from collections.abc import Mapping
from typing import Any

from bakeoff.contracts.naming import attempt_of, fingerprint, lists_prefix, resource_name, search_name
from bakeoff.contracts.stored_rows import LISTS_TABLE, StoredRows
from bakeoff.workflow.cloud import Cloud

# Whichever of them a run's contestants read: the candidates are the same for all runs on a split.
SPECIFICATIONS = ("all", "selected")
# As `bakeoff.reranking.layout` has it, which no Lambda can hold; a test holds the two together.
_MANIFEST = "manifest.json"
_USERS_PER_PART = 500


def plan_candidates(cloud: Cloud, order: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """The file of candidates that the run's contestants of Autopilot re-rank; None where there is none of them.

    Args:
        order: as `plan_contestants` is given it, with ``reranking``: ``candidatesHash``, of the source of the job that
            writes them.
        manifest: of the prepared data.
    """
    ours = [entry for entry in order["contestants"] if entry["kind"] == "autopilot"]
    if not ours:
        return None
    live = sorted({entry["features"] for entry in ours if entry["serving"] == "endpoint"})
    # Whoever is asked live besides: the same candidates, so that scores and lists of a former run are found again.
    content = fingerprint(
        order["preparation"]["dataVersion"], manifest["split"]["hash"], order["reranking"]["candidatesHash"]
    )
    made_from = fingerprint(content, live)
    path = f"candidates/{made_from}"
    prefix, attempt = cloud.settings.prefix, attempt_of(order["runId"])
    return {
        "content": content,
        "path": path,
        "uri": cloud.uri(lists_prefix(path)),
        "manifestKey": f"{lists_prefix(path)}{_MANIFEST}",
        "there": cloud.exists(f"{lists_prefix(path)}{_MANIFEST}"),
        "jobName": resource_name(prefix, "write-candidates", made_from, attempt=attempt),
        "specifications": ",".join(SPECIFICATIONS),
        "live": ",".join(live),
    }


def made_from_autopilot(order: Mapping[str, Any], entry: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """The fingerprint of a search: the table's files, the columns, the family, and the caps of the search."""
    files = manifest["files"]
    table = [files[f"autopilot/{part}/part-00000.parquet"]["sha256"] for part in ("train", "validation")]
    columns = files[f"autopilot/features-{entry['features']}.json"]["sha256"]
    return fingerprint(entry["features"], entry.get("family"), table, columns, order["reranking"]["caps"])


def autopilot_spec(
    cloud: Cloud,
    order: Mapping[str, Any],
    entry: Mapping[str, Any],
    manifest: Mapping[str, Any],
    *,
    candidates: Mapping[str, Any],
    made_from: str,
    resource: str,
) -> dict[str, Any]:
    """What the child machine needs to know beside what all are told.

    Args:
        candidates: as `plan_candidates` gave them.
        made_from: as `made_from_autopilot` gave it.
        resource: the name of model and endpoint.
    """
    name, prefix, attempt = entry["name"], cloud.settings.prefix, attempt_of(order["runId"])
    ranked_from = fingerprint(made_from, candidates["content"], order["reranking"]["rankHash"])
    scored_from = fingerprint(made_from, candidates["content"])
    path, scores = f"{name}/{ranked_from}", resource_name(prefix, name, scored_from)
    lists = lists_prefix(path)
    given = cloud.uri(lists_prefix(candidates["path"]))
    live = entry["serving"] == "endpoint"
    rows = StoredRows(
        path=f"{candidates['path']}/bodies/{entry['features']}" if live else f"{path}/stored",
        parts=-(-manifest["testUsers"] // _USERS_PER_PART),
    )
    return {
        "family": entry.get("family"),
        "searchName": search_name(prefix, made_from, attempt=attempt),
        # Without the attempt, by which a search of a former run is told from this one's.
        "searchPrefix": search_name(prefix, made_from, attempt=None),
        "searchUri": cloud.uri(f"autopilot/{resource}/"),
        "featuresUri": f"{order['preparation']['uri']}autopilot/features-{entry['features']}.json",
        "candidatesKey": candidates["manifestKey"],
        "orderUri": f"{given}order/",
        "rowsUri": f"{given}rows/{entry['features']}/",
        "scoresName": scores,
        "scoresUri": cloud.uri(f"{lists_prefix(f'{name}/{scored_from}')}scores/"),
        "jobName": f"{scores}-{attempt}",
        "rankJobName": resource_name(prefix, f"rank-{name}", ranked_from, attempt=attempt),
        "listsPath": f"{path}/ranked",
        "listsUri": cloud.uri(lists),
        "listsKey": f"{lists}ranked/lists.jsonl.out",
        "predictionsPath": f"{path}/predictions",
        "predictionsKey": f"{lists}predictions/held-out.jsonl",
        "givenPath": f"{candidates['path']}/order",
        "givenKey": f"{lists_prefix(candidates['path'])}order/lists.jsonl.out",
        "backend": {
            "type": "autopilot-endpoint" if live else "stored-lists",
            "name": resource,
            "table": f"{prefix}-{LISTS_TABLE}",
            **rows.to_json(),
        },
    }

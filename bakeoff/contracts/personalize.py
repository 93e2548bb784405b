"""Amazon Personalize's schemas, in Avro: what stacks deploy and what the preparation writes are the same names.

https://docs.aws.amazon.com/personalize/latest/dg/custom-datasets-and-schemas.html
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

# What recipes that are no longer to be had became ("Legacy HRNN recipes are no longer available"):
# https://docs.aws.amazon.com/personalize/latest/dg/legacy-user-personalization-recipes.html
GONE = {
    "aws-hrnn": "aws-user-personalization-v2",
    "aws-hrnn-metadata": "aws-user-personalization-v2",
    "aws-hrnn-coldstart": "aws-user-personalization-v2",
}
# Trains on names and descriptions of items, not on interactions.
SEMANTIC_SIMILARITY = "aws-semantic-similarity"
NAMESPACE = "com.amazonaws.personalize.schema"
INTERACTIONS_SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "Interactions",
    "namespace": NAMESPACE,
    "fields": [
        {"name": "USER_ID", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"},
        # Names the split: streamed events survive a full import, and must never train.
        {"name": "EVENT_TYPE", "type": "string"},
        # The rating, so that a solution can train on the liked ones only.
        {"name": "EVENT_VALUE", "type": ["null", "float"]},
    ],
    "version": "1.0",
}
# What Semantic-Similarity needs of items beside the id: always there, so that it can be asked of any data.
ITEM_NAME = "ITEM_NAME"
ITEM_DESCRIPTION = "ITEM_DESCRIPTION"
# Names with a meaning of their own, by kind of dataset.
RESERVED = {
    "Interactions": {
        "USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE", "IMPRESSION", "RECOMMENDATION_ID",
        "EVENT_ATTRIBUTION_SOURCE",
    },
    "Items": {"ITEM_ID", "CREATION_TIMESTAMP"},
    "Users": {"USER_ID"},
}  # fmt: skip
MOST_COLUMNS = {
    "Items": 100,
    "Users": 25,
}  # metadata, beside the id (docs.aws.amazon.com/personalize/latest/dg/limits.html)
LONGEST_CATEGORY = 1000
LONGEST_NAME = 1000
LONGEST_TEXT = 20_000
# What it trains on and imports, from the same page: all counts are of what is left after filtering by event type.
LEAST_INTERACTIONS = 1000
LEAST_USERS_WITH_TWO = 25
LEAST_SHARE_WITH_TWO = 0.01
LEAST_RECORDS_OF_AN_IMPORT = 1000
LONGEST_ID = 256
# Of the newer recipes (-v2); the older ones train on 500 million interactions and 750,000 items.
MOST_INTERACTIONS = 3_000_000_000
MOST_ITEMS = 5_000_000
MOST_INTERACTIONS_OF_V1 = 500_000_000
MOST_ITEMS_OF_V1 = 750_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def field_name(column: str) -> str:
    """A column's name as Personalize and Avro take it: in capitals, other signs than letters and digits as ``_``."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", column).strip("_").upper()
    return f"_{name}" if name[:1].isdigit() else name


def metadata_schema(kind: str, columns: Mapping[str, str]) -> dict[str, Any]:
    """The schema of an Items or Users dataset.

    Args:
        kind: ``Items`` or ``Users``.
        columns: kind of value by field name: ``float``, ``category`` (several joined with ``|``), ``text`` (one) or
            ``name`` (one, of an item).
    """
    types: dict[str, dict[str, Any]] = {
        "float": {"type": ["null", "float"]},
        "category": {"type": ["null", "string"], "categorical": True},
        "text": {"type": ["null", "string"], "textual": True},
        "name": {"type": "string", "itemName": True},
    }
    key = {"Items": "ITEM_ID", "Users": "USER_ID"}[kind]
    fields = [{"name": key, "type": "string"}, *({"name": name, **types[what]} for name, what in columns.items())]
    return {"type": "record", "name": kind, "namespace": NAMESPACE, "fields": fields, "version": "1.0"}


def header_faults(schema: Mapping[str, Any], header: Sequence[str]) -> list[str]:
    """What of a CSV file's header Personalize would refuse under the schema, as sentences; empty where nothing."""
    kind = schema["name"]
    names = [field["name"] for field in schema["fields"]]
    required = {"Interactions": ["USER_ID", "ITEM_ID", "TIMESTAMP"], "Items": ["ITEM_ID"], "Users": ["USER_ID"]}[kind]
    metadata = [name for name in header if name not in RESERVED[kind]]
    textual = [field["name"] for field in schema["fields"] if field.get("textual")]
    faults = [f"{name} is missing." for name in required if name not in header]
    faults += [f"{name} is in the header and not in the schema." for name in header if name not in names]
    faults += [f"{name} is in the schema and not in the header." for name in names if name not in header]
    faults += [f"{name} is there twice." for name in sorted({name for name in header if header.count(name) > 1})]
    faults += [f"{name} is no name for a field." for name in header if not _NAME.fullmatch(name)]
    if kind in MOST_COLUMNS and not 1 <= len(metadata) <= MOST_COLUMNS[kind]:
        faults.append(f"there are {len(metadata)} columns of metadata; 1 to {MOST_COLUMNS[kind]} may be.")
    if len(textual) > 1:
        faults.append(f"{' and '.join(textual)} are textual; one field may be.")
    return faults

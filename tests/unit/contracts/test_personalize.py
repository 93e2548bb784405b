"""Amazon Personalize's schemas: Avro takes them, the rules of Personalize hold, and a file that breaks one is told."""

import json
from typing import Any

import avro.schema
import pytest

from bakeoff.contracts.personalize import INTERACTIONS_SCHEMA, field_name, header_faults, metadata_schema
from local_cloud.personalize.schema_rules import parse_schema

FIELDS = {"PRICE": "float", "COLOUR": "category", "BLURB": "text"}
ITEMS = metadata_schema("Items", FIELDS)
USERS = metadata_schema("Users", {"AGE": "float", "CITY": "category"})
HEADERS = {
    "Interactions": ["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE"],
    "Items": ["ITEM_ID", *FIELDS],
    "Users": ["USER_ID", "AGE", "CITY"],
}


@pytest.mark.parametrize("schema", [INTERACTIONS_SCHEMA, ITEMS, USERS], ids=lambda schema: schema["name"])
def test_schema_is_taken_by_avro_and_by_the_rules_of_personalize(schema: dict[str, Any]) -> None:
    text = json.dumps(schema)
    parsed: Any = avro.schema.parse(text)
    assert parsed.fullname == f"com.amazonaws.personalize.schema.{schema['name']}"
    parse_schema(text)
    assert header_faults(schema, HEADERS[schema["name"]]) == []


def test_fields_are_nullable_floats_categories_or_texts_behind_the_key() -> None:
    assert ITEMS["fields"] == [
        {"name": "ITEM_ID", "type": "string"},
        {"name": "PRICE", "type": ["null", "float"]},
        {"name": "COLOUR", "type": ["null", "string"], "categorical": True},
        {"name": "BLURB", "type": ["null", "string"], "textual": True},
    ]
    assert USERS["fields"][0] == {"name": "USER_ID", "type": "string"}


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("price", "PRICE"),
        ("sold later", "SOLD_LATER"),
        ("avg.vote (%)", "AVG_VOTE"),
        ("3d", "_3D"),
        ("_x_", "X"),
        ("größe", "GR_E"),
    ],
)
def test_column_is_named_as_avro_takes_it(column: str, name: str) -> None:
    assert field_name(column) == name


@pytest.mark.parametrize(
    ("schema", "header", "fault"),
    [
        (ITEMS, ["PRICE", "COLOUR", "BLURB"], "ITEM_ID is missing."),
        (ITEMS, [*HEADERS["Items"], "SIZE"], "SIZE is in the header and not in the schema."),
        (ITEMS, HEADERS["Items"][:-1], "BLURB is in the schema and not in the header."),
        (ITEMS, [*HEADERS["Items"], "PRICE"], "PRICE is there twice."),
        (metadata_schema("Items", {"3D": "float"}), ["ITEM_ID", "3D"], "3D is no name for a field."),
        (metadata_schema("Items", {"": "float"}), ["ITEM_ID", ""], " is no name for a field."),
        (metadata_schema("Users", {}), ["USER_ID"], "there are 0 columns of metadata; 1 to 25 may be."),
        (
            metadata_schema("Items", {"A": "text", "B": "text"}),
            ["ITEM_ID", "A", "B"],
            "A and B are textual; one field may be.",
        ),
        (INTERACTIONS_SCHEMA, HEADERS["Interactions"][1:], "USER_ID is missing."),
    ],
)
def test_header_that_personalize_would_refuse_is_told(schema: dict[str, Any], header: list[str], fault: str) -> None:
    assert fault in header_faults(schema, header)


@pytest.mark.parametrize(("kind", "most"), [("Users", 25), ("Items", 100)])
def test_as_many_columns_as_personalize_takes_are_no_fault_and_one_more_is(kind: str, most: int) -> None:
    key = {"Users": "USER_ID", "Items": "ITEM_ID"}[kind]
    for n, faults in ((most, []), (most + 1, [f"there are {most + 1} columns of metadata; 1 to {most} may be."])):
        names = [f"C_{number}" for number in range(n)]
        assert header_faults(metadata_schema(kind, dict.fromkeys(names, "float")), [key, *names]) == faults

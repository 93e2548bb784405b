"""The rules for schemas: every one of them refuses the schema that breaks it, naming what is wrong."""

import json
from typing import Any

import pytest

from local_cloud.errors import ServiceError
from local_cloud.personalize.schema_rules import parse_schema
from tests.unit.local_cloud.personalize.driver import INTERACTIONS_FIELDS, schema_text

ITEM_ID = {"name": "ITEM_ID", "type": "string"}
USER_ID = {"name": "USER_ID", "type": "string"}
REQUIRED = INTERACTIONS_FIELDS[:3]


def text(name: str, number: int, **more: Any) -> dict[str, Any]:
    return {"name": f"{name}_{number}", "type": "string", **more}


@pytest.mark.parametrize(
    ("name", "fields", "reason"),
    [
        ("Interactions", REQUIRED[:2], "needs the field(s) TIMESTAMP"),
        (
            "Interactions",
            [*REQUIRED[:2], {"name": "TIMESTAMP", "type": "string"}],
            "TIMESTAMP has the type string, not long",
        ),
        ("Interactions", [*REQUIRED, {"name": "EVENT_VALUE", "type": "string"}], "EVENT_VALUE has the type string"),
        ("Interactions", [*REQUIRED, {"name": "EVENT_TYPE", "type": ["string", "null"]}], "EVENT_TYPE cannot be null"),
        ("Interactions", [*REQUIRED, *(text("M", number) for number in range(6))], "6 metadata fields"),
        ("Items", [ITEM_ID], "at least one metadata field"),
        ("Items", [{"name": "GENRE", "type": "string"}], "needs the field(s) ITEM_ID"),
        ("Items", [ITEM_ID, text("T", 1, textual=True), text("T", 2, textual=True)], "only one"),
        ("Users", [USER_ID], "at least one metadata field"),
        ("Users", [USER_ID, text("CITY", 1)], 'CITY_1 need "categorical": true'),
        ("Users", [USER_ID, text("BIO", 1, textual=True)], "only Items"),
        ("Users", [USER_ID, {"name": "TAGS", "type": {"type": "array", "items": "string"}}], "TAGS has the type"),
        ("Films", [ITEM_ID], "'Films', not Interactions, Items or Users"),
    ],
)
def test_schema_that_breaks_a_rule_is_refused(name: str, fields: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(ServiceError) as caught:
        parse_schema(schema_text(name, fields))
    assert caught.value.code == "InvalidInputException"
    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ("{", "not an Avro schema"),
        ('{"type": "record", "name": "Items"}', "not an Avro schema"),
        ('{"type": "array", "items": "string"}', "not record"),
        (schema_text("Items", [ITEM_ID, text("G", 1)]).replace("com.amazonaws", "org.example"), "the namespace is"),
    ],
)
def test_text_that_is_no_schema_of_personalize_is_refused(schema: str, reason: str) -> None:
    with pytest.raises(ServiceError) as caught:
        parse_schema(schema)
    assert reason in caught.value.message


def test_schema_of_actions_is_not_played() -> None:
    with pytest.raises(ServiceError) as caught:
        parse_schema(schema_text("Actions", [{"name": "ACTION_ID", "type": "string"}]))
    assert caught.value.code == "NotPlayedLocally"


def test_fields_keep_what_personalize_reads() -> None:
    fields = [ITEM_ID, text("GENRE", 1, categorical=True), {"name": "YEAR", "type": ["null", "int"]}]
    schema = parse_schema(json.dumps(json.loads(schema_text("Items", fields))))
    assert schema.dataset_type == "ITEMS"
    found = [(field.name, field.type, field.nullable, field.categorical) for field in schema.fields]
    assert found == [
        ("ITEM_ID", "string", False, False),
        ("GENRE_1", "string", False, True),
        ("YEAR", "int", True, False),
    ]

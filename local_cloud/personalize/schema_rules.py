"""Amazon Personalize's rules for schemas: required fields, reserved words, and how much is too much.

Source: "Custom datasets and schemas" and "Endpoints and quotas" in the developer guide.
"""

import json
from dataclasses import dataclass
from typing import Any

import avro.errors
import avro.schema

from local_cloud.errors import NotPlayedError, ServiceError

NAMESPACE = "com.amazonaws.personalize.schema"
STRING, LONG, FLOAT = "string", "long", "float"
METADATA_TYPES = ("string", "int", "long", "float", "double", "boolean")
NOT_PLAYED_TYPES = ("ACTIONS", "ACTION_INTERACTIONS")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a dataset type asks of its schema: required and reserved fields with their type, and how many others."""

    required: dict[str, str]
    reserved: dict[str, str]
    most_metadata: int
    least_metadata: int


RULES = {
    "INTERACTIONS": Rules(
        required={"USER_ID": STRING, "ITEM_ID": STRING, "TIMESTAMP": LONG},
        reserved={
            "EVENT_TYPE": STRING,
            "EVENT_VALUE": FLOAT,
            "IMPRESSION": STRING,
            "RECOMMENDATION_ID": STRING,
            "EVENT_ATTRIBUTION_SOURCE": STRING,
        },
        most_metadata=5,
        least_metadata=0,
    ),
    "ITEMS": Rules(
        required={"ITEM_ID": STRING}, reserved={"CREATION_TIMESTAMP": LONG}, most_metadata=100, least_metadata=1
    ),
    "USERS": Rules(required={"USER_ID": STRING}, reserved={}, most_metadata=25, least_metadata=1),
}
NULLABLE_RESERVED = ("EVENT_VALUE", "RECOMMENDATION_ID", "EVENT_ATTRIBUTION_SOURCE", "CREATION_TIMESTAMP")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: its name, its type without null, and how Personalize is told to read it."""

    name: str
    type: str
    nullable: bool
    categorical: bool
    textual: bool
    item_name: bool = False


@dataclass(frozen=True, kw_only=True)
class DatasetSchema:
    """A schema that obeys the rules; `dataset_type` is INTERACTIONS, ITEMS or USERS."""

    dataset_type: str
    fields: tuple[Field, ...]


def parse_schema(text: str) -> DatasetSchema:
    """Read and check a schema.

    Raises:
        ServiceError: ``InvalidInputException`` naming the rule that is broken.
    """
    record = _avro_record(text)
    dataset_type = str(record["name"]).upper()
    if dataset_type in NOT_PLAYED_TYPES:
        raise NotPlayedError(f"A schema of the type {record['name']}")
    if dataset_type not in RULES:
        raise _refused(f"the record's name is {record['name']!r}, not Interactions, Items or Users")
    if record.get("namespace") != NAMESPACE:
        raise _refused(f"the namespace is {record.get('namespace')!r}, not {NAMESPACE}")
    schema = DatasetSchema(dataset_type=dataset_type, fields=tuple(_field(entry) for entry in record["fields"]))
    _check(schema, RULES[dataset_type])
    return schema


def _avro_record(text: str) -> dict[str, Any]:
    try:
        avro.schema.parse(text)
        record = json.loads(text)
    except (avro.errors.AvroException, ValueError) as error:
        raise _refused(f"it is not an Avro schema in JSON ({error})") from error
    if not isinstance(record, dict) or record.get("type") != "record":
        raise _refused("its type is not record")
    return record


def _field(entry: dict[str, object]) -> Field:
    declared = entry["type"]
    types = declared if isinstance(declared, list) else [declared]
    names = [name for name in types if name != "null"]
    if len(names) != 1 or names[0] not in METADATA_TYPES:
        raise _refused(f"the field {entry['name']} has the type {declared!r}; allowed: {', '.join(METADATA_TYPES)}")
    return Field(
        name=str(entry["name"]),
        type=str(names[0]),
        nullable="null" in types,
        categorical=entry.get("categorical") is True,
        textual=entry.get("textual") is True,
        item_name=entry.get("itemName") is True,
    )


def _check(schema: DatasetSchema, rules: Rules) -> None:
    by_name = {field.name: field for field in schema.fields}
    missing = [name for name in rules.required if name not in by_name]
    if missing:
        raise _refused(f"a schema for {schema.dataset_type} needs the field(s) {', '.join(missing)}")
    for name, wanted in (rules.required | rules.reserved).items():
        if name in by_name:
            _check_reserved(by_name[name], wanted)
    metadata = [field for field in schema.fields if field.name not in rules.required | rules.reserved]
    if len(metadata) > rules.most_metadata:
        raise _refused(f"it has {len(metadata)} metadata fields; {schema.dataset_type} may have {rules.most_metadata}")
    # A reserved field counts here: an Items schema of ITEM_ID and CREATION_TIMESTAMP is one that AWS documents.
    if len(schema.fields) - len(rules.required) < rules.least_metadata:
        raise _refused(f"a schema for {schema.dataset_type} needs at least one metadata field")
    _check_texts(schema, metadata)


def _check_reserved(field: Field, wanted: str) -> None:
    if field.type != wanted and not (field.name == "EVENT_VALUE" and field.type == "double"):
        raise _refused(f"the reserved field {field.name} has the type {field.type}, not {wanted}")
    if field.nullable and field.name not in NULLABLE_RESERVED:
        raise _refused(f"the reserved field {field.name} cannot be null")


def _check_texts(schema: DatasetSchema, metadata: list[Field]) -> None:
    textual = [field for field in metadata if field.textual]
    if textual and (schema.dataset_type != "ITEMS" or len(textual) > 1):
        raise _refused(
            f"{', '.join(field.name for field in textual)}: only Items may have a textual field, and only one"
        )
    named = [field.name for field in metadata if field.item_name]
    if named and (schema.dataset_type != "ITEMS" or len(named) > 1):
        raise _refused(f"{', '.join(named)}: only Items may have a field with itemName, and only one")
    plain = [field.name for field in metadata if field.type == STRING and not (field.categorical or field.textual)]
    if plain and schema.dataset_type == "USERS":
        raise _refused(f'the text field(s) {", ".join(plain)} need "categorical": true')


def _refused(reason: str) -> ServiceError:
    return ServiceError("InvalidInputException", f"Input schema is not valid: {reason}.")

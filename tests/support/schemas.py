"""Holds what is written to the schemas that docs/schemas/ publishes."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


@cache
def _validator(schema: str) -> Draft202012Validator:
    content = json.loads((_SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)


def faults(document: Any, schema: str) -> list[str]:
    """What ``docs/schemas/<schema>.schema.json`` finds wrong in `document`: where, and what."""
    found = sorted(_validator(schema).iter_errors(document), key=str)
    return [f"{fault.json_path}: {fault.message}" for fault in found]

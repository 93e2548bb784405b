"""Turns the properties of a CloudFormation resource into the parameters of the operation that creates it."""

from typing import Any

_NUMBERS = {"integer": int, "long": int, "float": float, "double": float}


def as_parameters(properties: Any, shape: Any) -> Any:
    """`properties` spelled and typed as the input `shape` wants them.

    CloudFormation spells every property in PascalCase and hands numbers and booleans over as text where they went
    through a parameter. What the shape does not know stays as it is, for the validation to name.
    """
    if shape.type_name == "structure" and isinstance(properties, dict):
        spelling = {name.lower(): name for name in shape.members}
        named = {spelling.get(name.lower(), name): value for name, value in properties.items()}
        return {
            name: as_parameters(value, shape.members[name]) if name in shape.members else value
            for name, value in named.items()
        }
    if shape.type_name == "list" and isinstance(properties, list):
        return [as_parameters(item, shape.member) for item in properties]
    if shape.type_name == "map" and isinstance(properties, dict):
        return {key: as_parameters(item, shape.value) for key, item in properties.items()}
    if isinstance(properties, str):
        return _from_text(properties, shape.type_name)
    return properties if shape.type_name != "string" else str(properties)


def _from_text(text: str, type_name: str) -> Any:
    if type_name == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return _NUMBERS[type_name](text) if type_name in _NUMBERS else text
    except ValueError:
        return text

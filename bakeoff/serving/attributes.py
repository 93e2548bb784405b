"""Plain Python values to and from DynamoDB's typed attributes, as boto3's resources do it, without importing boto3.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from collections.abc import Mapping
from typing import Any


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """The plain value of one attribute, such as ``{"N": "3"}`` -> 3; sets become sorted lists.

    Raises:
        ValueError: the attribute's type is not one of DynamoDB's.
    """
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL" | "B":
            return value
        case "NULL":
            return None
        case "N":
            return _number(value)
        case "L":
            return [from_attribute(one) for one in value]
        case "M":
            return from_item(value)
        case "SS":
            return sorted(value)
        case "NS":
            return sorted(_number(one) for one in value)
    raise ValueError(f"'{kind}' is no type of a DynamoDB attribute")


def from_item(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The plain values of an item, by attribute name."""
    return {name: from_attribute(attribute) for name, attribute in item.items()}


def to_attribute(value: Any) -> dict[str, Any]:
    """The attribute of one plain JSON value; the reverse of `from_attribute`.

    Raises:
        TypeError: JSON has no such value.
    """
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, (int, float)):
        return {"N": repr(value)}
    if isinstance(value, (list, tuple)):
        return {"L": [to_attribute(one) for one in value]}
    if isinstance(value, Mapping):
        return {"M": to_item(value)}
    raise TypeError(f"{type(value).__name__} has no DynamoDB attribute")


def to_item(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The attributes of an item, by name."""
    return {name: to_attribute(value) for name, value in values.items()}


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)

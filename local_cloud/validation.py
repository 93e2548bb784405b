"""Checks a request against botocore's model of the service, as AWS does before it acts."""

import re
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

from local_cloud.errors import ServiceError

# Java's character classes, as what stands between the brackets of one of Python's.
_CLASSES = {
    "L": r"\w",
    "M": r"\u0300-\u036F",
    "N": r"\d",
    "Z": r"\s",
    "P": r"!-/:-@\[-`{-~\u00A1-\u00BF\u2010-\u205E\u3001-\u303F",
    "S": r"$+<=>^`|~\u00A2-\u00B4\u20A0-\u20C0\u2100-\u2BFF",
    "ASCII": r"\x00-\x7F",
    "Alnum": "A-Za-z0-9",
    "Print": r"\x20-\x7E",
}
# Spellings that Python lacks; a quantified `$`, which the models have, means nothing more than `$`.
_PAIRS = {
    r"\z": r"\Z",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
    "${1,128}": "$",
    "${1,256}": "$",
}
_PIECES = re.compile(r"\\p\{\w+\}|\\.|[\s\S]")


def validate(parameters: dict[str, Any], shape: Shape | None) -> None:
    """Refuse missing, unknown and malformed parameters.

    Raises:
        ServiceError: ``ValidationException`` naming every parameter at fault.
    """
    if shape is None:
        problems = [f"Unknown parameter: {name}" for name in parameters]
    else:
        report = ParamValidator().validate(parameters, shape)
        problems = report.generate_report().splitlines() if report.has_errors() else []
        problems = problems or list(_constraint_problems(parameters, shape, ""))
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
        raise ServiceError("ValidationException", f"{count}: {'; '.join(problems)}")


def _constraint_problems(value: Any, shape: Shape, path: str) -> list[str]:
    """What botocore leaves to the service: enumerations, patterns, longest lengths, largest numbers."""
    if isinstance(shape, StructureShape):
        return [
            problem
            for name, member in value.items()
            for problem in _constraint_problems(member, shape.members[name], f"{path}.{name}".lstrip("."))
        ]
    if isinstance(shape, ListShape):
        return _too_long(value, shape, path) + [
            problem for item in value for problem in _constraint_problems(item, shape.member, path)
        ]
    if isinstance(shape, MapShape):
        return [problem for item in value.values() for problem in _constraint_problems(item, shape.value, path)]
    if shape.type_name == "string":
        return _string_problems(value, shape, path)
    if shape.type_name in ("integer", "long", "float", "double") and value > shape.metadata.get("max", value):
        return [_failed(value, path, f"Member must have value less than or equal to {shape.metadata['max']}")]
    return []


def _string_problems(value: str, shape: Shape, path: str) -> list[str]:
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        return [_failed(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")]
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(_python_pattern(pattern), value, re.DOTALL):
        return [_failed(value, path, f"Member must satisfy regular expression pattern: {pattern}")]
    return _too_long(value, shape, path)


def _too_long(value: Any, shape: Shape, path: str) -> list[str]:
    longest = shape.metadata.get("max")
    if longest is not None and len(value) > longest:
        return [_failed(value, path, f"Member must have length less than or equal to {longest}")]
    return []


def _python_pattern(pattern: str) -> str:
    """The models' patterns are Java's: what Python spells otherwise is translated.

    Letters become word characters, a little more than Java's: AWS itself has the last word.
    """
    for ours, theirs in _PAIRS.items():
        pattern = pattern.replace(ours, theirs)
    translated, in_class = "", False
    for piece in _PIECES.findall(pattern):
        if piece in ("[", "]"):
            in_class = piece == "["
        name = piece[3:-1] if piece.startswith(r"\p{") else None
        translated += piece if name is None else _CLASSES[name] if in_class else f"[{_CLASSES[name]}]"
    return translated


def _failed(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"

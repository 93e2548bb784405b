"""States compared and written piece by piece."""

import json
from typing import Any

import pytest

from local_cloud.state_json import encoded, same


class Scoped:
    """Stands for a container of MiniStack."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data


def plain(value: Any) -> Any:
    return value.data if isinstance(value, Scoped) else value


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": {}, "b": [], "c": None},
        {'é\x00"': {"deep": {"deeper": {"deepest": {"x": {"y": {"z": [1, 2.5, True]}}}}}}},
        {"tables": Scoped({"t": {"items": {"k": {"": {"key": {"S": "k"}}}}}})},
        {"numbers": {1: "one"}, "list": [Scoped({"a": 1})]},
        [1, {"a": 2}],
    ],
)
def test_the_text_is_that_of_json_dumps(value: Any) -> None:
    assert encoded(value, default=plain).decode() == json.dumps(value, default=plain)


def test_what_has_no_form_is_an_error() -> None:
    def refuse(value: Any) -> Any:
        raise TypeError(type(value).__name__)

    with pytest.raises(TypeError, match="object"):
        encoded({"a": object()}, default=refuse)


def test_states_with_equal_containers_are_the_same() -> None:
    one, other = {"a": Scoped({"k": 1}), "b": [1]}, {"a": Scoped({"k": 1}), "b": [1]}
    assert same(one, other, plain=plain) is True


@pytest.mark.parametrize("other", [{"a": Scoped({"k": 2})}, {"a": Scoped({"k": 1}), "c": 1}, {}, None])
def test_states_that_differ_anywhere_are_not(other: Any) -> None:
    assert same({"a": Scoped({"k": 1})}, other, plain=plain) is False

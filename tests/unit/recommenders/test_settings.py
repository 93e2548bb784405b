"""Hyper-parameters: read from JSON, all faults named at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from bakeoff.errors import ConfigurationError
from bakeoff.recommenders.base import parse_settings, setting


@dataclass(frozen=True, kw_only=True)
class Example:
    size: int = setting(5, at_least=1, at_most=9)
    rate: float = setting(0.5, above=0, below=1)
    kind: Literal["round", "square"] = setting("round")
    shown: bool = setting(True)
    steps: tuple[float, ...] = setting((1.0,), at_least=0, not_empty=True)
    weights: Mapping[str, float] = setting({"a": 1.0}, above=0)


def test_what_is_not_given_has_its_default() -> None:
    assert parse_settings(Example, "{}", source="x") == Example()


def test_what_is_given_is_read_with_its_type() -> None:
    text = '{"size": 2, "rate": 0.25, "kind": "square", "shown": false, "steps": [0, 2], "weights": {"b": 2}}'
    read = parse_settings(Example, text, source="x")
    assert read == Example(size=2, rate=0.25, kind="square", shown=False, steps=(0.0, 2.0), weights={"b": 2.0})
    assert type(read.steps[0]) is float


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"size": 0}, "size is 0; it must be a whole number and at least 1 and at most 9."),
        ({"size": 2.5}, "size is 2.5; it must be a whole number"),
        ({"size": True}, "size is true; it must be a whole number"),
        ({"rate": 1}, "rate is 1; it must be a number and above 0 and below 1."),
        ({"rate": float("nan")}, "rate is NaN; it must be a number"),
        ({"rate": "0.5"}, 'rate is "0.5"; it must be a number'),
        ({"kind": "oval"}, 'kind is "oval"; it must be one of round, square.'),
        ({"shown": 1}, "shown is 1; it must be true or false."),
        ({"steps": []}, "steps is []; it must be a list with at least one entry."),
        ({"steps": [1, -1]}, "steps is [1, -1]; it must be a number and at least 0."),
        ({"weights": {"a": 0}}, 'weights is {"a": 0}; it must be a number and above 0.'),
        ({"sise": 1}, "sise is no setting; known: size, rate, kind, shown, steps, weights."),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_must_be(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(Example, given, source="x")
    assert fault in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(Example, {"size": 0, "rate": 2, "colour": "red"}, source="The settings of y")
    assert len(caught.value.faults) == 3
    assert str(caught.value).startswith("The settings of y has 3 faults")


@pytest.mark.parametrize("text", ["{", "[1]", "3"])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="It is"):
        parse_settings(Example, text, source="x")

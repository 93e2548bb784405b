"""The deadline, the redaction and DynamoDB's typed attributes."""

from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import validate_parameters
from hypothesis import given
from hypothesis import strategies as st

from bakeoff.serving.attributes import from_attribute, to_attribute
from bakeoff.serving.deadline import Deadline, request_deadline
from bakeoff.serving.redaction import LONGEST, redact

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def test_a_deadline_counts_down_to_nothing() -> None:
    now = [10.0]
    deadline = Deadline.after(2, clock=lambda: now[0])
    assert deadline.remaining() == 2
    now[0] = 11.5
    assert deadline.share(0.8).remaining() == pytest.approx(0.4)
    now[0] = 13.0
    assert deadline.remaining() == 0


@pytest.mark.parametrize(
    ("remaining_ms", "seconds"), [(30_000, 2.0), (2_250, 2.0), (1_000, 0.75), (250, 0.0), (10, 0.0)]
)
def test_a_request_has_its_budget_or_what_lambda_leaves_less_the_reserve(remaining_ms: int, seconds: float) -> None:
    deadline = request_deadline(budget_ms=2_000, remaining_ms=remaining_ms, reserve_ms=250, clock=lambda: 5.0)
    assert deadline.remaining() == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("all well", "all well"),
        ("role arn:aws:iam::123456789012:role/x may not", "role (arn) may not"),
        ("account 123456789012.", "account (account)."),
        ("See HTTPS://console/x now", "See (address) now"),
        ("two\n  lines", "two lines"),
        ("1234567890123 is no account", "1234567890123 is no account"),
    ],
)
def test_what_names_an_account_is_taken_out(said: str, shown: str) -> None:
    assert redact(said) == shown


def test_a_long_text_is_cut() -> None:
    assert len(redact("word " * 100)) <= LONGEST
    assert redact("word " * 100).endswith("…")


@given(JSON)
def test_a_value_survives_the_way_there_and_back(value: Any) -> None:
    assert from_attribute(to_attribute(value)) == value


@given(JSON)
def test_what_is_written_is_an_attribute_by_dynamodbs_model(value: Any) -> None:
    validate_parameters(to_attribute(value), _ATTRIBUTE)


def test_sets_are_read_as_sorted_lists() -> None:
    assert from_attribute({"SS": ["b", "a"]}) == ["a", "b"]
    assert from_attribute({"NS": ["2", "1.5"]}) == [1.5, 2]


def test_an_unknown_type_and_an_unknown_value_are_refused() -> None:
    with pytest.raises(ValueError, match="'X' is no type"):
        from_attribute({"X": "1"})
    with pytest.raises(TypeError, match="set has no"):
        to_attribute({1, 2})


_ATTRIBUTE = get_session().get_service_model("dynamodb").shape_for("AttributeValue")

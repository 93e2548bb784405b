"""Names carry what they were made from, fit the services and are the same on every machine."""

import re

import pytest

from bakeoff.contracts import naming
from bakeoff.contracts.naming import LONGEST_NAME, LONGEST_SEARCH_NAME, fingerprint, resource_name, search_name

SERVICES_TAKE = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")  # SageMaker's model of a name; Personalize takes more


def test_a_fingerprint_is_the_same_on_every_machine() -> None:
    assert fingerprint({"b": 1, "a": [1.5, None]}, "ü") == "7c7447fd8846"


def test_the_order_of_keys_does_not_count_and_the_order_of_values_does() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint([1, 2]) != fingerprint([2, 1])
    assert fingerprint("a", "b") != fingerprint("ab")
    assert fingerprint("a", "b") != fingerprint(["a", "b"])


@pytest.mark.parametrize(
    ("arguments", "attempt", "name"),
    [
        (("bakeoff-dev", "ease", "0123456789ab"), None, "bakeoff-dev-ease-0123456789ab"),
        (("bakeoff-dev", "ease", "0123456789ab"), "cdef01", "bakeoff-dev-ease-0123456789ab-cdef01"),
        (
            ("bakeoff-dev", "a-very-long-contestant-name-indeed", "0123456789ab"),
            "cdef01",
            "bakeoff-dev-a-very-long-contestant-name-ind-0123456789ab-cdef01",
        ),
    ],
)
def test_a_name_says_whose_it_is_and_what_it_is_made_from(
    arguments: tuple[str, str, str], attempt: str | None, name: str
) -> None:
    assert resource_name(*arguments, attempt=attempt) == name


@pytest.mark.parametrize("length", range(1, 70))
def test_a_name_of_any_length_is_one_that_the_services_take(length: int) -> None:
    contestant = ("ab-" * 30)[:length].rstrip("-")
    name = resource_name("bakeoff-production", contestant, "0123456789ab", attempt="cdef01")
    assert len(name) <= LONGEST_NAME
    assert SERVICES_TAKE.fullmatch(name)
    assert "--" not in name
    assert name.endswith("-0123456789ab-cdef01"), "what tells names apart is never cut"


@pytest.mark.parametrize("length", range(1, 70))
def test_a_job_is_found_by_the_name_of_what_it_makes(length: int) -> None:
    made = resource_name("bakeoff-production", "a" * length, "0123456789ab")
    assert resource_name("bakeoff-production", "a" * length, "0123456789ab", attempt="cdef01") == f"{made}-cdef01"


def test_every_prefix_ends_with_a_slash_and_none_holds_another() -> None:
    prefixes = [
        naming.raw_prefix("x"),
        naming.prepared_prefix("x"),
        naming.lists_prefix("x"),
        naming.evaluation_prefix("x"),
        naming.run_prefix("x"),
    ]
    assert prefixes == ["raw/x/", "prepared/x/", "lists/x/", "evaluations/x/", "runs/x/"]


@pytest.mark.parametrize("environment", ["e", "local", "a" * 16])
def test_a_searchs_name_fits_and_begins_like_those_of_other_runs(environment: str) -> None:
    prefix, made_from = f"bakeoff-{environment}", "0123456789ab"
    begins = search_name(prefix, made_from, attempt=None)
    name, other = (search_name(prefix, made_from, attempt=attempt) for attempt in ("cdefab", "123456"))
    assert len(name) <= LONGEST_SEARCH_NAME
    assert SERVICES_TAKE.fullmatch(name)
    assert name != other
    assert name.startswith(begins)
    assert other.startswith(begins)
    assert len(begins) >= len(prefix) + 1 + 5, "a million artefacts before two begin alike"

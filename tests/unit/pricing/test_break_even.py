"""Break-even points: the closed form against counting up, and against looking at every number of requests."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakeoff.pricing.break_even import Way, break_even

MOST = 200
# Quarters, which floats hold exactly, so that counting up is exact too.
money = st.integers(min_value=0, max_value=120).map(lambda quarters: quarters / 4)
slopes = st.integers(min_value=0, max_value=12).map(lambda quarters: quarters / 4)


def counted(first: Way, second: Way, most: int = MOST) -> int | None:
    return next((requests for requests in range(1, most + 1) if second.month(requests) <= first.month(requests)), None)


def agrees(first: Way, second: Way) -> None:
    met = break_even(first, second)
    assert (met if met is not None and met <= MOST else None) == counted(first, second)


@st.composite
def pay_as_you_go(draw: Any) -> Way:
    return Way(fixed=draw(money), per_request=draw(slopes))


@st.composite
def with_instances(draw: Any) -> Way:
    capacity = draw(st.integers(min_value=1, max_value=40))
    return Way(fixed=draw(money), per_request=draw(slopes), per_instance=draw(money), capacity=capacity)


@st.composite
def with_a_least(draw: Any) -> Way:
    least = draw(st.integers(min_value=1, max_value=100))
    return Way(fixed=draw(money), per_request=draw(slopes), least=least, per_paid_request=draw(slopes))


@settings(max_examples=100, deadline=None)
@given(first=pay_as_you_go(), second=with_instances())
def test_from_paying_by_request_to_instances(first: Way, second: Way) -> None:
    agrees(first, second)


@settings(max_examples=100, deadline=None)
@given(first=with_instances(), second=pay_as_you_go())
def test_from_instances_to_stored_lists(first: Way, second: Way) -> None:
    agrees(first, second)


@settings(max_examples=100, deadline=None)
@given(first=pay_as_you_go(), second=pay_as_you_go())
def test_from_paying_by_request_to_stored_lists(first: Way, second: Way) -> None:
    agrees(first, second)


@settings(max_examples=100, deadline=None)
@given(first=with_a_least(), second=pay_as_you_go())
def test_from_a_campaign_to_stored_lists(first: Way, second: Way) -> None:
    agrees(first, second)


@pytest.mark.parametrize(
    ("first", "second", "met"),
    [
        # 10 dollars of lists, half a dollar saved by each request.
        (Way(fixed=0, per_request=0.75), Way(fixed=10, per_request=0.25), 20),
        (Way(fixed=0, per_request=0.25), Way(fixed=10, per_request=0.25), None),
        (Way(fixed=12, per_request=0.0), Way(fixed=10, per_request=0.25), 1),
        # An instance of 30 dollars takes 100 requests, each of which saves half a dollar.
        (Way(fixed=0, per_request=0.5), Way(fixed=0, per_request=0, per_instance=30, capacity=100), 60),
        # It takes 50, which save 25 dollars: it never pays.
        (Way(fixed=0, per_request=0.5), Way(fixed=0, per_request=0, per_instance=30, capacity=50), None),
        # Four instances of 30 dollars cost more than lists of 100.
        (Way(fixed=0, per_request=0, per_instance=30, capacity=50), Way(fixed=100, per_request=0), 151),
        # A campaign's 100 paid requests cost 50 dollars; another 20 make 60.
        (Way(fixed=0, per_request=0, least=100, per_paid_request=0.5), Way(fixed=60, per_request=0), 120),
    ],
)
def test_by_hand(first: Way, second: Way, met: int | None) -> None:
    assert break_even(first, second) == met == counted(first, second)


def test_a_month_of_a_way_is_its_formula() -> None:
    way = Way(fixed=1, per_request=0.5, per_instance=10, capacity=4)
    assert [way.month(requests) for requests in (0, 4, 5)] == [11, 13, 23.5]
    campaign = Way(fixed=0, per_request=0.5, least=10, per_paid_request=2)
    assert [campaign.month(requests) for requests in (0, 10, 12)] == [20, 25, 30]

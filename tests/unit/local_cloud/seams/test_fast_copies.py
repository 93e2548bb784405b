"""Copies of states of MiniStack."""

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb

from local_cloud.seams import fast_copies
from local_cloud.seams.fast_copies import plain_copy


def test_a_copy_is_equal_and_shares_nothing_that_changes() -> None:
    original = {"a": [{"b": {1, 2}}, 1.5, None], ("t", 1): b"x"}
    copied = plain_copy(original)
    assert copied == original
    original["a"][0]["b"].add(3)  # type: ignore[index]
    assert copied["a"][0]["b"] == {1, 2}


def test_a_container_keeps_its_accounts_and_regions() -> None:
    original = AccountRegionScopedDict()
    original._data[("123456789012", "eu-west-1", "t")] = {"items": {}}
    copied = plain_copy(original)
    original._data[("123456789012", "eu-west-1", "t")]["items"]["k"] = 1
    assert isinstance(copied, AccountRegionScopedDict)
    assert copied._data == {("123456789012", "eu-west-1", "t"): {"items": {}}}


def test_ministack_copies_its_tables_through_the_name_that_is_replaced() -> None:
    fast_copies.mount()
    dynamodb._tables._data[("1", "r", "seam")] = {"items": {"k": 1}}
    try:
        state = dynamodb.get_state()
    finally:
        del dynamodb._tables._data[("1", "r", "seam")]
    assert state["tables"]._data[("1", "r", "seam")] == {"items": {"k": 1}}
    assert dynamodb.copy.deepcopy is plain_copy

"""Slices: who belongs to them, and that recall inside one counts its own items only."""

import numpy as np
import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.slices import COLD_BELOW, ItemSlices, Slice, slices_of
from bakeoff.evaluation.target import Target


def named(target: Target) -> dict[str, Slice]:
    return {one.name: one for one in slices_of(target)}


def test_every_user_is_in_one_slice_by_what_is_known_of_them(target: Target, prepared: Prepared) -> None:
    slices = named(target)
    together = np.sum([slices[name].members for name in ("cold", "light", "heavy")], axis=0)
    assert together.tolist() == [1] * len(prepared.test_users)
    known = np.array([len(prepared.seen(user)) for user in prepared.test_users.tolist()])
    assert (known[slices["cold"].members] < COLD_BELOW).all()
    assert known[slices["light"].members].max() < known[slices["heavy"].members].min()


def test_every_candidate_is_in_one_slice_by_popularity(target: Target, prepared: Prepared) -> None:
    slices = named(target)
    together = np.sum([slices[name].members for name in ("head", "middle", "tail")], axis=0)
    assert (together == prepared.candidates).all()
    counts = prepared.train_and_validation.item_counts
    assert counts[slices["head"].members].min() >= counts[slices["middle"].members].max()
    assert counts[slices["middle"].members].min() >= counts[slices["tail"].members].max()
    assert slices["tail"].members.sum() == pytest.approx(prepared.candidates.sum() / 2, abs=1)


def test_new_items_are_those_that_came_last(target: Target, prepared: Prepared) -> None:
    new = named(target)["new"].members
    learnt = prepared.train_and_validation
    since = np.quantile(learnt.timestamps, 0.9)
    for column in np.flatnonzero(prepared.candidates).tolist():
        assert new[column] == (learnt.timestamps[learnt.indices == column].min() >= since)


def test_recall_of_a_slice_counts_its_own_items_and_users_who_have_one(target: Target) -> None:
    lists = np.full((len(target.users), 10), -1, np.int32)
    for row in range(len(target.users)):
        relevant = target.relevant.items_of(row)[:10]
        lists[row, : len(relevant)] = relevant
    head = named(target)["head"]
    recalls = ItemSlices(target, [head]).recalls(lists, target.hits(lists))["head"]
    for row in range(len(target.users)):
        wanted = [item for item in target.relevant.items_of(row).tolist() if head.members[item]]
        if not wanted:
            assert np.isnan(recalls[row])
        else:
            found = len(set(wanted) & set(lists[row].tolist()))
            assert recalls[row] == pytest.approx(found / min(10, len(wanted)))

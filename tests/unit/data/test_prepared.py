"""A prepared folder, opened: mapped arrays, what is known under each split, and folders that cannot be opened."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bakeoff.data import layout
from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import GLOBAL_TIME, NEW_USERS, STRATEGIES, PreparationSettings, SplitSettings
from bakeoff.errors import DataError
from tests.support.small_data import SmallData, write_csv

Shop = Callable[[SplitSettings], Prepared]


def pairs(matrix: Interactions) -> set[tuple[int, int]]:
    return set(zip(matrix.rows.tolist(), matrix.indices.tolist(), strict=True))


def of_parts(prepared: Prepared, *parts: str) -> set[tuple[int, int]]:
    return set().union(*(pairs(getattr(prepared, part)) for part in parts))


@pytest.mark.parametrize("part", layout.PARTS)
def test_arrays_are_mapped_and_not_read(shop: Shop, part: str) -> None:
    matrix = getattr(shop(SplitSettings(strategy=NEW_USERS)), part)
    assert all(isinstance(getattr(matrix, name), np.memmap) for name in layout.ARRAYS)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_part_is_a_whole_matrix_of_all_users_and_items(shop: Shop, strategy: str) -> None:
    prepared = shop(SplitSettings(strategy=strategy))
    for part in layout.PARTS:
        matrix = getattr(prepared, part)
        assert (matrix.n_users, matrix.n_items) == (len(prepared.users), len(prepared.items))
        assert matrix.indptr[0] == 0
        assert matrix.indptr[-1] == matrix.n_interactions == prepared.manifest["counts"][part]
        assert [str(getattr(matrix, name).dtype) for name in layout.ARRAYS] == ["int64", "int32", "float32", "int64"]
        for user in range(matrix.n_users):
            assert (np.diff(matrix.timestamps[matrix.span(user)]) >= 0).all()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_final_fit_has_train_and_all_of_validation_and_nothing_of_the_test(shop: Shop, strategy: str) -> None:
    prepared = shop(SplitSettings(strategy=strategy))
    assert pairs(prepared.train_and_validation) == of_parts(prepared, "train", "validation", "validation_fold_in")
    assert pairs(prepared.known) == of_parts(prepared, "train", "validation", "validation_fold_in", "test_fold_in")
    assert not pairs(prepared.known) & pairs(prepared.test)
    user = int(prepared.test_users[0])
    assert set(prepared.seen(user).tolist()) == {item for row, item in pairs(prepared.known) if row == user}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_holdouts_know_what_is_folded_in_and_recommend_only_what_was_fitted_on(shop: Shop, strategy: str) -> None:
    prepared = shop(SplitSettings(strategy=strategy))
    for holdout, known, fitted, held_out in (
        (prepared.validation_holdout, ("train", "validation_fold_in"), ("train",), "validation"),
        (
            prepared.test_holdout,
            ("train", "validation", "validation_fold_in", "test_fold_in"),
            ("train", "validation", "validation_fold_in"),
            "test",
        ),
    ):
        assert pairs(holdout.known) == of_parts(prepared, *known)
        candidates = {item for _, item in of_parts(prepared, *fitted)}
        assert set(np.flatnonzero(holdout.candidates).tolist()) == candidates
        personal = {user for user, _ in pairs(holdout.known)}
        liked = pairs(getattr(prepared, held_out).liked(4.0))
        expected = {(user, item) for user, item in liked if item in candidates and user in personal}
        assert pairs(holdout.relevant) == expected
        assert holdout.users.tolist() == sorted({user for user, _ in expected})


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_test_users_can_all_be_held_to_something(shop: Shop, strategy: str) -> None:
    prepared = shop(SplitSettings(strategy=strategy))
    assert len(prepared.test_users) > 0
    assert set(prepared.test_users.tolist()) <= set(prepared.test_holdout.users.tolist())
    assert prepared.known.activity[prepared.test_users].all()
    if strategy == NEW_USERS:
        assert not prepared.train_and_validation.activity[prepared.test_users].any()


def test_under_global_time_users_who_come_after_the_cutoff_are_held_to_nothing(shop: Shop) -> None:
    prepared = shop(SplitSettings(strategy=GLOBAL_TIME))
    unknown = np.flatnonzero((prepared.known.activity == 0) & (prepared.test.activity > 0))
    assert len(unknown)
    assert not set(unknown.tolist()) & set(prepared.test_holdout.users.tolist())
    assert not set(unknown.tolist()) & set(prepared.test_users.tolist())


def test_users_below_the_least_activity_are_not_tested_under_global_time(shop: Shop) -> None:
    prepared = shop(SplitSettings(strategy=GLOBAL_TIME))
    activity = sum(getattr(prepared, part).activity for part in layout.PARTS)
    quiet = set(np.flatnonzero(activity < 5).tolist())
    assert quiet & set(np.flatnonzero(prepared.test.activity).tolist())
    assert not quiet & set(prepared.test_users.tolist())


def test_folder_without_a_manifest_is_unfinished(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"manifest\.json does not exist"):
        Prepared.open(tmp_path)


@pytest.mark.parametrize(("content", "told"), [("{", "is no JSON"), ("[]", "holds no JSON object")])
def test_a_manifest_that_cannot_be_read_is_told(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        Prepared.open(tmp_path)


def test_missing_changed_or_foreign_files_are_named(tmp_path: Path, data: SmallData) -> None:
    folder = tmp_path / "prepared"
    prepare_folder(write_csv(tmp_path / "raw", data), folder, PreparationSettings(dataset="small"))
    Prepared.open(folder).verify()
    (folder / layout.REJECTS).write_text("spoilt", encoding="utf-8")
    with pytest.raises(DataError, match=r"rejects\.csv differs"):
        Prepared.open(folder).verify()
    (folder / layout.ITEMS).unlink()
    with pytest.raises(DataError, match=r"lacks matrix/items\.json"):
        Prepared.open(folder)
    (folder / layout.MANIFEST).write_text('{"format": 1}', encoding="utf-8")
    with pytest.raises(DataError, match="has format 1, this code reads 3; prepare the data again"):
        Prepared.open(folder)

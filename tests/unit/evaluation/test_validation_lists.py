"""The validation lists that trainings leave: written, found in their archives by contestant, refused when spoilt."""

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from bakeoff.errors import EvaluationError
from bakeoff.evaluation.validation_lists import ValidationLists, read_validation_lists

LISTS = ValidationLists(users=np.array([1, 4]), ranked=np.array([[3, 2], [0, -1]], np.int32))


def output(folder: Path, contestant: str, *, lists: ValidationLists | bytes | None) -> None:
    """What a training job of this contestant leaves."""
    made, target = folder / "made" / contestant, folder / "models" / f"job-{contestant}" / "output"
    made.mkdir(parents=True)
    target.mkdir(parents=True)
    (made / "model.json").write_text(json.dumps({"contestant": contestant}))
    if isinstance(lists, ValidationLists):
        lists.save(made)
    elif lists is not None:
        (made / "validation_lists.npz").write_bytes(lists)
    with tarfile.open(target / "output.tar.gz", "w:gz") as archive:
        for path in made.iterdir():
            archive.add(path, arcname=path.name)


def test_lists_are_found_by_their_contestant(tmp_path: Path) -> None:
    output(tmp_path, "ease", lists=LISTS)
    output(tmp_path, "of-before", lists=None)
    found = read_validation_lists(tmp_path / "models")
    assert list(found) == ["ease"]
    np.testing.assert_array_equal(found["ease"].users, LISTS.users)
    np.testing.assert_array_equal(found["ease"].ranked, LISTS.ranked)


@pytest.mark.parametrize("lists", [b"", b"no lists"])
def test_spoilt_lists_are_an_error_that_names_the_archive(tmp_path: Path, lists: bytes) -> None:
    output(tmp_path, "ease", lists=lists)
    with pytest.raises(EvaluationError, match=r"job-ease/output/output\.tar\.gz holds no validation lists"):
        read_validation_lists(tmp_path / "models")


def test_what_is_no_archive_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "output.tar.gz").write_bytes(b"x")
    with pytest.raises(EvaluationError, match="is no archive of a training"):
        read_validation_lists(tmp_path)

"""S3 locations: both spellings, names below a prefix, keys that lead out of a folder."""

from pathlib import Path
from typing import Any

import pytest

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.locations import below, checked, download_below, objects_with_names
from local_cloud.storage import StorageError


def test_both_spellings_of_a_location_are_read() -> None:
    assert checked("https://s3.us-east-1.amazonaws.com/bucket/a/b") == checked("s3://bucket/a/b") == "s3://bucket/a/b"
    assert below("s3://bucket/a/", "b") == below("s3://bucket/a", "b") == "s3://bucket/a/b"
    assert below("s3://bucket", "b") == "s3://bucket/b"


def test_what_is_no_location_is_refused() -> None:
    with pytest.raises(ServiceError) as refused:
        checked("https://example.com/bucket")
    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("s3://bucket/data/train/", ["a", "deep/b"]),
        ("s3://bucket/data/train", ["a", "deep/b", "train2/c"]),
        ("s3://bucket/data/train/a", ["a"]),
        ("s3://bucket/da", ["data/train/a", "data/train/deep/b", "data/train2/c"]),
        ("s3://bucket", ["data/train/a", "data/train/deep/b", "data/train2/c"]),
    ],
)
def test_names_are_relative_to_the_prefix(world: Any, prefix: str, names: list[str]) -> None:
    for key in ("train/a", "train/deep/b", "train2/c"):
        world.storage.put(f"s3://bucket/data/{key}", "")
    assert [name for _, name in objects_with_names(world.storage, prefix)] == names


def test_key_that_leads_out_of_its_folder_is_not_written(world: Any, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="leads out"):
        download_below(world.storage, "s3://bucket/x", folder=tmp_path / "in", name="../x")

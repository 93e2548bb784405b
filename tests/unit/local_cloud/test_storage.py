"""S3 behind the storage protocol: the forms of a location, and what S3 itself answers through moto."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from local_cloud.storage import S3Storage, StorageError, split_location


@pytest.mark.parametrize(
    ("uri", "bucket", "key"),
    [
        ("s3://films/a/b.csv", "films", "a/b.csv"),
        ("s3://films", "films", ""),
        ("s3://films/odd?name#1.csv", "films", "odd?name#1.csv"),
        ("https://s3.us-east-1.amazonaws.com/films/a/b.csv", "films", "a/b.csv"),
        ("https://films.s3.us-east-1.amazonaws.com/a/b%20c.csv", "films", "a/b c.csv"),
    ],
)
def test_every_form_of_a_location_gives_bucket_and_key(uri: str, bucket: str, key: str) -> None:
    assert split_location(uri) == (bucket, key)


@pytest.mark.parametrize("uri", ["/tmp/a.csv", "https://example.com/a.csv", "s3:///a.csv"])
def test_other_location_is_refused_by_name(uri: str) -> None:
    with pytest.raises(StorageError, match=uri):
        split_location(uri)


@pytest.fixture
def storage() -> Iterator[S3Storage]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        client.create_bucket(Bucket="films")
        yield S3Storage(endpoint="https://s3.us-east-1.amazonaws.com", region="us-east-1")


def test_what_is_written_is_listed_and_read(storage: S3Storage, tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_bytes(b"a\nb\n")
    for key in ("in/b.csv", "in/a.csv", "other"):
        storage.write(f"s3://films/{key}", file)
    assert storage.objects("s3://films/in/") == ["s3://films/in/a.csv", "s3://films/in/b.csv"]
    with storage.read("s3://films/in/a.csv") as stream:
        assert stream.read() == b"a\nb\n"


def test_missing_object_or_bucket_is_named(storage: S3Storage, tmp_path: Path) -> None:
    (tmp_path / "rows").touch()
    with pytest.raises(StorageError, match="s3://films/none cannot be read"):
        storage.read("s3://films/none")
    with pytest.raises(StorageError, match="s3://none/ cannot be listed"):
        storage.objects("s3://none/")
    with pytest.raises(StorageError, match="s3://none/rows cannot be written"):
        storage.write("s3://none/rows", tmp_path / "rows")

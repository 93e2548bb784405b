"""Bringing a folder to S3, on moto."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from bakeoff.command_line.datasets import check, data_set_name, load, only_data_set
from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.upload import upload_folder
from bakeoff.errors import ConfigurationError, DataError, RunError
from tests.support.small_data import small_data, write_csv


def bucket() -> Any:
    s3: Any = boto3.client("s3", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")
    s3.create_bucket(Bucket="the-bucket")
    return s3


def keys(s3: Any) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket="the-bucket").get("Contents", [])]


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@mock_aws
def test_sends_what_changed_leaves_the_rest_and_removes_what_vanished(tmp_path: Path) -> None:
    s3 = bucket()
    folder = write(tmp_path / "in", {"ratings.csv": "1", "more/links.csv": "2", ".hidden": "3"})
    s3.put_object(Bucket="the-bucket", Key="raw/other/ratings.csv", Body=b"kept")
    told: list[tuple[str, int, int]] = []

    first = upload_folder(s3, folder, bucket="the-bucket", prefix="raw/in/", progress=lambda *step: told.append(step))
    assert (first.sent, first.unchanged, first.removed) == (["more/links.csv", "ratings.csv"], [], [])
    assert told == [("links.csv", 1, 1), ("ratings.csv", 1, 1)]

    (folder / "ratings.csv").write_text("changed")
    (folder / "more" / "links.csv").unlink()
    (folder / "movies.csv").write_text("4")
    second = upload_folder(s3, folder, bucket="the-bucket", prefix="raw/in/")
    assert (second.sent, second.unchanged, second.removed) == (["movies.csv", "ratings.csv"], [], ["more/links.csv"])

    third = upload_folder(s3, folder, bucket="the-bucket", prefix="raw/in/")
    assert (third.sent, third.unchanged, third.removed) == ([], ["movies.csv", "ratings.csv"], [])
    assert keys(s3) == ["raw/in/movies.csv", "raw/in/ratings.csv", "raw/other/ratings.csv"]
    assert s3.get_object(Bucket="the-bucket", Key="raw/in/ratings.csv")["Body"].read() == b"changed"


@mock_aws
def test_a_folder_that_is_not_there_or_empty_is_refused(tmp_path: Path) -> None:
    s3 = bucket()
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(DataError, match="no folder with files"):
            upload_folder(s3, folder, bucket="the-bucket", prefix="raw/in/")


@mock_aws
def test_a_folder_in_no_known_format_is_refused_before_anything_is_sent(tmp_path: Path, deployed: Deployed) -> None:
    s3 = bucket()
    with pytest.raises(DataError, match=r"holds no interactions in a known format \(there is notes\.txt\)"):
        load(s3, deployed, write(tmp_path / "in", {"notes.txt": "x"}))
    assert keys(s3) == []


@mock_aws
def test_missing_files_and_columns_are_all_told_before_anything_is_sent(tmp_path: Path, deployed: Deployed) -> None:
    s3 = bucket()
    folder = write_csv(tmp_path / "in", small_data())
    (folder / "links.csv").unlink()
    (folder / "ratings.csv").write_text("userId,movieId,stars,timestamp\n")
    with pytest.raises(DataError, match=r"cannot be prepared: ") as raised:
        load(s3, deployed, folder)
    assert "ratings.csv lacks the column rating; its first line has userId, movieId, stars, timestamp." in str(
        raised.value
    )
    assert "links.csv is missing; put it there." in str(raised.value)
    assert keys(s3) == []


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="'netflix' is no mapping; known: auto, movielens-atomic"):
        check(tmp_path, mapping="netflix")
    with pytest.raises(DataError, match="gone does not exist"):
        check(tmp_path / "gone")


def test_the_data_set_is_called_like_its_folder(tmp_path: Path) -> None:
    assert data_set_name(tmp_path / "My Films (2026)") == "my-films-2026"
    with pytest.raises(DataError, match="gives a data set no name"):
        data_set_name(tmp_path / "___")


@mock_aws
def test_a_run_takes_the_only_data_set_and_asks_where_there_are_several(tmp_path: Path, deployed: Deployed) -> None:
    s3 = bucket()
    with pytest.raises(RunError, match="No data is loaded"):
        only_data_set(s3, deployed)
    assert load(s3, deployed, write_csv(tmp_path / "one", small_data())) == "one"
    assert only_data_set(s3, deployed) == "one"
    load(s3, deployed, write_csv(tmp_path / "two", small_data()))
    with pytest.raises(RunError, match="--dataset one or --dataset two"):
        only_data_set(s3, deployed)

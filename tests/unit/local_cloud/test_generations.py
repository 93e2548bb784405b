"""Generations of snapshots on disk."""

import json
from pathlib import Path

import pytest

from local_cloud.generations import Generations, restore


def content(history: Generations) -> dict[str, bytes]:
    current = history.current()
    assert current is not None
    return {path.relative_to(current).as_posix(): path.read_bytes() for path in current.rglob("*") if path.is_file()}


def test_before_the_first_there_is_none(tmp_path: Path) -> None:
    assert Generations(tmp_path).current() is None


def test_a_generation_holds_new_kept_and_linked_files(tmp_path: Path) -> None:
    history = Generations(tmp_path / "generations")
    (tmp_path / "code.zip").write_bytes(b"zip")
    linked = {"blobs/code.zip": tmp_path / "code.zip"}
    assert history.write({"a.json": b"1", "played/b.json": b"2"}, kept=[], linked={}) is True
    assert history.write({"a.json": b"3"}, kept=["played/b.json"], linked=linked) is True
    assert content(history) == {"a.json": b"3", "played/b.json": b"2", "blobs/code.zip": b"zip"}
    assert content(Generations(tmp_path / "generations")) == content(history)


def test_nothing_new_is_no_new_generation(tmp_path: Path) -> None:
    history = Generations(tmp_path)
    history.write({"a.json": b"1"}, kept=[], linked={})
    before = history.current()
    assert history.write({}, kept=["a.json"], linked={}) is False
    assert history.current() == before


def test_a_file_that_went_away_is_a_new_generation(tmp_path: Path) -> None:
    history = Generations(tmp_path)
    history.write({"a.json": b"1", "b.json": b"2"}, kept=[], linked={})
    assert history.write({}, kept=["a.json"], linked={}) is True
    assert content(history) == {"a.json": b"1"}


def test_two_are_kept(tmp_path: Path) -> None:
    history = Generations(tmp_path)
    for number in range(5):
        history.write({"a.json": str(number).encode()}, kept=[], linked={})
    assert sorted(folder.name for folder in tmp_path.iterdir() if folder.is_dir()) == ["00000004", "00000005"]


def test_a_write_that_breaks_off_leaves_the_current_generation(tmp_path: Path) -> None:
    history = Generations(tmp_path)
    history.write({"a.json": b"1"}, kept=[], linked={})
    with pytest.raises(FileNotFoundError):
        history.write({"a.json": b"2"}, kept=[], linked={"code.zip": tmp_path / "absent.zip"})
    assert content(history) == {"a.json": b"1"}
    history.write({"a.json": b"3"}, kept=[], linked={})
    assert content(history) == {"a.json": b"3"}
    assert not list(tmp_path.glob("*.partial"))


def bucket_state(*names: str) -> bytes:
    buckets: dict[str, object] = {f"123456789012\x00{name!r}": {} for name in names}
    return json.dumps({"payload": {"buckets_meta": {"__scoped__": True, "data": buckets}}}).encode()


def test_restoring_removes_what_is_newer_and_keeps_what_is_known(tmp_path: Path) -> None:
    history = Generations(tmp_path / "generations")
    history.write({"s3.json": bucket_state("old"), "ssm.json": b"{}"}, kept=[], linked={})
    services, buckets = tmp_path / "services", tmp_path / "s3"
    services.mkdir()
    (services / "newer.json").write_text("{}")
    (services / "key.pem").write_text("secret")
    objects = [
        "123456789012/old/a",
        "123456789012/new/a",
        ".versions/123456789012/old/1/a",
        ".versions/123456789012/new/1/a",
    ]
    for name in objects:
        (buckets / name).parent.mkdir(parents=True)
        (buckets / name).write_text("x")
    restore(history.current(), services=services, buckets=buckets)
    assert sorted(path.name for path in services.iterdir()) == ["key.pem", "s3.json", "ssm.json"]
    left = sorted(path.relative_to(buckets).as_posix() for path in buckets.rglob("*") if path.is_file())
    assert left == [".versions/123456789012/old/1/a", "123456789012/old/a"]


def test_restoring_nothing_empties_the_folders(tmp_path: Path) -> None:
    services, buckets = tmp_path / "services", tmp_path / "s3"
    services.mkdir()
    (services / "ssm.json").write_text("{}")
    (buckets / "123456789012" / "new").mkdir(parents=True)
    restore(None, services=services, buckets=buckets)
    assert list(services.iterdir()) == []
    assert list((buckets / "123456789012").iterdir()) == []

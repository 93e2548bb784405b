"""The state folder: one launcher at a time, one format."""

import json
import os
from pathlib import Path

import pytest

from local_cloud import state_folder
from local_cloud.state_folder import StateFolderError


def test_a_new_folder_is_made_ready(tmp_path: Path) -> None:
    lock = state_folder.lock(tmp_path / "new")
    state_folder.prepare(tmp_path / "new")
    os.close(lock)
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"format.json", "lock", "tmp", "services", "s3", "played", "generations"}
    assert json.loads((tmp_path / "new" / "format.json").read_text()) == {"format": 2, "ministack": "1.5.33"}


def test_a_folder_in_use_is_refused_with_who_uses_it(tmp_path: Path) -> None:
    lock = state_folder.lock(tmp_path)
    state_folder.write_running(tmp_path, port=4601)
    with pytest.raises(StateFolderError, match=rf"on port 4601 \(process {os.getpid()}\).*stop --state"):
        state_folder.lock(tmp_path)
    os.close(lock)
    os.close(state_folder.lock(tmp_path))


def test_a_record_of_a_launcher_that_is_gone_counts_for_nothing(tmp_path: Path) -> None:
    lock = state_folder.lock(tmp_path)
    state_folder.write_running(tmp_path, port=4601)
    assert state_folder.read_running(tmp_path) == {"pid": os.getpid(), "port": 4601}
    os.close(lock)
    assert state_folder.read_running(tmp_path) is None


def test_the_lock_is_not_inherited(tmp_path: Path) -> None:
    lock = state_folder.lock(tmp_path)
    assert os.get_inheritable(lock) is False
    os.close(lock)


@pytest.mark.parametrize("content", ['{"format": 1, "ministack": "1.5.33"}', '{"format": 2}', "not json", "[1]"])
def test_another_format_is_refused_with_what_to_do(tmp_path: Path, content: str) -> None:
    (tmp_path / "format.json").write_text(content)
    with pytest.raises(StateFolderError, match="Delete the folder and deploy again"):
        state_folder.prepare(tmp_path)
    assert (tmp_path / "format.json").read_text() == content


def test_the_temporary_files_of_the_last_run_are_removed(tmp_path: Path) -> None:
    state_folder.prepare(tmp_path)
    (tmp_path / "tmp" / "left").write_text("over")
    (tmp_path / "played" / "model").write_text("kept")
    state_folder.prepare(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert (tmp_path / "played" / "model").read_text() == "kept"

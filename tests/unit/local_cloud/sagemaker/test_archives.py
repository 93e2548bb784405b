"""Archives: a folder and back, and what would lead out of it."""

import io
import tarfile
from pathlib import Path

import pytest

from local_cloud.sagemaker.archives import ArchiveError, pack, unpack


def archive_of(member: tarfile.TarInfo, folder: Path) -> Path:
    path = folder / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def test_a_folder_comes_back_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "made" / "code").mkdir(parents=True)
    (tmp_path / "made" / "code" / "inference.py").write_text("answer = 1")
    pack(tmp_path / "made", tmp_path / "model.tar.gz")
    unpack(tmp_path / "model.tar.gz", tmp_path / "back")
    found = {path.relative_to(tmp_path / "back").as_posix() for path in (tmp_path / "back").rglob("*")}
    assert found == {"code", "code/inference.py"}
    assert (tmp_path / "back" / "code" / "inference.py").read_text() == "answer = 1"


@pytest.mark.parametrize("name", ["../outside", "code/../../outside"])
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    member = tarfile.TarInfo(name)
    member.size = 1
    with pytest.raises(ArchiveError, match=r"model\.tar\.gz cannot be unpacked.*outside"):
        unpack(archive_of(member, tmp_path), tmp_path / "back")
    assert not (tmp_path / "outside").exists()


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    member = tarfile.TarInfo("link")
    member.type, member.linkname = tarfile.SYMTYPE, "../../outside"
    with pytest.raises(ArchiveError, match="cannot be unpacked"):
        unpack(archive_of(member, tmp_path), tmp_path / "back")


def test_what_is_no_archive_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_text("no archive")
    with pytest.raises(ArchiveError, match=r"model\.tar\.gz cannot be unpacked"):
        unpack(tmp_path / "model.tar.gz", tmp_path / "back")

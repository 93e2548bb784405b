"""Fetching from GroupLens, with an opener that holds the site in memory."""

import hashlib
import io
import zipfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from urllib.error import URLError

import pytest

from bakeoff.command_line import grouplens
from bakeoff.command_line.grouplens import fetch
from bakeoff.errors import DataError


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


class Site:
    """What lies at which address; remembers what was asked for."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def __call__(self, url: str) -> AbstractContextManager[grouplens.Stream]:
        self.asked.append(url)
        return nullcontext(io.BytesIO(self.pages[url]))


def site(archive: bytes, *, md5: str | None = None, style: str = "{md5}  ml-latest-small.zip\n") -> Site:
    url = f"{grouplens.SITE}ml-latest-small.zip"
    published = md5 or hashlib.md5(archive, usedforsecurity=False).hexdigest()
    return Site({url: archive, f"{url}.md5": style.format(md5=published).encode()})


@pytest.mark.parametrize("style", ["{md5}  ml-latest-small.zip\n", "MD5 (ml-latest-small.zip) = {md5}\n"])
def test_unpacks_an_archive_whose_checksum_is_the_published_one(tmp_path: Path, style: str) -> None:
    archive = zipped({"ml-latest-small/ratings.csv": "userId\n1\n", "ml-latest-small/links.csv": "movieId\n"})
    opener = site(archive, style=style)
    received: list[int] = []

    folder = fetch("ml-latest-small", data_folder=tmp_path, opener=opener, progress=received.append)

    assert folder == tmp_path / "ml-latest-small"
    assert (folder / "ratings.csv").read_text() == "userId\n1\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ml-latest-small"]
    assert opener.asked == [f"{grouplens.SITE}ml-latest-small.zip.md5", f"{grouplens.SITE}ml-latest-small.zip"]
    assert received == [len(archive)]


def test_refuses_an_archive_with_another_checksum_and_leaves_nothing(tmp_path: Path) -> None:
    opener = site(zipped({"ml-latest-small/ratings.csv": "cut"}), md5="0" * 32)
    with pytest.raises(DataError, match=r"GroupLens publishes 0{32}"):
        fetch("ml-latest-small", data_folder=tmp_path, opener=opener)
    assert list(tmp_path.iterdir()) == []


def test_leaves_a_folder_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "ml-25m").mkdir()
    opener = Site({})
    assert fetch("ml-25m", data_folder=tmp_path, opener=opener) == tmp_path / "ml-25m"
    assert opener.asked == []


def test_says_what_to_do_without_a_network(tmp_path: Path) -> None:
    def unreachable(url: str) -> AbstractContextManager[grouplens.Stream]:
        raise URLError("Name or service not known")

    with pytest.raises(DataError, match=r"could not be read: .*Name or service not known.*\n.*--data FOLDER"):
        fetch("ml-latest", data_folder=tmp_path, opener=unreachable)


def test_a_connection_lost_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    class Cut(io.BytesIO):
        def read(self, amount: int | None = -1, /) -> bytes:
            raise ConnectionResetError("reset by peer")

    opener = site(b"never read")
    fine = opener.__call__

    def cut(url: str) -> AbstractContextManager[grouplens.Stream]:
        return fine(url) if url.endswith(".md5") else nullcontext(Cut())

    with pytest.raises(DataError, match="reset by peer"):
        fetch("ml-latest-small", data_folder=tmp_path, opener=cut)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["ml-latest-small/../../evil", "/etc/evil", "other/ratings.csv", "ml-latest-small"])
def test_refuses_an_archive_whose_paths_lead_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="where only ml-latest-small/ was expected"):
        fetch("ml-latest-small", data_folder=tmp_path, opener=site(zipped({name: "x"})))
    assert list(tmp_path.iterdir()) == []


def test_refuses_what_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be unpacked"):
        fetch("ml-latest-small", data_folder=tmp_path, opener=site(b"<html>not found</html>"))


def test_refuses_a_checksum_page_without_a_checksum(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no MD5 but 'gone'"):
        fetch("ml-latest-small", data_folder=tmp_path, opener=site(b"", style="gone"))


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'ml-1b' is no data set.*ml-latest-small, ml-latest, ml-25m"):
        fetch("ml-1b", data_folder=tmp_path)

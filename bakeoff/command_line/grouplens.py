"""Fetches a MovieLens data set from GroupLens: checked against the published MD5, there whole or not at all."""

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.error import URLError
from urllib.request import urlopen

from bakeoff.command_line.atomic import appearing
from bakeoff.errors import DataError

SITE = "https://files.grouplens.org/datasets/movielens/"
DATA_SETS = ("ml-latest-small", "ml-latest", "ml-25m")
# GroupLens has no plots, directors and actors; this table from Kaggle ("IMDb movies extensive dataset") has.
JOINED_WITH = "IMDb movies.csv"
CHUNK = 1 << 20
TIMEOUT_SECONDS = 30.0


class Stream(Protocol):
    """What is read of an HTTP answer."""

    def read(self, amount: int, /) -> bytes: ...


Opener = Callable[[str], AbstractContextManager[Stream]]
Progress = Callable[[int], None]


def open_url(url: str) -> AbstractContextManager[Stream]:
    """Open `url` with a timeout for each read."""
    opened: AbstractContextManager[Stream] = urlopen(url, timeout=TIMEOUT_SECONDS)
    return opened


def fetch(
    name: str, *, data_folder: Path, opener: Opener = open_url, progress: Progress = lambda received: None
) -> Path:
    """Fetch the data set `name` into ``data_folder/name``; a folder that is there already is left as it is.

    Args:
        name: one of `DATA_SETS`.
        data_folder: where data sets lie.
        opener: opens a URL for reading.
        progress: told the bytes received so far.

    Raises:
        DataError: an unknown name, no network, a wrong checksum, an archive that cannot be unpacked.
    """
    if name not in DATA_SETS:
        raise DataError(f"'{name}' is no data set that can be fetched; choose one of {', '.join(DATA_SETS)}.")
    folder = data_folder / name
    if folder.is_dir():
        return folder
    url = f"{SITE}{name}.zip"
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / f"{name}.zip"
        published = _published_md5(f"{url}.md5", opener=opener)
        found = _download(url, archive, opener=opener, progress=progress)
        if found != published:
            raise DataError(
                f"{url} arrived with the MD5 {found}; GroupLens publishes {published}. "
                "The download was cut short or changed on the way, and nothing was kept: fetch it again."
            )
        with appearing(folder) as temporary:
            _unpack(archive, temporary, top=name)
    return folder


def _published_md5(url: str, *, opener: Opener) -> str:
    """GroupLens writes both ``<md5>  <file>`` and ``MD5 (<file>) = <md5>``."""
    try:
        with opener(url) as stream:
            text = stream.read(1024).decode("utf-8", errors="replace")
    except (URLError, OSError) as error:
        raise _unreachable(url, error) from error
    found = re.search(r"\b[0-9a-f]{32}\b", text)
    if found is None:
        raise DataError(f"{url} holds no MD5 but '{text.strip()[:80]}'. The site may be down: try again later.")
    return found.group()


def _download(url: str, path: Path, *, opener: Opener, progress: Progress) -> str:
    """Write what lies at `url` to `path`; its MD5."""
    md5 = hashlib.md5(usedforsecurity=False)
    received = 0
    try:
        with opener(url) as stream, path.open("wb") as file:
            while chunk := stream.read(CHUNK):
                md5.update(chunk)
                file.write(chunk)
                received += len(chunk)
                progress(received)
    except (URLError, OSError) as error:
        raise _unreachable(url, error) from error
    return md5.hexdigest()


def _unreachable(url: str, error: Exception) -> DataError:
    return DataError(
        f"{url} could not be read: {error}.\nCheck the network and the proxy settings (HTTPS_PROXY), or download "
        "the archive elsewhere, unpack it and name its folder: --data FOLDER."
    )


def _unpack(archive: Path, folder: Path, *, top: str) -> None:
    """Unpack the files below the archive's folder `top` into `folder`; refuse a path that leads elsewhere."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                if member.is_dir():
                    continue
                path = PurePosixPath(member.filename)
                if path.parts[0] != top or ".." in path.parts or len(path.parts) < 2:
                    raise DataError(f"{archive.name} holds '{member.filename}' where only {top}/ was expected.")
                target = folder.joinpath(*path.parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(member) as source, target.open("wb") as file:
                    while chunk := source.read(CHUNK):
                        file.write(chunk)
    except zipfile.BadZipFile as error:
        raise DataError(f"{archive.name} cannot be unpacked: {error}. Fetch it again.") from error

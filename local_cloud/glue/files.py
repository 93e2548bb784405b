"""What a run sees of S3: everything under the addresses in its arguments before it, and what it changed after it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from local_cloud.sagemaker.locations import download_below
from local_cloud.storage import Storage, split_location

_ADDRESS = re.compile(r"""s3a?://[^\s"',;]+""")
State = dict[str, tuple[int, int]]


class Objects(Storage, Protocol):
    """S3, with what Spark's committers need besides."""

    def delete(self, uri: str) -> None:
        """Delete the object.

        Raises:
            StorageError: the bucket does not exist or refuses.
        """


def addresses(values: Iterable[str]) -> list[str]:
    """The S3 addresses that stand in `values`, each once, as ``s3://bucket/key``."""
    found = [split_location(address.replace("s3a://", "s3://", 1)) for value in values for address in _found(value)]
    return list(dict.fromkeys(f"s3://{bucket}/{key}" for bucket, key in found))


def _found(value: str) -> list[str]:
    return _ADDRESS.findall(value)


def bring(storage: Storage, uris: Iterable[str], *, into: Path) -> State:
    """Download every object under `uris` to ``into/<bucket>/<key>``; the state of the folder afterwards.

    Raises:
        StorageError: S3 cannot be read, or a key leads out of the folder.
    """
    for uri in uris:
        for location in storage.objects(uri):
            bucket, key = split_location(location)
            download_below(storage, location, folder=into / bucket, name=key)
    return state(into)


def state(folder: Path) -> State:
    """Size and time of every file below `folder`, without Hadoop's checksums of local files."""
    files = [path for path in folder.rglob("*") if path.is_file() and not _is_checksum(path)]
    return {path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def take_back(storage: Objects, folder: Path, *, before: Mapping[str, tuple[int, int]]) -> None:
    """Upload the files that are new or changed since `before`, and delete the objects whose files are gone."""
    now = state(folder)
    for name in sorted(name for name in now if now[name] != before.get(name)):
        storage.write(f"s3://{name}", folder / name)
    for name in sorted(before.keys() - now.keys()):
        storage.delete(f"s3://{name}")


def _is_checksum(path: Path) -> bool:
    return path.name.startswith(".") and path.suffix == ".crc"

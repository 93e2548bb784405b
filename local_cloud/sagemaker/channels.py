"""Brings a job's S3 inputs into its folder: all objects under a prefix, or those that a manifest names."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.locations import below, checked, download_below, objects_with_names
from local_cloud.storage import Storage, StorageError


class NoObjectsError(StorageError):
    """Nothing lies under an input's URI."""


def inputs_of(storage: Storage, *, uri: str, kind: str) -> list[tuple[str, str]]:
    """(location, name) of every object of an input.

    Args:
        storage: S3.
        uri: a prefix or the manifest's object.
        kind: ``S3Prefix`` or ``ManifestFile``.

    Raises:
        NoObjectsError: there are none.
        StorageError: S3 cannot be read, or the manifest is malformed.
    """
    found = _manifest(storage, checked(uri)) if kind == "ManifestFile" else objects_with_names(storage, uri)
    if not found:
        raise NoObjectsError(f'No S3 objects found under S3 URL "{uri}" given in input data source.')
    return found


def download_input(storage: Storage, *, uri: str, kind: str, folder: Path) -> None:
    """Write an input's objects below `folder`. Arguments and errors as those of `inputs_of`."""
    folder.mkdir(parents=True, exist_ok=True)
    for location, name in inputs_of(storage, uri=uri, kind=kind):
        download_below(storage, location, folder=folder, name=name)


def upload_folder(storage: Storage, folder: Path, *, uri: str) -> None:
    """Store every file below `folder` under the prefix `uri`."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        storage.write(below(uri, path.relative_to(folder).as_posix()), path)


def _manifest(storage: Storage, uri: str) -> list[tuple[str, str]]:
    """A manifest's first element is ``{"prefix": ...}``; the others are suffixes to it.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    with closing(storage.read(uri)) as stream:
        text = stream.read()
    try:
        rows: Any = json.loads(text)
        prefix, suffixes = checked(rows[0]["prefix"]), [str(suffix) for suffix in rows[1:]]
    except (ValueError, LookupError, TypeError) as error:
        raise StorageError(f'The manifest {uri} is not a JSON list that begins with {{"prefix": ...}}') from error
    return [(f"{prefix}{suffix}", suffix.lstrip("/")) for suffix in suffixes]

"""Brings a folder of raw data to S3: unchanged files are left, vanished ones removed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from bakeoff.errors import DataError

CHUNK = 1 << 20
# The object's metadata that says what was uploaded; an ETag is no checksum once a file is sent in parts.
DIGEST = "sha256"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """What became of a folder's files, by relative path."""

    sent: list[str]
    unchanged: list[str]
    removed: list[str]


def upload_folder(
    s3: Any, folder: Path, *, bucket: str, prefix: str, progress: Progress = lambda path, sent, total: None
) -> Uploaded:
    """Make the objects below `prefix` the files of `folder`.

    Args:
        s3: a client.
        folder: hidden files are left out.
        bucket: where to.
        prefix: ends in a slash.
        progress: told, for a file, the bytes sent so far and its size.

    Raises:
        DataError: there is no such folder, or nothing in it.
    """
    files = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    if not files:
        raise DataError(f"{folder} is no folder with files. Name the folder that holds the data: --data FOLDER.")
    sent, unchanged = [], []
    for name, path in sorted(files.items()):
        digest = sha256(path)
        if _stored_digest(s3, bucket=bucket, key=prefix + name) == digest:
            unchanged.append(name)
            continue
        _send(s3, path, bucket=bucket, key=prefix + name, digest=digest, progress=progress)
        sent.append(name)
    removed = sorted(_stored(s3, bucket=bucket, prefix=prefix) - set(files))
    for name in removed:
        s3.delete_object(Bucket=bucket, Key=prefix + name)
    return Uploaded(sent=sent, unchanged=unchanged, removed=removed)


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _send(s3: Any, path: Path, *, bucket: str, key: str, digest: str, progress: Progress) -> None:
    total = path.stat().st_size
    sent = 0

    def count(amount: int) -> None:
        nonlocal sent
        sent += amount
        progress(path.name, sent, total)

    s3.upload_file(str(path), bucket, key, ExtraArgs={"Metadata": {DIGEST: digest}}, Callback=count)


def _stored_digest(s3: Any, *, bucket: str, key: str) -> str | None:
    try:
        found: str | None = s3.head_object(Bucket=bucket, Key=key)["Metadata"].get(DIGEST)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return None
        raise
    return found


def _stored(s3: Any, *, bucket: str, prefix: str) -> set[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {entry["Key"].removeprefix(prefix) for page in pages for entry in page.get("Contents", [])}

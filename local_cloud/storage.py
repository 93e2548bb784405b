"""Where played services read and write their objects: S3 behind a protocol small enough to replace in a test."""

from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


class StorageError(Exception):
    """S3 refused or failed, or a location is no S3 location; the message names the location."""


class Storage(Protocol):
    """What a played service needs of S3. Locations are URIs such as ``s3://bucket/key``."""

    def objects(self, uri: str) -> list[str]:
        """URIs of all objects whose key begins with that of `uri`, sorted; folder markers are left out."""

    def read(self, uri: str) -> BinaryIO:
        """The object's bytes as a stream that the caller closes.

        Raises:
            StorageError: the object does not exist or cannot be read.
        """

    def write(self, uri: str, path: Path) -> None:
        """Upload the file at `path`.

        Raises:
            StorageError: the bucket does not exist or refuses.
        """


def split_location(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 location, in its ``s3://`` form or one of the two ``https://`` forms.

    CDK writes ``https://s3.<region>.amazonaws.com/<bucket>/<key>`` where a template says `S3Location`.

    Raises:
        StorageError: `uri` is not an S3 location.
    """
    parts = urlsplit(uri)
    path = unquote(parts.path) if parts.scheme != "s3" else uri.removeprefix(f"s3://{parts.netloc}")
    if parts.scheme == "s3" and parts.netloc:
        return parts.netloc, path.lstrip("/")
    if parts.scheme in ("http", "https"):
        host = parts.netloc.split(":")[0]
        if host.startswith(("s3.", "s3-")):
            bucket, _, key = path.lstrip("/").partition("/")
            return bucket, key
        if ".s3." in host or ".s3-" in host:
            return host.split(".s3")[0], path.lstrip("/")
    raise StorageError(f"{uri} is not a location in S3; write s3://<bucket>/<key>")


class S3Storage:
    """S3 at `endpoint`, the gateway of the local cloud, which takes any credentials."""

    def __init__(self, *, endpoint: str, region: str) -> None:
        self._endpoint = endpoint
        self._region = region

    @cached_property
    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self._endpoint,
            region_name=self._region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}),
        )

    def objects(self, uri: str) -> list[str]:
        bucket, prefix = split_location(uri)
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"{uri} cannot be listed: {error}") from error
        return sorted(f"s3://{bucket}/{key}" for key in keys if not key.endswith("/"))

    def read(self, uri: str) -> BinaryIO:
        bucket, key = split_location(uri)
        try:
            return cast(BinaryIO, self._client.get_object(Bucket=bucket, Key=key)["Body"])
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"{uri} cannot be read: {error}") from error

    def write(self, uri: str, path: Path) -> None:
        bucket, key = split_location(uri)
        try:
            self._client.upload_file(str(path), bucket, key)
        except (BotoCoreError, ClientError, boto3.exceptions.S3UploadFailedError) as error:
            raise StorageError(f"{uri} cannot be written: {error}") from error

    def delete(self, uri: str) -> None:
        """Delete the object.

        Raises:
            StorageError: the bucket does not exist or refuses.
        """
        bucket, key = split_location(uri)
        try:
            self._client.delete_object(Bucket=bucket, Key=key)
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"{uri} cannot be deleted: {error}") from error

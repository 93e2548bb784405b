"""S3 locations as SageMaker reads them: prefixes, what lies below them, and files that come from them."""

import shutil
from contextlib import closing
from pathlib import Path, PurePosixPath

from local_cloud.errors import ServiceError
from local_cloud.storage import Storage, StorageError, split_location


def checked(uri: str) -> str:
    """`uri` as ``s3://bucket/key``; CDK writes it as ``https://s3.<region>.amazonaws.com/bucket/key``.

    Raises:
        ServiceError: ``ValidationException`` where it is no location in S3.
    """
    try:
        bucket, key = split_location(uri)
    except StorageError as error:
        raise ServiceError("ValidationException", str(error)) from error
    return f"s3://{bucket}/{key}"


def below(uri: str, relative: str) -> str:
    """The location `relative` below the prefix `uri`, with one slash between them."""
    return f"{checked(uri).rstrip('/')}/{relative}"


def objects_with_names(storage: Storage, uri: str) -> list[tuple[str, str]]:
    """(location, name below the prefix) of every object under `uri`.

    A prefix is a plain beginning of keys, as on AWS: ``data/train`` takes ``data/train2/x`` too.

    Raises:
        StorageError: S3 cannot be read.
    """
    prefix = checked(uri)
    return [(location, _name(location, prefix)) for location in storage.objects(prefix)]


def _name(location: str, prefix: str) -> str:
    if location == prefix:
        return PurePosixPath(location).name
    if location.startswith(f"{prefix}/"):
        return location[len(prefix) + 1 :]
    return location[prefix.rfind("/") + 1 :]


def download(storage: Storage, uri: str, path: Path) -> None:
    """Write the object at `uri` to the file `path`.

    Raises:
        StorageError: it cannot be read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with closing(storage.read(checked(uri))) as source, part.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    part.replace(path)


def download_below(storage: Storage, uri: str, *, folder: Path, name: str) -> None:
    """Write the object at `uri` to `name` below `folder`.

    Raises:
        StorageError: it cannot be read, or the name leads out of the folder.
    """
    if ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute():
        raise StorageError(f"The key of {uri} leads out of its folder")
    download(storage, uri, folder / name)

"""Archives of jobs and models: a folder as `.tar.gz`, and back."""

from pathlib import Path

from backports import tarfile


class ArchiveError(Exception):
    """A file is no readable `.tar.gz`, or holds names that lead out of its folder."""


def pack(folder: Path, archive: Path) -> None:
    """Write everything below `folder` into `archive`, names relative to the folder."""
    part = archive.with_name(f"{archive.name}.part")
    with tarfile.open(part, "w:gz", compresslevel=6) as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, arcname=path.name)
    part.replace(archive)


def unpack(archive: Path, folder: Path) -> None:
    """Write what `archive` holds below `folder`.

    Raises:
        ArchiveError: it cannot be read, or is not safe to unpack.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ArchiveError(f"{archive.name} cannot be unpacked: {error}") from error

"""The data that is there without a download site: MovieLens 100K, out of the wheel of the package recbole."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from bakeoff.command_line.atomic import appearing
from bakeoff.errors import DataError

NAME = "ml-100k"
REQUIREMENT = "recbole==1.2.1"
WHEEL_SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
INSIDE = "recbole/dataset_example/ml-100k/"

Download = Callable[[str, Path], None]


def pip_download(requirement: str, folder: Path) -> None:
    """Put the wheel of `requirement`, without its dependencies, into `folder`; pip's own settings hold.

    Raises:
        DataError: pip failed; with the last line of what it said.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run(
        [*command, "--only-binary=:all:", "--dest", str(folder), requirement],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or "nothing").splitlines()[-1]
        raise DataError(
            f"The demo's data, MovieLens 100K, lies in the package {requirement}, and pip could not fetch it: {said}\n"
            "Check that pip reaches a package index, or name a folder of your own: --data FOLDER."
        )


def demo_data(data_folder: Path, *, download: Download = pip_download) -> Path:
    """The folder with MovieLens 100K below `data_folder`; fetched when it is not there.

    Raises:
        DataError: the wheel cannot be fetched, or is not the one whose checksum is pinned here.
    """
    folder = data_folder / NAME
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory() as scratch:
        download(REQUIREMENT, Path(scratch))
        wheel = _checked_wheel(Path(scratch))
        with appearing(folder) as temporary, zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                if member.filename.startswith(INSIDE) and not member.is_dir():
                    (temporary / Path(member.filename).name).write_bytes(archive.read(member))
    return folder


def _checked_wheel(folder: Path) -> Path:
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise DataError(f"pip fetched {len(wheels)} wheels for {REQUIREMENT} where one was asked for.")
    found = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise DataError(
            f"{wheels[0].name} has the SHA-256 {found}, not {WHEEL_SHA256}: it is not the file that was published. "
            "Nothing of it was used. Check which package index pip is set to."
        )
    return wheels[0]

"""Fetches the wheels that travel with a job, once: pinned by version and hash, for the Python of its image.

`python -m bakeoff.wheels` fetches those of every job. Standard library and pip only, for synth needs it.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bakeoff.errors import SetupError

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "wheels"
# Ubuntu 24.04 of the image has glibc 2.39: https://peps.python.org/pep-0600/.
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64")
PYTHON_VERSION = "3.12"
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")
Download = Callable[[Path, Path], None]


def fetched(job: str, *, root: Path = ROOT, folder: Path = FOLDER, download: Download | None = None) -> list[Path]:
    """The wheels of ``sagemaker_jobs/<job>/wheels.txt``, sorted by name; downloaded where one is missing or damaged.

    Args:
        job: the job's folder.
        root: where ``sagemaker_jobs`` lies.
        folder: holds the wheels, in a folder for each content of a ``wheels.txt``.
        download: writes the wheels of a list into a folder; pip by default.

    Raises:
        SetupError: pip cannot get them, or brought others.
    """
    pins = root / "sagemaker_jobs" / job / "wheels.txt"
    content = pins.read_bytes()
    wanted = set(_HASH.findall(content.decode()))
    target = folder / hashlib.sha256(content).hexdigest()[:12]
    if _hashes(target) != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="unfinished-") as unfinished:
            (download or _with_pip)(pins, Path(unfinished))
            if _hashes(Path(unfinished)) != wanted:
                raise SetupError(f"The wheels that were downloaded are not those of {pins}; name each hash once there.")
            shutil.rmtree(target, ignore_errors=True)
            Path(unfinished).rename(target)
            Path(unfinished).mkdir()  # for the context manager to remove
    return sorted(target.glob("*.whl"))


def is_pure(wheel: Path) -> bool:
    """Whether a wheel is Python alone, for any machine: its content can be imported from a zip."""
    return wheel.stem.endswith("-none-any")


def _hashes(folder: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.whl")}


def _with_pip(pins: Path, folder: Path) -> None:
    platforms = [option for platform in PLATFORMS for option in ("--platform", platform)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    command += ["--no-deps", "--only-binary=:all:", *platforms, "--python-version", PYTHON_VERSION]
    done = subprocess.run(
        [*command, "--dest", str(folder), "--requirement", str(pins)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        told = "".join(f"\n  {line}" for line in done.stderr.splitlines()[-5:])
        raise SetupError(
            f"pip could not download the wheels of {pins}.{told}\nThey are needed once. Give pip an index that it "
            "reaches (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, or a folder as PIP_FIND_LINKS) and repeat the command."
        )


def main() -> None:
    """Fetch the wheels of every job that has some."""
    for pins in sorted((ROOT / "sagemaker_jobs").glob("*/wheels.txt")):
        fetched(pins.parent.name)


if __name__ == "__main__":
    main()

"""The validation users' lists, as a training leaves them beside its curve: what a blend is tuned on."""

import io
import json
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import numpy as np
import numpy.typing as npt

from bakeoff.errors import EvaluationError

VALIDATION_LISTS = "validation_lists.npz"
# As SageMaker names what a training job leaves beside its model, and as the training names its description.
OUTPUT = "output.tar.gz"
DESCRIPTION = "model.json"


@dataclass(frozen=True, kw_only=True, eq=False)
class ValidationLists:
    """One contestant's lists.

    Args:
        users: int64, ascending; rows of the validation users that were asked.
        ranked: recommendable columns, best first, shape (len(users), 100), filled up with `NO_ITEM`.
    """

    users: npt.NDArray[np.int64]
    ranked: npt.NDArray[np.int32]

    def save(self, folder: Path) -> None:
        """Write `VALIDATION_LISTS`, under a temporary name and renamed."""
        partial = folder / f"{VALIDATION_LISTS}.partial"
        with partial.open("wb") as content:
            np.savez_compressed(content, users=self.users, ranked=self.ranked)
        partial.replace(folder / VALIDATION_LISTS)

    @classmethod
    def read(cls, content: IO[bytes], *, source: str) -> Self:
        """Read what `save` wrote.

        Args:
            source: what to call it in an error.

        Raises:
            EvaluationError: it holds something else.
        """
        try:
            with np.load(content, allow_pickle=False) as arrays:
                return cls(users=arrays["users"], ranked=arrays["ranked"])
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise EvaluationError(f"{source} holds no validation lists ({error}); train that model again.") from error


def read_validation_lists(folder: Path) -> dict[str, ValidationLists]:
    """By contestant, the lists in every ``output.tar.gz`` below `folder`, whose ``model.json`` names the contestant.

    Archives of trainings from before there were such lists are passed over. Nothing is unpacked.

    Raises:
        EvaluationError: a file is no archive, or holds something else than lists.
    """
    found = {}
    for path in sorted(folder.rglob(OUTPUT)):
        try:
            with tarfile.open(path, "r:gz") as archive:
                members = {member.name for member in archive if member.isfile()}
                if not {VALIDATION_LISTS, DESCRIPTION} <= members:
                    continue
                told, lists = (_content(archive, name) for name in (DESCRIPTION, VALIDATION_LISTS))
        except (tarfile.TarError, OSError, EOFError) as error:
            raise EvaluationError(f"{path} is no archive of a training ({error}); train that model again.") from error
        found[str(json.loads(told)["contestant"])] = ValidationLists.read(io.BytesIO(lists), source=str(path))
    return found


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    content = archive.extractfile(name)
    return content.read() if content else b""

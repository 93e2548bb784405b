"""One call for the whole check: a raw folder in, its facts and findings out; nothing is written but scratch files."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bakeoff.data.check.finding import Finding
from bakeoff.data.check.findings import findings
from bakeoff.data.check.opening import opened
from bakeoff.data.check.profile import Profile, profile
from bakeoff.data.engines import Engine
from bakeoff.data.mappings import choose_mapping
from bakeoff.data.outputs.features import features
from bakeoff.data.outputs.personalize import write_items, write_users
from bakeoff.data.preparation import Preparation, split
from bakeoff.data.reading import Reading, read
from bakeoff.data.settings import PreparationSettings
from bakeoff.data.writing import FolderWriter
from bakeoff.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Report:
    """The facts, the findings, the worst first, and the preparation's message where it would refuse the data."""

    profile: Profile
    findings: list[Finding]
    stop: str | None


def check_folder(
    folder: Path, settings: PreparationSettings, *, progress: Callable[[str], None] = lambda step: None
) -> Report:
    """Look at a raw folder as the preparation would read it.

    Args:
        folder: raw data.
        settings: of the preparation; its mapping may be the path of a TOML file.
        progress: told what begins.

    Raises:
        ConfigurationError: there is no such mapping, or it has faults.
        DataError: nothing can be read: no mapping fits, files or columns are missing, a quote is never closed.
    """
    with opened(folder) as engine:
        mapping = choose_mapping(engine.files(), name=settings.mapping, folder=str(folder))
        reading = read(engine, mapping, folder=str(folder), seed=settings.split.seed, progress=progress)
        progress("counting")
        facts = profile(engine, reading, settings, folder=str(folder))
        progress("splitting, for what would stop it")
        stop = _stop(engine, reading, settings)
    return Report(profile=facts, findings=findings(facts, stop=stop), stop=stop)


def _stop(engine: Engine, reading: Reading, settings: PreparationSettings) -> str | None:
    """What the preparation itself would stop with: its own code says so, up to the last thing that can be refused."""
    try:
        _write_metadata(split(engine, reading, settings))
    except DataError as error:
        return str(error)
    return None


def _write_metadata(prepared: Preparation) -> None:
    mapping = prepared.mapping
    items = features(prepared.catalogue.rows, mapping.items.columns, chosen=mapping.items.selected)
    users = features(prepared.user_columns, mapping.users.columns if mapping.users else ())
    with tempfile.TemporaryDirectory(prefix="bakeoff-") as scratch:
        writer = FolderWriter(Path(scratch))
        write_items(writer, prepared.catalogue.documents, items)
        write_users(writer, prepared.users, users)

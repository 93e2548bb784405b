"""One call for the whole check: a raw folder in, its facts and findings out; nothing is written but scratch files."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bakeoff.data.check.finding import Finding
from bakeoff.data.check.findings import findings
from bakeoff.data.check.opening import opened
from bakeoff.data.check.profile import Profile, profile
from bakeoff.data.check.reading import read
from bakeoff.data.engines import Engine
from bakeoff.data.mappings import choose_mapping
from bakeoff.data.outputs.features import features
from bakeoff.data.outputs.personalize import write_metadata
from bakeoff.data.preparation import Preparation, prepare
from bakeoff.data.rejects import Rejects
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
        progress("reading as the preparation does")
        reading = read(engine, mapping, folder=str(folder), seed=settings.split.seed)
        progress("counting")
        facts = profile(engine, reading, settings, folder=str(folder))
        rejects, rows_read = reading.rejects, reading.raw.rows_read
        # The preparation reads the catalogue again; one of them in memory is enough.
        del reading
        progress("preparing, for what would stop it")
        stop = _stop(engine, settings, rejects, rows_read, folder=str(folder))
    return Report(profile=facts, findings=findings(facts, stop=stop), stop=stop)


def _stop(
    engine: Engine, settings: PreparationSettings, rejects: Rejects, rows_read: Mapping[str, int], *, folder: str
) -> str | None:
    """What the preparation itself would stop with: its own code says so, up to the last thing that can be refused."""
    try:
        rejects.stop_at_too_many(rows_read, max_share=settings.max_rejected_share)
        _write_metadata(prepare(engine, settings, folder=folder))
    except DataError as error:
        return str(error)
    return None


def _write_metadata(prepared: Preparation) -> None:
    mapping = prepared.mapping
    items = features(prepared.catalogue.rows, mapping.items.columns, chosen=mapping.items.selected)
    users = features(prepared.user_columns, mapping.users.columns if mapping.users else ())
    with tempfile.TemporaryDirectory(prefix="bakeoff-") as scratch:
        writer = FolderWriter(Path(scratch))
        write_metadata(writer, "Items", prepared.catalogue.ids, items)
        write_metadata(writer, "Users", prepared.users, users)

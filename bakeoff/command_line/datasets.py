"""Which raw data a run is given: a folder's files, made up if need be, under ``raw/<data set>/`` in the bucket."""

import re
from pathlib import Path
from typing import Any

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.screen import console, say
from bakeoff.command_line.upload import Uploaded, upload_folder
from bakeoff.contracts.naming import raw_prefix
from bakeoff.errors import DataError, RunError


def data_set_name(folder: Path) -> str:
    """The data set's name: the folder's, in lower case, with hyphens for what an S3 prefix should not hold.

    Raises:
        DataError: nothing is left of the name.
    """
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    if not name:
        raise DataError(f"The folder {folder} gives a data set no name; rename it to letters and digits.")
    return name


def check(folder: Path, *, mapping: str = "auto") -> None:
    """See that the preparation finds its files and columns in `folder`, before anything is sent or started.

    Raises:
        ConfigurationError: there is no such mapping.
        DataError: no mapping fits, or files or columns are missing; all are named at once.
    """
    from bakeoff.data.check.opening import look

    look(folder, mapping=mapping)


def load(s3: Any, deployed: Deployed, folder: Path, *, mapping: str = "auto") -> str:
    """Upload `folder`, showing progress on a terminal; the data set's name.

    Raises:
        ConfigurationError: there is no such mapping.
        DataError: no mapping fits the folder, or files or columns are missing.
    """
    check(folder, mapping=mapping)
    name = data_set_name(folder)
    with byte_progress() as progress:
        tasks: dict[str, TaskID] = {}

        def show(path: str, sent: int, total: int) -> None:
            if path not in tasks:
                tasks[path] = progress.add_task(path, total=total)
            progress.update(tasks[path], completed=sent)

        uploaded = upload_folder(s3, folder, bucket=deployed.bucket, prefix=raw_prefix(name), progress=show)
    say(f"Data set {name} at s3://{deployed.bucket}/{raw_prefix(name)}: {_summary(uploaded)}")
    return name


def byte_progress() -> Progress:
    """Bars of bytes; nothing where the output is no terminal."""
    shown = console()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    return Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal)


def synthesize(name: str, folder: Path, *, seed: int, bad_share: float) -> None:
    """Write the synthetic data set of the shape `name` into `folder`, showing progress on a terminal.

    Raises:
        DataError: an unknown shape, a folder that holds something, a seed or share that cannot be.
    """
    from bakeoff.data.synthetic.run import synthesize as write
    from bakeoff.data.synthetic.shapes import shape_named

    shape = shape_named(name)
    shown = console()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as progress:
        task = progress.add_task(f"{shape.ratings:,} ratings", total=shape.ratings)
        write(
            folder,
            shape,
            name=name,
            seed=seed,
            bad_share=bad_share,
            progress=lambda written, total: progress.update(task, completed=written, total=total),
        )


def only_data_set(s3: Any, deployed: Deployed) -> str:
    """The name of the one data set that is loaded.

    Raises:
        RunError: there is none, or there are several.
    """
    listed = s3.list_objects_v2(Bucket=deployed.bucket, Prefix="raw/", Delimiter="/").get("CommonPrefixes", [])
    names: list[str] = [entry["Prefix"].split("/")[1] for entry in listed]
    if not names:
        raise RunError("No data is loaded. Load some first: python -m bakeoff data load")
    if len(names) > 1:
        raise RunError(f"Several data sets are loaded; name one: --dataset {' or --dataset '.join(names)}")
    return names[0]


def _summary(uploaded: Uploaded) -> str:
    counts = [
        f"{len(uploaded.sent)} files sent",
        f"{len(uploaded.unchanged)} unchanged",
        f"{len(uploaded.removed)} removed",
    ]
    return ", ".join(counts)

"""Fetches a run's page, report.html, from the bucket into a file, and opens it."""

import tempfile
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from bakeoff.command_line.deployed import Deployed
from bakeoff.command_line.screen import say
from bakeoff.contracts.naming import run_prefix
from bakeoff.errors import RunError


def fetch_page(s3: Any, deployed: Deployed, *, run: str, path: Path | None) -> Path:
    """Write the page of `run` to `path`, or into a new folder for temporary files, and return where it is.

    Raises:
        RunError: the run has no page.
    """
    try:
        body = s3.get_object(Bucket=deployed.bucket, Key=page_key(run))["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            raise RunError(
                f"Run '{run}' has no page: it failed before there was something to compare, it is older than the page, "
                "or the page could not be written. The output of its execution says why, as `page`."
            ) from error
        raise
    target = path or Path(tempfile.mkdtemp(prefix="bakeoff-")) / f"report-{run}.html"
    partial = target.with_name(f"{target.name}.partial")
    partial.write_bytes(body)
    return partial.replace(target)


def show_page(page: Path, *, in_browser: bool, browser: Callable[[str], bool] = webbrowser.open) -> None:
    """Say where the page is; open it where that is asked for and possible."""
    say(f"The page is in {page}")
    if in_browser and not browser(page.resolve().as_uri()):
        say("No browser could be started; open that file in one.")


def page_key(run: str) -> str:
    """Where `Write report` puts the page of `run` in the bucket."""
    return f"{run_prefix(run)}report.html"

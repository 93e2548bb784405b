"""Shows the price table, and has AWS's Price List fill it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import boto3

from bakeoff.command_line.screen import console, say, table, titled
from bakeoff.config import environments, load_config, load_prices, read_price_file
from bakeoff.errors import ConfigurationError
from bakeoff.images import REGIONS
from bakeoff.price_list import API_REGION, Refreshed, refresh
from bakeoff.pricing.keys import SERVERLESS_MEMORY_MB, instance_key, serverless_key


def client() -> Any:
    """A client of the Price List; its credentials are those of the caller, its region the API's own."""
    session: Any = boto3.Session(region_name=API_REGION)
    return session.client("pricing")


def show(regions: Sequence[str]) -> None:
    """Print the rows of `regions`; of all where none is named."""
    for region in _chosen(regions):
        rows = [
            [row.key, f"{row.price:.10g}", row.unit, "yes" if row.verified else "no", row.date, row.source]
            for _, row in sorted(load_prices(region).rows.items())
        ]
        if rows:
            console().print(titled(region, table(["key", "USD", "for one", "verified", "read", "source"], rows)))
        else:
            say(f"{region}: no price is known; `python -m bakeoff prices refresh --region {region}` asks AWS.")


def refresh_all(pricing: Any, regions: Sequence[str]) -> None:
    """Ask the Price List for `regions`, or for all of the file, and say what was found."""
    refreshed = refresh(pricing, regions=_chosen(regions), keys=configured_keys(), today=date.today().isoformat())
    _report(refreshed)


def configured_keys() -> set[str]:
    """Keys of the instance types that any environment names, by their use, and of every serverless memory."""
    keys = {serverless_key(memory) for memory in SERVERLESS_MEMORY_MB}
    for name in environments():
        config = load_config(name)
        keys |= {
            instance_key("processing", config.jobs.prepare.instance_type),
            instance_key("processing", config.jobs.evaluate.instance_type),
            instance_key("processing", config.jobs.write_report.instance_type),
            instance_key("training", config.jobs.train.instance_type),
            instance_key("transform", config.jobs.write_lists.instance_type),
            instance_key("hosting", config.serving.instance_type),
        }
    return keys


def _chosen(regions: Sequence[str]) -> list[str]:
    """`regions`, or those of the table where none is named."""
    unknown = [region for region in regions if region not in REGIONS]
    if unknown:
        known = ", ".join(REGIONS)
        raise ConfigurationError("--region", [f"'{region}' is none of {known}" for region in unknown])
    return list(regions) or sorted(read_price_file().regions)


def _report(refreshed: Refreshed) -> None:
    for region, keys in refreshed.verified.items():
        say(f"{region}: {len(keys)} prices are the Price List's now.")
        left = refreshed.left[region]
        if left:
            say(f"{region}: {len(left)} were not found there and stay as they were: {', '.join(left)}")
        for line in refreshed.offered[region]:
            say(f"{region}: Amazon Personalize {line}")
    say(f"Written: {refreshed.path}")

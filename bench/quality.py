"""Trains every contestant and measures what the literature promises of it: `make bench-quality [DATA=folder]`.

Each fit is a process of its own, as many at once as there are cores, and is kept by its configuration, its code and
its split: an interrupted run goes on where it was. Choices are made on validation by the contestants themselves; the
figures are of the test part. A ratio's spread is the paired 95 % interval of the difference over users.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bakeoff.command_line.datasets import data_set_name
from bakeoff.command_line.demo import DATA_FOLDER
from bakeoff.command_line.demo_data import demo_data
from bakeoff.command_line.tuning import ONE_THREAD
from bakeoff.config import load_config
from bakeoff.contracts.naming import fingerprint
from bench.quality_plan import FOLDER, LAST_OUT, MAIN, Fit, Search, is_there, plan, searches
from bench.results import Figure, publish

MINUTES = 50


def prepare(raw: Path, strategy: str) -> Path:
    """The prepared folder of a data set under a split; made once for the same settings."""
    from bakeoff.data.run import prepare_folder
    from bakeoff.data.settings import PreparationSettings

    config = load_config("local").prepare
    name = data_set_name(raw)
    told = {**config.job_settings(), "dataset": name, "split": {**config.job_split(), "strategy": strategy}}
    folder = FOLDER / "prepared" / f"{name}-{strategy}-{fingerprint(told)}"
    if not (folder / "manifest.json").is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        prepare_folder(raw, folder, PreparationSettings.from_json(told))
    return folder


def make(planned: Sequence[Fit | Search]) -> None:
    """Every fit and search that is not there yet.

    Raises:
        SystemExit: one failed; the others are kept.
    """
    different = {one.folder: one for one in reversed(planned)}
    missing = [one for one in planned if different[one.folder] is one and not is_there(one)]
    print(f"{len(different)} fits, {len(different) - len(missing)} of them kept from before", flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = [one for one, good in zip(missing, pool.map(_make, missing), strict=True) if not good]
    if failed:
        raise SystemExit(f"{len(failed)} fits failed: {', '.join(one.folder.name for one in failed)}")


def _make(one: Fit | Search) -> bool:
    done = subprocess.run([sys.executable, *one.command], check=False, env={**os.environ, **ONE_THREAD})
    if done.returncode:
        return False
    print(f"  {one.result['seconds']:6.0f} s  {one.words}", flush=True)
    return True


class Wall:
    """Seconds of all runs that this plan took, from the raw data on, beginning with nothing kept.

    Args:
        planned: all fits and searches.
        began: when this run began, by the monotonic clock.
    """

    def __init__(self, planned: Sequence[Fit | Search], *, began: float) -> None:
        self._path = FOLDER / "walls" / f"{fingerprint([one.folder.name for one in planned])}.json"
        self._began = began
        if self._path.is_file():
            self.before: float | None = json.loads(self._path.read_text())
        else:
            # Fits that another plan made took time that is not counted here.
            self.before = None if any(is_there(one) for one in planned) else 0.0

    def seconds(self) -> float | None:
        """Until now; None where some of the fits were not made for this plan."""
        if self.before is None:
            return None
        return self.before + time.monotonic() - self._began

    def keep(self) -> None:
        """Note the seconds, for the run that goes on."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(self.seconds()))
        unfinished.replace(self._path)


def main() -> None:
    """Train, measure and publish."""
    from bench.quality_figures import autopilot_figures, figures

    raw = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else demo_data(DATA_FOLDER)
    name = data_set_name(raw)
    began = time.monotonic()
    folders = {strategy: prepare(raw, strategy) for strategy in (MAIN, LAST_OUT)}
    fits, searched = plan(folders), searches(folders[MAIN])
    planned = [*searched, *fits]
    wall = Wall(planned, began=began)
    try:
        make(planned)
    finally:
        wall.keep()
    found = [*figures(fits, folders), *autopilot_figures(searched, folders[MAIN])]
    seconds = wall.seconds()
    minutes = Figure(name="wall_cold", value=None if seconds is None else seconds / 60, unit="min", target=MINUTES)
    print(f"\nWritten to {publish(f'quality-{name}', [minutes, *found])}")


if __name__ == "__main__":
    main()

"""`tune`: searches contestants' settings on the validation part of several data sets, and writes what was tried."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

from bakeoff.command_line.cdk import CHECKOUT
from bakeoff.command_line.datasets import data_set_name
from bakeoff.command_line.screen import console, say, table
from bakeoff.config import CONFIG_FOLDER, Config
from bakeoff.contracts.naming import fingerprint
from bakeoff.errors import ConfigurationError

if TYPE_CHECKING:
    from bakeoff.training.search import Search, Standing, Trial

SEARCHES = CONFIG_FOLDER / "searches"
PREPARED = CHECKOUT / "build" / "tune"
SHOWN = 5
# Each trial has a process of its own, so its libraries must not start a thread per core besides.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def tune(config: Config, contestants: Sequence[str], *, data: Sequence[Path], searches: Path = SEARCHES) -> None:
    """Repeat the searches of `contestants`, all where none is named; each log is written anew.

    Args:
        config: whose preparation the data sets go through, and whose catalogue names the contestants.
        contestants: names of files in `searches`.
        data: folders of raw data.
        searches: the folder of the searches and their logs.

    Raises:
        ConfigurationError: there is no such search, or no such contestant, or it has no settings of its own.
    """
    from bakeoff.training.search_log import write_log

    for search in [_read(config, name, searches) for name in contestants or names(searches)]:
        folders = {data_set_name(folder): _prepared(config, folder, search.split) for folder in data}
        log = searches / f"{search.contestant}.csv"
        # Written after each trial, so that what a long search has found outlives it; an interrupted one leaves the
        # former log as it is.
        running = log.with_suffix(".running")
        done: dict[int, Trial] = {}
        for place, trial in _trials(config, search, folders):
            done[place] = trial
            write_log(running, [done[place] for place in sorted(done)])
        # Out of memory: another search of the same contestant writes its own into the running file.
        write_log(log, [done[place] for place in sorted(done)])
        running.unlink(missing_ok=True)
        _show(search, [done[place] for place in sorted(done)])


def names(searches: Path = SEARCHES) -> list[str]:
    """The contestants whose settings are searched."""
    return sorted(path.stem for path in searches.glob("*.toml"))


def _read(config: Config, name: str, searches: Path) -> "Search":
    from bakeoff.training.search import Search

    if name not in names(searches):
        known = ", ".join(names(searches))
        raise ConfigurationError("tune", [f"'{name}' has no search in {searches}; there are {known or 'none'}"])
    search = Search.read(searches / f"{name}.toml")
    found = [one for one in config.contestants if one.name == name]
    if not found or found[0].recommender is None:
        raise ConfigurationError("tune", [f"'{name}' is no contestant that this project trains itself"])
    return search


def _prepared(config: Config, folder: Path, strategy: str) -> Path:
    """The prepared folder of a data set; made once for the same settings."""
    from bakeoff.data.run import prepare_folder
    from bakeoff.data.settings import PreparationSettings

    told = {
        **config.prepare.job_settings(),
        "dataset": data_set_name(folder),
        "split": {**config.prepare.job_split(), "strategy": strategy},
    }
    prepared = PREPARED / f"{told['dataset']}-{strategy}-{fingerprint(told)}"
    if not (prepared / "manifest.json").is_file():
        prepared.parent.mkdir(parents=True, exist_ok=True)
        with console().status(f"preparing {told['dataset']}") as status:
            prepare_folder(folder, prepared, PreparationSettings.from_json(told), progress=status.update)
    return prepared


def _trials(config: Config, search: "Search", folders: dict[str, Path]) -> Iterator[tuple[int, "Trial"]]:
    """Every combination on every data set, as many at once as there are cores; each with its place in the log."""
    from bakeoff.training.search import run_trial

    contestant = config.contestant(search.contestant)
    planned = [
        (settings, dataset, search.seed + number)
        for settings in search.combinations(contestant)
        for dataset in sorted(folders)
        for number in range(search.seeds)
    ]
    say(f"{search.contestant}: {len(planned)} trials, by {search.metric} on validation, split {search.split}")
    os.environ.update(ONE_THREAD)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        waiting = {
            pool.submit(
                run_trial, folders[dataset], dataset=dataset, contestant=contestant, settings=settings, seed=seed
            ): place
            for place, (settings, dataset, seed) in enumerate(planned)
        }
        for number, finished in enumerate(as_completed(waiting), 1):
            trial = finished.result()
            say(
                f"  {number} of {len(planned)}: {trial.dataset} {search.metric} "
                f"{trial.metrics[search.metric]:.4f} in {trial.seconds:.0f} s"
            )
            yield waiting[finished], trial


def _show(search: "Search", trials: list["Trial"]) -> None:
    from bakeoff.training.search import standings, winner

    ranked: list[Standing] = standings(trials, metric=search.metric)
    rows = [
        (f"{one.share:.4f}", ", ".join(f"{name} = {one.settings.get(name, 'default')}" for name in search.settings))
        for one in ranked[:SHOWN]
    ]
    console().print(table(("share of the best", "settings"), rows))
    taken = winner(trials, metric=search.metric).settings
    say(f"The log is {search.contestant}.csv. To take, in config/contestants.toml: {dict(taken) or 'the defaults'}")

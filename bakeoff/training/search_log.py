"""The log of a search: a CSV file beside the search, one line per trial, as `bakeoff.training.search` makes them."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from bakeoff.errors import ConfigurationError
from bakeoff.training.search import Trial

COLUMNS = ("dataset", "split", "settings", "seed", "ndcg@10", "ndcg@100", "coverage@10", "chosen", "seconds")
_METRICS = ("ndcg@10", "ndcg@100", "coverage@10")
_SPLIT_DIGITS = 12


def write_log(path: Path, trials: Sequence[Trial]) -> None:
    """Under a temporary name, then renamed."""
    content = io.StringIO(newline="")
    rows = csv.writer(content, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(_row(trial) for trial in trials)
    unfinished = path.with_suffix(".csv.unfinished")
    unfinished.write_text(content.getvalue(), encoding="utf-8")
    unfinished.replace(path)


def _row(trial: Trial) -> list[str]:
    return [
        trial.dataset,
        trial.split[:_SPLIT_DIGITS],
        json.dumps(trial.settings, sort_keys=True),
        str(trial.seed),
        *(f"{trial.metrics[name]:.5f}" for name in _METRICS),
        json.dumps(trial.chosen, sort_keys=True),
        f"{trial.seconds:.1f}",
    ]


def read_log(path: Path) -> list[Trial]:
    """The trials of a log.

    Raises:
        ConfigurationError: the file is missing or no log; names the line.
    """
    try:
        lines = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    except OSError as error:
        raise ConfigurationError(str(path), [f"It cannot be read: {error}; write it with `make tune`."]) from error
    return [_trial(line, f"{path}, line {number}") for number, line in enumerate(lines, 2)]


def _trial(line: dict[str, str], where: str) -> Trial:
    try:
        return Trial(
            dataset=line["dataset"],
            split=line["split"],
            settings=json.loads(line["settings"]),
            seed=int(line["seed"]),
            metrics={name: float(line[name]) for name in _METRICS},
            chosen=json.loads(line["chosen"]),
            seconds=float(line["seconds"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(where, [f"It is no trial: {error}; write the log with `make tune`."]) from error

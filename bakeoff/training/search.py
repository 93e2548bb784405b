"""Searches a contestant's settings: which of many do best on the validation part, on several data sets at once.

The test part is never looked at. A search is a file of ``config/searches/``: the settings to vary and how many
combinations to try. Every trial is a line of the log beside it, so that what was chosen can be read and repeated.
"""

import itertools
import json
import math
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bakeoff.contracts.catalogue import Contestant
from bakeoff.data.prepared import Prepared
from bakeoff.errors import ConfigurationError
from bakeoff.recommenders import find
from bakeoff.recommenders.base import parse_settings
from bakeoff.recommenders.base.contract import report_nothing
from bakeoff.training.hyperparameters import Hyperparameters
from bakeoff.training.run import prepare_task
from bakeoff.training.validation import HeldOutUsers

KEYS = ("split", "metric", "trials", "seeds", "seed", "settings")
METRICS = ("ndcg@10", "ndcg@100")
# Combinations whose shares differ by less are equal.
TIE = 0.005
STRATEGIES = ("per_user_last_fraction", "leave_last_out", "global_time", "new_users")


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is searched.

    Args:
        contestant: the catalogue's name.
        split: the strategy of the split that is looked at.
        metric: what decides, on validation.
        trials: combinations that are tried, the catalogue's own settings being the first.
        seeds: how often each combination is tried on each data set; one that hangs on chance needs several.
        seed: of the draw of combinations, and of everything random in the first trial of each; the next one's is one
            higher.
        settings: by name of a setting, the values to try.
    """

    contestant: str
    split: str
    metric: str
    trials: int
    seeds: int
    seed: int
    settings: Mapping[str, Sequence[Any]]

    @classmethod
    def read(cls, path: Path) -> "Search":
        """From a TOML file named after its contestant.

        Raises:
            ConfigurationError: names every fault of the file.
        """
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError(str(path), [f"It cannot be read as TOML: {error}."]) from error
        faults = [f"{key} is missing." for key in KEYS if key not in given]
        faults += [f"{key} is unknown; known: {', '.join(KEYS)}." for key in given if key not in KEYS]
        faults = faults or _wrong_values(given)
        if faults:
            raise ConfigurationError(str(path), faults)
        return cls(contestant=path.stem, **given)

    def combinations(self, contestant: Contestant) -> list[dict[str, Any]]:
        """The settings of each trial: the contestant's own first, then others, drawn without repetition.

        A default that is written down and one that is left out are the same.

        Raises:
            ConfigurationError: a combination has an unknown or a wrong setting.
        """
        own, names = contestant.settings, list(self.settings)
        every = [dict(zip(names, values, strict=True)) for values in itertools.product(*self.settings.values())]
        order = np.random.default_rng(self.seed).permutation(len(every))
        tried = [dict(own), *({**own, **every[place]} for place in order.tolist())]
        known = find(str(contestant.recommender)).Settings
        distinct: dict[str, dict[str, Any]] = {}
        for settings in tried:
            that_hold = asdict(parse_settings(known, settings, source=f"The search of {contestant.name}"))
            distinct.setdefault(json.dumps(that_hold, sort_keys=True), settings)
        return list(distinct.values())[: self.trials]


def _wrong_values(given: Mapping[str, Any]) -> list[str]:
    limits = {
        "split": (given["split"] in STRATEGIES, f"one of {', '.join(STRATEGIES)}"),
        "metric": (given["metric"] in METRICS, f"one of {', '.join(METRICS)}"),
        "trials": (_whole(given["trials"], least=1), "a whole number above 0"),
        "seeds": (_whole(given["seeds"], least=1), "a whole number above 0"),
        "seed": (_whole(given["seed"], least=0), "a whole number, 0 or above"),
        "settings": (_lists(given["settings"]), "a table that gives each setting a list of values to try"),
    }
    return [f"{key} is {given[key]!r}; it must be {what}." for key, (fits, what) in limits.items() if not fits]


def _whole(value: object, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _lists(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(one, list) and one for one in value.values())


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One combination of settings on one data set.

    Args:
        dataset: its name.
        split: the hash of the split.
        settings: of the contestant.
        seed: of everything random.
        metrics: of the validation part.
        chosen: what the recommender itself chose on it.
        seconds: it took, on the machine of the search.
    """

    dataset: str
    split: str
    settings: Mapping[str, Any]
    seed: int
    metrics: Mapping[str, float]
    chosen: Mapping[str, Any]
    seconds: float


def run_trial(folder: Path, *, dataset: str, contestant: Contestant, settings: Mapping[str, Any], seed: int) -> Trial:
    """Fit on train with these settings and measure on validation.

    Raises:
        ConfigurationError: a setting is unknown or wrong.
    """
    prepared = Prepared.open(folder)
    order = Hyperparameters(
        contestant=contestant.name,
        recommender=str(contestant.recommender),
        settings=dict(settings),
        learns_from=contestant.learns_from,
        seed=seed,
    )
    validation = HeldOutUsers(prepared, seed=seed)
    task = prepare_task(prepared, order, report=report_nothing)
    began = time.monotonic()
    choice = find(order.recommender).choose(prepared.train, validation=validation, task=task)
    seconds = time.monotonic() - began
    return Trial(
        dataset=dataset,
        split=prepared.split_hash,
        settings=settings,
        seed=seed,
        metrics=validation.measure(choice.model),
        chosen=choice.chosen,
        seconds=seconds,
    )


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A combination over all data sets: the geometric mean of its metric's share of the best on each.

    On each data set its metric is the mean over its seeds.
    """

    settings: Mapping[str, Any]
    share: float


def standings(trials: Iterable[Trial], *, metric: str) -> list[Standing]:
    """All combinations that were tried on every data set with every seed, the best first; of equal ones the first.

    A share of the best on each data set counts data sets alike, whatever the level of the metric on them.
    """
    values: dict[str, dict[tuple[str, int], float]] = defaultdict(dict)
    for trial in trials:
        values[_key(trial)][trial.dataset, trial.seed] = trial.metrics[metric]
    asked = {places for found in values.values() for places in found}
    means = {key: _means(found) for key, found in values.items() if found.keys() == asked}
    best = {dataset: max(found[dataset] for found in means.values()) for dataset, _ in asked if means}
    standing = [Standing(settings=json.loads(key), share=_share(found, best)) for key, found in means.items()]
    return sorted(standing, key=lambda one: -one.share)


def winner(trials: Iterable[Trial], *, metric: str) -> Standing:
    """The combination to take: of those that hardly differ from the best one, the one that was tried first.

    Raises:
        ConfigurationError: no combination was tried on every data set with every seed.
    """
    tried = list(trials)
    standing = {_key(one): one for one in standings(tried, metric=metric)}
    if not standing:
        raise ConfigurationError("The search", ["No combination was tried on every data set; repeat it."])
    best = max(one.share for one in standing.values())
    order = dict.fromkeys(_key(trial) for trial in tried)
    return next(standing[one] for one in order if one in standing and standing[one].share >= best * (1 - TIE))


def _key(one: Trial | Standing) -> str:
    return json.dumps(one.settings, sort_keys=True)


def _means(values: Mapping[tuple[str, int], float]) -> dict[str, float]:
    """By data set, over its seeds."""
    by_dataset: dict[str, list[float]] = defaultdict(list)
    for (dataset, _), value in values.items():
        by_dataset[dataset].append(value)
    return {dataset: float(np.mean(found)) for dataset, found in by_dataset.items()}


def _share(means: Mapping[str, float], best: Mapping[str, float]) -> float:
    shares = [value / best[dataset] if best[dataset] else 1.0 for dataset, value in means.items()]
    return math.exp(sum(math.log(max(share, 1e-12)) for share in shares) / len(shares))

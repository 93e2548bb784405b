"""Trains one recommender on a prepared folder: chooses on validation, refits on train and validation, describes it."""

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from bakeoff.data.prepared import Prepared
from bakeoff.errors import DataError
from bakeoff.evaluation.statistics.bootstrap import Estimate
from bakeoff.evaluation.validation_lists import ValidationLists
from bakeoff.recommenders import find
from bakeoff.recommenders.base import Epoch, Report, Signal, Task, parse_settings
from bakeoff.recommenders.base.archive import Archive
from bakeoff.training.hyperparameters import Hyperparameters
from bakeoff.training.validation import HeldOutUsers

VALIDATION = "validation.json"
CURVE = "curve.json"
LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "implicit", "wordllama")


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained recommender.

    Args:
        archive: the model fitted on train and validation, ready to be saved.
        validation: by metric, of the model fitted on train alone.
        curve: what was tried, in order.
        lists: the validation users' lists, of the model fitted on train alone; None where nobody wants them.
    """

    archive: Archive
    validation: Mapping[str, Estimate]
    curve: list[Epoch] = field(default_factory=list)
    lists: ValidationLists | None = None

    def save(self, folder: Path) -> None:
        """Write everything of the model archive but its code."""
        folder.mkdir(parents=True, exist_ok=True)
        metrics = {name: estimate.to_json() for name, estimate in self.validation.items()}
        (folder / VALIDATION).write_text(json.dumps(metrics, indent=2), encoding="utf-8")
        (folder / CURVE).write_text(json.dumps([asdict(epoch) for epoch in self.curve], indent=2), encoding="utf-8")
        if self.lists is not None:
            self.lists.save(folder)
        self.archive.save(folder)


def train_recommender(
    prepared: Prepared, *, order: Hyperparameters, log: Callable[[str], None], checkpoints: Path | None = None
) -> Trained:
    """Train what was ordered.

    Args:
        prepared: the split.
        order: recommender, settings and seed.
        log: takes each parseable line.
        checkpoints: a folder that outlives an interruption; None where there is none.

    Raises:
        ConfigurationError: the settings are wrong; all faults are named.
        DataError: train is empty or holds values that are no numbers, nobody liked anything in it, or nobody can be
            validated.
        ModelError: there is no such recommender, or it cannot be fitted.
    """
    recommender = find(order.recommender)
    curve: list[Epoch] = []

    def report(epoch: Epoch) -> None:
        curve.append(epoch)
        log(describe(epoch))

    task = prepare_task(prepared, order, report=report, checkpoints=checkpoints)
    validation = HeldOutUsers(prepared, seed=order.seed)
    choice = recommender.choose(prepared.train, validation=validation, task=_at(task, "choice"))
    lists = ValidationLists(users=validation.users, ranked=validation.ranked(choice.model))
    estimates = validation.score_lists(lists.ranked)
    # Once more on everything but test, with the values chosen: the newest interactions are the most telling ones.
    model = recommender.fit(prepared.train_and_validation, chosen=choice.chosen, task=_at(task, "refit"))
    log(describe_validation(estimates))
    description = _describe_model(
        prepared, order, settings=asdict(task.settings), chosen=choice.chosen, signal=task.signal
    )
    return Trained(Archive(model, prepared.items, description), estimates, curve, lists)


def prepare_task(
    prepared: Prepared, order: Hyperparameters, *, report: Report, checkpoints: Path | None = None
) -> Task:
    """What the recommender is given, checked.

    Raises:
        ConfigurationError: the settings are wrong; all faults are named.
        DataError: train is empty, or nobody liked anything in it.
    """
    settings = parse_settings(
        find(order.recommender).Settings, order.settings, source=f"The settings of {order.contestant}"
    )
    signal = Signal(liked_threshold=prepared.liked_threshold, learns_from=order.learns_from)
    _check(prepared, signal)
    return Task(
        settings=settings,
        signal=signal,
        seed=order.seed,
        documents=list(prepared.documents()),
        report=report,
        checkpoints=checkpoints,
    )


def _at(task: Task, step: str) -> Task:
    """The task with a folder of checkpoints for one of its two fits."""
    return task if task.checkpoints is None else replace(task, checkpoints=task.checkpoints / step)


def describe(epoch: Epoch) -> str:
    """One step as a line: ``epoch=3 train_loss=0.1234 validation_ndcg@10=0.1234 ...``, or what was tried first."""
    steps = {"epoch": str(epoch.epoch)} if epoch.epoch is not None else {}
    tried = {f"try_{name}": f"{value:g}" for name, value in epoch.tried.items()}
    loss = {} if epoch.train_loss is None else {"train_loss": f"{epoch.train_loss:.4f}"}
    metrics = {f"validation_{name}": f"{value:.4f}" for name, value in epoch.metrics.items()}
    return " ".join(f"{name}={value}" for name, value in {**steps, **tried, **loss, **metrics}.items())


def describe_validation(estimates: Mapping[str, Estimate]) -> str:
    """One line per metric: ``validation:ndcg@10=0.1234 low=0.1200 high=0.1300 n=943``."""
    return "\n".join(
        f"validation:{name}={estimate.value:.4f} low={estimate.low:.4f} high={estimate.high:.4f} n={estimate.n}"
        for name, estimate in estimates.items()
    )


def _check(prepared: Prepared, signal: Signal) -> None:
    if not prepared.train.n_interactions:
        raise DataError(f"{prepared.folder} has no train interactions; prepare more data.")
    wrong = [part for part in ("train", "validation") if not np.isfinite(getattr(prepared, part).values).all()]
    if wrong:
        raise DataError(
            f"Values of {' and '.join(wrong)} in {prepared.folder} are no finite numbers, and nothing can be learnt "
            "from them; prepare the data again, which rejects such rows."
        )
    if not signal.of(prepared.train).n_interactions:
        raise DataError(
            f"No train interaction of {prepared.folder} is liked (value {signal.liked_threshold} or higher); lower "
            "the liked threshold, or check the values' unit."
        )


def _describe_model(
    prepared: Prepared,
    order: Hyperparameters,
    *,
    settings: dict[str, Any],
    chosen: dict[str, Any],
    signal: Signal,
) -> dict[str, Any]:
    return {
        "recommender": order.recommender,
        "contestant": order.contestant,
        "settings": settings,
        "chosen": chosen,
        "seed": order.seed,
        "split": prepared.split_hash,
        **signal.to_json(),
        "libraries": {"python": platform.python_version(), **_libraries()},
    }


def _libraries() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            # The PyTorch image has no scikit-learn and the scikit-learn image no torch; implicit and wordllama travel
            # with the job.
            continue
    return found

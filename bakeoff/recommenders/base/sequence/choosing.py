"""Chooses and fits a sequence model: the recency half-life and the epoch on validation, then the members."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bakeoff.recommenders.base.contract import Choice, Epoch, Model, Task, Validation
from bakeoff.recommenders.base.members import seed_of_member
from bakeoff.recommenders.base.sequence.model import Parameters
from bakeoff.recommenders.base.sequence.training import Data, Network, train


@dataclass
class _Best:
    """The best epoch so far."""

    epoch: int = 0
    value: float = -1.0
    half_life: float = 0.0
    parameters: Parameters = field(default_factory=dict)


def choose_and_fit(
    data: Data,
    *,
    network: Network,
    model: Callable[[list[Parameters]], Model],
    validation: Validation,
    task: Task,
) -> Choice:
    """Train the first member with each half-life, keep the best epoch by ndcg@100, then train the other members so.

    Args:
        data: what is learned.
        network: the recommender's.
        model: from members to a model.
        validation: measures.
        task: settings, seed and report are read.
    """
    best = _Best()
    for half_life in task.settings.half_lives:
        found = _try(data, network=network, model=model, half_life=half_life, validation=validation, task=task)
        if found.value > best.value:
            best = found
    chosen = {"epochs": best.epoch, "half_life": best.half_life}
    others = _train_members(data, network=network, chosen=chosen, task=task, numbers=range(1, task.settings.members))
    return Choice(chosen, model([best.parameters, *others]))


def fit_members(data: Data, *, network: Network, chosen: Mapping[str, Any], task: Task) -> list[Parameters]:
    """Train every member for the epochs chosen."""
    return _train_members(data, network=network, chosen=chosen, task=task, numbers=range(task.settings.members))


def _try(
    data: Data,
    *,
    network: Network,
    model: Callable[[list[Parameters]], Model],
    half_life: float,
    validation: Validation,
    task: Task,
) -> _Best:
    best = _Best(half_life=half_life)
    patience: int = task.settings.patience

    def stop(epoch: int, loss: float, parameters: Parameters) -> bool:
        metrics = validation.measure(model([parameters]))
        task.report(Epoch(epoch=epoch, train_loss=loss, metrics=metrics, tried={"half_life": half_life}))
        if metrics["ndcg@100"] > best.value:
            best.epoch, best.value, best.parameters = epoch, metrics["ndcg@100"], parameters
        return epoch - best.epoch >= patience

    train(data, network=network, settings=task.settings, half_life=half_life, seed=task.seed, stop=stop)
    return best


def _train_members(
    data: Data, *, network: Network, chosen: Mapping[str, Any], task: Task, numbers: range
) -> list[Parameters]:
    return [
        train(
            data,
            network=network,
            settings=task.settings,
            half_life=chosen["half_life"],
            seed=seed_of_member(task.seed, number),
            stop=lambda epoch, loss, parameters: epoch >= chosen["epochs"],
        )
        for number in numbers
    ]

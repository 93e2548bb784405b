"""Chooses and fits the network of a wide catalogue, as a recommender does."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.contract import Choice, Task, Validation
from bakeoff.recommenders.base.popularity import choose_exponent
from bakeoff.recommenders.base.wide.model import WideModel
from bakeoff.recommenders.base.wide.plan import Network, Plan
from bakeoff.recommenders.base.wide.rows import Rows
from bakeoff.recommenders.base.wide.training import train


def choose(
    interactions: Interactions,
    *,
    plan: Plan,
    min_interactions: int,
    exponents: tuple[float, ...],
    budget: float,
    validation: Validation,
    task: Task,
) -> Choice:
    """Pass epochs over samples while ndcg@100 rises, then those over all items, then choose the popularity exponent.

    Args:
        interactions: the train part.
        plan: with the most epochs and the patience.
        min_interactions: items with fewer are not learned.
        exponents: of the popularity, to try.
        budget: the share of ndcg@100, and of ndcg@10, that may be given for coverage.
        validation: measures.
        task: signal, seed, report and checkpoints are read.
    """
    rows, known = Rows.learned(interactions, signal=task.signal, min_interactions=min_interactions)

    def model(network: Network) -> WideModel:
        return WideModel.of(network, known=known, signal=task.signal)

    trained = train(
        rows,
        plan=plan,
        seed=task.seed,
        measure=lambda network: validation.measure(model(network)),
        report=task.report,
        checkpoints=task.checkpoints,
    )
    plain = model(trained.network)

    def with_exponent(exponent: float) -> WideModel:
        return _corrected(plain, rows, exponent)

    exponent = choose_exponent(
        with_exponent,
        exponents=exponents,
        budget=budget,
        validation=validation,
        report=task.report,
        within=("ndcg@100", "ndcg@10"),
    )
    chosen = {
        "sampled_epochs": trained.sampled_epochs,
        "full_epochs": trained.full_epochs,
        "popularity_exponent": exponent,
    }
    return Choice(chosen, with_exponent(exponent))


def fit(
    interactions: Interactions, *, plan: Plan, min_interactions: int, chosen: Mapping[str, Any], task: Task
) -> WideModel:
    """Train for the epochs chosen."""
    rows, known = Rows.learned(interactions, signal=task.signal, min_interactions=min_interactions)
    epochs = {name: chosen[name] for name in ("sampled_epochs", "full_epochs")}
    plan = replace(plan, **epochs, patience=None)
    trained = train(rows, plan=plan, seed=task.seed, checkpoints=task.checkpoints)
    model = WideModel.of(trained.network, known=known, signal=task.signal)
    return _corrected(model, rows, chosen["popularity_exponent"])


def _corrected(model: WideModel, rows: Rows, exponent: float) -> WideModel:
    offsets = -exponent * np.log(np.maximum(rows.item_counts, 1))
    return replace(model, offsets=offsets.astype(np.float32))

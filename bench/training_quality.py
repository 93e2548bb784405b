"""Trains at a size where all epochs can run over all items and writes ndcg@100: for `bench.training`.

A fifth of each user's items is held out; the lists are asked for with the others as history. Started by torchrun, the
processes train together and the first one writes.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from bakeoff.data.interactions import Interactions
from bakeoff.evaluation.metrics import ndcg
from bakeoff.recommenders.base.lists import top_n
from bakeoff.recommenders.base.signal import Signal
from bakeoff.recommenders.base.wide import Plan, Rows, WideModel, train
from bench.training_data import open_rows

SIGNAL = Signal(liked_threshold=4.0)
HELD_OUT = 0.2
MEASURED_USERS = 3_000
K = 100
# The same epochs, rates and last epochs; `sampled` runs the first ones over a sample, a fourteenth as at full shape.
SAMPLED_EPOCHS, FULL_EPOCHS = 6, 2
COLUMNS = {"sampled": 283, "full": 0}


def plan(columns: int) -> Plan:
    """Small layers for a small catalogue."""
    return Plan(
        hidden=300,
        last=100,
        columns_per_step=columns,
        batch_size=500,
        sampled_epochs=SAMPLED_EPOCHS,
        full_epochs=FULL_EPOCHS,
    )


def quality(model: WideModel, *, known: Interactions, held_out: Interactions) -> float:
    """Mean ndcg@100 over the first users with a held-out item."""
    users = np.flatnonzero((held_out.activity > 0) & (known.activity > 0))[:MEASURED_USERS]
    hits = np.zeros((len(users), K), np.bool_)
    for position, user in enumerate(users.tolist()):
        scores = model.scores(known.of_users(np.array([user])))[0]
        scores[known.items_of(user)] = -np.inf
        top = top_n(scores, K)
        hits[position, : len(top)] = np.isin(top, held_out.items_of(user))
    return float(ndcg(hits, held_out.activity[users], k=K).mean())


def main(data: Path, way: str, seed: int, result: Path) -> None:
    """Train one way and measure."""
    interactions = open_rows(data)
    held_out = np.random.default_rng(seed).random(interactions.n_interactions) < HELD_OUT
    known = interactions.where(~held_out)
    rows, items = Rows.learned(known, signal=SIGNAL)
    begun = time.perf_counter()
    trained = train(rows, plan=plan(COLUMNS[way]), seed=seed)
    seconds = time.perf_counter() - begun
    if os.environ.get("RANK", "0") == "0":
        model = WideModel.of(trained.network, known=items, signal=SIGNAL)
        found = quality(model, known=known, held_out=interactions.where(held_out))
        users = rows.n_users * (SAMPLED_EPOCHS + FULL_EPOCHS)
        result.write_text(json.dumps({"ndcg": found, "usersPerSecond": users / seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))

"""Trains the autoencoder a while at 58,000 items; writes its archive and its exact weights: for `bench.model`."""

import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bakeoff.recommenders.autoencoder import Settings
from bakeoff.recommenders.base.archive import Archive
from bakeoff.recommenders.base.signal import Signal
from bakeoff.recommenders.base.wide import Plan, Rows, WideModel, train
from bench.training_data import open_rows

SIGNAL = Signal(liked_threshold=4.0)
# Users of the made-up data; enough that the weights look trained.
USERS = 100_000
PLAN = Plan(sampled_epochs=1, full_epochs=0)
ASKED_USERS = 300


def main(data: Path, folder: Path) -> None:
    """Write ``archive/``, ``exact.npz`` and the users who will be asked for."""
    interactions = open_rows(data)
    rows, known = Rows.learned(interactions.of_users(np.arange(USERS)), signal=SIGNAL)
    network = train(rows, plan=PLAN, seed=0).network
    model = WideModel.of(network, known=known, signal=SIGNAL)
    description = {"recommender": "autoencoder", "settings": asdict(Settings()), **SIGNAL.to_json()}
    items = [str(item) for item in range(interactions.n_items)]
    asked = interactions.of_users(np.arange(USERS, USERS + ASKED_USERS))
    np.savez(
        folder / "exact.npz",
        columns=known.columns,
        weights_in=network.weights_in,
        bias_in=network.middle["bias_in"],
        weights_down=network.middle["down.weight"].T,
        bias_down=network.middle["down.bias"],
        weights_out=network.weights_out,
        bias_out=network.bias_out,
        asked_indptr=asked.indptr,
        asked_items=asked.indices,
    )
    Archive(model, items, description).save(folder / "archive")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Trains one contestant as its job does and leaves its lists as arrays: a process of `make bench-quality`."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.neighbours import K
from bakeoff.evaluation.ranking import NO_ITEM, Lists
from bakeoff.evaluation.scoring import LONGEST, rank
from bakeoff.recommenders.base import Model
from bakeoff.recommenders.base.lists import recommend
from bakeoff.training.hyperparameters import Hyperparameters
from bakeoff.training.run import train_recommender


def test_lists(model: Model, prepared: Prepared) -> npt.NDArray[np.int32]:
    """The test users' recommendable lists, asked for as the batch job asks: columns, shape (test users, 100)."""
    users, holdout = prepared.test_users, prepared.test_holdout
    known: Interactions = holdout.known.of_users(users)
    lengths = (known.activity + LONGEST).tolist()
    answers = recommend(model, known.newest(prepared.max_history), n=lengths)
    return rank(Lists.from_rows([answer.columns for answer in answers]), users=users, holdout=holdout)


def neighbours(model: Model, n_items: int) -> npt.NDArray[np.int32]:
    """The ten items most alike to each, shape (n_items, 10), filled up with `NO_ITEM`."""
    alike = np.full((n_items, K), NO_ITEM, np.int32)
    for item, ranked in enumerate(model.similar(np.arange(n_items, dtype=np.int32), K)):
        alike[item, : len(ranked.columns)] = ranked.columns
    return alike


def main(prepared_folder: Path, order: str, folder: Path) -> None:
    """Fit, and write the lists; ``result.json`` is last."""
    prepared = Prepared.open(prepared_folder)
    began = time.monotonic()
    trained = train_recommender(prepared, order=Hyperparameters.parse(json.loads(order)), log=lambda line: None)
    seconds = time.monotonic() - began
    folder.mkdir(parents=True, exist_ok=True)
    model = trained.archive.model
    np.save(folder / "test.npy", test_lists(model, prepared))
    if trained.lists is not None:
        trained.lists.save(folder)
    if model.answers_similar:
        np.save(folder / "neighbours.npy", neighbours(model, len(trained.archive.items)))
    result = {
        "seconds": seconds,
        "chosen": trained.archive.description["chosen"],
        "validation": {name: estimate.value for name, estimate in trained.validation.items()},
        "curve": [asdict(step) for step in trained.curve],
    }
    unfinished = folder / "result.json.unfinished"
    unfinished.write_text(json.dumps(result), encoding="utf-8")
    unfinished.replace(folder / "result.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))

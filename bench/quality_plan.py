"""What `make bench-quality` trains: which contestants on which split, with which seeds; and where each fit lies."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bakeoff.config import load_config
from bakeoff.contracts.catalogue import Contestant
from bakeoff.contracts.naming import fingerprint
from bakeoff.shipping import recommender_hashes
from bench.results import BUILD

FOLDER = BUILD / "quality"
SEEDS = (1, 2, 3)
MAIN, LAST_OUT = "per_user_last_fraction", "leave_last_out"
# Recommenders whose fits hang on chance.
STOCHASTIC = {"autoencoder", "hrnn", "sasrec"}
SEQUENCE = ("item-knn", "sasrec", "hrnn", "hrnn-metadata")
# Compared under leave-last-out; on the main split one fit of each is enough, for the blend.
ONCE_ON_MAIN = {"sasrec", "hrnn", "hrnn-metadata"}


@dataclass(frozen=True, kw_only=True)
class Fit:
    """One training.

    Args:
        contestant: of the catalogue.
        strategy: of the split.
        prepared: the prepared folder.
        split_hash: of it.
        seed: of the training.
    """

    contestant: Contestant
    strategy: str
    prepared: Path
    split_hash: str
    seed: int

    @property
    def order(self) -> dict[str, str]:
        """The training job's hyper-parameters."""
        return {
            "contestant": self.contestant.name,
            "recommender": str(self.contestant.recommender),
            "learns_from": self.contestant.learns_from,
            "settings": json.dumps(dict(self.contestant.settings), sort_keys=True),
            "seed": str(self.seed),
        }

    @property
    def folder(self) -> Path:
        """Named by configuration, code and split: the same fit is found again, another one is not."""
        made_from = fingerprint(self.order, self.split_hash, _hashes()[self.order["recommender"]])
        return FOLDER / "fits" / f"{self.contestant.name}-{self.seed}-{made_from}"

    @property
    def is_there(self) -> bool:
        return (self.folder / "result.json").is_file()

    @property
    def result(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "result.json").read_text(encoding="utf-8"))
        return found


@cache
def _hashes() -> dict[str, str]:
    return recommender_hashes()


def plan(prepared: dict[str, Path]) -> list[Fit]:
    """Every fit, the longest first as far as that is known.

    Args:
        prepared: by strategy of the split, the prepared folder.
    """
    own = [one for one in load_config("local").contestants if one.recommender is not None]
    hashes = {strategy: _split_hash(folder) for strategy, folder in prepared.items()}
    fits = [
        Fit(
            contestant=one,
            strategy=strategy,
            prepared=prepared[strategy],
            split_hash=hashes[strategy],
            seed=seed,
        )
        for strategy in (LAST_OUT, MAIN)
        for one in own
        if strategy == MAIN or one.name in SEQUENCE
        for seed in _seeds(one, strategy)
    ]
    return sorted(fits, key=lambda fit: fit.contestant.recommender not in STOCHASTIC)


def _seeds(contestant: Contestant, strategy: str) -> tuple[int, ...]:
    once = contestant.recommender not in STOCHASTIC or (strategy == MAIN and contestant.name in ONCE_ON_MAIN)
    return SEEDS[:1] if once else SEEDS


def _split_hash(prepared: Path) -> str:
    return str(json.loads((prepared / "manifest.json").read_text(encoding="utf-8"))["split"]["hash"])

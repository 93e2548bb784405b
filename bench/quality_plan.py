"""What `make bench-quality` trains: which contestants on which split, with which seeds; and where each fit lies."""

import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from bakeoff.config import load_config
from bakeoff.contracts.catalogue import Contestant
from bakeoff.contracts.naming import fingerprint
from bakeoff.data import layout
from bakeoff.recommenders import find
from bakeoff.recommenders.base import parse_settings
from bakeoff.shipping import ROOT, recommender_hashes
from bench.results import BUILD
from local_cloud.personalize.recipes.twins import OF_INTERACTIONS

FOLDER = BUILD / "quality"
SEEDS = (1, 2, 3)
# Of networks that differ in one thing, on one item of each user: with three seeds, three quarters of the variance of
# their difference is that of the seeds, on MovieLens 100K. More than nine would bring ml-latest-small, which takes 42
# minutes, to the end of its 50.
MANY_SEEDS = tuple(range(1, 10))
MAIN, LAST_OUT = "per_user_last_fraction", "leave_last_out"
# Recommenders whose fits hang on chance.
STOCHASTIC = {"als", "autoencoder", "hrnn", "sasrec"}
TWIN = "personalize-user-personalization"
SEQUENCE = ("item-knn", "sasrec", "hrnn", "hrnn-metadata", TWIN)
# `hrnn-metadata` and the twin are held to `hrnn`, and the twin shares its fits.
ALIKE = {"hrnn", "hrnn-metadata", TWIN}
# Compared under leave-last-out; on the main split one fit of each is enough, for the blend.
ONCE_ON_MAIN = {"sasrec", *ALIKE}


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
        """Named by configuration, code and split: the same fit is found again, another one is not.

        Not by the contestant, and by the settings that hold, written down or not: a twin that is trained as another
        contestant is shares its fit.
        """
        known = find(self.order["recommender"]).Settings
        settings = asdict(parse_settings(known, self.contestant.settings, source=self.contestant.name))
        told = {name: value for name, value in self.order.items() if name != "contestant"} | {"settings": settings}
        made_from = fingerprint(told, self.split_hash, _hashes()[told["recommender"]])
        return FOLDER / "fits" / f"{told['recommender']}-{self.seed}-{made_from}"

    @property
    def command(self) -> list[str]:
        """What makes it."""
        return ["-m", "bench.quality_fit", str(self.prepared), json.dumps(self.order), str(self.folder)]

    @property
    def words(self) -> str:
        """What it came to."""
        metrics = self.result["validation"]
        return (
            f"{self.strategy:<22} {self.contestant.name:<32} seed {self.seed}, validation ndcg@10 "
            f"{metrics['ndcg@10']:.4f} ndcg@100 {metrics['ndcg@100']:.4f}"
        )

    @property
    def result(self) -> dict[str, Any]:
        return read_result(self.folder)


@dataclass(frozen=True, kw_only=True)
class Search:
    """A search of the twin of SageMaker Autopilot, for the family xgboost.

    Args:
        specification: the columns that count.
        prepared: the prepared folder.
        split_hash: of it.
    """

    specification: str
    prepared: Path
    split_hash: str

    @property
    def folder(self) -> Path:
        """Named by the tables, the columns and the code."""
        made_from = fingerprint(self.specification, self.split_hash, _tables(self.prepared), _automl_code())
        return FOLDER / "fits" / f"autopilot-xgboost-{self.specification}-{made_from}"

    @property
    def command(self) -> list[str]:
        return ["-m", "bench.quality_autopilot", str(self.prepared), self.specification, str(self.folder)]

    @property
    def words(self) -> str:
        rmse = self.result["metrics"]["Validation"]["RMSE"]
        return f"{MAIN:<22} autopilot-xgboost, columns {self.specification:<17} validation RMSE {rmse:.4f}"

    @property
    def result(self) -> dict[str, Any]:
        return read_result(self.folder)


def is_there(made: Fit | Search) -> bool:
    return (made.folder / "result.json").is_file()


def read_result(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return found


def searches(prepared: Path) -> list[Search]:
    """With all columns that do not leak; and, where some do, with those beside: what knowing the future would give."""
    names = ["all", "leaking"] if _features(prepared, "all") != _features(prepared, "leaking") else ["all"]
    return [Search(specification=one, prepared=prepared, split_hash=_split_hash(prepared)) for one in names]


def _features(prepared: Path, specification: str) -> list[str]:
    told = json.loads((prepared / layout.AUTOPILOT_FEATURES.format(specification)).read_text(encoding="utf-8"))
    names: list[str] = told["FeatureAttributeNames"]
    return names


def _tables(prepared: Path) -> list[str]:
    files = json.loads((prepared / "manifest.json").read_text(encoding="utf-8"))["files"]
    return sorted(entry["sha256"] for name, entry in files.items() if name.startswith("autopilot/"))


@cache
def _automl_code() -> str:
    folders = (ROOT / "local_cloud" / "automl", ROOT / "bakeoff" / "reranking")
    files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return fingerprint([path.read_text(encoding="utf-8") for path in [*files, ROOT / "bench/quality_autopilot.py"]])


@cache
def _hashes() -> dict[str, str]:
    return recommender_hashes()


def plan(prepared: dict[str, Path]) -> list[Fit]:
    """Every fit, the longest first as far as that is known.

    Args:
        prepared: by strategy of the split, the prepared folder.
    """
    own = [_trained(one) for one in load_config("local").contestants if one.recommender or one.name == TWIN]
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


def _trained(contestant: Contestant) -> Contestant:
    """The contestant as its training is ordered; of the managed one its twin."""
    if contestant.recommender is not None:
        return contestant
    return replace(
        contestant, recommender=OF_INTERACTIONS.recommender, settings=OF_INTERACTIONS.settings, learns_from="liked"
    )


def _seeds(contestant: Contestant, strategy: str) -> tuple[int, ...]:
    if contestant.recommender not in STOCHASTIC or (strategy == MAIN and contestant.name in ONCE_ON_MAIN):
        return SEEDS[:1]
    return MANY_SEEDS if contestant.name in ALIKE else SEEDS


def _split_hash(prepared: Path) -> str:
    return str(json.loads((prepared / "manifest.json").read_text(encoding="utf-8"))["split"]["hash"])

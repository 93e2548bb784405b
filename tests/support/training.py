"""Recommenders trained on the small data set, for the tests of whatever holds or asks a model."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from bakeoff.training.hyperparameters import Hyperparameters
from bakeoff.training.run import Trained, train_recommender

CHECKOUT = Path(__file__).parents[2]
SERVE = CHECKOUT / "sagemaker_jobs" / "train_recommender" / "serve"
NETWORK = {
    "layers": [24, 8],
    "batch_size": 8,
    "max_epochs": 8,
    "learning_rate": 0.01,
    "recency_exponents": [0, 0.7],
    "linear_shares": [0.5, 0.75],
}
# By contestant, or a form of one: its recommender, settings that train in a second, and what it learns from.
SMALL: dict[str, tuple[str, dict[str, Any], str]] = {
    "ease": ("ease", {"reg": [5, 20], "min_interactions": 1}, "liked"),
    "als": (
        "als",
        {"factors": [8, 4], "alphas": [5], "regs": [1, 10], "iterations": 8},
        "liked",
    ),
    "item-knn": (
        "item_knn",
        {"shrinkages": [1, 5], "user_exponents": [0, 0.5], "neighbours": [40, 10]},
        "liked",
    ),
    "autoencoder": ("autoencoder", {**NETWORK, "linear_reg": [5, 20]}, "liked"),
    "autoencoder-neural": ("autoencoder", {**NETWORK, "linear_shares": [0]}, "liked"),
    "autoencoder-article": (
        "autoencoder",
        {
            "network": "mirrored",
            "layers": [32, 8],
            "activation": "relu",
            "loss": "squared_error",
            "members": 1,
            "row": "values",
            "dropout": 0,
            "batch_size": 8,
            "max_epochs": 12,
            "learning_rate": 0.01,
            "tie": 0,
            "linear_shares": [0],
            "recency_exponents": [0],
            "popularity_exponents": [0],
        },
        "all",
    ),
    "sasrec": (
        "sasrec",
        {
            "min_interactions": 1,
            "size": 16,
            "dropout": 0.2,
            "batch_size": 8,
            "epochs": 16,
            "patience": 16,
            "learning_rate": 0.01,
        },
        # In the catalogue it learns from all events; sixty users are too few to tell it likes from dislikes.
        "liked",
    ),
    "hrnn": (
        "hrnn",
        {
            "min_interactions": 1,
            "size": 16,
            "batch_size": 16,
            "epochs": 8,
            "patience": 8,
            "learning_rate": 0.03,
            "dropout": 0,
            "members": 2,
        },
        "liked",
    ),
    "hrnn-metadata": (
        "hrnn",
        {
            "min_interactions": 1,
            "size": 16,
            "batch_size": 8,
            "epochs": 8,
            "learning_rate": 0.02,
            "dropout": 0.5,
            "item_features": True,
        },
        "liked",
    ),
    "autoencoder-wide": (
        "autoencoder",
        {
            "layers": [24, 8],
            "columns_per_step": 20,
            "wide_layer": 12,
            "wide_batch_size": 8,
            "wide_epochs": 12,
            "min_interactions": 1,
        },
        "liked",
    ),
    "content": ("content", {"popularity_weights": [0, 1], "half_lives": [0, 5]}, "liked"),
    "content-embedding": (
        "content",
        {
            "vectorizer": "embedding",
            "field_weights": {"title": 1, "genres": 1},
            "popularity_weights": [0, 1],
            "half_lives": [0],
        },
        "liked",
    ),
    "content-article-1": ("content_article", {"begins_with": "best", "n_first": 20, "alike_to_each": 1}, "all"),
    "content-article-2": ("content_article", {"begins_with": "popular", "n_first": 10, "alike_to_each": 2}, "all"),
}


def hyperparameters(contestant: str, *, seed: int = 7) -> dict[str, str]:
    """As a training job is given them."""
    recommender, settings, learns_from = SMALL[contestant]
    return {
        "contestant": contestant,
        "recommender": recommender,
        "settings": json.dumps(settings),
        "learns_from": learns_from,
        "seed": str(seed),
    }


def order(contestant: str, *, seed: int = 7) -> Hyperparameters:
    return Hyperparameters.parse(hyperparameters(contestant, seed=seed))


def train(contestant: str, prepared: Prepared, *, seed: int = 7) -> Trained:
    return train_recommender(prepared, order=order(contestant, seed=seed), log=lambda line: None)


def job_environment(folder: Path, hyperparameters: Mapping[str, str]) -> dict[str, str]:
    """The folders of a training job below `folder`, with its hyper-parameters written; `prepared` is to lie there."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "hyperparameters.json").write_text(json.dumps(dict(hyperparameters)), encoding="utf-8")
    return {
        "SM_CHANNEL_PREPARED": str(folder / "prepared"),
        "SM_INPUT_CONFIG_DIR": str(folder / "config"),
        "SM_MODEL_DIR": str(folder / "model"),
        "SM_OUTPUT_DIR": str(folder / "output"),
        "SM_OUTPUT_DATA_DIR": str(folder / "output" / "data"),
        "SM_CHECKPOINT_DIR": str(folder / "checkpoints"),
    }


def run_alone(
    script: str, *, folder: Path, environment: Mapping[str, str], absent: tuple[str, ...]
) -> subprocess.CompletedProcess[str]:
    """Run a script in a fresh interpreter that sees its folder and the installed packages but for `absent` ones."""
    # Nobody finds them, whether by an import or by looking whether they are there: as if they were not installed.
    block = (
        "import sys, runpy\n"
        "class Without:\n"
        "    def __init__(self, finder): self.finder = finder\n"
        "    def __getattr__(self, name): return getattr(self.finder, name)\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {absent}: return None\n"
        "        return self.finder.find_spec(name, path, target)\n"
        "sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]\n"
        f"runpy.run_path({script!r}, run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", block],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def rows(*histories: list[tuple[int, float]], n_items: int) -> Interactions:
    """Interactions from (column, value) pairs per user, oldest first."""
    users = np.repeat(np.arange(len(histories)), [len(history) for history in histories])
    pairs = [pair for history in histories for pair in history]
    return Interactions.from_columns(
        users=users,
        items=np.array([column for column, _ in pairs], np.int32),
        values=np.array([value for _, value in pairs], np.float32),
        timestamps=np.arange(len(pairs)),
        n_users=len(histories),
        n_items=n_items,
    )

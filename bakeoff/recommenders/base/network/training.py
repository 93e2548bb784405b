"""What the trainings of networks share."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.popularity import popularity

Network = TypeVar("Network")
# Is told the epoch, from 1, its mean loss and how to get the network as it is; True ends the training.
AfterEpoch = Callable[[int, float, Callable[[], Network]], bool]
# What the rows of a batch hold for the network to read, shape (n_interactions,).
Weigh = Callable[[Interactions], npt.NDArray[np.float32]]


def batches(users: npt.NDArray[np.int64], size: int) -> list[npt.NDArray[np.int64]]:
    return [users[start : start + size] for start in range(0, len(users), size)]


def log_shares(rows: Interactions) -> npt.NDArray[np.float32]:
    """The logarithm of every item's share of the interactions, shape (n_items,)."""
    return np.log(popularity(rows) / rows.n_interactions).astype(np.float32)


def train_device() -> Any:
    """The GPU where there is one; of several, each process that torchrun started has its own."""
    import torch

    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))

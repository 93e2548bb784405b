"""What is trained, in which order, and what comes out: plain data, without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to train.

    Args:
        hidden: width of the first layer, into which the items' rows are summed.
        last: width of the layer before the items.
        columns_per_step: items that the softmax of a step is estimated from; 0: all of them.
        batch_size: users per step, all processes together.
        sampled_epochs: the most epochs over sampled items.
        patience: sampled epochs without a better quality after which they end; None: they never end early.
        full_epochs: epochs over all items, after those; they go on from the best of them where quality is measured.
        dropout: share of a user's items that is hidden from the input in each step.
        learning_rate: of the layers between, by Adam.
        row_learning_rate: of the items' rows, by row-wise Adagrad.
        full_learning_rate_factor: both rates are multiplied with it in the full epochs, which only settle.
        checkpoint_seconds: a checkpoint is written when so much time has passed since the last, and after each epoch.
    """

    hidden: int = 600
    last: int = 200
    columns_per_step: int = 4096
    batch_size: int = 2000
    sampled_epochs: int = 20
    patience: int | None = None
    full_epochs: int = 2
    dropout: float = 0.5
    learning_rate: float = 0.001
    row_learning_rate: float = 0.05
    full_learning_rate_factor: float = 0.5
    checkpoint_seconds: float = 300.0


@dataclass(frozen=True, eq=False)
class Network:
    """The weights; on a CPU they are those that training goes on with, so copy what must stay.

    Args:
        weights_in: shape (items, hidden).
        middle: by name, what the module between the item layers consists of.
        weights_out: shape (items, last).
        bias_out: shape (items,).
    """

    weights_in: Floats
    middle: Mapping[str, npt.NDArray[Any]]
    weights_out: Floats
    bias_out: Floats


@dataclass(frozen=True, eq=False)
class Trained:
    """What came out.

    Args:
        network: after the last epoch.
        sampled_epochs: that it has gone through; further ones that brought nothing are not counted.
        full_epochs: that were passed after them.
    """

    network: Network
    sampled_epochs: int
    full_epochs: int

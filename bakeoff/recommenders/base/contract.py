"""The contract of a recommender: how it chooses, is fitted, is asked, and becomes arrays."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bakeoff.data.documents import Document
from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base.signal import Signal

Arrays = Mapping[str, npt.NDArray[Any]]
Floats = npt.NDArray[np.float32]
Columns = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class RankedList:
    """One answer.

    Args:
        columns: of the items, best first.
        scores: falling or equal from item to item.
        cold: whether the question held nothing that the model knows; the list is then empty.
    """

    columns: Columns
    scores: Floats
    cold: bool


class Model(ABC):
    """A fitted recommender: stateless, histories in, scores out, computed with NumPy (and SciPy where it imports it).

    Columns are those of the catalogue that it was fitted on, from first to last method.
    """

    @abstractmethod
    def scores(self, histories: Interactions) -> Floats:
        """The score of every item for every history, shape (n_users, n_items); higher is better.

        -inf marks items that the model cannot recommend. Items of the history are scored like any other.
        """

    @abstractmethod
    def knows(self, histories: Interactions) -> npt.NDArray[np.bool_]:
        """Whether a history holds anything the model can use, shape (n_users,); where not, its user is cold."""

    def rerank(self, ranked: Columns, *, exempt: Columns) -> npt.NDArray[np.int64]:
        """A better order of one list, as positions in `ranked`; by default the order it has.

        Args:
            ranked: columns, best first.
            exempt: columns that will be dropped from the list later, the history's: they count for nothing.
        """
        return np.arange(len(ranked))

    @property
    def answers_similar(self) -> bool:
        """Whether `similar` gives lists."""
        return type(self).similar is not Model.similar

    def similar(self, items: Columns, n: int) -> list[RankedList]:
        """For each of the items those most alike to it, at most `n`, the item itself left out.

        Raises:
            ModelError: this kind of model knows no such lists.
        """
        raise ModelError(f"{type(self).__module__} does not answer which items are alike; ask a content model.")

    @abstractmethod
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything the model is made of, by name; numbers only, no objects."""

    @classmethod
    @abstractmethod
    def from_arrays(cls, arrays: Arrays, *, settings: Any, signal: Signal) -> "Model":
        """The model that `arrays` gave, with the settings and the signal that it was fitted with."""


@dataclass(frozen=True, eq=False)
class Choice:
    """What was chosen on the validation part.

    Args:
        chosen: by name, values for the refit; JSON-able.
        model: fitted on train with these values.
    """

    chosen: dict[str, Any]
    model: Model


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One step of a choice as the learning curve shows it: an epoch, or one value that was tried.

    Args:
        epoch: counted from 1; None where a value was tried without training.
        train_loss: in the loss's own unit; None where the recommender has none.
        metrics: of the validation part.
        tried: the values that were tried; empty where the step is an epoch.
    """

    epoch: int | None
    train_loss: float | None
    metrics: Mapping[str, float]
    tried: Mapping[str, float]


Report = Callable[[Epoch], None]


def report_nothing(epoch: Epoch) -> None:
    """For fits that nobody follows."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """What a recommender is given beside the interactions.

    Args:
        settings: an instance of the recommender's `Settings`.
        signal: which interactions count.
        seed: of everything random.
        documents: one per item, in column order.
        report: is told each epoch and each value that was tried.
        checkpoints: a folder that outlives an interruption of the training; None where there is none. The
            training of wide catalogues writes its state into it, and begins from what lies there.
    """

    settings: Any
    signal: Signal
    seed: int
    documents: Sequence[Document] = ()
    report: Report = report_nothing
    checkpoints: Path | None = None


class Validation(Protocol):
    """Asks models for the validation users' lists and measures them."""

    def measure(self, model: Model) -> dict[str, float]:
        """``ndcg@10``, ``ndcg@100`` and ``coverage@10`` on the validation part."""


_FittedModel = Model  # inside `Recommender` the name belongs to the module's class


class Recommender(Protocol):
    """What a file in ``bakeoff/recommenders/`` holds. torch and scikit-learn are imported inside the functions."""

    @property
    def Settings(self) -> type[Any]:  # noqa: N802 the module's class
        """The hyper-parameters: a frozen dataclass whose fields are made with `setting`."""

    @property
    def Model(self) -> type[_FittedModel]:  # noqa: N802 the module's class
        """The fitted model."""

    def choose(self, train: Interactions, *, validation: Validation, task: Task) -> Choice:
        """Fit on `train`, and choose what is to be chosen by what `validation` measures."""

    def fit(self, interactions: Interactions, *, chosen: Mapping[str, Any], task: Task) -> _FittedModel:
        """Fit on `interactions` with the values chosen; the same input and seed give the same arrays on a CPU.

        Raises:
            ModelError: there is nothing to learn from.
        """

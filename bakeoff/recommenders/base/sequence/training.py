"""Trains a sequence model with torch: windows of histories, every event's successor as a target."""

import logging
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.errors import ModelError
from bakeoff.recommenders.base.contract import Task
from bakeoff.recommenders.base.known import KnownItems
from bakeoff.recommenders.base.network.training import train_device
from bakeoff.recommenders.base.popularity import popularity
from bakeoff.recommenders.base.sequence.averaging import MovingAverage
from bakeoff.recommenders.base.sequence.events import FEATURES, LIKED, Batch, Reading, Windows
from bakeoff.recommenders.base.sequence.features import ItemFeatures
from bakeoff.recommenders.base.sequence.loss import next_item_loss
from bakeoff.recommenders.base.sequence.settings import SequenceSettings

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
LOG = logging.getLogger(__name__)
WARM_UP_STEPS = 20
# Where the batch size is not given: few histories need many small steps, many histories few large ones.
STEPS_PER_EPOCH = 150
LEAST_BATCH, MOST_BATCH = 32, 512
# Of few histories an epoch is several passes: in fewer steps than this nothing is learned that could be compared.
LEAST_STEPS = 50
# Standard deviation of new item vectors; with hidden states of length sqrt(size) the first logits stay below 1.
ITEM_SCALE = 0.05
# Largest length of a step's gradient over all parameters; longer ones are shortened.
MOST_GRADIENT = 5.0


class Network(Protocol):
    """What a recommender adds to what all sequence models share."""

    def initial(self, settings: Any, generator: np.random.Generator) -> dict[str, Floats]:
        """New parameters of its own, by name."""

    def states(self, parameters: Mapping[str, Any], events: Any, batch: Batch, *, settings: Any, training: bool) -> Any:
        """The hidden state after each event, shape (windows, length, size), from the events' vectors of that shape.

        All are torch tensors; no state may depend on later events.
        """


@dataclass(frozen=True, kw_only=True)
class Data:
    """What is learned.

    Args:
        known: the items.
        rows: the histories; columns are known items.
        reading: how events are read.
        features: of the known items.
    """

    known: KnownItems
    rows: Interactions
    reading: Reading
    features: ItemFeatures

    @classmethod
    def of(cls, interactions: Interactions, *, task: Task, session_gap: float) -> "Data":
        """From all interactions.

        Args:
            interactions: of the whole catalogue.
            task: settings, signal and documents are read.
            session_gap: in seconds.

        Raises:
            ModelError: no user has two events, or the documents are missing.
        """
        learned = task.signal.of(interactions)
        known = KnownItems.most_interacted(learned, at_least=task.settings.min_interactions)
        rows = known.narrow(learned)
        if not (rows.activity > 1).any():
            raise ModelError("No user has two interactions to learn an order from; give more data.")
        features = ItemFeatures.none(len(known.columns))
        if task.settings.item_features:
            if len(task.documents) != interactions.n_items:
                raise ModelError(
                    f"There are {len(task.documents)} documents for {interactions.n_items} items; item features need "
                    "one per item."
                )
            features = ItemFeatures.of(
                [task.documents[column] for column in known.columns], min_items=task.settings.min_feature_items
            )
            if not len(features.tokens):
                LOG.warning(
                    "No genre, person or year is known of %d items or more: there are no item features to learn from, "
                    "and the model is one without them.",
                    task.settings.min_feature_items,
                )
        threshold = task.signal.liked_threshold
        reading = Reading.of(learned, liked_threshold=threshold, session_gap=session_gap)
        return cls(known=known, rows=rows, reading=reading, features=features)


class Training:
    """One network in training; all chance comes from its seed: on a CPU the same seed gives the same weights.

    Args:
        data: what is learned.
        network: the recommender's.
        settings: the recommender's.
        half_life: a target counts half after so many newer events of its user; 0: all alike.
        seed: of everything random.
    """

    def __init__(
        self, data: Data, *, network: Network, settings: SequenceSettings, half_life: float, seed: int
    ) -> None:
        import torch

        self._data, self._network, self._settings, self._half_life = data, network, settings, half_life
        self._generator = np.random.default_rng(seed)
        self._device = train_device()
        self._windows = Windows.to_learn(data.rows, length=settings.max_length, reading=data.reading)
        initial = {**_initial(data, settings.size, self._generator), **network.initial(settings, self._generator)}
        self._parameters = {
            name: torch.from_numpy(array).to(self._device).requires_grad_() for name, array in initial.items()
        }
        self._optimizer = torch.optim.Adam(list(self._parameters.values()), betas=(0.9, 0.98), fused=True)
        self._step = 0
        fitting = min(max(len(self._windows) // STEPS_PER_EPOCH, LEAST_BATCH), MOST_BATCH)
        self._batch_size = settings.batch_size or fitting
        steps = math.ceil(len(self._windows) / self._batch_size)
        self._passes = math.ceil(LEAST_STEPS / steps)
        self._steps_per_epoch = steps * self._passes
        self._average = MovingAverage(self._parameters, steps=settings.averaged_epochs * self._steps_per_epoch)

    def epochs(self) -> Iterator[float]:
        """Train epoch by epoch to the end of the schedule; gives each epoch's mean loss."""
        import torch

        for _ in range(self._settings.epochs):
            # torch draws the dropout from its global generator: its state outside is left as it was.
            with torch.random.fork_rng():
                torch.manual_seed(int(self._generator.integers(2**62)))
                losses = [self._train_step(batch) for batch in self._batches()]
            yield float(np.mean(losses))

    def parameters(self) -> dict[str, Floats]:
        """A copy of the parameters as they answer: averaged, item vectors with their features added."""
        import torch

        with torch.no_grad():
            average = self._average.tensors()
            vectors = self._vectors(None, average).cpu().numpy().copy()
        arrays = {name: parameter.cpu().numpy().copy() for name, parameter in average.items()}
        del arrays["feature_vectors"]
        return {**arrays, "items": vectors}

    @property
    def _n_items(self) -> int:
        return self._data.rows.n_items

    def _batches(self) -> list[Ints]:
        size = self._batch_size
        orders = [self._generator.permutation(len(self._windows)) for _ in range(self._passes)]
        return [order[start : start + size] for order in orders for start in range(0, len(order), size)]

    def _train_step(self, chosen: Ints) -> float:
        import torch

        self._set_learning_rate()
        batch = self._windows.batch(chosen)
        weights = self._target_weights(batch)
        if not weights.any():
            return 0.0
        loss = self._loss(batch, weights)
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters.values(), MOST_GRADIENT)
        self._optimizer.step()
        self._average.take()
        return float(loss.item())

    def _set_learning_rate(self) -> None:
        """Up in a straight line, then down along half a cosine to 0 at the end of the last epoch."""
        steps = self._steps_per_epoch * self._settings.epochs
        self._step += 1
        rise = min(1.0, self._step / WARM_UP_STEPS)
        fall = 0.5 + 0.5 * math.cos(math.pi * self._step / (steps + 1))
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.learning_rate * rise * fall

    def _target_weights(self, batch: Batch) -> Floats:
        """What each event counts as a target, shape (windows, length - 1): the first is none."""
        liked = batch.features[:, 1:, LIKED] > 0
        weights = np.where(liked, 1.0, self._settings.unliked_weight) * batch.present[:, 1:]
        if self._half_life:
            weights = weights * 0.5 ** (np.maximum(batch.ages[:, 1:], 0) / self._half_life)
        return weights.astype(np.float32)

    def _loss(self, batch: Batch, weights: Floats) -> Any:
        import torch

        settings, device = self._settings, self._device
        sample = self._sample()
        inputs, targets = batch.items[:, :-1], batch.items[:, 1:][weights > 0]
        if sample is not None:
            # Only the vectors that this step needs are made.
            used, places = np.unique(np.concatenate((inputs.ravel(), targets, sample)), return_inverse=True)
            inputs = places[: inputs.size].reshape(inputs.shape)
            targets, sample = np.split(places[inputs.size :], [len(targets)])
            vectors = self._vectors(used, self._parameters)
            biases = self._parameters["item_bias"][torch.from_numpy(used).to(device)]
        else:
            vectors, biases = self._vectors(None, self._parameters), self._parameters["item_bias"]
        shown = batch.without_last()
        added = torch.from_numpy(shown.features).to(device) @ self._parameters["event_weights"]
        events = torch.nn.functional.embedding(torch.from_numpy(inputs).to(device), vectors) + added
        states = self._network.states(self._parameters, events, shown, settings=settings, training=True)
        return next_item_loss(
            states[torch.from_numpy(weights > 0).to(device)],
            torch.from_numpy(targets).to(device),
            torch.from_numpy(weights[weights > 0]).to(device),
            vectors=vectors,
            biases=biases,
            sample=None if sample is None else torch.from_numpy(sample).to(device),
            n_items=self._n_items,
            smoothing=settings.label_smoothing,
        )

    def _sample(self) -> Ints | None:
        """The items that stand for all in this step; None where the softmax runs over all."""
        if self._n_items <= max(self._settings.full_softmax_items, self._settings.negatives):
            return None
        return self._generator.integers(self._n_items, size=self._settings.negatives)

    def _vectors(self, items: Ints | None, parameters: Mapping[str, Any]) -> Any:
        """The vectors of `items`, or of all: the item's own and the sum of its features'."""
        import torch

        own = parameters["items"]
        if items is not None:
            own = own[torch.from_numpy(items).to(self._device)]
        features = self._data.features if items is None else self._data.features.of_items(items)
        if not len(features.tokens):
            return own
        return own + torch.nn.functional.embedding_bag(
            torch.from_numpy(features.tokens).to(self._device),
            parameters["feature_vectors"],
            torch.from_numpy(features.indptr[:-1]).to(self._device),
            mode="sum",
            per_sample_weights=torch.from_numpy(features.weights).to(self._device),
        )


def _initial(data: Data, size: int, generator: np.random.Generator) -> dict[str, Floats]:
    """Small random item vectors; biases at the items' log-share, so that training starts from popularity."""
    n_items = data.rows.n_items
    share = popularity(data.rows) / data.rows.n_interactions
    return {
        "items": generator.standard_normal((n_items, size), np.float32) * np.float32(ITEM_SCALE),
        "item_bias": np.log(share).astype(np.float32),
        "event_weights": np.zeros((FEATURES, size), np.float32),
        "feature_vectors": np.zeros((data.features.n_tokens, size), np.float32),
    }


def train(
    data: Data,
    *,
    network: Network,
    settings: SequenceSettings,
    half_life: float,
    seed: int,
    stop: Callable[[int, float, dict[str, Floats]], bool],
) -> dict[str, Floats]:
    """Train; `stop` is told each epoch (from 1), its mean loss and the parameters, and may end the training."""
    training = Training(data, network=network, settings=settings, half_life=half_life, seed=seed)
    parameters = {}
    for epoch, loss in enumerate(training.epochs(), 1):
        parameters = training.parameters()
        if stop(epoch, loss, parameters):
            break
    return parameters

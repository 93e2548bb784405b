"""Histories with an order to learn, and torch's answer to them, for the tests of sequence models."""

from typing import Any

import numpy as np
import numpy.typing as npt

from bakeoff.data.interactions import Interactions
from bakeoff.recommenders.base.sequence import SequenceModel
from bakeoff.recommenders.base.sequence.events import Windows
from bakeoff.recommenders.base.sequence.training import Network

N_ITEMS = 60


def sequences(*, n_users: int = 40, n_items: int = N_ITEMS, seed: int = 3) -> Interactions:
    """Users who walk from an item to the next even or odd one, an hour apart, at times with a day between."""
    generator = np.random.default_rng(seed)
    lengths = generator.integers(4, 20, n_users)
    users = np.repeat(np.arange(n_users), lengths)
    number = np.arange(len(users)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    items = (np.repeat(generator.integers(0, n_items, n_users), lengths) + 2 * number) % n_items
    pauses = np.where(generator.random(len(users)) < 0.2, 86_400, 3600)
    return Interactions.from_columns(
        users=users,
        items=items.astype(np.int32),
        values=generator.integers(2, 6, len(users)).astype(np.float32),
        timestamps=np.cumsum(pauses),
        n_users=n_users,
        n_items=n_items,
    )


def torch_scores(model: SequenceModel, network: Network, histories: Interactions) -> npt.NDArray[np.float32]:
    """The log-probabilities of the known items by torch's forward pass, shape (n_users, known items)."""
    import torch

    rows = model.known.narrow(model.signal.of(histories))
    windows = Windows.to_answer(rows, length=model.settings.max_length, reading=model.reading)
    batch = windows.batch(np.arange(len(windows)))
    parameters: dict[str, Any] = {name: torch.from_numpy(array) for name, array in model.members[0].items()}
    events = parameters["items"][torch.from_numpy(batch.items)]
    events = events + torch.from_numpy(batch.features) @ parameters["event_weights"]
    states = network.states(parameters, events, batch, settings=model.settings, training=False)
    last = states[torch.arange(len(windows)), torch.from_numpy(batch.present.sum(axis=1) - 1)]
    scores: npt.NDArray[np.float32] = (
        (last @ parameters["items"].T + parameters["item_bias"]).log_softmax(dim=1).numpy()
    )
    return scores


def overlap(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32], *, n: int) -> float:
    """The share of the first one's `n` best columns of each row that are among the second one's."""
    best = [np.argsort(-scores, axis=1, kind="stable")[:, :n] for scores in (first, second)]
    return float(np.mean([len(set(one) & set(other)) / n for one, other in zip(*best, strict=True)]))


def next_is_foretold(model: SequenceModel, histories: Interactions) -> float:
    """The share of users whose last item is among the three best after all others of their history."""
    last = histories.indptr[1:] - 1
    before = np.ones(histories.n_interactions, np.bool_)
    before[last] = False
    best = np.argsort(-model.scores(histories.where(before)), axis=1, kind="stable")[:, :3]
    return float((best == histories.indices[last][:, None]).any(axis=1).mean())

"""SASRec: it keeps to the contract, and NumPy's answer is torch's."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bakeoff.errors import ConfigurationError
from bakeoff.recommenders import sasrec
from bakeoff.recommenders.base import Signal, Task, parse_settings
from bakeoff.recommenders.base.sequence import Batch
from tests.support.sequences import next_is_foretold, overlap, sequences, torch_scores
from tests.unit.recommenders.contract import RecommenderContract

ALL = Signal(liked_threshold=4.0, learns_from="all")
SMALL = sasrec.Settings(size=16, max_length=12, epochs=2, batch_size=16, learning_rate=0.01)


def fit(settings: sasrec.Settings = SMALL, *, seed: int = 5, epochs: int = 2) -> sasrec.Model:
    chosen = {"epochs": epochs, "half_life": 0.0}
    return sasrec.fit(sequences(), chosen=chosen, task=Task(settings=settings, signal=ALL, seed=seed))


class TestSasrec(RecommenderContract):
    contestant = "sasrec"


def test_numpy_and_torch_give_the_same_top_20() -> None:
    model = fit()
    answered, trained = model.scores(sequences()), torch_scores(model, sasrec._Network(), sequences())
    np.testing.assert_allclose(answered[:, model.known.columns], trained, atol=1e-4)
    assert overlap(answered[:, model.known.columns], trained, n=20) >= 0.99


def test_no_state_depends_on_later_events() -> None:
    """Torch's state after an event stays what it is when further events follow."""
    import torch

    model = fit()
    parameters = {name: torch.from_numpy(array) for name, array in model.members[0].items()}
    events = torch.randn(3, 8, 16, generator=torch.Generator().manual_seed(1))
    empty: Any = np.empty((0, 0))
    batch = Batch(empty, empty, empty, empty, empty)

    def states(of: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = sasrec._Network().states(parameters, of, batch, settings=SMALL, training=False)
        return found

    np.testing.assert_allclose(states(events)[:, :5].numpy(), states(events[:, :5]).numpy(), atol=1e-5)


def test_an_order_of_items_is_learned() -> None:
    assert next_is_foretold(fit(replace(SMALL, epochs=15, dropout=0.0), epochs=15), sequences()) > 0.5


def test_the_order_of_the_history_matters() -> None:
    model, history = fit(), sequences().of_users(np.array([0]))
    turned = type(history)(
        history.indptr, history.indices[::-1].copy(), history.values, history.timestamps, history.n_items
    )
    assert not np.allclose(model.scores(history), model.scores(turned))


def test_another_seed_gives_another_model() -> None:
    assert not np.array_equal(fit().members[0]["items"], fit(seed=6).members[0]["items"])


def test_heads_that_do_not_share_the_size_evenly_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="size 20 must be a multiple of heads 3"):
        parse_settings(sasrec.Settings, {"size": 20, "heads": 3}, source="settings")

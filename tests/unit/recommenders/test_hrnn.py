"""HRNN and its variant with metadata: they keep to the contract, and NumPy's answer is torch's."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from bakeoff.data.documents import Document
from bakeoff.data.prepared import Prepared
from bakeoff.errors import ModelError
from bakeoff.recommenders import hrnn
from bakeoff.recommenders.base import Signal, Task
from bakeoff.training.run import Trained
from bakeoff.training.validation import HeldOutUsers
from tests.support.sequences import N_ITEMS, next_is_foretold, overlap, sequences, torch_scores
from tests.unit.recommenders.contract import RandomModel, RecommenderContract

ALL = Signal(liked_threshold=4.0, learns_from="all")
# `sequences` has an event an hour, and now and then a day without any.
SMALL = {
    "min_interactions": 1,
    "size": 16,
    "max_length": 12,
    "epochs": 2,
    "batch_size": 16,
    "learning_rate": 0.01,
    "session_gap": 7200.0,
}
DOCUMENTS = [
    Document(
        item_id=str(item),
        title="",
        year=None,
        genres=("even",) if item % 2 == 0 else ("odd",),
        directors=(),
        writers=(),
        actors=(),
        plot="",
    )
    for item in range(N_ITEMS)
]


def fit(
    *, documents: list[Document] | None = None, seed: int = 5, trained_for: int = 2, **changes: object
) -> hrnn.Model:
    settings = hrnn.Settings(**{**SMALL, **changes})  # type: ignore[arg-type]
    task = Task(settings=settings, signal=ALL, seed=seed, documents=DOCUMENTS if documents is None else documents)
    return hrnn.fit(sequences(), chosen={"epochs": trained_for, "half_life": 0.0}, task=task)


class TestHrnn(RecommenderContract):
    contestant = "hrnn"

    def test_learns_something(self, trained: Trained, prepared: Prepared) -> None:
        # The small data set's ratings have no order, which is what it learns from: that one is a test of its own.
        chance = HeldOutUsers(prepared, seed=7).measure(RandomModel())  # type: ignore[arg-type]
        assert trained.validation["ndcg@100"].value > 1.05 * chance["ndcg@100"]


class TestHrnnWithMetadata(RecommenderContract):
    contestant = "hrnn-metadata"


@pytest.mark.parametrize("item_features", [False, True])
def test_numpy_and_torch_give_the_same_top_20(item_features: bool) -> None:
    model = fit(item_features=item_features)
    answered, trained = model.scores(sequences()), torch_scores(model, hrnn._Network(), sequences())
    np.testing.assert_allclose(answered[:, model.known.columns], trained, atol=1e-4)
    assert overlap(answered[:, model.known.columns], trained, n=20) >= 0.99


def test_a_pause_longer_than_the_gap_changes_the_answer_and_a_shorter_one_does_not() -> None:
    # Times lie outside what was fitted on, so that moving them changes nothing but the pauses.
    model, history = fit(), sequences().of_users(np.array([0]))
    late = int(sequences().timestamps.max())

    def scores(pause: int) -> npt.NDArray[np.float32]:
        times = late + pause * np.arange(1, history.n_interactions + 1)
        return model.scores(
            type(history)(history.indptr, history.indices, history.values, times.astype(np.int64), history.n_items)
        )

    np.testing.assert_array_equal(scores(10), scores(7200))
    assert not np.allclose(scores(10), scores(7201))


def test_an_order_of_items_is_learned() -> None:
    assert next_is_foretold(fit(epochs=15, trained_for=15, dropout=0.0, learning_rate=0.02), sequences()) > 0.5


def test_features_are_learned_where_they_are_asked_for() -> None:
    documents = [replace(document, genres=("same",)) for document in DOCUMENTS]
    told, alike, plain = fit(item_features=True), fit(documents=documents, item_features=True), fit()
    assert not np.allclose(told.scores(sequences()), alike.scores(sequences()))
    assert not np.allclose(told.scores(sequences()), plain.scores(sequences()))


def test_item_features_need_a_document_per_item() -> None:
    with pytest.raises(ModelError, match=f"There are 1 documents for {N_ITEMS} items"):
        fit(documents=DOCUMENTS[:1], item_features=True)


def test_documents_that_tell_nothing_give_the_model_without_features_and_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    silent = [replace(document, genres=(), directors=(), actors=(), year=None) for document in DOCUMENTS]
    told, plain = fit(documents=silent, item_features=True), fit()
    np.testing.assert_array_equal(told.scores(sequences()), plain.scores(sequences()))
    assert "there are no item features to learn from" in caplog.text


def test_members_answer_with_their_mean() -> None:
    model = fit(members=2)
    alone = [
        hrnn.Model(model.known, model.signal, [member], model.reading, model.settings).scores(sequences())
        for member in model.members
    ]
    np.testing.assert_allclose(model.scores(sequences()), (alone[0] + alone[1]) / 2, atol=1e-5)
    assert not np.allclose(alone[0], alone[1])

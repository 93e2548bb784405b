"""The training: recency, sampled items, sharing of features, and what is refused."""

import numpy as np
import pytest

from bakeoff.data.documents import Document
from bakeoff.errors import ModelError
from bakeoff.recommenders import hrnn
from bakeoff.recommenders.base import Epoch, Model, Signal, Task
from bakeoff.recommenders.base.sequence.features import ItemFeatures
from tests.support.sequences import next_is_foretold, sequences
from tests.support.training import rows

ALL = Signal(liked_threshold=4.0, learns_from="all")
SMALL = {"min_interactions": 1, "size": 8, "max_length": 8, "epochs": 3, "batch_size": 32, "learning_rate": 0.01}


def task(**changes: object) -> Task:
    return Task(settings=hrnn.Settings(**{**SMALL, **changes}), signal=ALL, seed=5)  # type: ignore[arg-type]


def document(**changes: object) -> Document:
    plain = {"title": "", "year": None, "genres": (), "directors": (), "writers": (), "actors": (), "plot": ""}
    return Document(item_id="1", **{**plain, **changes})  # type: ignore[arg-type]


class Rising:
    """A validation that prefers the second half-life's second epoch."""

    def __init__(self) -> None:
        self.calls = 0

    def measure(self, model: Model) -> dict[str, float]:
        self.calls += 1
        return {"ndcg@10": 0.1, "ndcg@100": 0.9 if self.calls == 5 else 0.1, "coverage@10": 0.2}


def test_half_life_and_epoch_are_chosen_together_and_the_refit_repeats_them() -> None:
    curve: list[Epoch] = []
    given = task(half_lives=(0.0, 4.0))
    given = Task(settings=given.settings, signal=ALL, seed=5, report=curve.append)
    choice = hrnn.choose(sequences(), validation=Rising(), task=given)
    assert choice.chosen == {"epochs": 2, "half_life": 4.0}
    assert [dict(step.tried) for step in curve] == [{"half_life": 0.0}] * 3 + [{"half_life": 4.0}] * 3
    again = hrnn.fit(sequences(), chosen=choice.chosen, task=given)
    for chosen, refitted in zip(choice.model.arrays().values(), again.arrays().values(), strict=True):
        np.testing.assert_array_equal(chosen, refitted)


def test_an_order_is_learned_from_a_sample_of_the_items() -> None:
    wide = sequences(n_users=60, n_items=300)
    given = task(size=16, epochs=20, dropout=0.0, learning_rate=0.03, full_softmax_items=0, negatives=100)
    model = hrnn.fit(wide, chosen={"epochs": 20, "half_life": 0.0}, task=given)
    assert next_is_foretold(model, wide) > 0.3


def test_nobody_with_two_events_is_an_error_that_says_so() -> None:
    with pytest.raises(ModelError, match="No user has two interactions"):
        hrnn.fit(rows([(0, 5)], [(1, 4)], n_items=2), chosen={"epochs": 1, "half_life": 0.0}, task=task())


def test_tokens_of_one_item_are_left_out_and_fields_count_alike() -> None:
    documents = [
        document(genres=("Drama", "War"), directors=("A",), year=1994),
        document(genres=("Drama", "War"), directors=("B",), year=1995),
        document(directors=("A",)),
    ]
    features = ItemFeatures.of(documents, min_items=2)
    # Drama, War, A and the decade; B and the lustrums are one item's alone.
    assert features.n_tokens == 4
    assert np.diff(features.indptr).tolist() == [4, 3, 1]
    assert sorted(features.weights[:4].tolist()) == pytest.approx([0.5**0.5, 0.5**0.5, 1, 1])
    assert features.of_items(np.array([2, 1])).indptr.tolist() == [0, 1, 4]


def test_documents_that_say_nothing_give_no_tokens() -> None:
    features = ItemFeatures.of([document(), document()], min_items=2)
    assert (len(features.tokens), features.indptr.tolist()) == (0, [0, 0, 0])

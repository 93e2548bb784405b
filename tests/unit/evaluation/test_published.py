"""lists.parquet read back: what was written, a row a user, with its hits at the first ranks."""

import io
from pathlib import Path

import numpy as np
import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.lists_table import write_lists
from bakeoff.evaluation.metrics import ndcg, recall
from bakeoff.evaluation.published import K, PublishedLists, read_published
from bakeoff.evaluation.ranking import NO_ITEM
from bakeoff.evaluation.target import Target


@pytest.fixture(scope="module")
def ranked(target: Target) -> dict[str, np.ndarray]:
    """Lists of random items; those of `short` end early, the first of them before it begins."""
    generator = np.random.default_rng(3)
    n_items = target.holdout.candidates.size
    full = np.array([generator.permutation(n_items)[:30] for _ in target.users], np.int32)
    short = full.copy()
    short[:, 4:] = NO_ITEM
    short[0] = NO_ITEM
    return {"full": full, "short": short}


@pytest.fixture(scope="module")
def published(
    target: Target, ranked: dict[str, np.ndarray], prepared: Prepared, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, PublishedLists]:
    path: Path = tmp_path_factory.mktemp("published") / "lists.parquet"
    write_lists(path, ranked, target, prepared)
    return dict(read_published(io.BytesIO(path.read_bytes())))


@pytest.mark.parametrize("name", ["full", "short"])
def test_the_metrics_of_what_was_published_are_those_of_what_was_ranked(
    name: str, published: dict[str, PublishedLists], ranked: dict[str, np.ndarray], target: Target
) -> None:
    one, hits = published[name], target.hits(ranked[name])
    assert hits[:, :K].any()
    assert np.array_equal(one.hits, hits[:, :K])
    for metric in (ndcg, recall):
        assert np.array_equal(metric(one.hits, one.n_relevant, k=K), metric(hits, target.n_relevant, k=K))


def test_lists_and_users_are_those_that_were_written(
    published: dict[str, PublishedLists], ranked: dict[str, np.ndarray], target: Target, prepared: Prepared
) -> None:
    assert list(published) == ["full", "short"]
    assert published["short"].users == [prepared.users[row] for row in target.users.tolist()]
    assert published["short"].items[0].as_py() == []
    assert published["short"].items[1].as_py() == [prepared.items[item] for item in ranked["short"][1, :4].tolist()]


def test_chosen_users_come_in_the_order_asked_for(published: dict[str, PublishedLists]) -> None:
    full = published["full"]
    chosen = full.of_users([full.users[5], full.users[2]])
    assert chosen.users == [full.users[5], full.users[2]]
    assert chosen.items.to_pylist() == [full.items[5].as_py(), full.items[2].as_py()]
    assert np.array_equal(chosen.hits, full.hits[[5, 2]])
    assert np.array_equal(chosen.n_relevant, full.n_relevant[[5, 2]])

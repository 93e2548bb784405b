"""Texts as vectors of a small language model, and item vectors made of them."""

from dataclasses import replace

import numpy as np
import pytest

from bakeoff.data.documents import Document
from bakeoff.errors import ModelError
from bakeoff.recommenders.base import embedding
from bakeoff.recommenders.base.embedding import embed
from bakeoff.recommenders.base.text import embed_fields

PLAIN = Document(item_id="1", title="", year=None, genres=(), directors=(), writers=(), actors=(), plot="")


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_texts_of_the_same_sense_are_nearer_than_others() -> None:
    ship, boat, court = embed(["a ship sinks at sea", "the boat went down in the ocean", "a lawyer wins a trial"])
    assert cosine(ship, boat) > cosine(ship, court) + 0.1


def test_a_text_has_one_vector_whatever_stands_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "BATCH", 2)
    texts = ["a whale", "a much longer text about a whale and a storm at sea", "", "a whale"]
    together = embed(texts)
    np.testing.assert_array_equal(together, np.concatenate([embed([text]) for text in texts]))
    assert not together[2].any()


def test_nothing_is_asked_of_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr("socket.socket.connect", refused)
    assert embed(["a whale"]).any()


def test_a_package_that_is_not_there_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="no_such_package is not installed; install it, or use the vectorizer tfidf"):
        embed(["a whale"])


def test_a_package_without_its_files_is_named_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "WEIGHTS", "weights/gone.safetensors")
    with pytest.raises(ModelError, match=r"lacks weights/gone\.safetensors"):
        embed(["a whale"])


def test_items_are_alike_by_their_fields_and_those_without_text_have_no_vector() -> None:
    films = [
        replace(PLAIN, plot="a ship sinks", genres=("Drama",)),
        replace(PLAIN, plot="the boat went down", genres=("Drama",)),
        replace(PLAIN, plot="a lawyer wins a trial", genres=("Comedy",)),
        PLAIN,
    ]
    vectors = embed_fields(films, field_weights={"plot": 1, "genres": 1, "title": 1})
    alike = vectors.cosines(vectors.matrix)
    assert alike[0, 1] > 0 > alike[0, 2]
    assert vectors.described.tolist() == [True, True, True, False]
    np.testing.assert_allclose(np.diag(alike), [1, 1, 1, 0], atol=1e-6)


@pytest.mark.parametrize("plot", ["", "the same words"])
def test_texts_that_tell_no_item_from_another_are_an_error_that_says_so(plot: str) -> None:
    with pytest.raises(ModelError, match="No item has a text in plot, title, or all have the same"):
        embed_fields([replace(PLAIN, plot=plot)] * 7, field_weights={"plot": 1, "title": 1})

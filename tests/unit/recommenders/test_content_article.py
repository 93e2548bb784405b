"""The content model of the simple kind: which films it begins with, what it recommends, whom it asks."""

from typing import Any

import numpy as np
import pytest

from bakeoff.data.documents import Document
from bakeoff.data.interactions import Interactions
from bakeoff.data.prepared import Prepared
from bakeoff.errors import ModelError
from bakeoff.recommenders import content_article
from bakeoff.recommenders.base import Signal, Task
from bakeoff.recommenders.base.archive import Archive
from bakeoff.recommenders.base.lists import recommend
from tests.support.training import rows, train
from tests.unit.recommenders.contract import RecommenderContract

SIGNAL = Signal(liked_threshold=4.0, learns_from="all")
PLOTS = ["whale sea", "whale storm", "sea storm", "city detective", "detective story", "dancing"]


def fit(histories: Interactions, plots: list[str] | None = None, **changes: object) -> content_article.Model:
    settings = content_article.Settings(**changes)  # type: ignore[arg-type]
    films = [
        Document(item_id=str(n), title="", year=None, genres=(), directors=(), writers=(), actors=(), plot=plot)
        for n, plot in enumerate(plots or PLOTS)
    ]
    return content_article.fit(
        histories, chosen={}, task=Task(documents=films, settings=settings, signal=SIGNAL, seed=0)
    )


def every_film_once(*more: list[tuple[int, float]]) -> Interactions:
    return rows([(column, 3) for column in range(6)], *more, n_items=6)


def test_one_perfect_rating_makes_no_best_film() -> None:
    histories = every_film_once(*[[(3, 5)]] * 8, [(5, 5)])
    assert fit(histories, n_first=1).recommended.tolist() == [4]
    assert fit(histories, n_first=1, damping=0.0, alike_to_each=2).recommended.tolist() != [4]


def test_popular_films_are_the_most_rated_however_they_are_liked() -> None:
    histories = every_film_once(*[[(3, 1)]] * 8, [(0, 5)])
    assert fit(histories, begins_with="popular", n_first=1).recommended.tolist() == [4]


def test_a_film_alike_to_two_is_listed_once_and_the_next_one_takes_its_place() -> None:
    histories = every_film_once([(0, 5), (1, 5)], [(0, 5)])
    model = fit(histories, begins_with="popular", n_first=2, alike_to_each=2)
    assert len(set(model.recommended.tolist())) == len(model.recommended) == 4


def test_films_without_ratings_are_not_recommended_and_those_without_text_lead_nowhere() -> None:
    histories = rows([(0, 5), (1, 5), (3, 5)], [(3, 5)], n_items=6)
    plots = ["whale", "whale", "whale", "", "", ""]
    model = fit(histories, plots, begins_with="popular", n_first=2, alike_to_each=1)
    assert model.recommended.tolist() == [1, 0]


def test_texts_without_a_word_are_an_error_that_says_so() -> None:
    with pytest.raises(ModelError, match="None of the 6 items has a word of text"):
        fit(every_film_once(), [""] * 6)


def test_nothing_to_learn_from_is_an_error_that_says_so() -> None:
    with pytest.raises(ModelError, match="No item has an interaction"):
        fit(rows([], n_items=6))


@pytest.fixture(scope="module", params=["content-article-1", "content-article-2"])
def archive(request: pytest.FixtureRequest, prepared: Prepared) -> Archive:
    return train(request.param, prepared).archive


def test_everybody_is_given_the_same_list_of_twenty_films(archive: Archive, prepared: Prepared) -> None:
    histories = prepared.train_and_validation
    lists = recommend(archive.model, histories, n=[30] * histories.n_users)
    assert {tuple(ranked.columns.tolist()) for ranked in lists} == {tuple(lists[0].columns.tolist())}
    assert len(set(lists[0].columns.tolist())) == len(lists[0].columns) == 20
    assert (np.diff(lists[0].scores) < 0).all()


def test_a_user_without_history_is_answered(archive: Archive) -> None:
    (ranked,) = recommend(archive.model, rows([], n_items=len(archive.items)), n=[5])
    assert not ranked.cold
    assert len(ranked.columns) == 5


def test_arrays_hold_numbers_only_and_a_loaded_model_answers_alike(archive: Archive, tmp_path: Any) -> None:
    archive.save(tmp_path)
    loaded = Archive.load(tmp_path)
    every = np.arange(len(archive.items), dtype=np.int32)
    for one, other in zip(archive.model.similar(every, 10), loaded.model.similar(every, 10), strict=True):
        np.testing.assert_array_equal(one.columns, other.columns)
    histories = rows([], n_items=len(archive.items))
    np.testing.assert_array_equal(archive.model.scores(histories), loaded.model.scores(histories))


class TestContentArticle(RecommenderContract):
    contestant = "content-article-1"
    beats_popularity = False
    needs_text = True
    # What the suite says of personal lists as long as the catalogue does not hold of one list of twenty films that
    # asks nobody's history; the tests above say what does.
    test_learns_something = None
    test_users_with_different_tastes_get_different_lists = None
    test_no_seen_item_is_left_and_the_list_is_full_where_enough_is_asked = None
    test_a_list_longer_than_the_catalogue_holds_every_item_once = None
    test_a_history_without_known_items_is_cold = None


class TestContentArticleOfThePopular(TestContentArticle):
    contestant = "content-article-2"

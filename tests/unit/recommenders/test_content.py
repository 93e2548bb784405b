"""The content model: vectors, profiles, popularity, the cap on directors, and the contract."""

import numpy as np
import pytest

from bakeoff.data.documents import Document
from bakeoff.errors import ConfigurationError, ModelError
from bakeoff.recommenders import content
from bakeoff.recommenders.base import Epoch, Model, Signal, Task, parse_settings
from tests.support.training import rows
from tests.unit.recommenders.contract import RecommenderContract

SIGNAL = Signal(liked_threshold=4.0)


def film(item: int, **changes: object) -> Document:
    plain = {"title": "", "year": None, "genres": (), "directors": (), "writers": (), "actors": (), "plot": ""}
    return Document(item_id=str(item), **{**plain, **changes})  # type: ignore[arg-type]


def fit(
    documents: list[Document], histories: object, *, weight: float = 0.0, half_life: float = 0.0, **changes: object
) -> content.Model:
    settings = content.Settings(**{"min_documents": 1, **changes})  # type: ignore[arg-type]
    chosen = {"popularity_weight": weight, "half_life": half_life, "neighbour_popularity_weight": weight}
    return content.fit(
        histories, chosen=chosen, task=Task(documents=documents, settings=settings, signal=SIGNAL, seed=0)
    )


class TestContent(RecommenderContract):
    contestant = "content"
    needs_text = True


PLOTS = ["a whale at sea", "a whale and a storm", "detectives in a city", "a detective story", "dancing"]


def test_items_alike_in_words_come_first() -> None:
    films = [film(number, plot=plot) for number, plot in enumerate(PLOTS)]
    model = fit(films, rows([(0, 5)], [(1, 5), (2, 5), (3, 5), (4, 5)], n_items=5))
    scores = model.scores(rows([(0, 5)], [(2, 5), (4, 1)], n_items=5))
    assert np.argsort(-scores[0])[:2].tolist() == [0, 1]
    assert np.argmax(scores[1]) == 2


def test_two_films_share_a_person_and_not_a_first_name() -> None:
    films = [film(0, directors=("Ann Lee",)), film(1, directors=("Ann Ray",)), film(2, directors=("Ann  lee",))]
    model = fit(films, rows([(0, 5), (1, 5), (2, 5)], n_items=3))
    alike = model.vectors.cosines(model.vectors.matrix)
    np.testing.assert_allclose(alike, [[1, 0, 1], [0, 1, 0], [1, 0, 1]], atol=1e-6)


def test_near_years_are_alike_and_far_ones_are_not() -> None:
    films = [film(0, year=1990), film(1, year=1992), film(2, year=1999)]
    alike = fit(films, rows([(0, 5), (1, 5), (2, 5)], n_items=3)).vectors
    near, far = alike.cosines(alike.matrix)[0, 1:]
    assert near > 0.3
    assert far == 0


def test_popularity_lifts_what_many_like() -> None:
    films = [film(number, plot="the same words") for number in range(3)]
    histories = rows([(0, 5), (2, 5)], [(2, 5)], [(2, 5), (1, 5)], n_items=3)
    ask = rows([(0, 5)], n_items=3)
    assert np.ptp(fit(films, histories).scores(ask)) == pytest.approx(0, abs=1e-5)
    assert np.argmax(fit(films, histories, weight=1.0).scores(ask)[0]) == 2


def test_a_newer_like_counts_more_under_a_half_life() -> None:
    films = [film(number, plot=plot) for number, plot in enumerate(PLOTS)]
    histories = rows([(number, 5) for number in range(5)], n_items=5)
    ask = rows([(2, 5), (0, 5)], n_items=5)
    scores = fit(films, histories, half_life=1.0).scores(ask)[0]
    assert scores[0] > scores[2]


def test_items_without_interactions_are_recommended_only_where_the_settings_say_so() -> None:
    films = [film(number, plot="the same words") for number in range(3)]
    histories = rows([(0, 5), (1, 2)], n_items=3)
    assert np.isfinite(fit(films, histories).scores(histories)[0]).tolist() == [True, True, False]
    assert np.isfinite(fit(films, histories, cold_items=True).scores(histories)[0]).all()


def test_a_liked_item_without_text_leaves_its_user_cold() -> None:
    films = [film(0), film(1, plot="some words")]
    model = fit(films, rows([(0, 5), (1, 5)], n_items=2))
    assert model.knows(rows([(0, 5)], [(1, 5)], [(1, 2)], n_items=2)).tolist() == [False, True, False]


def test_documents_without_a_shared_term_are_an_error_that_says_so() -> None:
    with pytest.raises(ModelError, match="occurs in 2 documents"):
        fit([film(0, plot="one"), film(1, plot="two")], rows([(0, 5)], n_items=2), min_documents=2)


def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="field_weights names 'budget'"):
        parse_settings(content.Settings, {"field_weights": {"budget": 1}}, source="settings")


def capped(directors: list[tuple[str, ...]], *, exempt: list[int] | None = None, **changes: int) -> list[int]:
    films = [film(number, plot="word", directors=names) for number, names in enumerate(directors)]
    model = fit(films, rows([(number, 5) for number in range(len(films))], n_items=len(films)), **changes)
    ranked = np.arange(len(films), dtype=np.int32)
    return model.rerank(ranked, exempt=np.array(exempt or [], np.int32)).tolist()


def test_no_page_holds_more_than_the_cap_of_one_director() -> None:
    order = capped([("A",), ("A",), ("A",), ("B",), ("A",), ("C",)], director_cap=2, page_size=4)
    assert order == [0, 1, 3, 5, 2, 4]


def test_an_item_of_two_directors_counts_for_both() -> None:
    assert capped([("A", "B"), ("B",), ("A",), ("C",)], director_cap=1, page_size=2) == [0, 3, 1, 2]


def test_items_of_the_history_keep_their_place_and_count_for_nothing() -> None:
    order = capped([("A",), ("A",), ("A",), ("B",)], exempt=[0], director_cap=1, page_size=2)
    assert order == [0, 1, 3, 2]


def test_reranking_loses_nothing() -> None:
    names = [("A",) if number % 3 else () for number in range(40)]
    assert sorted(capped(names, director_cap=2)) == list(range(40))


def test_alike_items_come_first_and_the_item_itself_is_left_out() -> None:
    films = [film(number, plot=plot) for number, plot in enumerate(PLOTS)]
    model = fit(films, rows([(number, 5) for number in range(5)], n_items=5), neighbours=2)
    (whale,) = model.similar(np.array([0], np.int32), 2)
    assert whale.columns[0] == 1
    assert len(whale.columns) == 2
    assert whale.scores[0] > whale.scores[1]
    assert model.similar(np.array([0], np.int32), 1)[0].columns.tolist() == [1]


def alike(directors: list[tuple[str, ...]], **changes: int) -> list[int]:
    films = [film(number, plot="word", directors=names) for number, names in enumerate(directors)]
    model = fit(films, rows([(number, 5) for number in range(len(films))], n_items=len(films)), **changes)
    return model.similar(np.array([0], np.int32), 10)[0].columns.tolist()


def test_alike_items_are_of_other_directors_unless_the_settings_let_some_in() -> None:
    names: list[tuple[str, ...]] = [("A",), ("A",), ("A",), ("B",), ("B",), ("B",), ("A", "C"), ()]
    assert sorted(alike(names)) == [3, 4, 5, 7]
    assert len({1, 2, 6} & set(alike(names, own_director_cap=1))) == 1
    assert sorted(alike(names, own_director_cap=9)) == [1, 2, 3, 4, 5, 6, 7]


def test_the_weight_among_alike_items_is_the_one_whose_lists_are_used_together() -> None:
    """Three films alike in words; the popular one is what their users share."""
    films = [film(0, plot="whale sea"), film(1, plot="whale sea storm"), film(2, plot="whale"), film(3, plot="city")]
    histories = rows(*[[(0, 5), (2, 5)]] * 5, [(1, 5)], [(3, 5)], n_items=4)
    curve: list[Epoch] = []
    settings = content.Settings(
        min_documents=1, popularity_weights=(0.0,), half_lives=(0.0,), neighbour_popularity_weights=(0.0, 4.0)
    )
    task = Task(documents=films, settings=settings, signal=SIGNAL, seed=0, report=curve.append)
    choice = content.choose(histories, validation=Nothing(), task=task)
    tried = [step for step in curve if "neighbour_popularity_weight" in step.tried]
    assert [step.tried["neighbour_popularity_weight"] for step in tried] == [0.0, 4.0]
    best = max(tried, key=lambda step: step.metrics["usefulness@10"])
    assert choice.chosen["neighbour_popularity_weight"] == best.tried["neighbour_popularity_weight"]


class Nothing:
    def measure(self, model: Model) -> dict[str, float]:
        return {"ndcg@10": 0.0, "ndcg@100": 0.0, "coverage@10": 0.0}


class TestContentEmbedding(RecommenderContract):
    contestant = "content-embedding"
    needs_text = True

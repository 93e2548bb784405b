"""The API as an application meets it: through API Gateway, with its key, answered by the promoted run."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration import data
from tests.integration.conftest import FirstRun
from tests.integration.product import Answer, Product

USER = "30"
POPULARITY = "personalize-popularity-count"
HISTORY = [{"itemId": "1", "value": 5.0, "timestamp": 1}, {"itemId": "5", "value": 4.0, "timestamp": 2}]
CONTESTANT_FIELDS = {"name", "status", "items", "latencyMs", "modelVersion", "twin", "reactsToEvents"}


@pytest.fixture(scope="module")
def answer(product: Product, first_run: FirstRun) -> Answer:
    """What is told about one user, once every process behind the API is warm."""
    product.ask(USER)
    return product.ask(USER)


def lists_of(answer: Answer) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every list in an answer, the blended one first."""
    yield "blended", answer.body["blended"]
    for one in answer.body["contestants"]:
        yield one["name"], one["items"]


def test_a_known_user_gets_ten_items_of_every_contestant(product: Product, first_run: FirstRun, answer: Answer) -> None:
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-request-id"]
    assert set(answer.body) == {"userId", "runId", "default", "blended", "contestants"}
    promoted = product.promoted()
    assert (answer.body["userId"], answer.body["runId"]) == (USER, promoted["runId"])
    assert answer.body["default"] == promoted["default"]
    assert list(answer.statuses) == list(product.config.demo)
    assert set(answer.statuses.values()) == {"ok"}
    assert {name: len(items) for name, items in lists_of(answer)} == dict.fromkeys(["blended", *answer.statuses], 10)


def test_each_contestant_says_who_answered_and_how_fast(first_run: FirstRun, answer: Answer) -> None:
    versions = {one["name"]: one["modelVersion"] for one in first_run.report["contestants"]}
    for one in answer.body["contestants"]:
        assert set(one) == CONTESTANT_FIELDS
        assert one["modelVersion"] == versions[one["name"]]
        assert one["twin"] == (one["name"] == POPULARITY)
        assert 0 < one["latencyMs"] < 2000


def test_every_item_has_its_title_and_each_list_is_ordered_without_repetition(
    first_run: FirstRun, answer: Answer
) -> None:
    titles = {film.item: (film.title, film.year, [film.genre]) for film in data.learnable().films}
    for name, items in lists_of(answer):
        for item in items:
            assert (item["title"], item["year"], item["genres"]) == titles[item["itemId"]], name
        assert len({item["itemId"] for item in items}) == len(items), name
        # A campaign of Popularity-Count gives no scores.
        assert [item["score"] is None for item in items] == [name == POPULARITY] * len(items)
        assert name == POPULARITY or items == sorted(items, key=lambda item: -item["score"]), name


@pytest.mark.parametrize("user", [USER, "7", "110"])
def test_nobody_recommends_what_the_user_has_seen(product: Product, first_run: FirstRun, user: str) -> None:
    seen = data.seen_by(data.learnable(), user)
    assert len(seen) > 20
    for name, items in lists_of(product.ask(user, query="n=50")):
        assert items, name
        assert not seen & {item["itemId"] for item in items}, name


def test_an_item_gets_the_alike_ones_of_who_answers_that_and_they_were_evaluated(
    product: Product, first_run: FirstRun
) -> None:
    films = {film.item: film for film in data.learnable().films}
    item = data.learnable().films[0]
    product.similar(item.item)
    found = product.similar(item.item)
    assert found.status == 200
    assert set(found.body) == {"itemId", "runId", "default", "blended", "contestants"}
    assert found.body["runId"] == product.promoted()["runId"]
    answering = {one["name"] for one in first_run.report["contestants"] if "similar" in one["answers"]}
    assert found.statuses == dict.fromkeys(answering, "ok") != {}
    for name, items in lists_of(found):
        assert len({one["itemId"] for one in items}) == len(items) == 10, name
        assert item.item not in {one["itemId"] for one in items}, name
        assert item.director not in {films[one["itemId"]].director for one in items}, name
        assert all(one["title"] == films[one["itemId"]].title for one in items), name
    for one in first_run.report["contestants"]:
        assert ("usefulness@10" in one["metrics"]) == (one["name"] in answering)
    (nobody,) = product.similar("unheard-of").body["contestants"]
    assert (nobody["status"], nobody["items"]) == ("cold", [])


def test_the_lists_of_two_users_differ_but_for_popularity(
    product: Product, first_run: FirstRun, answer: Answer
) -> None:
    other = product.ask("31")
    for name in set(answer.statuses) - {POPULARITY}:
        assert other.contestant(name)["items"] != answer.contestant(name)["items"], name


def test_a_posted_history_is_answered_by_all_and_counts_as_seen(product: Product, first_run: FirstRun) -> None:
    answer = product.post(json.dumps({"history": HISTORY, "n": 7}).encode())
    assert (answer.status, answer.body["userId"]) == (200, None)
    assert set(answer.statuses.values()) == {"ok"}
    for name, items in lists_of(answer):
        assert len(items) == 7, name
        assert not {"1", "5"} & {item["itemId"] for item in items}, name


@pytest.mark.parametrize("user", ["nobody", "Ünï/cödé%20+user?&#", "../../runs", "x" * 256])
def test_an_unknown_user_gets_popularity_and_the_others_are_cold(
    product: Product, first_run: FirstRun, user: str
) -> None:
    answer = product.ask(user)
    assert (answer.status, answer.body["userId"]) == (200, user)
    assert answer.statuses == {name: "ok" if name == POPULARITY else "cold" for name in product.config.demo}
    popular = [item["itemId"] for item in answer.contestant(POPULARITY)["items"]]
    assert len(popular) == 10
    assert [item["itemId"] for item in answer.body["blended"]] == popular
    assert all(one["reason"] for one in answer.body["contestants"] if one["status"] == "cold")


def test_a_history_of_unknown_items_is_cold_to_the_models_and_not_an_error(
    product: Product, first_run: FirstRun
) -> None:
    answer = product.post(b'{"history": [{"itemId": "no such film"}]}')
    assert answer.status == 200
    assert answer.statuses == {name: "ok" if name == POPULARITY else "cold" for name in product.config.demo}


def test_the_scoreboard_shows_who_serves_with_the_figures_of_the_run(product: Product, first_run: FirstRun) -> None:
    answer = product.scoreboard()
    promoted = product.promoted()
    assert answer.status == 200
    assert (answer.body["runId"], answer.body["default"]) == (promoted["runId"], promoted["default"])
    assert answer.body["gate"] == promoted["gate"]
    assert [one["name"] for one in answer.body["contestants"]] == list(product.config.demo)
    reported = {one["name"]: one for one in first_run.report["contestants"]}
    for one in answer.body["contestants"]:
        answers = list(product.config.contestant(one["name"]).answers)
        assert (one["status"], one["twin"], one["answers"]) == ("ok", one["name"] == POPULARITY, answers)
        assert one["metrics"]["ndcg@10"] == reported[one["name"]]["metrics"]["ndcg@10"]
        assert one["latency"]["n"] == product.config.run.latency_questions
    refused(product.scoreboard(query="n=3"), field="n")


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}, {"x-api-key": ""}])
def test_without_the_key_nothing_is_answered(product: Product, first_run: FirstRun, headers: dict[str, str]) -> None:
    refused = [product.ask(USER, headers=headers), product.post(b'{"history": []}', headers=headers)]
    refused.append(product.scoreboard(headers=headers))
    assert [(one.status, one.body) for one in refused] == [(403, {"message": "Forbidden"})] * 3


@pytest.mark.parametrize(
    ("query", "field"),
    [("n=0", "n"), ("n=101", "n"), ("n=ten", "n"), ("n=", "n"), ("n=1&n=2", "n"), ("count=10", "count")],
)
def test_a_malformed_question_is_refused_with_the_field_and_a_request_id(
    product: Product, first_run: FirstRun, query: str, field: str
) -> None:
    refused(product.ask(USER, query=query), field=field)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"no json", "body"),
        (b"[1]", "body"),
        (b"", "body"),
        (b"\xff\xfe", "body"),
        (b"{}", "history"),
        (b'{"history": [{"itemId": ""}]}', "history[0].itemId"),
        (b'{"history": [], "user": "1"}', "user"),
        (b'{"history": [], "n": 1.5}', "n"),
        (b'{"history": [{"itemId": "1", "value": NaN}]}', "body"),
    ],
)
def test_a_malformed_body_is_refused_with_the_field_and_a_request_id(
    product: Product, first_run: FirstRun, body: bytes, field: str
) -> None:
    refused(product.post(body), field=field)


def refused(answer: Answer, *, field: str) -> None:
    assert answer.status == 400, answer.body
    assert answer.headers["content-type"].startswith("application/json")
    assert (answer.body["error"]["code"], answer.body["error"]["field"]) == ("invalid_request", field)
    assert answer.body["error"]["message"].endswith(".")
    assert answer.body["requestId"] == answer.headers["x-request-id"]


def test_a_body_of_another_kind_or_size_is_refused(product: Product, first_run: FirstRun) -> None:
    key = {"x-api-key": product.deployed.api_key}
    other = product.post(b'{"history": []}', headers={**key, "content-type": "text/plain"})
    assert (other.status, other.body["error"]["code"]) == (415, "unsupported_media_type")
    large = product.post(json.dumps({"history": [{"itemId": "1" * 200}] * 2000}).encode())
    assert (large.status, large.body["error"]["code"]) == (413, "too_large")

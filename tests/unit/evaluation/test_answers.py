"""The two formats of answers, and lines that are neither."""

import pytest

from bakeoff.evaluation.answers import Answer, MalformedAnswer, parse_answer


def test_batch_transform_answer_is_read() -> None:
    line = '{"userId": "7", "items": [{"itemId": "a", "score": 2.5}, {"itemId": "b", "score": null}], "status": "ok"}'
    assert parse_answer(line) == Answer(user_id="7", item_ids=["a", "b"], finite=True, ordered=True, error=None)


def test_cold_answer_without_items_is_an_empty_list() -> None:
    line = '{"userId": "7", "items": [], "status": "cold"}'
    assert parse_answer(line) == Answer(user_id="7", item_ids=[], finite=True, ordered=True, error=None)


@pytest.mark.parametrize("scores", ['"scores": [0.5, 0.25]', '"scores": null', '"other": 1'])
def test_personalize_answer_is_read_with_or_without_scores(scores: str) -> None:
    line = f'{{"input": {{"userId": "7"}}, "output": {{"recommendedItems": ["a", "b"], {scores}}}, "error": null}}'
    assert parse_answer(line) == Answer(user_id="7", item_ids=["a", "b"], finite=True, ordered=True, error=None)


def test_personalize_error_is_kept() -> None:
    answer = parse_answer('{"input": {"userId": "7"}, "output": null, "error": "no such user"}')
    assert (answer.user_id, answer.item_ids, answer.error) == ("7", [], "no such user")


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-Infinity"])
def test_score_that_is_no_finite_number_is_found(score: str) -> None:
    assert not parse_answer(f'{{"userId": "7", "items": [{{"itemId": "a", "score": {score}}}]}}').finite
    batch = f'{{"input": {{"userId": "7"}}, "output": {{"recommendedItems": ["a"], "scores": [{score}]}}}}'
    assert not parse_answer(batch).finite


def test_scores_whose_sum_is_infinite_are_finite_if_each_is() -> None:
    line = '{"userId": "7", "items": [{"itemId": "a", "score": 1e308}, {"itemId": "b", "score": 1e308}]}'
    assert parse_answer(line) == Answer(user_id="7", item_ids=["a", "b"], finite=True, ordered=True, error=None)


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        '"text"',
        "{}",
        '{"userId": "7"}',
        '{"items": []}',
        '{"userId": 7, "items": []}',
        '{"userId": "7", "items": ["a"]}',
        '{"userId": "7", "items": [{"itemId": 1, "score": 1}]}',
        '{"userId": "7", "items": [{"itemId": "a", "score": "high"}]}',
        '{"userId": "7", "items": null}',
        '{"input": {}, "output": {"recommendedItems": []}}',
        '{"input": {"userId": "7"}, "output": null}',
        '{"input": {"userId": "7"}, "output": {"recommendedItems": ["a"], "scores": []}}',
    ],
)
def test_other_lines_are_malformed(line: str) -> None:
    with pytest.raises(MalformedAnswer):
        parse_answer(line)


@pytest.mark.parametrize(("scores", "ordered"), [("[2, 1, 1]", True), ("[1, null, 2]", False), ("[null, null]", True)])
def test_scores_that_rise_are_out_of_order(scores: str, ordered: bool) -> None:
    items = ", ".join(f'"{n}"' for n in range(scores.count(",") + 1))
    line = f'{{"input": {{"userId": "7"}}, "output": {{"recommendedItems": [{items}], "scores": {scores}}}}}'
    assert parse_answer(line).ordered is ordered

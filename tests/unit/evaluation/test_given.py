"""Re-rankers against the order that they were given, in a whole evaluation."""

import json
from pathlib import Path
from typing import Any

import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.field import TESTED
from tests.support.recommenders import popularity_answers, write_answers
from tests.support.schemas import faults
from tests.unit.evaluation.test_run import Room

ORDER = "candidates/f1/order"


@pytest.fixture
def room(tmp_path: Path, prepared: Prepared) -> Room:
    made = Room(tmp_path, prepared)
    write_answers(tmp_path / "lists" / ORDER / "lists.jsonl.out", popularity_answers(prepared))
    return made


def turned(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The other way round, with scores that fall again."""
    items = [[item["itemId"] for item in answer["items"]][::-1] for answer in answers]
    return [
        {**answer, "items": [{"itemId": one, "score": -float(place)} for place, one in enumerate(own)]}
        for answer, own in zip(answers, items, strict=True)
    ]


def test_who_changes_nothing_differs_in_nothing_and_who_turns_it_round_is_worse(room: Room, prepared: Prepared) -> None:
    answers: list[Any] = popularity_answers(prepared)
    room.enter("same", given=ORDER)
    room.enter("turned", turned(answers), given=ORDER)
    room.enter("own")
    results = room.evaluate()
    same, other = (results.contestants[name].given for name in ("same", "turned"))
    assert same is not None
    assert other is not None
    assert [one.metric for one in same.comparisons] == list(TESTED)
    assert {(one.difference.value, one.difference.low, one.p) for one in same.comparisons} == {(0.0, 0.0, 1.0)}
    [ndcg] = [one for one in other.comparisons if one.metric == "ndcg@10"]
    assert ndcg.given.value == results.contestants["own"].metrics["ndcg@10"].value
    assert ndcg.difference.value < 0
    assert ndcg.given.value + ndcg.difference.value == pytest.approx(
        results.contestants["turned"].metrics["ndcg@10"].value
    )
    assert results.contestants["own"].given is None
    written = json.loads((room.folder / "output" / "metrics.json").read_text(encoding="utf-8"))
    assert faults(written, "metrics") == []
    assert [name for name, one in written["contestants"].items() if "given" in one] == ["same", "turned"]


def test_an_order_that_is_not_there_leaves_the_figures_and_says_so(room: Room) -> None:
    room.enter("same", given="candidates/gone/order")
    result = room.evaluate().contestants["same"]
    assert result.healthy
    assert result.given is not None
    assert result.given.comparisons == []
    assert str(result.given.reason).startswith("the order that it was given is not sound: Test users without a list:")

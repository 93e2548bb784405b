"""Which items are alike, as a training writes it for the evaluation."""

import json
from pathlib import Path

import numpy as np
import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.training import neighbours
from bakeoff.training.neighbours import write_neighbours
from tests.support.training import train


def test_the_first_ten_alike_items_of_every_item_are_written(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "CHUNK", 50)
    archive = train("content", prepared).archive
    write_neighbours(archive, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "neighbours.jsonl").read_text().splitlines()]
    lists = archive.model.similar(np.arange(len(archive.items), dtype=np.int32), 10)
    assert lines == [
        {"itemId": item, "items": [{"itemId": archive.items[column]} for column in ranked.columns.tolist()]}
        for item, ranked in zip(archive.items, lists, strict=True)
        if not ranked.cold
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["neighbours.jsonl"]


def test_a_model_that_answers_no_such_question_writes_nothing(prepared: Prepared, tmp_path: Path) -> None:
    write_neighbours(train("ease", prepared).archive, tmp_path)
    assert list(tmp_path.iterdir()) == []

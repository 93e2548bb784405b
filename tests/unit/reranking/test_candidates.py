"""The candidate file: frozen, blind to the test part, and with rows like the Autopilot table's."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bakeoff.data import layout as data_layout
from bakeoff.data.prepared import Prepared
from bakeoff.errors import DataError
from bakeoff.reranking import layout, writing
from bakeoff.reranking.candidates import choose_candidates
from bakeoff.reranking.pairs import STATISTICS, PairColumns
from bakeoff.reranking.writing import read_order, write_candidates


def rows_of(folder: Path, specification: str, kind: str) -> list[list[str]]:
    found = []
    for path in sorted((folder / layout.ROWS / specification).glob(f"{kind}-*.csv")):
        with path.open(newline="", encoding="utf-8") as lines:
            found += list(csv.reader(lines))
    return found


def test_candidates_are_unseen_recommendable_and_best_first(prepared: Prepared) -> None:
    candidates = choose_candidates(prepared, log=lambda line: None, most=20)
    lists = candidates.lists
    assert len(lists.lengths) == len(prepared.test_users)
    assert lists.lengths.max() == 20
    for position, user in enumerate(prepared.test_users.tolist()):
        span = slice(int(lists.indptr[position]), int(lists.indptr[position + 1]))
        own = lists.items[span]
        assert not set(own.tolist()) & set(prepared.seen(user).tolist())
        assert prepared.candidates[own].all()
        assert (np.diff(candidates.scores[span]) <= 0).all()


def test_the_file_is_the_same_whenever_it_is_made_and_says_how(
    prepared: Prepared, candidates: Path, tmp_path: Path
) -> None:
    manifest = write_candidates(prepared, tmp_path / "again", specifications=("all", "selected"), live=("selected",))
    assert manifest == json.loads((candidates / layout.MANIFEST).read_text(encoding="utf-8"))
    assert set(manifest["chosenBy"]["chosen"]) == {"reg", "popularity_exponent"}
    assert manifest["split"] == prepared.split_hash


@pytest.mark.parametrize("specification", ["all", "selected"])
def test_rows_have_the_specifications_columns_one_for_each_candidate_and_held_out_rating(
    prepared: Prepared, candidates: Path, specification: str
) -> None:
    path = prepared.folder / data_layout.AUTOPILOT_FEATURES.format(specification)
    names = json.loads(path.read_text(encoding="utf-8"))["FeatureAttributeNames"]
    rows, held_out = (rows_of(candidates, specification, kind) for kind in ("candidates", "held-out"))
    assert len(rows) == sum(len(items) for _, items in read_order(candidates / layout.ORDER))
    assert len(held_out) == prepared.test.of_users(prepared.test_users).n_interactions
    assert {len(row) for row in [*rows, *held_out]} == {len(names)}
    assert "rating" not in names, "the target is not handed over"


def test_held_out_rows_are_those_of_the_tables_test_part(prepared: Prepared, candidates: Path) -> None:
    """Statistics of train and validation, and the columns of user and item, cell by cell."""
    table = pq.read_table(prepared.folder / data_layout.AUTOPILOT_TABLE.format("test")).to_pylist()
    known = {(row["user_id"], row["item_id"]): row for row in table}
    names = list(PairColumns.open(prepared, "all").columns)
    held_out = prepared.test.of_users(prepared.test_users)
    compared = 0
    for cells, row, column in zip(
        rows_of(candidates, "all", "held-out"), held_out.rows.tolist(), held_out.indices.tolist(), strict=True
    ):
        expected = known[prepared.users[prepared.test_users[row]], prepared.items[column]]
        for name, cell in zip(names, cells, strict=True):
            value = expected[name]
            if isinstance(value, float):
                assert float(cell) == pytest.approx(value, rel=1e-6, abs=1e-6), name
            else:
                assert cell == ("" if value is None else " ".join(str(value).splitlines())), name
            compared += 1
    assert compared > 1000


def test_a_body_is_a_users_rows_with_the_items_that_they_are_about(candidates: Path) -> None:
    rows, order = rows_of(candidates, "selected", "candidates"), dict(read_order(candidates / layout.ORDER))
    bodies = [
        json.loads(line)
        for path in sorted((candidates / "bodies/selected").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert [row for body in bodies for row in csv.reader(body["body"].splitlines())] == rows
    assert {body["userId"]: body["itemIds"] for body in bodies} == {user: ids for user, ids in order.items() if ids}
    assert not (candidates / "bodies/all").exists(), "nobody is asked live with these"


def test_a_body_that_would_not_fit_into_a_row_is_cut_behind_the_best(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LONGEST_BODY", 200)
    write_candidates(prepared, tmp_path / "short", specifications=("selected",), live=("selected",))
    order = dict(read_order(tmp_path / "short" / layout.ORDER))
    lines = (tmp_path / "short" / layout.BODIES.format("selected", 0)).read_text(encoding="utf-8").splitlines()
    for body in map(json.loads, lines):
        assert 0 < len(body["body"].encode()) <= 200
        assert body["itemIds"] == order[body["userId"]][: body["body"].count("\n")]


def test_texts_become_fields_of_csv_on_one_line(tmp_path: Path, prepared: Prepared) -> None:
    import pyarrow as pa

    for kind, columns in {
        "users": {"id": ["u"], "user_note": ['says "hi",\nand\r\nmore']},
        "items": {"id": ["i", "j"], "item_year": [1999.0, None]},
    }.items():
        for where, table in (
            (data_layout.AUTOPILOT_ATTRIBUTES, pa.table(columns)),
            (
                data_layout.AUTOPILOT_STATISTICS,
                pa.table({"n_known": [3] * len(columns["id"]), "mean_known": pa.array([3.5] * len(columns["id"]))}),
            ),
        ):
            path = tmp_path / where.format(kind)
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, path)
    names = ["item_mean", "user_note", "item_year", "user_interactions"]
    path = tmp_path / data_layout.AUTOPILOT_FEATURES.format("all")
    path.write_text(json.dumps({"FeatureAttributeNames": names}), encoding="utf-8")
    lines = PairColumns.open(replace(prepared, folder=tmp_path), "all").lines(
        users=np.array([0, 0]), items=np.array([0, 1])
    )
    assert lines.to_pylist() == ['3.5,"says ""hi"", and more",1999,3\n', '3.5,"says ""hi"", and more",,3\n']
    path.write_text(json.dumps({"FeatureAttributeNames": ["item_budget"]}), encoding="utf-8")
    with pytest.raises(DataError, match=r"names the column item_budget, which is neither a statistic nor"):
        PairColumns.open(replace(prepared, folder=tmp_path), "all")


def test_every_statistic_of_the_table_is_known(prepared: Prepared) -> None:
    names = json.loads((prepared.folder / data_layout.AUTOPILOT_FEATURES.format("all")).read_text(encoding="utf-8"))
    assert set(STATISTICS) <= set(names["FeatureAttributeNames"])


def test_data_of_before_has_to_be_prepared_again(tmp_path: Path, prepared: Prepared) -> None:
    with pytest.raises(DataError, match=r"cannot be read for re-ranking: .*; prepare the data again"):
        PairColumns.open(replace(prepared, folder=tmp_path), "all")

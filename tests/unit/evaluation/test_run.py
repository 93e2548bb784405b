"""The whole evaluation on the small data: what is scored, what is named unhealthy, what is refused."""

import csv
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bakeoff.contracts.interactions import ScoredItem, keep_recommendable
from bakeoff.data.prepared import Prepared
from bakeoff.errors import DataError, EvaluationError
from bakeoff.evaluation.field import OF_CATALOGUE, OF_POPULARITY, OF_SAMPLE, TESTED, PairedTests
from bakeoff.evaluation.results import Results
from bakeoff.evaluation.run import Folders, evaluate_run
from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from bakeoff.evaluation.validation_lists import ValidationLists
from tests.support.recommenders import (
    personalize_answer,
    popular_items,
    popularity_answers,
    transform_answer,
    write_answers,
)
from tests.support.schemas import faults
from tests.unit.evaluation.test_validation_lists import output

QUICK = Bootstrap(resamples=50)
FEW = PairedTests(permutations=200)
Answers = list[dict[str, Any]]


class Room:
    """A folder for a run: its lists, its run.json, its results."""

    def __init__(self, folder: Path, prepared: Prepared) -> None:
        self.folder = folder
        self.prepared = prepared
        self.contestants: list[dict[str, Any]] = []

    def enter(self, name: str, answers: Answers | None = None, **changes: Any) -> None:
        """A contestant with these lists, popularity's by default."""
        lists = f"{name}/f1ng3r"
        chosen = popularity_answers(self.prepared) if answers is None else answers
        write_answers(self.folder / "lists" / lists / "histories.jsonl.out", chosen)
        entry = {"name": name, "status": "ok", "split": self.prepared.split_hash, "lists": lists, "twin": False}
        self.contestants.append({**entry, "learnsFrom": "liked", **changes})

    def evaluate(self, *, curves: Path | None = None, **changes: Any) -> Results:
        run = {"runId": "r1", "split": self.prepared.split_hash, "contestants": self.contestants, **changes}
        (self.folder / "run").mkdir(exist_ok=True)
        (self.folder / "run" / "run.json").write_text(json.dumps(run), encoding="utf-8")
        return evaluate_run(self.folders(**({"curves": curves} if curves else {})), bootstrap=QUICK, tests=FEW)

    def folders(self, **changes: Path) -> Folders:
        folders = {"prepared": self.prepared.folder, "lists": self.folder / "lists", "run": self.folder / "run"}
        return Folders(
            **{
                **folders,
                "incumbent": self.folder / "incumbent",
                "curves": self.folder / "curves",
                "output": self.folder / "output",
                **changes,
            }
        )


@pytest.fixture
def room(tmp_path: Path, prepared: Prepared) -> Room:
    return Room(tmp_path, prepared)


def test_scores_equal_those_counted_by_hand_from_the_files(room: Room, prepared: Prepared) -> None:
    room.enter("popularity")
    metrics = room.evaluate().contestants["popularity"].metrics
    candidates = {prepared.items[column] for column in set(prepared.train_and_validation.indices.tolist())}
    shown, recalls = set(), []
    for answer in popularity_answers(prepared):
        user = prepared.user_rows[str(answer["userId"])]
        seen = {prepared.items[column] for column in prepared.seen(user)}
        liked = prepared.test.liked(4.0).items_of(user)
        relevant = {prepared.items[column] for column in liked} & candidates
        items = [ScoredItem(item, None) for item in popular_items(prepared)]
        top = [item.item_id for item in keep_recommendable(items, seen=seen, candidates=candidates, n=10)]
        shown |= set(top)
        recalls.append(len(relevant & set(top)) / min(10, len(relevant)))
    assert metrics["recall@10"].value == pytest.approx(sum(recalls) / len(recalls))
    assert metrics["coverage@10"].value == pytest.approx(len(shown) / len(candidates))
    assert set(metrics) <= {*TESTED, *OF_POPULARITY, *OF_CATALOGUE, *OF_SAMPLE}
    assert set(metrics) >= {*TESTED, *OF_POPULARITY, *OF_CATALOGUE, "personalization@10"}
    for name, estimate in metrics.items():
        assert 0 <= estimate.low <= estimate.value <= estimate.high, name
        assert estimate.high <= 1 or name == "novelty@10"
        assert estimate.n <= len(prepared.test_users)


def test_lists_that_hold_the_test_items_first_score_one(room: Room, prepared: Prepared) -> None:
    holdout = prepared.test_holdout
    perfect = [
        transform_answer(prepared.users[user], [prepared.items[column] for column in holdout.relevant.items_of(user)])
        for user in prepared.test_users
    ]
    room.enter("oracle", perfect)
    metrics = room.evaluate().contestants["oracle"].metrics
    assert metrics["ndcg@10"].value == metrics["ndcg@100"].value == metrics["recall@10"].value == pytest.approx(1.0)


def test_both_formats_of_the_same_lists_score_alike(room: Room, prepared: Prepared) -> None:
    items = popular_items(prepared)
    room.enter("ours")
    room.enter("managed", [personalize_answer(prepared.users[user], items) for user in prepared.test_users], twin=True)
    contestants = room.evaluate().contestants
    assert contestants["managed"].metrics == contestants["ours"].metrics
    assert (contestants["managed"].twin, contestants["ours"].twin) == (True, False)


def test_lists_spread_over_several_files_are_read_together(room: Room, prepared: Prepared) -> None:
    answers = popularity_answers(prepared)
    room.enter("whole", answers)
    room.enter("spread", answers[:10])
    write_answers(room.folder / "lists" / "spread" / "f1ng3r" / "part-2.jsonl.out", answers[10:])
    contestants = room.evaluate().contestants
    assert contestants["spread"].metrics == contestants["whole"].metrics


def test_short_lists_are_scored_and_noted(room: Room, prepared: Prepared) -> None:
    answers = popularity_answers(prepared)
    answers[0] = {"userId": answers[0]["userId"], "items": [], "status": "cold"}
    room.enter("popularity", answers)
    result = room.evaluate().contestants["popularity"]
    assert result.healthy
    assert result.metrics["ndcg@10"].n == len(prepared.test_users)
    short, same, seen = result.notes
    assert "the shortest 0) and are scored as they are" in short
    assert same.startswith("Everybody is given the same list, "), "but for who has none"
    assert "of the entries were items that the user had seen" in seen


def _lose(answers: Answers) -> None:
    del answers[:2]


def _repeat(answers: Answers) -> None:
    answers.append(answers[0])


def _invite(answers: Answers) -> None:
    answers.append(transform_answer("nobody", ["1"]))


def _invent(answers: Answers) -> None:
    answers[0]["items"][5]["itemId"] = "never heard of"


def _double(answers: Answers) -> None:
    answers[0]["items"][1] = answers[0]["items"][0]


def _spoil(answers: Answers) -> None:
    answers[0]["items"][3]["score"] = float("nan")


def _garble(answers: Answers) -> None:
    answers[0] = {"message": "internal server error"}


def _fail(answers: Answers) -> None:
    answers[0] = {"input": {"userId": answers[0]["userId"]}, "output": None, "error": "throttled"}


@pytest.mark.parametrize(
    ("spoil", "problems"),
    [
        (_lose, ["Test users without a list: 2, such as user"]),
        (_repeat, ["Users with several lists: 1, such as user"]),
        (_invite, ["Lists for users who are not test users: 1, such as user nobody in histories.jsonl.out line"]),
        (_invent, ["Lists with unknown items: 1, such as item never heard of for user"]),
        (_double, ["Lists with an item twice: 1, such as that of user"]),
        (_spoil, ["Lists with a score that is no finite number: 1, such as that of user"]),
        (_garble, ["Malformed lines: 1, such as histories.jsonl.out line 1: ", "Test users without a list: 1"]),
        (_fail, ["Users answered with an error: 1, such as user", "Test users without a list: 1"]),
    ],
)
def test_faulty_lists_make_a_contestant_unhealthy_and_unscored_beside_healthy_ones(
    room: Room, prepared: Prepared, spoil: Callable[[Answers], None], problems: list[str]
) -> None:
    answers: Answers = popularity_answers(prepared)
    spoil(answers)
    room.enter("faulty", answers)
    room.enter("sound")
    contestants = room.evaluate().contestants
    faulty = contestants["faulty"]
    assert not faulty.healthy
    assert faulty.metrics == {}
    assert len(faulty.problems) == len(problems)
    assert all(told.startswith(start) for told, start in zip(faulty.problems, problems, strict=True))
    assert contestants["sound"].healthy


def test_contestant_without_any_lists_lacks_every_user(room: Room, prepared: Prepared) -> None:
    room.enter("absent", [], lists="absent/other")
    (problem,) = room.evaluate().contestants["absent"].problems
    assert problem.startswith(f"Test users without a list: {len(prepared.test_users)}, ")


def test_failed_contestant_is_carried_along_with_its_reason(room: Room) -> None:
    room.contestants.append({"name": "broken", "status": "failed", "reason": "the training job ran out of memory"})
    result = room.evaluate().contestants["broken"]
    assert (result.healthy, result.metrics) == (False, {})
    assert result.problems == ["It did not finish: the training job ran out of memory"]


def test_lists_of_another_split_are_refused_with_both_hashes(room: Room, prepared: Prepared) -> None:
    room.enter("sound")
    room.enter("stale", split="0ther")
    with pytest.raises(EvaluationError) as raised:
        room.evaluate()
    assert prepared.split_hash in str(raised.value)
    assert "stale has 0ther" in str(raised.value)
    assert "sound has" not in str(raised.value)


def test_run_of_another_split_is_refused(room: Room) -> None:
    room.enter("sound")
    with pytest.raises(EvaluationError, match="the run has 0ther"):
        room.evaluate(split="0ther")


def test_run_json_that_is_missing_malformed_or_incomplete_is_named(room: Room) -> None:
    def evaluate() -> Results:
        return evaluate_run(room.folders(run=room.folder), bootstrap=QUICK)

    with pytest.raises(EvaluationError, match=r"run\.json does not exist"):
        evaluate()
    (room.folder / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"run\.json is no JSON"):
        evaluate()
    (room.folder / "run.json").write_text("[]", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"run\.json holds no JSON object"):
        evaluate()
    (room.folder / "run.json").write_text('{"runId": "r", "contestants": [{"status": "ok"}]}', encoding="utf-8")
    with pytest.raises(EvaluationError) as raised:
        evaluate()
    for missing in ("split", "contestants[0].name", "contestants[0].split", "contestants[0].lists"):
        assert f"{missing} is missing" in str(raised.value)


def test_unfinished_prepared_folder_is_refused(room: Room, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"manifest\.json does not exist"):
        evaluate_run(room.folders(prepared=tmp_path))


def test_results_are_headed_by_the_protocol_and_written_in_the_same_bytes_again(room: Room, prepared: Prepared) -> None:
    room.enter("popularity", twin=True, learnsFrom="all")
    room.contestants.append({"name": "broken", "status": "failed", "reason": "r"})
    results = room.evaluate()
    output = room.folder / "output"
    once = {path.name: path.read_bytes() for path in output.iterdir()}
    assert sorted(once) == ["lists.parquet", "metrics.csv", "metrics.json"]
    room.evaluate()
    assert {path.name: path.read_bytes() for path in output.iterdir()} == once
    written = json.loads(once["metrics.json"])
    assert (written["format"], written["runId"]) == (2, "r1")
    assert written["protocol"]["split"]["hash"] == prepared.split_hash
    assert written["protocol"]["liked"] == "value >= 4"
    assert written["protocol"]["users"] == len(prepared.test_users)
    assert written["protocol"]["intervals"] == {
        "method": "bootstrap over users",
        "confidence": 0.95,
        "resamples": 50,
        "seed": 42,
    }
    assert written["contestants"]["broken"] == {
        "twin": False,
        "learnsFrom": "liked",
        "health": {"healthy": False, "problems": ["It did not finish: r"], "notes": []},
        "metrics": {},
        "slices": [],
        "popularityCurve": [],
        "blend": None,
    }
    rows = list(csv.DictReader(io.StringIO(once["metrics.csv"].decode())))
    assert [row["metric"] for row in rows if not row["slice"]] == [*written["contestants"]["popularity"]["metrics"], ""]
    assert {row["slice"] for row in rows} >= {"", "users: heavy", "items: tail"}
    ndcg = written["contestants"]["popularity"]["metrics"]["ndcg@10"]
    assert rows[0] == {
        "contestant": "popularity",
        "twin": "true",
        "learnsFrom": "all",
        "healthy": "true",
        "metric": "ndcg@10",
        "slice": "",
        **{name: str(value) for name, value in ndcg.items()},
    }
    assert rows[-1]["healthy"] == "false"
    assert str(results).index(prepared.split_hash) < str(results).index("popularity (twin): ndcg@10 ")


def test_results_fit_the_published_schema(room: Room, prepared: Prepared) -> None:
    room.enter("popularity")
    room.enter("other", list(reversed(popularity_answers(prepared))))
    room.contestants.append({"name": "broken", "status": "failed", "reason": "r"})
    room.evaluate(incumbent={"runId": "r0", "name": "popularity", "sameAs": "popularity", "split": prepared.split_hash})
    written = json.loads((room.folder / "output" / "metrics.json").read_text(encoding="utf-8"))
    assert faults(written, "metrics") == []
    del written["contestants"]["popularity"]["metrics"]["ndcg@10"]["low"]
    assert len(faults(written, "metrics")) == 1


def test_lists_parquet_holds_what_was_scored(room: Room, prepared: Prepared) -> None:
    room.enter("popularity")
    results = room.evaluate()
    table = pq.read_table(room.folder / "output" / "lists.parquet").to_pylist()
    assert [row["userId"] for row in table] == [prepared.users[user] for user in prepared.test_users]
    fields = pq.read_schema(room.folder / "output" / "lists.parquet")
    assert fields.field("items").type.value_type == pa.string()
    first = table[0]
    seen = {prepared.items[column] for column in prepared.seen(int(prepared.test_users[0]))}
    assert not seen & set(first["items"])
    recalls = [sum(row["hits"][:10]) / min(10, row["relevant"]) for row in table]
    assert sum(recalls) / len(recalls) == pytest.approx(results.contestants["popularity"].metrics["recall@10"].value)


def test_two_contestants_with_the_same_lists_cannot_be_told_apart(room: Room) -> None:
    room.enter("one")
    room.enter("other")
    written = room.evaluate().to_json()
    assert written["groups"]["ndcg@10"] == [["one", "other"]]
    (tie,) = [entry for entry in written["comparisons"] if entry["metric"] == "ndcg@10"]
    assert (tie["p"], tie["different"], tie["difference"]["value"], tie["smallest"]) == (1.0, False, 0.0, 0.0)
    (agreed,) = written["agreement"]
    assert (agreed["a"], agreed["b"], agreed["rbo"]["value"]) == ("one", "other", pytest.approx(1.0))


def test_the_same_list_for_everybody_is_noted(room: Room, prepared: Prepared) -> None:
    room.enter("popularity", needsHistory=True)
    room.enter("honest", needsHistory=False)
    results = room.evaluate().contestants
    assert "Everybody is given the same list, although it is asked with their histories." in results["popularity"].notes
    assert "Everybody is given the same list, as it says of itself." in results["honest"].notes


def test_the_same_short_list_for_everybody_is_noted_though_some_have_none(room: Room, prepared: Prepared) -> None:
    answers = [transform_answer(prepared.users[user], prepared.items[:4]) for user in prepared.test_users]
    answers[0] = transform_answer(str(answers[0]["userId"]), [])
    answers[1] = transform_answer(str(answers[1]["userId"]), prepared.items[:2])
    room.enter("short", answers, needsHistory=True, longestList=4)
    answers[2] = transform_answer(str(answers[2]["userId"]), prepared.items[1:4])
    room.enter("personal", answers, needsHistory=True, longestList=4)
    results = room.evaluate().contestants
    note = "Everybody is given the same list, although it is asked with their histories."
    assert note in results["short"].notes
    assert note not in results["personal"].notes


def test_scores_out_of_order_are_noted_and_scored_in_the_order_given(room: Room, prepared: Prepared) -> None:
    answers = popularity_answers(prepared)
    for answer in answers[:3]:
        for rank, item in enumerate(answer["items"]):
            item["score"] = rank
    room.enter("rising", answers)
    room.enter("sound")
    results = room.evaluate().contestants
    assert results["rising"].metrics == results["sound"].metrics
    assert any(
        note.startswith("Lists whose scores are not in order") and ": 3, such" in note
        for note in results["rising"].notes
    )


def test_declared_longest_list_is_no_shortage(room: Room, prepared: Prepared) -> None:
    answers = popularity_answers(prepared)
    room.enter("short", answers, longestList=5)
    assert not any("fewer than" in note for note in room.evaluate().contestants["short"].notes)


def test_predicted_ratings_are_scored_beside_the_lists(room: Room, prepared: Prepared) -> None:
    held_out = prepared.test.of_users(prepared.test_users)
    predictions = [
        {
            "userId": prepared.users[prepared.test_users[row]],
            "itemId": prepared.items[column],
            "value": float(value) + (0.5 if place % 2 else -1.5),
        }
        for place, (row, column, value) in enumerate(zip(held_out.rows, held_out.indices, held_out.values, strict=True))
    ]
    room.enter("rating", predictions="rating/predicted")
    write_answers(room.folder / "lists" / "rating" / "predicted" / "part.jsonl", predictions)
    metrics = room.evaluate().contestants["rating"].metrics
    odd = len(predictions) // 2
    even = len(predictions) - odd
    assert metrics["mae"].value == pytest.approx((0.5 * odd + 1.5 * even) / len(predictions))
    assert metrics["rmse"].value == pytest.approx(((0.25 * odd + 2.25 * even) / len(predictions)) ** 0.5)
    assert metrics["rmse"].low < metrics["rmse"].value < metrics["rmse"].high


def test_faulty_predictions_make_a_contestant_unhealthy(room: Room, prepared: Prepared) -> None:
    held_out = prepared.test.of_users(prepared.test_users)
    pair = {"userId": prepared.users[prepared.test_users[0]], "itemId": prepared.items[held_out.indices[0]]}
    room.enter("rating", predictions="rating/predicted")
    faulty = [{"userId": "1"}, {"userId": ["1"], "itemId": "1", "value": 1}, {**pair, "itemId": "none", "value": 1}]
    predictions = [*faulty, {**pair, "value": 3.0}, {**pair, "value": 4.0}]
    write_answers(room.folder / "lists" / "rating" / "predicted" / "part.jsonl", predictions)
    assert room.evaluate().contestants["rating"].problems == [
        "2 lines of the predicted ratings are malformed.",
        "1 predicted ratings are of no held-out pair.",
        "1 predicted ratings are of a pair that has another.",
        f"{held_out.n_interactions - 1} of {held_out.n_interactions} held-out ratings have no finite prediction.",
    ]


def test_neighbour_lists_are_scored_by_use(room: Room, prepared: Prepared) -> None:
    room.enter("alike", neighbours="alike/neighbours")
    items = [
        {"itemId": item, "items": [{"itemId": other} for other in prepared.items[:4] if other != item]}
        for item in prepared.items[:4]
    ]
    write_answers(room.folder / "lists" / "alike" / "neighbours" / "part.jsonl", items)
    metrics = room.evaluate().contestants["alike"].metrics
    assert 0 < metrics["usefulness@10"].value < 1
    assert metrics["usefulness@10"].n == 4
    directors = [document.directors for document in list(prepared.documents())[:4]]
    shares = [
        sum(bool(set(own) & set(other)) for at, other in enumerate(directors) if at != place) / 3
        for place, own in enumerate(directors)
        if own
    ]
    assert metrics["neighbour_same_director@10"].value == pytest.approx(float(np.mean(shares)))


def pack(path: Path, files: dict[str, str]) -> None:
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))


def test_neighbour_lists_are_found_in_what_a_training_left(room: Room, prepared: Prepared) -> None:
    where = "models/job-1/output/output.tar.gz"
    room.enter("alike", neighbours=where)
    one, other = prepared.items[:2]
    line = json.dumps({"itemId": one, "items": [{"itemId": other}]})
    pack(room.folder / "curves" / where, {"curve.json": "[]", "neighbours.jsonl": f"{line}\n\n"})
    assert room.evaluate().contestants["alike"].metrics["usefulness@10"].n == 1


def test_a_training_that_left_no_neighbours_makes_its_contestant_unhealthy(room: Room) -> None:
    where = "models/job-1/output/output.tar.gz"
    room.enter("alike", neighbours=where)
    pack(room.folder / "curves" / where, {"curve.json": "[]"})
    assert room.evaluate().contestants["alike"].problems == ["There is no neighbour list."]


def test_what_a_training_left_must_be_an_archive_or_that_contestant_alone_is_unhealthy(room: Room) -> None:
    room.enter("sound")
    room.enter("alike", neighbours="output.tar.gz")
    (room.folder / "curves").mkdir()
    (room.folder / "curves" / "output.tar.gz").write_text("no archive")
    found = room.evaluate().contestants
    assert "is no archive of a training's output" in found["alike"].problems[0]
    assert found["sound"].healthy


def test_who_answers_what_is_alike_alone_has_no_other_figures_and_is_compared_with_nobody(
    room: Room, prepared: Prepared
) -> None:
    room.enter("sound")
    room.enter("alike", [], lists="alike/n", neighbours="alike/n")
    room.contestants[-1]["answers"] = ["similar"]
    first, second, *_ = prepared.items
    lines = [
        {"input": {"itemId": one}, "output": {"recommendedItems": [other]}, "error": None}
        for one, other in ((first, second), (second, first))
    ]
    write_answers(room.folder / "lists" / "alike" / "n" / "items.jsonl.out", lines)
    results = room.evaluate()
    alike = results.contestants["alike"]
    assert (alike.healthy, alike.metrics["usefulness@10"].n) == (True, 2)
    assert not alike.metrics.keys() & {"ndcg@10", "coverage@10"}
    assert {one["a"] for one in results.to_json()["comparisons"]} | {"sound"} == {"sound"}


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (['{"itemId": "FIRST", "items": [{"itemId": "unheard of"}]}'], "1 neighbour lists name unknown items."),
        (['{"itemId": "FIRST", "items": [{"itemId": ["list"]}]}', "[]"], "2 neighbour lists are malformed."),
        (
            ['{"itemId": "FIRST", "items": [{"itemId": "FIRST"}]}'],
            "1 neighbour lists name an item twice or the item itself.",
        ),
        (
            ['{"itemId": "FIRST", "items": [{"itemId": "OTHER"}, {"itemId": "OTHER"}]}'],
            "1 neighbour lists name an item twice or the item itself.",
        ),
        (
            ['{"itemId": "FIRST", "items": [{"itemId": "OTHER"}]}'] * 2,
            "1 neighbour lists are of an item that has another.",
        ),
        (
            ['{"input": {"itemId": "FIRST"}, "output": null, "error": "internal"}'],
            "1 neighbour lists are an error in the place of a list.",
        ),
        ([], "There is no neighbour list."),
    ],
)
def test_faulty_neighbours_make_a_contestant_unhealthy(
    room: Room, prepared: Prepared, lines: list[str], problem: str
) -> None:
    room.enter("alike", neighbours="alike/neighbours")
    folder = room.folder / "lists" / "alike" / "neighbours"
    folder.mkdir()
    named = [line.replace("FIRST", prepared.items[0]).replace("OTHER", prepared.items[1]) for line in lines]
    (folder / "part.jsonl").write_text("\n".join(named), encoding="utf-8")
    assert room.evaluate().contestants["alike"].problems == [problem]


def test_one_contestant_is_scored_without_comparisons(room: Room) -> None:
    room.enter("only")
    written = room.evaluate().to_json()
    assert (written["comparisons"], written["agreement"]) == ([], [])
    assert written["groups"]["ndcg@10"] == [["only"]]


def test_lists_without_any_item_are_scored_nought_and_have_no_popularity(room: Room, prepared: Prepared) -> None:
    room.enter("silent", [transform_answer(prepared.users[user], []) for user in prepared.test_users])
    room.enter("sound")
    results = room.evaluate()
    metrics = results.contestants["silent"].metrics
    assert {metrics[name].value for name in (*TESTED, *OF_CATALOGUE)} == {0.0}
    assert not metrics.keys() & {*OF_POPULARITY, *OF_SAMPLE}
    (pair,) = [entry for entry in results.to_json()["comparisons"] if entry["metric"] == "ndcg@10"]
    assert (pair["a"], pair["b"], pair["ratio"]) == ("sound", "silent", None)


def test_a_blend_is_made_of_those_that_left_validation_lists_and_scored_like_any_other(
    room: Room, prepared: Prepared
) -> None:
    room.enter("popularity")
    room.enter("managed")
    room.contestants.append({"name": "blend", "kind": "blend", "status": "ok", "lists": None, "twin": False})
    holdout = prepared.validation_holdout
    popular = [prepared.item_columns[item] for item in popular_items(prepared)]
    lists = np.tile(np.array(popular[:100], np.int32), (len(holdout.users), 1))
    output(room.folder, "popularity", lists=ValidationLists(users=holdout.users, ranked=lists))
    results = room.evaluate(curves=room.folder / "models")
    blended = results.contestants["blend"]
    assert blended.blend is not None
    assert blended.blend.weights == {"popularity": 1.0}
    alone = results.contestants["popularity"]
    figures = [{name: figure.value for name, figure in one.metrics.items()} for one in (blended, alone)]
    assert figures[0] == figures[1]
    written = json.loads((room.folder / "output" / "metrics.json").read_text())
    assert faults(written, "metrics") == []
    assert written["contestants"]["blend"]["blend"]["weights"] == {"popularity": 1.0}
    assert written["contestants"]["popularity"]["blend"] is None


def test_a_contestant_with_other_validation_users_is_no_member_and_the_report_says_so(
    room: Room, prepared: Prepared
) -> None:
    for name in ("popularity", "stranger"):
        room.enter(name)
    room.contestants.append({"name": "blend", "kind": "blend", "status": "ok", "lists": None, "twin": False})
    users = prepared.validation_holdout.users
    popular = np.array([prepared.item_columns[item] for item in popular_items(prepared)][:100], np.int32)
    for name, asked in (("popularity", users), ("stranger", users[1:])):
        lists = np.tile(popular, (len(asked), 1))
        output(room.folder, name, lists=ValidationLists(users=asked, ranked=lists))
    blended = room.evaluate(curves=room.folder / "models").contestants["blend"]
    assert blended.blend is not None
    assert blended.blend.weights == {"popularity": 1.0}
    assert blended.notes[1:] == ["Could not be members, for their validation lists are of other users: stranger."]


def test_a_blend_of_nobody_is_unhealthy_and_the_others_are_scored(room: Room) -> None:
    room.enter("managed")
    room.contestants.append({"name": "blend", "kind": "blend", "status": "ok", "lists": None, "twin": False})
    results = room.evaluate()
    assert results.contestants["managed"].healthy
    assert results.contestants["blend"].problems == [
        "There is nothing to blend: no healthy contestant left lists of the validation users."
    ]

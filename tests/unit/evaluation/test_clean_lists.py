"""Reading many lists at once: only what is plainly sound, and the same as line by line whatever is among them."""

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation import lists
from bakeoff.evaluation.clean_lists import read_clean
from bakeoff.evaluation.lists import read_lists
from tests.support.recommenders import popularity_answers

USERS, ITEMS = pa.array(["u", "v", "w"]), pa.array(["a", "b", "c"])


def line(user: Any = "u", items: Any = ("a", "b"), scores: Any = (2.0, 1), **more: Any) -> str:
    listed = [{"itemId": item, "score": score, "title": "t"} for item, score in zip(items, scores, strict=True)]
    return json.dumps({"userId": user, "items": listed, "status": "ok", **more}) + "\n"


def places(*lines: str) -> list[int] | None:
    clean = read_clean(lines, users=USERS, items=ITEMS)
    return None if clean is None else clean.places.tolist()


def test_sound_lists_of_any_length_are_read() -> None:
    clean = read_clean(
        [line("w", ("c", "a"), (1, 1)), line("u", (), ()), line("v", ("b",), (-3,))], users=USERS, items=ITEMS
    )
    assert clean is not None
    assert (clean.places.tolist(), clean.indptr.tolist()) == ([2, 0, 1], [0, 2, 2, 3])
    assert clean.columns.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    "suspect",
    {
        "unknown user": line("x"),
        "no user": line(None),
        "unknown item": line(items=("a", "z")),
        "no item": line(items=("a", None)),
        "an item twice": line(items=("a", "a")),
        "no score": line(scores=(None, 1)),
        "a score that rises": line(scores=(1, 2)),
        "a score that is no number": line(scores=(float("nan"), 1)),
        "a user twice": line("v"),
    }.values(),
)
def test_a_line_that_is_not_plainly_sound_is_left_and_the_others_are_read(suspect: str) -> None:
    found = places(line("w"), suspect, line("v"))
    assert found in ([2, -1, 1], [2, -1, -1])
    assert (found == [2, -1, -1]) == ('"userId": "v"' in suspect)


@pytest.mark.parametrize(
    "other",
    [
        '{"input": {"userId": "u"}, "output": {"recommendedItems": ["a"]}}\n',
        '{"input": null, "userId": "u", "items": []}\n',
        '{"userId": "u"}\n',
        '{"userId": 1, "items": []}\n',
        '{"userId": "u", "items": {"itemId": "a"}}\n',
        '{"userId": "u", "items": [{"itemId": "a", "score": "high"}]}\n',
        '{"userId": "u", "items": []} {"userId": "v", "items": []}\n',
        "[]\n",
        "no JSON\n",
    ],
)
def test_a_block_with_anything_else_in_it_is_left_as_a_whole(other: str) -> None:
    assert places(line("v"), other) is None


def test_faulty_lines_give_the_same_sentences_as_without_reading_many_at_once(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = popularity_answers(prepared)
    written = [json.dumps(answer) for answer in answers]
    faulty = [{**answers[0], "items": answers[0]["items"][:1] * 2}, {**answers[1], "userId": "nobody"}, answers[2]]
    faulty.append({**answers[3], "items": [{"itemId": "unheard of", "score": 1.0}]})
    faulty.append({**answers[4], "items": list(reversed(answers[4]["items"]))})
    written = written[5:] + [json.dumps(one) for one in faulty] + written[2:3]
    random.Random(0).shuffle(written)
    for end in ("", '\n{"userId": "u", "items": [{"itemId": "a", "score": NaN}]}\n\nno JSON\n'):
        (tmp_path / "part.out").write_text("\n".join(written) + end, encoding="utf-8")
        at_once = read_lists(tmp_path, prepared)
        with monkeypatch.context() as patched:
            patched.setattr(lists, "read_clean", lambda *_, **__: None)
            one_by_one = read_lists(tmp_path, prepared)
        assert (at_once.problems, at_once.notes) == (one_by_one.problems, one_by_one.notes)
        assert len(at_once.problems) >= 4
        assert at_once.lists.items.tolist() == one_by_one.lists.items.tolist()
        assert at_once.lists.indptr.tolist() == one_by_one.lists.indptr.tolist()


def test_whatever_spoils_a_file_it_reads_as_it_does_line_by_line(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pieces of JSON, put anywhere into sound lines."""
    sound = [json.dumps({**answer, "items": answer["items"][:3]}) for answer in popularity_answers(prepared)[:5]]
    pieces = [
        *(
            "null",
            "NaN",
            "1e999",
            "-1",
            '"x"',
            "{}",
            "[]",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            '"',
            "\\",
            "\r",
            "\ufeff",
            "\x00",
        ),
        *('"input"', '"items":null,', '"userId":"1",', '"score":0.5,', '"itemId":"1",', "\\u0031", "0"),
    ]
    chance, together = random.Random(1), lists.read_clean
    for _ in range(300):
        lines = list(sound)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(lines))
            begin = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:begin] + chance.choice(pieces) + lines[at][begin + chance.choice((0, 1, 5)) :]
        (tmp_path / "part.out").write_text("\n".join(lines), encoding="utf-8")
        found = []
        for read in (together, lambda *_, **__: None):
            monkeypatch.setattr(lists, "read_clean", read)
            one = read_lists(tmp_path, prepared)
            found.append((one.problems, one.notes, one.lists.items.tolist(), one.lists.indptr.tolist()))
        assert found[0] == found[1], lines

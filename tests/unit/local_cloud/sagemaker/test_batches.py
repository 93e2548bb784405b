"""How an input is cut into request bodies and put together again."""

from pathlib import Path

import pytest

from local_cloud.sagemaker.batches import TooLargeError, assembled, batches

TEXT = b"one\ntwo\n\nthree\nlast"


@pytest.mark.parametrize(
    ("lines", "single", "limit", "bodies"),
    [
        (True, False, 100, [b"one\ntwo\nthree\nlast"]),
        (True, False, 8, [b"one\ntwo\n", b"three\n", b"last"]),
        (True, True, 100, [b"one\n", b"two\n", b"three\n", b"last"]),
        (False, True, 100, [TEXT]),
    ],
)
def test_bodies_hold_whole_records_up_to_the_limit(
    tmp_path: Path, lines: bool, single: bool, limit: int, bodies: list[bytes]
) -> None:
    path = tmp_path / "input"
    path.write_bytes(TEXT)
    assert list(batches(path, lines=lines, single=single, limit=limit)) == bodies


@pytest.mark.parametrize(("lines", "limit"), [(True, 5), (False, 18)])
def test_record_beyond_the_limit_is_an_error(tmp_path: Path, lines: bool, limit: int) -> None:
    path = tmp_path / "input"
    path.write_bytes(TEXT)
    with pytest.raises(TooLargeError, match=str(limit)):
        list(batches(path, lines=lines, single=False, limit=limit))


def test_answers_are_ended_by_one_newline_only_where_lines_are_asked_for() -> None:
    assert [assembled(answer, by_line=True) for answer in (b"a", b"a\n")] == [b"a\n", b"a\n"]
    assert assembled(b"a", by_line=False) == b"a"

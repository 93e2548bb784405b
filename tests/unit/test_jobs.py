"""How a job ends: its exit code, and the reason where SageMaker looks for it."""

from pathlib import Path

import pytest

from bakeoff.errors import DataError
from bakeoff.jobs import LONGEST_REASON, message_file, run_job, write_reason


def test_work_that_is_done_ends_with_zero_and_no_reason(tmp_path: Path) -> None:
    done: list[str] = []
    assert run_job(lambda: done.append("done"), job="preparation", reason_file=tmp_path / "message") == 0
    assert done == ["done"]
    assert not (tmp_path / "message").exists()


def test_an_error_in_sentences_ends_with_one_and_its_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        raise DataError("ratings.csv is missing; put it there.")

    assert run_job(work, job="preparation", reason_file=tmp_path / "output" / "message") == 1
    assert (tmp_path / "output" / "message").read_text() == "ratings.csv is missing; put it there."
    assert capsys.readouterr().err == "ratings.csv is missing; put it there.\n"


def test_any_other_error_is_told_in_a_sentence_and_goes_on(tmp_path: Path) -> None:
    def work() -> None:
        raise ZeroDivisionError("by nothing")

    with pytest.raises(ZeroDivisionError):
        run_job(work, job="preparation", reason_file=tmp_path / "message")
    assert (tmp_path / "message").read_text() == "The preparation broke off by ZeroDivisionError: by nothing"


def test_a_reason_is_cut_to_one_kilobyte_of_whole_characters(tmp_path: Path) -> None:
    write_reason("x" + "é" * 2000, tmp_path / "message")
    written = (tmp_path / "message").read_bytes()
    assert len(written) == LONGEST_REASON - 1
    assert written.decode() == "x" + "é" * 511


def test_the_environment_says_where_the_message_goes() -> None:
    assert message_file({}) == Path("/opt/ml/output/message")
    assert message_file({"MESSAGE_FILE": "here"}) == Path("here")

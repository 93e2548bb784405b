"""A run on another data set, asked for by its name: it takes over whole, and the former run takes over again."""

from pathlib import Path

import pytest

from bakeoff.command_line.datasets import only_data_set
from bakeoff.errors import RunError
from tests.integration import data
from tests.integration.conftest import FirstRun
from tests.integration.product import Answer, Product, wait_until
from tests.integration.test_gate import serves_as_before
from tests.support.small_data import write_csv

USER = "30"


def answer_by(product: Product, run: str) -> Answer:
    """The first answer of `run`; a function instance goes on with the former one for some seconds."""
    answer: Answer = wait_until(
        lambda: (asked := product.ask(USER)).body["runId"] == run and asked, what=f"an answer by {run}"
    )
    return answer


def test_a_run_on_another_data_set_takes_over_and_nothing_of_the_former_is_left(
    product: Product, first_run: FirstRun, tmp_path: Path
) -> None:
    other = product.load(write_csv(tmp_path / "other", data.noise(seed=9)))
    with pytest.raises(RunError, match=f"--dataset {other} or --dataset {first_run.dataset}"):
        only_data_set(product.client("s3"), product.deployed)
    report = product.run(other, "ease")
    assert report["promoted"] is True
    assert (
        report["reason"] == f"A healthy run on other, asked for by name; the promoted one was on {first_run.dataset}."
    )
    assert answer_by(product, report["runId"]).statuses == {"ease": "ok"}
    serves_as_before(product, product.promoted())
    assert len(product.model_servers()) == 1

    jobs = product.training_jobs()
    back = product.run(first_run.dataset)
    assert back["promoted"] is True
    assert set(answer_by(product, back["runId"]).statuses) == set(product.config.demo)
    serves_as_before(product, product.promoted())
    assert product.training_jobs() == jobs

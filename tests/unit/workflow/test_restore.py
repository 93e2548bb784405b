"""Restoring a former run: what has to be made anew, who serves again, and what is said where it cannot."""

from typing import Any

import pytest

from bakeoff.errors import RunError
from bakeoff.workflow.decide import decide_promotion
from bakeoff.workflow.restore import plan_restoration

CAMPAIGN = "arn:aws:personalize:us-east-1:123456789012:campaign/bakeoff-test-sims-1"
EASE = {
    "name": "ease",
    "status": "ok",
    "reason": None,
    "modelVersion": "job-1",
    "backend": {"type": "sagemaker-endpoint", "name": "bakeoff-test-ease-1"},
}
SIMS = {**EASE, "name": "sims", "modelVersion": "arn:v", "backend": {"type": "personalize-campaign", "arn": CAMPAIGN}}
BROKEN = {**EASE, "name": "broken", "status": "failed", "reason": "out of memory"}
ORDER = {"restore": "run-1", "executionArn": "arn:aws:states:us-east-1:123456789012:execution:run:back-1"}


@pytest.fixture(autouse=True)
def former(aws: Any, manifest: dict[str, Any]) -> None:
    """`run-1` served and was released; `run-2` serves."""
    aws.put_file("prepared/v1/manifest.json", manifest)
    aws.put_row(
        "runs",
        runId="run-1",
        executionArn="arn:aws:states:us-east-1:123456789012:execution:run:run-1",
        dataset="small",
        dataVersion="v1",
        preparedKey="prepared/v1/",
        split="s1",
        default="ease",
        backends=[EASE["backend"], SIMS["backend"], BROKEN["backend"]],
        contestants=[EASE, SIMS, BROKEN],
        released=True,
    )
    aws.put_row("runs", runId="run-2", default="ease", contestants=[EASE])
    aws.promote("run-2")


def test_the_plan_is_to_load_its_rows_and_to_stage_whoever_was_healthy(aws: Any) -> None:
    planned = plan_restoration(aws.cloud, ORDER)
    assert planned["plan"] == {"dataset": "small"}
    assert planned["order"] == {
        "dataset": "small",
        "dataVersion": "v1",
        "split": "s1",
        "loadedKey": "loaded#v1",
        "parts": [
            {"table": "items", "key": "prepared/v1/serving/items/part-00000.jsonl", "dataVersion": "v1"},
            {"table": "histories", "key": "prepared/v1/serving/histories/part-00000.jsonl", "dataVersion": "v1"},
        ],
        "questionsKey": "prepared/v1/requests/histories.jsonl",
    }
    assert planned["lists"]["contestants"] == [EASE, SIMS, BROKEN]
    assert planned["lists"]["toStage"] == [
        {
            "runId": "run-1",
            "name": name,
            "resourceName": f"bakeoff-test-{name}-1",
            "modelVersion": version,
            "answers": ["recommend"],
            "backend": backend,
            "rows": "",
            "parts": 0,
            "loadedKey": "loaded#",
        }
        for name, version, backend in (("ease", "job-1", EASE["backend"]), ("sims", "arn:v", SIMS["backend"]))
    ]


def test_from_its_plan_on_it_holds_what_is_staged_by_the_execution_that_restores_it(aws: Any) -> None:
    plan_restoration(aws.cloud, ORDER)
    record = aws.rows("runs")["run-1"]
    assert "released" not in record
    assert record["executionArn"] == ORDER["executionArn"]


def test_no_such_run(aws: Any) -> None:
    with pytest.raises(RunError, match=r"There is no run run-9\. What serves goes on serving\."):
        plan_restoration(aws.cloud, {**ORDER, "restore": "run-9"})


def test_what_serves_cannot_be_restored(aws: Any) -> None:
    with pytest.raises(RunError, match="run-2 serves already"):
        plan_restoration(aws.cloud, {**ORDER, "restore": "run-2"})


def test_a_run_that_never_came_to_a_default_cannot_serve(aws: Any) -> None:
    aws.put_row("runs", runId="run-0", dataset="small")
    with pytest.raises(RunError, match="run-0 came to no default contestant"):
        plan_restoration(aws.cloud, {**ORDER, "restore": "run-0"})


def test_prepared_data_that_is_gone_is_named_and_the_run_holds_nothing(aws: Any) -> None:
    aws.clients["s3"].delete_object(Bucket="bakeoff-test", Key="prepared/v1/manifest.json")
    with pytest.raises(RunError, match="run-1, s3://bakeoff-test/prepared/v1/, is gone"):
        plan_restoration(aws.cloud, ORDER)
    assert aws.rows("runs")["run-1"]["released"] is True


@pytest.fixture
def given() -> dict[str, Any]:
    """What the gate's function is given once both backends of `run-1` answer again."""
    return {
        "runId": "back-1",
        "restore": "run-1",
        "staging": [{"name": "ease", "status": "ok"}, {"name": "sims", "status": "ok"}],
        "latencies": [{"name": "ease", "n": 40, "errors": {}}, {"name": "sims", "n": 40, "errors": {}}],
    }


def test_a_run_whose_backends_answer_serves_again(aws: Any, given: dict[str, Any]) -> None:
    before = aws.rows("runs")["run-1"]
    decision = decide_promotion(aws.cloud, given)
    assert decision == {
        "promote": True,
        "reason": "The run run-1 serves again, in place of run-2: a person decided so (rollback).",
        "default": "ease",
        "formerRunId": "run-2",
        "restored": "run-1",
    }
    assert aws.rows("runs")["run-1"] == before
    assert aws.rows("runs")["newest"]["of"] == "back-1"


def test_whoever_cannot_be_staged_is_named_and_marked_and_the_others_serve(aws: Any, given: dict[str, Any]) -> None:
    given["staging"][1] |= {"status": "failed", "reason": "The recipe is retired."}
    decision = decide_promotion(aws.cloud, given)
    assert decision["promote"] is True
    assert decision["reason"].endswith("It serves without sims. sims: It could not be staged: The recipe is retired.")
    statuses = {one["name"]: one["status"] for one in aws.rows("runs")["run-1"]["contestants"]}
    assert statuses == {"ease": "ok", "sims": "failed", "broken": "failed"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"staging": [{"name": "ease", "status": "failed", "reason": 'Could not find model "m".'}]},
         'ease: It could not be staged: Could not find model "m".'),
        ({"latencies": [{"name": "ease", "n": 0, "errors": {"timeout": 3}}]},
         "ease: Its backend answered no question: {'timeout': 3}"),
    ],
)  # fmt: skip
def test_without_its_default_it_does_not_serve_and_the_artefact_is_named(
    aws: Any, given: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(RunError) as refused:
        decide_promotion(aws.cloud, {**given, **changes})
    assert str(refused.value).startswith("The run run-1 cannot serve again. ")
    assert said in str(refused.value)
    assert "newest" not in aws.rows("runs")

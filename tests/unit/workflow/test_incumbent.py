"""The incumbent's part in a run: its artefact is asked for lists and never trained, or there is a reason."""

from collections.abc import Callable
from typing import Any

import pytest

from bakeoff.workflow.collect import collect_lists
from bakeoff.workflow.plan import plan_contestants

Entry = Callable[..., dict[str, Any]]
CAMPAIGNS = "arn:aws:personalize:us-east-1:123456789012:campaign/"


@pytest.fixture
def order(aws: Any, manifest: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """A run of one contestant on the second version of the data set `small`."""
    aws.put_file("prepared/v2/manifest.json", manifest)
    return {
        "runId": "run-2",
        "executionArn": "arn:aws:states:us-east-1:123456789012:execution:run:run-2",
        "campaignArnPrefix": CAMPAIGNS,
        "dataset": "small",
        "preparation": {"dataVersion": "v2", "key": "prepared/v2/", "uri": "s3://bakeoff-test/prepared/v2/"},
        "contestants": [entry("ease")],
    }


@pytest.fixture
def promote(aws: Any) -> Callable[..., None]:
    """Puts a promoted run on record whose default is `old`: `promote(backend, dataset="other")`."""

    def put(backend: dict[str, str] | None = None, *, version: str = "v1", dataset: str = "small") -> None:
        backend = backend or {"type": "sagemaker-endpoint", "name": "bakeoff-test-old-abc"}
        old = {"name": "old", "lists": "old/f1", "longestList": 1000, "twin": False, "modelVersion": "job-1"}
        aws.put_file(f"prepared/{version}/matrix/users.json", [])
        aws.put_row(
            "runs",
            runId="run-1",
            dataset=dataset,
            dataVersion=version,
            preparedKey=f"prepared/{version}/",
            split="s1",
            default="old",
            contestants=[{**old, "name": "other", "backend": {}}, {**old, "backend": backend}],
        )
        aws.promote("run-1")

    return put


def planned(aws: Any, order: dict[str, Any]) -> Any:
    return plan_contestants(aws.cloud, order)["incumbent"]


def test_where_nothing_serves_nobody_is_asked_and_the_job_gets_its_own_data(aws: Any, order: dict[str, Any]) -> None:
    plan = plan_contestants(aws.cloud, order)
    assert plan["incumbent"] is None
    assert plan["learntUri"] == "s3://bakeoff-test/prepared/v2/matrix/"


def test_what_serves_another_data_set_is_not_asked(
    aws: Any, order: dict[str, Any], promote: Callable[..., None]
) -> None:
    promote(dataset="other")
    assert planned(aws, order) is None


def test_stored_lists_that_serve_are_of_their_own_split_and_are_not_asked(
    aws: Any, order: dict[str, Any], promote: Callable[..., None]
) -> None:
    promote({"type": "stored-lists", "name": "bakeoff-test-a-1", "rows": "a/1/stored"})
    incumbent = planned(aws, order)
    assert incumbent["reason"] == "it re-ranked the candidates of its own split, and is not asked for lists of another"
    assert (incumbent["learntKey"], "spec" in incumbent) == (None, False)


def test_its_model_is_asked_for_lists_of_the_new_test_users(
    aws: Any, order: dict[str, Any], promote: Callable[..., None]
) -> None:
    promote()
    plan = plan_contestants(aws.cloud, order)
    incumbent = plan["incumbent"]
    spec = incumbent.pop("spec")
    assert incumbent == {"runId": "run-1", "name": "old", "split": "s1", "learntKey": "prepared/v1/matrix/"}
    assert plan["learntUri"] == "s3://bakeoff-test/prepared/v1/matrix/"
    assert spec["asked"] == {"modelVersion": "job-1", "twin": False}
    assert (spec["kind"], spec["name"], spec["resourceName"]) == ("sagemaker", "incumbent old", "bakeoff-test-old-abc")
    assert spec["jobName"].startswith("bakeoff-test-incumbent-")
    assert spec["resourceName"] not in spec["jobName"], "by its name are found the jobs that wrote its own lists"
    assert spec["executionName"] == "run-2-the_incumbent"
    assert spec["preparedUri"] == "s3://bakeoff-test/prepared/v2/"
    assert spec["listsKey"] == f"lists/{spec['listsPath']}/histories.jsonl.out"
    assert spec["listsPath"] != "old/f1"
    assert spec["listsPath"].startswith("old/")
    assert [one["asked"] for one in plan["contestants"]] == [None]


def test_a_campaign_is_asked_by_its_solution_version(
    aws: Any, order: dict[str, Any], promote: Callable[..., None]
) -> None:
    promote({"type": "personalize-campaign", "arn": f"{CAMPAIGNS}bakeoff-test-old-abc"})
    spec = planned(aws, order)["spec"]
    assert (spec["kind"], spec["resourceName"], spec["numResults"]) == ("personalize", "bakeoff-test-old-abc", 500)
    assert spec["listsKey"].endswith("/users.jsonl.out")


def test_its_lists_for_the_same_data_are_found_again(
    aws: Any, order: dict[str, Any], promote: Callable[..., None]
) -> None:
    promote(version="v2")
    assert planned(aws, order)["spec"]["listsPath"] == "old/f1"


def test_the_artefact_of_a_contestant_is_not_asked_twice(
    aws: Any, order: dict[str, Any], promote: Callable[..., None]
) -> None:
    [ease] = plan_contestants(aws.cloud, order)["contestants"]
    promote(ease["backend"])
    plan = plan_contestants(aws.cloud, order)
    assert plan["incumbent"]["sameAs"] == "ease"
    assert "spec" not in plan["incumbent"]
    # A job fails on an input that is not there, and what the former preparation made may be gone.
    assert plan["learntUri"] == "s3://bakeoff-test/prepared/v2/matrix/"


def test_without_the_data_it_learnt_from_there_is_a_reason(
    aws: Any, order: dict[str, Any], promote: Callable[..., None]
) -> None:
    promote()
    aws.clients["s3"].delete_object(Bucket="bakeoff-test", Key="prepared/v1/matrix/users.json")
    plan = plan_contestants(aws.cloud, order)
    assert plan["incumbent"]["reason"] == ("the data that it learnt from, s3://bakeoff-test/prepared/v1/, is gone")
    assert "spec" not in plan["incumbent"]
    assert plan["learntUri"] == "s3://bakeoff-test/prepared/v2/matrix/"


@pytest.fixture
def given(aws: Any, order: dict[str, Any], promote: Callable[..., None]) -> dict[str, Any]:
    """What `collect_lists` is given once both have lists."""
    promote()
    plan = plan_contestants(aws.cloud, order)
    outcomes = [{"name": "ease", "status": "ok", "modelVersion": "job-2"}, {"name": "incumbent old", "status": "ok"}]
    return {"runId": "run-2", "order": plan, "outcomes": outcomes, "evaluationSourceHash": "e1"}


def test_its_lists_are_evaluated_and_it_is_no_contestant(aws: Any, given: dict[str, Any]) -> None:
    collected = collect_lists(aws.cloud, given)
    lists = given["order"]["incumbent"]["spec"]["listsPath"]
    assert collected["incumbent"] == {"runId": "run-1", "name": "old", "split": "s1", "lists": lists}
    assert aws.file("runs/run-2/input/run.json")["incumbent"] == collected["incumbent"]
    assert f"{lists}/histories.jsonl.out" in aws.file("runs/run-2/lists.manifest")
    assert [one["name"] for one in collected["contestants"]] == ["ease"]
    assert [one["name"] for one in collected["toStage"]] == ["ease"]


def test_where_asking_failed_the_evaluation_is_told_why(aws: Any, given: dict[str, Any]) -> None:
    given["outcomes"][1] |= {"status": "failed", "reason": "The model is no longer there."}
    collected = collect_lists(aws.cloud, given)
    assert collected["incumbent"]["reason"] == "The model is no longer there."
    assert "lists" not in collected["incumbent"]
    assert len(aws.file("runs/run-2/lists.manifest")) == 2, "the prefix and the contestant's"


def test_another_incumbent_is_another_evaluation_whichever_run_promoted_it(aws: Any, given: dict[str, Any]) -> None:
    incumbent = given["order"]["incumbent"]
    variants = {
        "as it is": incumbent,
        "promoted by another run": {**incumbent, "runId": "run-0"},
        "another artefact": {**incumbent, "spec": {**incumbent["spec"], "listsPath": "old/f9"}},
        "one of the contestants": {"runId": "run-1", "name": "old", "split": "s1", "sameAs": "ease"},
        "nobody": None,
    }
    keys = {
        what: collect_lists(aws.cloud, {**given, "order": {**given["order"], "incumbent": one}})["evaluationKey"]
        for what, one in variants.items()
    }
    assert keys.pop("promoted by another run") == keys["as it is"]
    assert len(set(keys.values())) == len(keys)

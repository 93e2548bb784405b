"""The first run from raw data to what serves: its report, its lists, its models, its record."""

import io
import json
import tarfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bakeoff.command_line.runs import run_id
from tests.integration.conftest import FirstRun
from tests.integration.product import Json, Product
from tests.support.schemas import faults

METRICS = ("ndcg@10", "ndcg@100", "recall@10", "coverage@10")
TWIN = "personalize-popularity-count"


@pytest.fixture(scope="session")
def contestants(first_run: FirstRun) -> dict[str, Json]:
    return {one["name"]: one for one in first_run.report["contestants"]}


def read(product: Product, key: str) -> bytes:
    body: bytes = product.client("s3").get_object(Bucket=product.deployed.bucket, Key=key)["Body"].read()
    return body


def keys(product: Product, prefix: str) -> list[str]:
    listed = product.client("s3").list_objects_v2(Bucket=product.deployed.bucket, Prefix=prefix)
    return [entry["Key"] for entry in listed.get("Contents", [])]


def test_the_first_run_is_promoted_with_every_contestant_of_the_demo_healthy(
    product: Product, first_run: FirstRun, contestants: dict[str, Json]
) -> None:
    report = first_run.report
    assert (report["promoted"], report["failed"], report["runId"]) == (True, False, run_id(first_run.arn))
    assert {name: one["status"] for name, one in contestants.items()} == dict.fromkeys(product.config.demo, "ok")
    assert report["reason"] == f"The first healthy run; its default is {report['default']}."
    assert all(one["reason"] is None for one in contestants.values())
    assert faults(report, "report") == []


def test_every_metric_of_every_contestant_has_its_interval_and_the_same_n(contestants: dict[str, Json]) -> None:
    for name, one in contestants.items():
        assert set(one["metrics"]) >= set(METRICS), name
        for metric in METRICS:
            figure = one["metrics"][metric]
            assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1, (name, metric)
            assert figure["low"] < figure["high"], (name, metric)
    assert len({one["metrics"][metric]["n"] for one in contestants.values() for metric in METRICS}) == 1


def test_the_models_beat_popularity_on_data_that_can_be_learnt_from(contestants: dict[str, Json]) -> None:
    floor = contestants[TWIN]["metrics"]["ndcg@10"]["value"]
    assert floor < contestants["ease"]["metrics"]["ndcg@10"]["value"]


def test_the_run_leaves_a_page_with_the_curves_of_what_was_trained(product: Product, first_run: FirstRun) -> None:
    output = json.loads(product.client("stepfunctions").describe_execution(executionArn=first_run.arn)["output"])
    assert output["page"] == {"written": True, "reason": None}
    page = read(product, f"runs/{run_id(first_run.arn)}/report.html").decode()
    assert page.startswith("<!doctype html>")
    assert f"Run {run_id(first_run.arn)}" in page
    steps = page.partition("Every step, measured on the validation part")[2].partition("</table>")[0]
    trained = {one.name for one in product.config.contestants if one.kind == "sagemaker"} & set(product.config.demo)
    assert trained
    assert {name for name in trained if f">{name}</th>" in steps} == trained


def test_only_the_twin_is_labelled_as_one_in_the_report_and_on_its_page(
    product: Product, first_run: FirstRun, contestants: dict[str, Json]
) -> None:
    assert [name for name, one in contestants.items() if one["twin"]] == [TWIN]
    page = read(product, f"runs/{run_id(first_run.arn)}/report.md").decode()
    assert f"| {TWIN} (local twin) |" in page
    assert "its figures are the twin's, not the service's" in page


def test_the_default_is_the_best_on_validation_that_is_no_twin(
    first_run: FirstRun, contestants: dict[str, Json]
) -> None:
    measured = {
        name: one["validation"]["ndcg@10"]["value"]
        for name, one in contestants.items()
        if one["validation"] is not None
    }
    assert set(measured) == set(contestants) - {TWIN}
    assert measured[first_run.report["default"]] == max(measured.values())


def test_lists_models_and_imported_rows_come_from_one_split(
    product: Product, first_run: FirstRun, contestants: dict[str, Json]
) -> None:
    split = first_run.report["split"]
    prepared = f"prepared/{first_run.report['dataVersion']}/"
    assert json.loads(read(product, f"{prepared}manifest.json"))["split"]["hash"] == split
    assert first_run.report["protocol"]["split"]["hash"] == split
    assert {one["split"] for one in contestants.values()} == {split}
    for name, one in contestants.items():
        if name != TWIN:
            assert model_description(product, one["modelVersion"])["split"] == split, name
    header, first, *_ = read(product, f"{prepared}personalize/interactions/part-00000.csv").decode().splitlines()
    row = dict(zip(header.split(","), first.split(","), strict=True))
    assert row["EVENT_TYPE"] == split[:16]
    (solution,) = product.client("personalize").list_solutions()["solutions"]
    described = product.client("personalize").describe_solution(solutionArn=solution["solutionArn"])["solution"]
    assert (described["eventType"], described["performAutoTraining"]) == (split[:16], False)


def model_description(product: Product, job: str) -> dict[str, Any]:
    """The ``model.json`` in the archive of a training job."""
    described = product.client("sagemaker").describe_training_job(TrainingJobName=job)
    _, _, key = described["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    with tarfile.open(fileobj=io.BytesIO(read(product, key))) as archive:
        member = archive.extractfile("model.json")
        assert member is not None
        description: dict[str, Any] = json.load(member)
    return description


def test_each_contestant_has_one_list_for_each_test_user(
    product: Product, first_run: FirstRun, contestants: dict[str, Json]
) -> None:
    prepared = f"prepared/{first_run.report['dataVersion']}/requests/users.jsonl"
    users = [json.loads(line)["userId"] for line in read(product, prepared).splitlines()]
    assert len(users) == contestants["ease"]["metrics"]["ndcg@10"]["n"]
    for name, one in contestants.items():
        (key,) = keys(product, f"lists/{one['lists']}/")
        lines = [json.loads(line) for line in read(product, key).splitlines()]
        answered = [line["input"]["userId"] if name == TWIN else line["userId"] for line in lines]
        assert sorted(answered) == sorted(users), name


def test_what_the_run_made_carries_environment_and_run_in_its_tags(
    product: Product, first_run: FirstRun, contestants: dict[str, Json]
) -> None:
    sagemaker, personalize = product.client("sagemaker"), product.client("personalize")
    job, model = contestants["ease"]["modelVersion"], contestants["ease"]["backend"]["name"]
    tagged = [
        sagemaker.list_tags(ResourceArn=sagemaker.describe_training_job(TrainingJobName=job)["TrainingJobArn"]),
        sagemaker.list_tags(ResourceArn=sagemaker.describe_model(ModelName=model)["ModelArn"]),
        sagemaker.list_tags(ResourceArn=sagemaker.describe_endpoint(EndpointName=model)["EndpointArn"]),
    ]
    tags = [{tag["Key"]: tag["Value"] for tag in answer["Tags"]} for answer in tagged]
    (solution,) = personalize.list_solutions()["solutions"]
    listed = personalize.list_tags_for_resource(resourceArn=solution["solutionArn"])["tags"]
    tags.append({tag["tagKey"]: tag["tagValue"] for tag in listed})
    assert [one["bakeoff:environment"] for one in tags] == ["local"] * len(tags)
    made_once = [tags[0], tags[1], tags[3]]
    assert [one["bakeoff:run"] for one in made_once] == [run_id(first_run.arn)] * len(made_once)
    assert tags[2]["bakeoff:run"]


def test_each_backend_was_asked_and_timed_before_the_gate(product: Product, contestants: dict[str, Json]) -> None:
    for name, one in contestants.items():
        assert one["latency"]["n"] == product.config.run.latency_questions, name
        assert one["latency"]["errors"] == {}, name
        assert 0 < one["latency"]["p50"] <= one["latency"]["p95"] <= one["latency"]["p99"], name
        assert one["latency"]["concurrency"] == product.config.run.latency_concurrency, name
        assert one["latency"]["requestsPerSecond"] > 0, name


def test_what_costs_are_computed_with_was_noted(product: Product, contestants: dict[str, Json]) -> None:
    for name, one in contestants.items():
        if name == TWIN:
            assert (one["kind"], one["recipe"], one["recommender"]) == ("personalize", "aws-popularity-count", None)
            assert (one["artefactBytes"], one["listsSeconds"]) == (None, None)
            continue
        key = f"models/{one['modelVersion']}/output/model.tar.gz"
        assert (one["kind"], one["recipe"]) == ("sagemaker", None), name
        assert one["artefactBytes"] == len(read(product, key)), name
        assert one["listsSeconds"] > 0, name
        assert one["billableSeconds"] > 0, name


def test_its_figures_are_the_first_points_of_time_series_in_cloudwatch(
    product: Product, first_run: FirstRun, contestants: dict[str, Json]
) -> None:
    cloudwatch = product.client("cloudwatch")
    now = datetime.now(UTC)
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "Bakeoff",
                    "MetricName": metric,
                    "Dimensions": [
                        {"Name": "environment", "Value": "local"},
                        {"Name": "contestant", "Value": "ease"},
                    ],
                },
                "Period": 60,
                "Stat": "Maximum",
            },
        }
        for number, metric in enumerate(("ndcg@10", "promoted"))
    ]
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=now - timedelta(hours=2), EndTime=now + timedelta(minutes=5)
    )
    values = {one["Id"]: one["Values"] for one in answer["MetricDataResults"]}
    assert contestants["ease"]["metrics"]["ndcg@10"]["value"] in values["m0"]
    assert 1.0 in values["m1"]

"""AutoML jobs: requests that are refused, the life cycle, candidates, and models that are made of them."""

import csv
import io
import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.validate import validate_parameters

from local_cloud.automl.search import LEAST_ROWS, SEED
from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.sagemaker.automl_requests import DEFAULT_VALIDATION_FRACTION
from local_cloud.service import service_model
from tests.unit.local_cloud.sagemaker.test_transform_jobs import job as transform_job

SEARCH_SECONDS = 120.0  # libraries are imported anew in each search, on a busy machine too
ROLE = "arn:aws:iam::123456789012:role/jobs"
NAMES = ["age", "genre", "plot", "added"]
TYPES = dict(zip(NAMES, ["numeric", "categorical", "text", "datetime"], strict=True))


def table(n: int = 700, *, classes: bool = False) -> pa.Table:
    """Ratings that follow from age and genre, with missing ages and texts that hold line breaks and commas."""
    drawn = random.Random(7)
    ages = [float(drawn.randrange(10, 80)) for _ in range(n)]
    genres = [drawn.choice(["war", "love", "crime"]) for _ in range(n)]
    ratings = [1 + age / 40 + (genre == "war") + drawn.gauss(0, 0.1) for age, genre in zip(ages, genres, strict=True)]
    return pa.table(
        {
            "user_id": [f"u{number % 50}" for number in range(n)],
            "age": [None if number % 20 == 0 else age for number, age in enumerate(ages)],
            "genre": genres,
            "plot": [f'A "{genre}" story,\nnumber {drawn.randrange(9)}' for genre in genres],
            "added": [f"20{drawn.randrange(10, 20)}-03-{drawn.randrange(10, 28)}" for _ in range(n)],
            "rating": [str(min(5, max(1, round(rating)))) if classes else rating for rating in ratings],
        }
    )


def csv_of(rows: pa.Table, *, header: bool = False) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = rows.column_names
    writer.writerows([*([names] if header else []), *([row[name] for name in names] for row in rows.to_pylist())])
    return out.getvalue().encode()


def put(world: Any, rows: pa.Table, uri: str = "s3://bucket/train/part.parquet") -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink)
    world.storage.put(uri, sink.getvalue().to_pybytes())


def prepare(world: Any, **options: Any) -> pa.Table:
    rows = table(**options)
    put(world, rows)
    put(
        world,
        table(200, **{name: value for name, value in options.items() if name != "n"}),
        "s3://bucket/check/p.parquet",
    )
    world.storage.put(
        "s3://bucket/features.json", json.dumps({"FeatureAttributeNames": NAMES, "FeatureDataTypes": TYPES})
    )
    return rows


def request(name: str, *, tabular: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    def channel(kind: str, uri: str) -> dict[str, Any]:
        return {
            "ChannelType": kind,
            "ContentType": "x-application/vnd.amazon+parquet",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
        }

    config = {
        "TargetAttributeName": "rating",
        "FeatureSpecificationS3Uri": "s3://bucket/features.json",
        "Mode": "HYPERPARAMETER_TUNING",
        "ProblemType": "Regression",
        "CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost", "linear-learner"]}]},
        "CompletionCriteria": {"MaxCandidates": 2},
        **(tabular or {}),
    }
    asked = {
        "AutoMLJobName": name,
        "AutoMLJobInputDataConfig": [
            channel("training", "s3://bucket/train/"),
            channel("validation", "s3://bucket/check/"),
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/automl"},
        "AutoMLProblemTypeConfig": {
            "TabularJobConfig": {key: value for key, value in config.items() if value is not None}
        },
        "AutoMLJobObjective": {"MetricName": "RMSE"},
        "RoleArn": ROLE,
        "Tags": [{"Key": "bakeoff:run", "Value": "r1"}],
        **changes,
    }
    return {key: value for key, value in asked.items() if value is not None}


def ended(world: Any, name: str) -> dict[str, Any]:
    described: dict[str, Any] = {}

    def over() -> bool:
        described.clear()
        described.update(world.call("DescribeAutoMLJobV2", AutoMLJobName=name))
        return described["AutoMLJobStatus"] not in ("InProgress", "Stopping")

    world.until(over, seconds=SEARCH_SECONDS)
    return described


def run(world: Any, name: str, **changes: Any) -> dict[str, Any]:
    world.service.call("CreateAutoMLJobV2", request(name, **changes))
    return ended(world, name)


def check_answer(operation: str, answer: dict[str, Any]) -> None:
    """Held to botocore's model: every member known, every required one there."""
    shape = service_model("sagemaker").operation_model(operation).output_shape
    validate_parameters(answer, shape)


def transformed(world: Any, model: str, body: bytes) -> list[list[str]]:
    world.storage.put(f"s3://bucket/requests-{model}/rows.csv", body)
    asked = transform_job(f"score-{model}", model)
    asked["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://bucket/requests-{model}/"
    asked["TransformInput"] |= {"ContentType": "text/csv", "SplitType": "None"}
    asked["TransformOutput"] |= {"Accept": "text/csv", "S3OutputPath": f"s3://bucket/scores-{model}"}
    world.service.call("CreateTransformJob", asked)
    described = world.ended("TransformJob", f"score-{model}")
    assert described["TransformJobStatus"] == "Completed", described
    return list(csv.reader(io.StringIO(world.storage.get(f"s3://bucket/scores-{model}/rows.csv.out").decode())))


def test_search_gives_candidates_of_each_family_whose_pipelines_score_csv_and_answer_live(world: Any) -> None:
    rows = prepare(world)
    described = run(world, "ratings")
    assert (described["AutoMLJobStatus"], described["AutoMLJobSecondaryStatus"]) == (
        "Completed",
        "MaxCandidatesReached",
    )
    check_answer("DescribeAutoMLJobV2", described)
    assert described["ResolvedAttributes"]["CompletionCriteria"]["MaxCandidates"] == 2
    listed = world.call("ListCandidatesForAutoMLJob", AutoMLJobName="ratings", SortBy="FinalObjectiveMetricValue")
    check_answer("ListCandidatesForAutoMLJob", listed)
    worst, best = listed["Candidates"]  # the greatest value first, unless asked
    assert best["CandidateName"] == described["BestCandidate"]["CandidateName"]
    metric = best["FinalAutoMLJobObjectiveMetric"]
    assert (metric["MetricName"], metric["Type"]) == ("RMSE", "Minimize")
    assert metric["Value"] < 0.5 * np.std(rows["rating"].to_numpy())
    assert worst["FinalAutoMLJobObjectiveMetric"]["Value"] >= metric["Value"]
    images = {candidate["InferenceContainers"][1]["Image"].split("/")[1] for candidate in listed["Candidates"]}
    assert {image.split(":")[0] for image in images} == {"sagemaker-xgboost", "linear-learner"}
    assert all(image.endswith("local-twin") for image in images)
    assert all(candidate["CandidateName"].startswith("local-twin-") for candidate in listed["Candidates"])
    (tag,) = world.call("ListTags", ResourceArn=described["AutoMLJobArn"])["Tags"]
    assert tag == {"Key": "bakeoff:run", "Value": "r1"}

    asked = rows.select(NAMES).slice(0, 40)
    world.call("CreateModel", ModelName="best", ExecutionRoleArn=ROLE, Containers=best["InferenceContainers"])
    scores = transformed(world, "best", csv_of(asked))
    truth = rows["rating"].to_numpy()[:40]
    assert all(len(row) == 1 for row in scores)
    assert np.sqrt(np.mean((np.array([float(row[0]) for row in scores]) - truth) ** 2)) < 0.5 * truth.std()

    world.config("best", "best")
    world.call("CreateEndpoint", EndpointName="best", EndpointConfigName="best")
    assert world.endpoint("best", "InService", "Failed")["EndpointStatus"] == "InService"
    answer = world.call("InvokeEndpoint", EndpointName="best", Body=csv_of(asked, header=True), ContentType="text/csv")
    assert list(csv.reader(io.StringIO(answer["Body"].decode()))) == scores
    with pytest.raises(ServiceError, match="The CSV cannot be read"):
        world.call("InvokeEndpoint", EndpointName="best", Body=b"1,2,3\n", ContentType="text/csv")


def test_pipeline_is_refused_as_a_serverless_variant(world: Any) -> None:
    world.model("one")
    container = world.call("DescribeModel", ModelName="one")["PrimaryContainer"]
    world.call("CreateModel", ModelName="two", ExecutionRoleArn=ROLE, Containers=[container, container])
    with pytest.raises(ServiceError, match="not supported for serverless"):
        world.call(
            "CreateEndpointConfig",
            EndpointConfigName="two",
            ProductionVariants=[
                {
                    "VariantName": "main",
                    "ModelName": "two",
                    "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1},
                }
            ],
        )


def test_problem_type_is_found_out_and_classes_come_back_as_their_labels(world: Any) -> None:
    rows = prepare(world, classes=True)
    described = run(
        world,
        "auto",
        tabular={"ProblemType": None, "Mode": "AUTO", "CandidateGenerationConfig": None},
        AutoMLJobObjective=None,
    )
    resolved = described["ResolvedAttributes"]
    assert resolved["AutoMLProblemTypeResolvedAttributes"]["TabularResolvedAttributes"] == {
        "ProblemType": "MulticlassClassification"
    }
    assert resolved["AutoMLJobObjective"] == {"MetricName": "Accuracy"}
    containers = described["BestCandidate"]["InferenceContainers"]
    assert [container["Image"].split("/")[1].split(":")[0] for container in containers][::2] == [
        "sagemaker-sklearn-automl"
    ] * 2
    containers[1]["Environment"]["SAGEMAKER_INFERENCE_OUTPUT"] = "probabilities"
    containers[2]["Environment"]["SAGEMAKER_INFERENCE_INPUT"] = "probabilities"
    containers[2]["Environment"]["SAGEMAKER_INFERENCE_OUTPUT"] = "probabilities,labels"
    world.call("CreateModel", ModelName="classes", ExecutionRoleArn=ROLE, Containers=containers)
    scores = transformed(world, "classes", csv_of(rows.select(NAMES).slice(0, 30)))
    labels = json.loads(scores[0][1].replace("'", '"'))
    assert labels == sorted(set(rows["rating"].to_pylist()))
    best = [labels[int(np.argmax(json.loads(row[0])))] for row in scores]
    assert np.mean([found == truth for found, truth in zip(best, rows["rating"].to_pylist(), strict=False)]) > 0.6


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"AutoMLJobObjective": None}, "must be provided together"),
        ({"AutoMLJobObjective": {"MetricName": "Accuracy"}}, "must be one of"),
        ({"tabular": {"Mode": "AUTO"}}, "should not be set if the Mode is AUTO"),
        ({"tabular": {"Mode": None}}, "should not be set if the Mode is AUTO"),
        ({"tabular": {"FeatureSpecificationS3Uri": "s3://bucket/none.json"}}, "cannot be read"),
        ({"tabular": {"TargetAttributeName": "age"}}, "names the target age"),
        ({"DataSplitConfig": {"ValidationFraction": 0.1}}, "not taken with a validation channel"),
        ({"AutoMLProblemTypeConfig": {}}, "AutoMLProblemTypeConfig"),
        ({"AutoMLJobName": "x" * 33}, "AutoMLJobName"),
    ],
)
def test_request_that_autopilot_would_not_take_is_refused(world: Any, changes: dict[str, Any], said: str) -> None:
    prepare(world)
    with pytest.raises(ServiceError, match=said) as refused:
        world.service.call("CreateAutoMLJobV2", request("bad", **changes))
    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"tabular": {"Mode": "ENSEMBLING"}}, "Mode='ENSEMBLING'"),
        ({"tabular": {"SampleWeightAttributeName": "weight"}}, "SampleWeightAttributeName"),
        (
            {"tabular": {"CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["mlp"]}]}}},
            "AutoMLAlgorithms=mlp",
        ),
        ({"ModelDeployConfig": {"AutoGenerateEndpointName": True}}, "ModelDeployConfig"),
        (
            {
                "AutoMLProblemTypeConfig": {
                    "TextClassificationJobConfig": {"ContentColumn": "a", "TargetLabelColumn": "b"}
                }
            },
            "TextClassificationJobConfig",
        ),
    ],
)
def test_option_that_is_not_played_is_refused_by_name(world: Any, changes: dict[str, Any], named: str) -> None:
    prepare(world)
    with pytest.raises(NotPlayedError, match=named):
        world.service.call("CreateAutoMLJobV2", request("bad", **changes))


def test_missing_input_and_unknown_and_repeated_names_are_errors(world: Any) -> None:
    with pytest.raises(ServiceError, match="No S3 objects found"):
        world.service.call("CreateAutoMLJobV2", request("empty"))
    for operation in ("DescribeAutoMLJobV2", "ListCandidatesForAutoMLJob", "StopAutoMLJob"):
        with pytest.raises(ServiceError) as unknown:
            world.call(operation, AutoMLJobName="empty")
        assert unknown.value.code == "ResourceNotFound"
    prepare(world, n=LEAST_ROWS - 1)
    world.service.call("CreateAutoMLJobV2", request("once"))
    with pytest.raises(ServiceError) as again:
        world.service.call("CreateAutoMLJobV2", request("once"))
    assert again.value.code == "ResourceInUse"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda rows: rows.slice(0, LEAST_ROWS - 1), f"at least {LEAST_ROWS}"),
        (lambda rows: rows.drop_columns(["genre"]), "no column genre"),
        (lambda rows: rows.drop_columns(["rating"]), "no column rating"),
        (lambda rows: rows.set_column(5, "rating", pa.array([3.0] * len(rows))), "fewer than two distinct values"),
    ],
)
def test_table_that_cannot_be_searched_fails_the_job_with_the_reason(
    world: Any, spoil: Callable[[pa.Table], pa.Table], reason: str
) -> None:
    put(world, spoil(prepare(world)))
    described = run(world, "bad")
    assert (described["AutoMLJobStatus"], described["AutoMLJobSecondaryStatus"]) == ("Failed", "Failed")
    assert reason in described["FailureReason"]
    check_answer("DescribeAutoMLJobV2", described)
    assert "BestCandidate" not in described


def with_a_class_that_only_validation_has(world: Any) -> None:
    """A linear model cannot be trained then, on one class; trees can."""
    rows = table(n=700)
    held_out = np.random.default_rng(SEED).random(len(rows)) < DEFAULT_VALIDATION_FRACTION
    liked = ["yes" if number == int(held_out.argmax()) else "no" for number in range(len(rows))]
    put(world, rows.set_column(rows.column_names.index("rating"), "rating", pa.array(liked)))
    world.storage.put("s3://bucket/features.json", json.dumps({"FeatureAttributeNames": NAMES}))


def binary(*families: str) -> dict[str, Any]:
    asked = request("any")
    return {
        "AutoMLJobInputDataConfig": asked["AutoMLJobInputDataConfig"][:1],
        "AutoMLJobObjective": {"MetricName": "Accuracy"},
        "tabular": {
            "ProblemType": "BinaryClassification",
            "CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": list(families)}]},
        },
    }


def test_candidate_that_fails_is_listed_with_its_reason_and_the_others_are_trained(world: Any) -> None:
    with_a_class_that_only_validation_has(world)
    described = run(world, "one-fails", **binary("linear-learner", "xgboost"))
    assert (described["AutoMLJobStatus"], described["AutoMLJobSecondaryStatus"]) == (
        "Completed",
        "MaxCandidatesReached",
    )
    listed = world.call("ListCandidatesForAutoMLJob", AutoMLJobName="one-fails", SortOrder="Ascending")
    check_answer("ListCandidatesForAutoMLJob", listed)
    failed, trained = listed["Candidates"]
    assert [failed["CandidateStatus"], failed["ObjectiveStatus"]] == ["Failed", "Failed"]
    assert failed["FailureReason"].startswith("AlgorithmError: ValueError: ")
    assert failed["EndTime"] >= failed["CreationTime"]
    assert "FinalAutoMLJobObjectiveMetric" not in failed
    assert trained["CandidateStatus"] == "Completed"
    assert described["BestCandidate"]["CandidateName"] == trained["CandidateName"]


def test_job_fails_when_every_candidate_does(world: Any) -> None:
    with_a_class_that_only_validation_has(world)
    described = run(world, "all-fail", **binary("linear-learner"))
    assert described["AutoMLJobStatus"] == "Failed"
    assert "Every candidate failed, the last with ValueError" in described["FailureReason"]
    check_answer("DescribeAutoMLJobV2", described)
    candidates = world.call("ListCandidatesForAutoMLJob", AutoMLJobName="all-fail")["Candidates"]
    assert [candidate["CandidateStatus"] for candidate in candidates] == ["Failed", "Failed"]


def test_search_that_is_stopped_keeps_what_it_has(world: Any) -> None:
    prepare(world, n=4000)
    criteria = {"CompletionCriteria": {"MaxCandidates": 700}}
    world.service.call("CreateAutoMLJobV2", request("long", tabular=criteria))

    def candidates(status: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = world.call(
            "ListCandidatesForAutoMLJob", AutoMLJobName="long", StatusEquals=status, MaxResults=300
        )["Candidates"]
        return found

    world.until(lambda: bool(candidates("Completed")), seconds=SEARCH_SECONDS)
    assert world.call("DescribeAutoMLJobV2", AutoMLJobName="long")["AutoMLJobStatus"] == "InProgress"
    world.call("StopAutoMLJob", AutoMLJobName="long")
    described = ended(world, "long")
    assert (described["AutoMLJobStatus"], described["AutoMLJobSecondaryStatus"]) == ("Stopped", "Stopped")
    assert candidates("Completed")
    assert not candidates("InProgress")
    (row,) = world.call("ListAutoMLJobs")["AutoMLJobSummaries"]
    check_answer("ListAutoMLJobs", {"AutoMLJobSummaries": [row]})
    assert row["AutoMLJobStatus"] == "Stopped"


def test_search_ends_when_its_time_is_up_and_counts_as_completed(world: Any) -> None:
    prepare(world, n=4000)
    criteria = {"CompletionCriteria": {"MaxCandidates": 700, "MaxAutoMLJobRuntimeInSeconds": 6}}
    described = run(world, "short", tabular=criteria)
    if described["AutoMLJobStatus"] == "Failed":  # a busy machine may train none in that time
        assert "No candidate was trained" in described["FailureReason"]
    else:
        assert described["AutoMLJobSecondaryStatus"] == "MaxAutoMLJobRuntimeReached"
        assert described["BestCandidate"]["CandidateStatus"] == "Completed"


def test_search_under_way_at_a_restart_has_failed(world: Any) -> None:
    prepare(world, n=4000)
    criteria = {"CompletionCriteria": {"MaxCandidates": 700}}
    world.service.call("CreateAutoMLJobV2", request("cut", tabular=criteria))
    world.restarted()
    described = world.call("DescribeAutoMLJobV2", AutoMLJobName="cut")
    assert described["AutoMLJobStatus"] == "Failed"
    check_answer("DescribeAutoMLJobV2", described)

"""The machine of SageMaker Autopilot: its requests, filled in, are of the shapes that botocore knows."""

from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import validate_parameters
from jsonata import Jsonata  # type: ignore[import-untyped]

from bakeoff.config import load_config
from tests.support.synthesized import Synthesized

ARN = "arn:aws:iam::123456789012:role/bakeoff"
SPEC = {
    "runId": "run-1",
    "name": "autopilot-xgboost-all",
    "family": "xgboost",
    "resourceName": "bakeoff-prod-autopilot-xgboost-all-0123456789ab",
    "searchName": "bakeoff-prod-0123456789ababcdef",
    "searchPrefix": "bakeoff-prod-0123456789ab",
    "searchUri": "s3://bucket/autopilot/a/",
    "featuresUri": "s3://bucket/prepared/v1/autopilot/features-all.json",
    "preparedUri": "s3://bucket/prepared/v1/",
    "candidatesKey": "lists/candidates/1/manifest.json",
    "rowsUri": "s3://bucket/lists/candidates/1/rows/all/",
    "orderUri": "s3://bucket/lists/candidates/1/order/",
    "scoresUri": "s3://bucket/lists/a/1/scores/",
    "scoresName": "bakeoff-prod-a-1",
    "jobName": "bakeoff-prod-a-1-abcdef",
    "rankJobName": "bakeoff-prod-rank-a-1-abcdef",
    "listsUri": "s3://bucket/lists/a/1/",
    "listsKey": "lists/a/1/ranked/lists.jsonl.out",
}
TRANSFORM = {"Image": "1.ecr/sagemaker-sklearn-automl:2", "ModelDataUrl": "s3://b/t", "Environment": {"A": "1"}}
SEARCH = {"containers": [TRANSFORM, {"Image": "1.ecr/sagemaker-xgboost:1", "ModelDataUrl": "s3://b/m"}]}
VARIABLES = {
    "spec": SPEC,
    "searchName": SPEC["searchName"],
    "scoresJob": "job",
    "search": {**SEARCH, "objective": "RMSE"},
}


def evaluated(value: Any, **variables: Any) -> Any:
    """`value` with every JSONata expression replaced by what it gives."""
    if isinstance(value, dict):
        return {key: evaluated(inner, **variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [evaluated(inner, **variables) for inner in value]
    if isinstance(value, str) and value.startswith("{%"):
        jsonata = Jsonata(value[2:-2])
        for name, given in variables.items():
            jsonata.assign(name, given)
        return jsonata.evaluate(None)
    return ARN if isinstance(value, str) and value.startswith("${") and "Role" in value else value


@pytest.fixture(scope="module")
def states(prod: Synthesized) -> dict[str, dict[str, Any]]:
    return dict(prod.machines()["autopilot-contestant"].states())


def requests(states: dict[str, dict[str, Any]]) -> dict[str, tuple[str, dict[str, Any]]]:
    """By state, operation and arguments of every call of SageMaker."""
    found = {}
    for name, state in states.items():
        resource = state.get("Resource", "").rpartition(":::")[2].removesuffix(".sync").removeprefix("aws-sdk:")
        if resource.startswith("sagemaker:"):
            call = resource.partition(":")[2]
            found[name] = (call[0].upper() + call[1:], evaluated(state["Arguments"], **VARIABLES))
    return found


def test_every_request_is_one_that_sagemaker_knows(states: dict[str, dict[str, Any]]) -> None:
    model = get_session().get_service_model("sagemaker")
    asked = requests(states)
    assert len(asked) == 12
    for name, (operation, arguments) in asked.items():
        validate_parameters(arguments, model.operation_model(operation).input_shape)
        assert name


def test_a_family_is_given_regression_and_rmse_and_the_open_search_neither(
    prod: Synthesized, states: dict[str, dict[str, Any]]
) -> None:
    caps = load_config("prod").autopilot
    asked = requests(states)
    _, given = asked["Search for the best regression"]
    _, left = asked["Leave the problem to AWS"]
    table, open_table = (one["AutoMLProblemTypeConfig"]["TabularJobConfig"] for one in (given, left))
    assert (table["ProblemType"], given["AutoMLJobObjective"]) == ("Regression", {"MetricName": "RMSE"})
    assert table["CandidateGenerationConfig"] == {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost"]}]}
    assert "AutoMLJobObjective" not in left
    assert not {"ProblemType", "CandidateGenerationConfig"} & open_table.keys()
    for one in (table, open_table):
        assert one["Mode"] == "HYPERPARAMETER_TUNING"
        assert one["TargetAttributeName"] == "rating"
        assert one["FeatureSpecificationS3Uri"] == SPEC["featuresUri"]
        assert one["CompletionCriteria"] == {
            "MaxCandidates": caps.max_candidates,
            "MaxRuntimePerTrainingJobInSeconds": caps.max_training_seconds,
            "MaxAutoMLJobRuntimeInSeconds": caps.max_runtime_seconds,
        }
    channels = {
        one["ChannelType"]: one["DataSource"]["S3DataSource"]["S3Uri"] for one in given["AutoMLJobInputDataConfig"]
    }
    assert channels == {
        part[0]: f"s3://bucket/prepared/v1/autopilot/{part[1]}/"
        for part in (("training", "train"), ("validation", "validation"))
    }
    assert states["Problem type given?"]["Choices"][0]["Next"] == "Search for the best regression"


def containers(states: dict[str, dict[str, Any]], *given: dict[str, Any]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = evaluated(
        states["Create the model"]["Arguments"]["Containers"], search={"containers": list(given)}
    )
    return made


def test_a_regressions_containers_are_hosted_as_they_are(states: dict[str, dict[str, Any]]) -> None:
    assert containers(states, *SEARCH["containers"]) == [TRANSFORM, {**SEARCH["containers"][1], "Environment": {}}]
    assert containers(states, TRANSFORM) == [TRANSFORM], "of one container a list all the same"


def test_a_classifications_containers_are_asked_for_the_probabilities_of_all_classes(
    states: dict[str, dict[str, Any]],
) -> None:
    said = "SAGEMAKER_INFERENCE_SUPPORTED"
    algorithm = {"Image": "i", "ModelDataUrl": "u", "Environment": {said: "predicted_label,probability,probabilities"}}
    labels = {
        "Image": "j",
        "ModelDataUrl": "v",
        "Environment": {said: "predicted_label,labels,probabilities", "B": "2"},
    }
    first, second, third = containers(states, TRANSFORM, algorithm, labels)
    assert first == TRANSFORM
    assert second["Environment"] == {**algorithm["Environment"], "SAGEMAKER_INFERENCE_OUTPUT": "probabilities"}
    assert third["Environment"] == {
        **labels["Environment"],
        "SAGEMAKER_INFERENCE_INPUT": "probabilities",
        "SAGEMAKER_INFERENCE_OUTPUT": "probabilities,labels",
    }


DESCRIBED = {
    "AutoMLJobStatus": "Completed",
    "BestCandidate": {"CandidateName": "best", "InferenceContainers": SEARCH["containers"]},
    "ResolvedAttributes": {
        "AutoMLJobObjective": {"MetricName": "RMSE"},
        "AutoMLProblemTypeResolvedAttributes": {"TabularResolvedAttributes": {"ProblemType": "Regression"}},
    },
}


def noted(states: dict[str, dict[str, Any]], described: dict[str, Any]) -> Any:
    assigned = states["Describe the search"]["Assign"]["search"]
    return evaluated(assigned, states={"result": described})


def test_of_a_search_its_problem_objective_and_containers_are_noted(states: dict[str, dict[str, Any]]) -> None:
    found = noted(states, DESCRIBED)
    assert found == {
        "containers": SEARCH["containers"],
        "problemType": "Regression",
        "objective": "RMSE",
        "candidate": "best",
        "seconds": None,
        "twin": False,
    }
    of_twin = {**DESCRIBED, "BestCandidate": {**DESCRIBED["BestCandidate"], "CandidateName": "local-twin-1"}}
    assert noted(states, of_twin)["twin"] is True


def test_a_search_without_a_candidate_fails_with_its_name(states: dict[str, dict[str, Any]]) -> None:
    found = noted(states, {"AutoMLJobStatus": "Completed"})
    assert found["containers"] == []
    [fit] = states["Candidate found?"]["Choices"]
    assert evaluated(fit["Condition"], search=found) is False
    assert states["Candidate found?"]["Default"] == "No candidate"
    assert SPEC["searchName"] in evaluated(states["No candidate"]["Cause"], searchName=SPEC["searchName"])


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({"AutoMLJobStatus": "Failed", "FailureReason": "Too few rows."}, "Too few rows."),
        ({"AutoMLJobStatus": "Stopped"}, "The search s ended as Stopped."),
    ],
)
def test_why_a_search_ended_badly_is_said(
    states: dict[str, dict[str, Any]], described: dict[str, Any], said: str
) -> None:
    output = states["Describe search"]["Output"]
    assert evaluated(output, states={"result": {"AutoMLJobName": "s", **described}})["reason"] == said


@pytest.mark.parametrize(
    ("statuses", "taken"), [([], None), (["Failed", "Completed"], "b"), (["InProgress"], "a"), (["Stopped"], None)]
)
def test_a_search_that_is_over_or_goes_on_is_taken_over(
    states: dict[str, dict[str, Any]], statuses: list[str], taken: str | None
) -> None:
    listed = [{"AutoMLJobName": name, "AutoMLJobStatus": status} for name, status in zip("ab", statuses, strict=False)]
    assigned = states["Look for a search"]["Assign"]["searchName"]
    assert evaluated(assigned, states={"result": {"AutoMLJobSummaries": listed}}) == taken


@pytest.mark.parametrize(("objective", "order"), [("RMSE", "Ascending"), ("F1macro", "Descending")])
def test_the_best_models_are_listed_first(states: dict[str, dict[str, Any]], objective: str, order: str) -> None:
    asked = states["List the best models"]["Arguments"]["SortOrder"]
    assert evaluated(asked, search={"objective": objective}) == order


def test_a_pipeline_of_containers_is_staged_on_an_instance_everywhere(synthesized: Synthesized) -> None:
    """A serverless endpoint refuses it."""
    states = dict(synthesized.machines()["run"].states())
    [variant] = states["Configure the pipeline's endpoint"]["Arguments"]["ProductionVariants"]
    assert (variant["InitialInstanceCount"], "ServerlessConfig" in variant) == (1, False)
    choices = {one["Next"]: one["Condition"] for one in states["Configuration there?"]["Choices"]}
    assert choices["Configure the pipeline's endpoint"] == "{% $staged.backend.type = 'autopilot-endpoint' %}"


def test_rows_are_loaded_before_anybody_is_asked(synthesized: Synthesized) -> None:
    [inner] = [scope for scope in synthesized.machines()["run"].scopes() if scope.name == "Stage endpoints"]
    assert inner.states["Rows to load?"]["Default"] == "How is it asked?"
    assert inner.states["Note the stored rows"]["Next"] == "How is it asked?"
    stored = {one["Next"]: one["Condition"] for one in inner.states["How is it asked?"]["Choices"]}
    assert stored["Serves"] == "{% $staged.backend.type = 'stored-lists' %}", "there is nothing else to bring up"


@pytest.mark.parametrize("parts", [1, 3])
def test_every_file_of_rows_is_loaded(synthesized: Synthesized, parts: int) -> None:
    [inner] = [scope for scope in synthesized.machines()["run"].scopes() if scope.name == "Stage endpoints"]
    items = evaluated(inner.states["Load stored rows"]["Items"], staged={"rows": "a/1/stored", "parts": parts})
    assert items == [{"table": "lists", "rows": "a/1/stored", "number": number} for number in range(parts)]


def test_candidates_are_written_where_somebody_reranks_and_they_are_not_there(synthesized: Synthesized) -> None:
    states = dict(synthesized.machines()["run"].states())
    [wanted] = states["Candidates to write?"]["Choices"]
    for candidates, writes in ((None, False), ({"there": True}, False), ({"there": False}, True)):
        assert evaluated(wanted["Condition"], order={"candidates": candidates}) is writes
    assert states["Write candidates"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "Next": "Contestants"}]

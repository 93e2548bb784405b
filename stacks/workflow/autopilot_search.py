"""The states of an Autopilot contestant that search for a model, and make the best candidate one."""

from typing import Any

from stacks.workflow.asl import State, Step, assign, choice, expression, or_null, task, until_ready
from stacks.workflow.resources import Resources

_OBJECTIVE = "RMSE"
_TARGET = "rating"
_PARQUET = "x-application/vnd.amazon+parquet"
# So many candidates are told in the report; what a state hands on has 256 KB at the most.
_TOLD = 10


def search(resources: Resources) -> list[Step]:
    name = expression("$searchName")
    return [
        ("Take the order", assign(spec="$states.input")),
        ("Look for the candidate file", look_for(resources, "$spec.candidatesKey")),
        (
            "Candidate file there?",
            choice(("$states.input.there", "Look for a search"), otherwise="Candidate file missing"),
        ),
        ("Look for a search", _look_for_search()),
        (
            "Searched already?",
            choice(("$searchName != null", "Begin to wait for search"), otherwise="Problem type given?"),
        ),
        (
            "Problem type given?",
            choice(("$spec.family != null", "Search for the best regression"), otherwise="Leave the problem to AWS"),
        ),
        ("Search for the best regression", {**_create_regression(resources), "Next": "Note the search"}),
        ("Leave the problem to AWS", _create_open(resources)),
        ("Note the search", assign(searchName="$spec.searchName")),
        *until_ready(
            "search",
            task("aws-sdk:sagemaker:describeAutoMLJobV2", {"AutoMLJobName": name}),
            status="$states.result.AutoMLJobStatus",
            ready="Completed",
            failed=("Failed", "Stopped", "Stopping"),
            reason=_why_it_ended("$states.result"),
            following="Describe the search",
        ),
        ("Describe the search", _describe_search()),
        (
            "Candidate found?",
            choice(("$count($search.containers) > 0", "List the best models"), otherwise="No candidate"),
        ),
        ("List the best models", _list_candidates()),
    ]


def _why_it_ended(described: str) -> str:
    """Who stopped a search says nothing."""
    ended = f"'The search ' & {described}.AutoMLJobName & ' ended as ' & {described}.AutoMLJobStatus & '.'"
    return f"($exists({described}.FailureReason) ? {described}.FailureReason : {ended})"


def _look_for_search() -> State:
    """One that is over, or that a former, stopped run began."""
    found = "$states.result.AutoMLJobSummaries[AutoMLJobStatus in ['Completed', 'InProgress']]"
    return task(
        "aws-sdk:sagemaker:listAutoMLJobs",
        {
            "NameContains": expression("$spec.searchPrefix"),
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": 20,
        },
        Assign={"searchName": expression(f"$count({found}) > 0 ? {found}[0].AutoMLJobName : null")},
    )


def _create_regression(resources: Resources) -> State:
    """Problem type and objective are given together or not at all; ten rating values could pass for classes."""
    given = {
        "ProblemType": "Regression",
        "CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": [expression("$spec.family")]}]},
    }
    request = _request(resources, given)
    return task("aws-sdk:sagemaker:createAutoMLJobV2", {**request, "AutoMLJobObjective": {"MetricName": _OBJECTIVE}})


def _create_open(resources: Resources) -> State:
    """Autopilot decides what kind of problem it is, and among all of its families."""
    return task("aws-sdk:sagemaker:createAutoMLJobV2", _request(resources, {}))


def _request(resources: Resources, given: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html"""
    caps = resources.config.autopilot
    return {
        "AutoMLJobName": expression("$spec.searchName"),
        "AutoMLJobInputDataConfig": [_channel("training", "train"), _channel("validation", "validation")],
        "OutputDataConfig": {"S3OutputPath": expression("$spec.searchUri")},
        "AutoMLProblemTypeConfig": {
            "TabularJobConfig": {
                "TargetAttributeName": _TARGET,
                "FeatureSpecificationS3Uri": expression("$spec.featuresUri"),
                # Its candidates are pipelines of a transformation and one algorithm; ensembles are of one container.
                "Mode": "HYPERPARAMETER_TUNING",
                "CompletionCriteria": {
                    "MaxCandidates": caps.max_candidates,
                    "MaxRuntimePerTrainingJobInSeconds": caps.max_training_seconds,
                    "MaxAutoMLJobRuntimeInSeconds": caps.max_runtime_seconds,
                },
                **given,
            }
        },
        "RoleArn": resources.autopilot_role_arn,
        "Tags": resources.tags("$spec.runId"),
    }


def _channel(kind: str, part: str) -> dict[str, Any]:
    uri = expression(f"$spec.preparedUri & 'autopilot/{part}/'")
    return {
        "ChannelType": kind,
        "ContentType": _PARQUET,
        "CompressionType": "None",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
    }


def _describe_search() -> State:
    """What of the description is needed later: all of it can be large."""
    found, best = "$states.result", "$states.result.BestCandidate"
    resolved = f"{found}.ResolvedAttributes"
    problem = f"{resolved}.AutoMLProblemTypeResolvedAttributes.TabularResolvedAttributes.ProblemType"
    objective = f"{resolved}.AutoMLJobObjective.MetricName"
    seconds = f"($toMillis({found}.EndTime) - $toMillis({found}.CreationTime)) / 1000"
    return task(
        "aws-sdk:sagemaker:describeAutoMLJobV2",
        {"AutoMLJobName": expression("$searchName")},
        Assign={
            "search": {
                "containers": expression(f"[{best}.InferenceContainers]"),
                "problemType": expression(or_null(problem)),
                "objective": expression(or_null(objective)),
                "candidate": expression(or_null(f"{best}.CandidateName")),
                "seconds": expression(f"$exists({found}.EndTime) ? {seconds} : null"),
                # A twin's candidates are named and imaged so.
                "twin": expression(f"$exists({best}) ? $contains($string({best}), 'local-twin') : false"),
            }
        },
    )


def _list_candidates() -> State:
    """The best ones by the objective; an error has to fall, every other metric has to rise."""
    smaller = "['RMSE', 'MSE', 'MAE']"
    told = (
        "[$states.result.Candidates.{'name': CandidateName, 'value': FinalAutoMLJobObjectiveMetric.Value, "
        "'metric': FinalAutoMLJobObjectiveMetric.MetricName}]"
    )
    return task(
        "aws-sdk:sagemaker:listCandidatesForAutoMLJob",
        {
            "AutoMLJobName": expression("$searchName"),
            "StatusEquals": "Completed",
            "SortBy": "FinalObjectiveMetricValue",
            "SortOrder": expression(f"$search.objective in {smaller} ? 'Ascending' : 'Descending'"),
            "MaxResults": _TOLD,
        },
        Assign={"candidates": expression(told)},
    )


def model(resources: Resources) -> list[Step]:
    look = task(
        "aws-sdk:sagemaker:listModels",
        {"NameContains": expression("$spec.resourceName"), "MaxResults": 1},
        Output={"there": expression("$count($states.result.Models) > 0")},
    )
    create = task(
        "aws-sdk:sagemaker:createModel",
        {
            "ModelName": expression("$spec.resourceName"),
            "ExecutionRoleArn": resources.model_role_arn,
            "Containers": expression(_containers()),
            "Tags": resources.tags("$spec.runId"),
        },
    )
    return [
        ("Look for the model", look),
        ("Model there?", choice(("$states.input.there", "Look for scores"), otherwise="Create the model")),
        ("Create the model", create),
    ]


def _containers() -> str:
    """The best candidate's, as they are; those of a classification are told to answer with the probabilities of all
    classes: the expected rating ranks better than the likeliest one.

    Each container hands on what it is told to answer, and says in SAGEMAKER_INFERENCE_SUPPORTED what it can:
    https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html
    """
    said = "Environment.SAGEMAKER_INFERENCE_SUPPORTED"
    keys = "function($said) { $join(['probabilities', 'labels'][$contains($said, $)], ',') }"
    # What the container before it answers, this one is given.
    given = (
        f"$i > 0 and $exists($search.containers[$i - 1].{said}) ? "
        f"{{'SAGEMAKER_INFERENCE_INPUT': $keys($search.containers[$i - 1].{said})}} : {{}}"
    )
    told = f"$merge([$c.Environment, {given}, {{'SAGEMAKER_INFERENCE_OUTPUT': $keys($c.{said})}}])"
    plain = "$exists($c.Environment) ? $c.Environment : {}"
    one = (
        f"{{'Image': $c.Image, 'ModelDataUrl': $c.ModelDataUrl, 'Environment': $exists($c.{said}) ? {told} : {plain}}}"
    )
    return f"($keys := {keys}; [$map($search.containers, function($c, $i) {{ {one} }})])"


def look_for(resources: Resources, key: str) -> State:
    """Whether the bucket holds a file; `key` is JSONata."""
    return task(
        "aws-sdk:s3:listObjectsV2",
        {"Bucket": resources.bucket, "Prefix": expression(key), "MaxKeys": 1},
        Output={"there": expression("$states.result.KeyCount > 0")},
    )

"""The machine that trains one contestant of kind `personalize` and writes its lists; run as a child of the run."""

from typing import Any

from stacks.workflow.asl import (
    State,
    Step,
    assign,
    caught,
    choice,
    expression,
    fail,
    machine,
    sequence,
    task,
    until_ready,
)
from stacks.workflow.personalize_import import FIRST, import_rows
from stacks.workflow.resources import Resources

_FAILED = ("CREATE FAILED", "CREATE STOPPED")


def personalize_contestant(resources: Resources) -> dict[str, Any]:
    """Looks for the solution version, imports and trains if there is none, writes its lists by batch inference: for the
    test users, or of a recipe that is asked by item for every item.

    A contestant that is only asked is taken as it is: where its version is gone, describing it fails the execution.
    """
    return machine(
        "Train one Amazon Personalize recipe and write its lists for the test users.",
        sequence(
            ("Take the order", assign(spec="$states.input", solutionArn=_arn(resources, "solution/"))),
            ("Only asked?", choice(("$spec.asked != null", "Take what serves"), otherwise="Look up the recipe")),
            (
                "Take what serves",
                {
                    **assign(versionArn="$spec.asked.modelVersion", twin="$spec.asked.twin"),
                    "Next": "Begin to wait for training",
                },
            ),
            # A retired recipe ends here, before anything costs money; and the description tells a twin.
            ("Look up the recipe", _describe_recipe()),
            *_hyper_parameters(following="Learns from items?"),
            (
                "Learns from items?",
                choice(("$spec.learnsFromItems", "Create the solution of items"), otherwise="Create the solution"),
            ),
            ("Create the solution of items", _unless_there(_solution_of_items(resources))),
            ("Create the solution", _unless_there(_solution(resources))),
            *until_ready(
                "solution",
                task("aws-sdk:personalize:describeSolution", {"SolutionArn": expression("$solutionArn")}),
                status="$states.result.Solution.Status",
                ready="ACTIVE",
                failed=_FAILED,
                reason="$states.result.Solution.FailureReason",
                following="Look for a trained version",
            ),
            ("Look for a trained version", _look_for_version()),
            (
                "Trained already?",
                choice(("$versionArn != null", "Begin to wait for training"), otherwise=FIRST),
            ),
            *import_rows(resources, following="Train"),
            ("Train", _train(resources)),
            *until_ready(
                "training",
                _describe_version(),
                status="$states.result.SolutionVersion.Status",
                ready="ACTIVE",
                failed=_FAILED,
                reason="$states.result.SolutionVersion.FailureReason",
                following="Note the training",
            ),
            ("Note the training", _note_training()),
            ("Note the metrics", _note_metrics()),
            ("Look for lists", _look_for_lists(resources)),
            ("Lists there?", choice(("$states.input.there", "Report"), otherwise="Write lists")),
            ("Write lists", _write_lists(resources)),
            *until_ready(
                "lists",
                task(
                    "aws-sdk:personalize:describeBatchInferenceJob", {"BatchInferenceJobArn": expression("$listsArn")}
                ),
                status="$states.result.BatchInferenceJob.Status",
                ready="ACTIVE",
                failed=_FAILED,
                reason="$states.result.BatchInferenceJob.FailureReason",
                following="Report",
            ),
            ("Report", _report()),
        ),
        timeout_seconds=24 * 3600,
    )


def _arn(resources: Resources, resource: str) -> str:
    return f"'{resources.personalize_arn(resource)}' & $states.input.resourceName"


def _describe_recipe() -> State:
    described = "$states.result.Recipe.Description"
    return task(
        "aws-sdk:personalize:describeRecipe",
        {"RecipeArn": expression("'arn:aws:personalize:::recipe/' & $spec.recipe")},
        Assign={
            "twin": expression(f"$exists({described}) ? $contains({described}, 'Local twin') : false"),
            "algorithmArn": expression("$states.result.Recipe.AlgorithmArn"),
        },
    )


def _hyper_parameters(*, following: str) -> list[Step]:
    """Those that the catalogue sets, held to those that the algorithm has: AWS says which only when it is asked."""
    known = "$keys($states.result.Algorithm.DefaultHyperParameters)"
    look = task(
        "aws-sdk:personalize:describeAlgorithm",
        {"AlgorithmArn": expression("$algorithmArn")},
        Output={"unknown": expression(f"($known := {known}; [$spec.hyperParameters[$not($ in $known)]])")},
    )
    unknown = "$join($states.input.unknown, ', ')"
    told = f"'The algorithm of the recipe ' & $spec.recipe & ' has no hyper-parameter ' & {unknown}"
    return [
        (
            "Hyper-parameters set?",
            choice(("$count($spec.hyperParameters) = 0", following), otherwise="Look up the algorithm"),
        ),
        ("Look up the algorithm", look),
        (
            "Hyper-parameters known?",
            choice(("$count($states.input.unknown) = 0", following), otherwise="Hyper-parameters unknown"),
        ),
        (
            "Hyper-parameters unknown",
            fail(
                "Bakeoff.HyperParametersUnknown",
                expression(f"{told} & '. Take it out of the contestant in config/contestants.toml.'"),
            ),
        ),
    ]


def _unless_there(state: State) -> State:
    following = "Begin to wait for solution"
    there = ("Personalize.ResourceAlreadyExistsException",)
    return {**caught(state, errors=there, following=following), "Next": following}


def _solution(resources: Resources) -> State:
    return task(
        "aws-sdk:personalize:createSolution",
        {
            **_of_every_solution(resources),
            # Streamed events stay in the dataset through an import; only the split's own rows may train.
            "EventType": expression("$spec.eventType"),
        },
    )


def _solution_of_items(resources: Resources) -> State:
    """Of Semantic-Similarity: its incremental updates are on by default, and each bills."""
    return task(
        "aws-sdk:personalize:createSolution", {**_of_every_solution(resources), "PerformIncrementalUpdate": False}
    )


def _of_every_solution(resources: Resources) -> dict[str, Any]:
    return {
        "Name": expression("$spec.resourceName"),
        "DatasetGroupArn": expression("$spec.group.datasetGroupArn"),
        "RecipeArn": expression("'arn:aws:personalize:::recipe/' & $spec.recipe"),
        # On by default, and bills every seven days.
        "PerformAutoTraining": False,
        "SolutionConfig": expression("$spec.solutionConfig"),
        "Tags": resources.personalize_tags("$spec.runId"),
    }


def _look_for_version() -> State:
    """A version that is trained, or that a former, stopped run began to train. One page holds them all: a solution
    gets a further version only after a failed one."""
    found = "$states.result.SolutionVersions[Status in ['ACTIVE', 'CREATE PENDING', 'CREATE IN_PROGRESS']]"
    return task(
        "aws-sdk:personalize:listSolutionVersions",
        {"SolutionArn": expression("$solutionArn"), "MaxResults": 100},
        Assign={
            "versionArn": expression(f"$count({found}) > 0 ? {found}[0].SolutionVersionArn : null"),
        },
    )


def _train(resources: Resources) -> State:
    return task(
        "aws-sdk:personalize:createSolutionVersion",
        {
            "SolutionArn": expression("$solutionArn"),
            "TrainingMode": "FULL",
            "Tags": resources.personalize_tags("$spec.runId"),
        },
        Assign={"versionArn": expression("$states.result.SolutionVersionArn")},
    )


def _describe_version() -> State:
    return task("aws-sdk:personalize:describeSolutionVersion", {"SolutionVersionArn": expression("$versionArn")})


def _note_training() -> State:
    return {**_describe_version(), "Assign": {"version": expression("$states.result.SolutionVersion")}}


def _note_metrics() -> State:
    """AWS's own, by its own protocol: they are recorded beside the run's and never compared with them."""
    return task(
        "aws-sdk:personalize:getSolutionMetrics",
        {"SolutionVersionArn": expression("$versionArn")},
        Assign={"metrics": expression("$states.result.Metrics")},
    )


def _look_for_lists(resources: Resources) -> State:
    return task(
        "aws-sdk:s3:listObjectsV2",
        {"Bucket": resources.bucket, "Prefix": expression("$spec.listsKey"), "MaxKeys": 1},
        Output={"there": expression("$states.result.KeyCount > 0")},
    )


def _write_lists(resources: Resources) -> State:
    return task(
        "aws-sdk:personalize:createBatchInferenceJob",
        {
            "JobName": expression("$spec.jobName"),
            "SolutionVersionArn": expression("$versionArn"),
            "NumResults": expression("$spec.numResults"),
            "JobInput": {"S3DataSource": {"Path": expression("$spec.requestsUri")}},
            "JobOutput": {"S3DataDestination": {"Path": expression("$spec.listsUri")}},
            "RoleArn": resources.personalize_role_arn,
            "Tags": resources.personalize_tags("$spec.runId"),
        },
        Assign={"listsArn": expression("$states.result.BatchInferenceJobArn")},
    )


def _report() -> State:
    seconds = "($toMillis($version.LastUpdatedDateTime) - $toMillis($version.CreationDateTime)) / 1000"
    return {
        "Type": "Pass",
        "Output": {
            "name": expression("$spec.name"),
            "status": "ok",
            "twin": expression("$twin"),
            "modelVersion": expression("$versionArn"),
            "trainingSeconds": expression(seconds),
            "billableSeconds": expression("$exists($version.TrainingHours) ? $version.TrainingHours * 3600 : null"),
            # A managed recipe makes no choices on the validation part.
            "validation": None,
            "solutionMetrics": expression("$metrics"),
        },
        "End": True,
    }

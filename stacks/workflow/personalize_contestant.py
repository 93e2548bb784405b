"""The machine that trains one contestant of kind `personalize` and writes its lists; run as a child of the run."""

from typing import Any

from stacks.workflow.asl import State, assign, caught, choice, expression, machine, sequence, task, until_ready
from stacks.workflow.resources import Resources

_FAILED = ("CREATE FAILED", "CREATE STOPPED")


def personalize_contestant(resources: Resources) -> dict[str, Any]:
    """Looks for the solution version, imports and trains if there is none, writes its lists by batch inference.

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
            (
                "Create the solution",
                caught(
                    _create_solution(resources),
                    errors=("Personalize.ResourceAlreadyExistsException",),
                    following="Begin to wait for solution",
                ),
            ),
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
                choice(("$versionArn != null", "Begin to wait for training"), otherwise="Import interactions"),
            ),
            ("Import interactions", _import(resources)),
            *until_ready(
                "import",
                task(
                    "aws-sdk:personalize:describeDatasetImportJob",
                    {"DatasetImportJobArn": expression("$importArn")},
                ),
                status="$states.result.DatasetImportJob.Status",
                ready="ACTIVE",
                failed=_FAILED,
                reason="$states.result.DatasetImportJob.FailureReason",
                following="Train",
            ),
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
        Assign={"twin": expression(f"$exists({described}) ? $contains({described}, 'Local twin') : false")},
    )


def _create_solution(resources: Resources) -> State:
    return task(
        "aws-sdk:personalize:createSolution",
        {
            "Name": expression("$spec.resourceName"),
            "DatasetGroupArn": resources.dataset_group_arn,
            "RecipeArn": expression("'arn:aws:personalize:::recipe/' & $spec.recipe"),
            # On by default, and bills every seven days.
            "PerformAutoTraining": False,
            # Streamed events stay in the dataset through an import; only the split's own rows may train.
            "EventType": expression("$spec.eventType"),
            "SolutionConfig": expression("$spec.solutionConfig"),
            "Tags": resources.personalize_tags("$spec.runId"),
        },
    )


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


def _import(resources: Resources) -> State:
    return task(
        "aws-sdk:personalize:createDatasetImportJob",
        {
            "JobName": expression("$spec.jobName"),
            "DatasetArn": resources.interactions_dataset_arn,
            "DataSource": {"DataLocation": expression("$spec.preparedUri & 'personalize/interactions/'")},
            "RoleArn": resources.personalize_role_arn,
            "ImportMode": "FULL",
            "Tags": resources.personalize_tags("$spec.runId"),
        },
        Assign={"importArn": expression("$states.result.DatasetImportJobArn")},
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
            "JobInput": {"S3DataSource": {"Path": expression("$spec.preparedUri & 'requests/users.jsonl'")}},
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
        },
        "End": True,
    }

"""The states that bring a run's rows into a dataset group: interactions, and items and users where the group has them.

Imports are named after what they import, so that the contestants of one group share those of a run: who comes second
finds the job there and waits for it.
"""

from typing import Any

from stacks.workflow.asl import FIRST_WAIT_SECONDS, State, Step, caught, choice, expression, or_null, task, until_ready
from stacks.workflow.resources import Resources

_THERE = ("Personalize.ResourceAlreadyExistsException",)
_FAILED = ("CREATE FAILED",)
FIRST = "Import interactions"


def import_rows(resources: Resources, *, following: str) -> list[Step]:
    """From `FIRST` to `following`, with every dataset of the contestant's group as the run's data has it."""
    return [
        *_import(
            resources,
            "interactions",
            name="$spec.importName",
            dataset="$spec.group.interactionsArn",
            uri="$spec.preparedUri & 'personalize/interactions/'",
            following="Metadata?",
        ),
        (
            "Metadata?",
            choice(("$spec.metadata = null", following), otherwise="Look for the items dataset"),
        ),
        *_metadata(resources, "items", following="Look for the users dataset"),
        *_metadata(resources, "users", following=following),
    ]


def _import(resources: Resources, what: str, *, name: str, dataset: str, uri: str, following: str) -> list[Step]:
    """One import job and the wait for it; `name`, `dataset` and `uri` are JSONata."""
    create = task(
        "aws-sdk:personalize:createDatasetImportJob",
        {
            "JobName": expression(name),
            "DatasetArn": expression(dataset),
            "DataSource": {"DataLocation": expression(uri)},
            "RoleArn": resources.personalize_role_arn,
            "ImportMode": "FULL",
            "Tags": resources.personalize_tags("$spec.runId"),
        },
    )
    arn = expression(f"'{resources.personalize_arn('dataset-import-job/')}' & {name}")
    return [
        (f"Import {what}", caught(create, errors=_THERE, following=f"Begin to wait for import of {what}")),
        *until_ready(
            f"import of {what}",
            task("aws-sdk:personalize:describeDatasetImportJob", {"DatasetImportJobArn": arn}),
            status="$states.result.DatasetImportJob.Status",
            ready="ACTIVE",
            failed=_FAILED,
            reason="$states.result.DatasetImportJob.FailureReason",
            following=following,
        ),
    ]


def _metadata(resources: Resources, word: str, *, following: str) -> list[Step]:
    """The dataset of items or users under the schema that the preparation wrote, and its rows.

    A dataset keeps its schema: one of other data goes before that of this data comes, also where this data has none,
    or a training would learn from what is not its own. One that is in use (another contestant deletes it already, or
    a training of a former run goes on) is waited for.
    """
    wanted = f"$spec.metadata.{word}"
    arn = f"$replace($spec.group.interactionsArn, '/INTERACTIONS', '/{word.upper()}')"
    look, waiting = f"Look for the {word} dataset", f"Begin to wait for {word} dataset"
    gone = f"Wait for the {word} dataset's deletion"
    return [
        (look, _look(word)),
        (
            f"Which {word} dataset?",
            choice(
                (f"$states.input.name = null and {wanted}.name = null", following),
                ("$states.input.name = null", f"Create the {word} schema"),
                ("$states.input.status in ['DELETE PENDING', 'DELETE IN_PROGRESS']", gone),
                (f"$states.input.name = {wanted}.name and $states.input.status != 'CREATE FAILED'", waiting),
                otherwise=f"Delete the {word} dataset",
            ),
        ),
        (
            f"Delete the {word} dataset",
            caught(
                task("aws-sdk:personalize:deleteDataset", {"DatasetArn": expression(arn)}),
                errors=("Personalize.ResourceNotFoundException", "Personalize.ResourceInUseException"),
                following=gone,
            ),
        ),
        (gone, {"Type": "Wait", "Seconds": FIRST_WAIT_SECONDS, "Next": look}),
        (
            f"Create the {word} schema",
            caught(
                task(
                    "aws-sdk:personalize:createSchema",
                    {"Name": expression(f"{wanted}.name"), "Schema": expression(f"{wanted}.schema")},
                ),
                errors=_THERE,
                following=f"Create the {word} dataset",
            ),
        ),
        (f"Create the {word} dataset", caught(_create(resources, wanted), errors=_THERE, following=waiting)),
        *until_ready(
            f"{word} dataset",
            task("aws-sdk:personalize:describeDataset", {"DatasetArn": expression(arn)}),
            status="$states.result.Dataset.Status",
            ready="ACTIVE",
            failed=_FAILED,
            reason="$states.result.Dataset.FailureReason",
            following=f"Import {word}",
        ),
        *_import(
            resources,
            word,
            name=f"{wanted}.importName",
            dataset=arn,
            uri=f"{wanted}.uri",
            following=following,
        ),
    ]


def _look(word: str) -> State:
    """Its name, which tells its schema, and its status; nulls where there is none."""
    found = f"($states.result.Datasets[$uppercase(DatasetType) = '{word.upper()}'])[0]"
    output: dict[str, Any] = {
        "name": expression(or_null(f"{found}.Name")),
        "status": expression(or_null(f"{found}.Status")),
    }
    arguments = {"DatasetGroupArn": expression("$spec.group.datasetGroupArn"), "MaxResults": 100}
    return task("aws-sdk:personalize:listDatasets", arguments, Output=output)


def _create(resources: Resources, wanted: str) -> State:
    return task(
        "aws-sdk:personalize:createDataset",
        {
            "Name": expression(f"{wanted}.name"),
            "DatasetGroupArn": expression("$spec.group.datasetGroupArn"),
            "DatasetType": expression(f"{wanted}.type"),
            "SchemaArn": expression(f"'{resources.personalize_arn('schema/')}' & {wanted}.name"),
            "Tags": resources.personalize_tags("$spec.runId"),
        },
    )

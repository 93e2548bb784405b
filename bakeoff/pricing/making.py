"""What making a model, writing its lists and keeping its archive use of AWS, in the units of the price table."""

from collections.abc import Mapping
from typing import Any

from bakeoff.pricing.amounts import Part
from bakeoff.pricing.assumptions import BYTES_PER_INTERACTION
from bakeoff.pricing.keys import instance_key

NO_TRAINING = "billableSeconds"
NO_SEARCH = "trainingSeconds"
TWINS_TRAINING = "training hours of the service: a local twin was trained in its place"


def training(contestant: Mapping[str, Any], deployment: Mapping[str, Any]) -> list[Part]:
    """Making one model.

    A training job: billed seconds / 3600 x instance hour. A search of SageMaker Autopilot bills for
    the jobs that it starts, on instances of its own choice: assumed is one training instance from its start to its
    end. Amazon Personalize: the import by GB, and the training by its hours, or with the recipes named ``-v2`` by
    interactions / 1,000.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
    (BillableTimeInSeconds) and https://docs.aws.amazon.com/personalize/latest/dg/API_SolutionVersion.html
    (trainingHours).
    """
    seconds = contestant.get("billableSeconds")
    hours = None if seconds is None else seconds / 3600
    if contestant["kind"] == "sagemaker":
        key = instance_key("training", deployment["training"]["instanceType"])
        return [Part(what="training", key=key, quantity=hours, unknown=NO_TRAINING, measured=True)]
    if contestant["kind"] == "autopilot":
        took = contestant.get("trainingSeconds")
        key = instance_key("training", deployment["training"]["instanceType"])
        hours = None if took is None else took / 3600
        return [Part(what="search", key=key, quantity=hours, unknown=NO_SEARCH, measured=True, assumed=True)]
    interactions = deployment.get("interactions")
    gigabytes = None if interactions is None else interactions * BYTES_PER_INTERACTION / 1e9
    imported = Part(
        what="import", key="personalize.ingestion", quantity=gigabytes, unknown="interactions", assumed=True
    )
    if is_v2(contestant):
        thousands = None if interactions is None else interactions / 1000
        return [
            imported,
            Part(what="training", key="personalize.v2.training", quantity=thousands, unknown="interactions"),
        ]
    if contestant.get("twin"):
        return [imported, Part(what="training", key="personalize.training", quantity=None, unknown=TWINS_TRAINING)]
    return [
        imported,
        Part(what="training", key="personalize.training", quantity=hours, unknown=NO_TRAINING, measured=True),
    ]


def lists_once(contestant: Mapping[str, Any], deployment: Mapping[str, Any]) -> list[Part]:
    """Writing every user's list once: the transform job that wrote the test users' lists, in proportion to the users;
    of Amazon Personalize a batch inference by its recommendations, one for each user, or for each item where the
    contestant only tells which items are alike.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTransformJob.html (billed from
    TransformStartTime to TransformEndTime).
    """
    users = deployment.get("users")
    if contestant["kind"] == "personalize":
        asked = "users" if "recommend" in contestant.get("answers", ["recommend"]) else "items"
        lists = deployment.get(asked)
        thousands = None if lists is None else lists / 1000
        return [Part(what="batch inference", key="personalize.batch", quantity=thousands, unknown=asked)]
    seconds, written = contestant.get("listsSeconds"), _lists_written(contestant)
    known = seconds is not None and users is not None and bool(written)
    hours = seconds / 3600 * users / written if known else None  # type: ignore[operator]
    key = instance_key("transform", deployment["lists"]["instanceType"])
    unknown = "users" if users is None else "listsSeconds"
    return [Part(what="writing lists", key=key, quantity=hours, unknown=unknown, measured=True)]


def artefact_month(contestant: Mapping[str, Any]) -> list[Part]:
    """Keeping the model archive; none where Amazon Personalize keeps it, or stored lists serve."""
    if contestant["kind"] in ("personalize", "autopilot"):
        return []
    size = contestant.get("artefactBytes")
    gigabytes = None if size is None else size / 1e9
    return [Part(what="model archive", key="s3.storage", quantity=gigabytes, unknown="artefactBytes")]


def is_v2(contestant: Mapping[str, Any]) -> bool:
    """Whether the recipe bills by interactions, as those of the second generation do."""
    return str(contestant.get("recipe") or "").endswith("-v2")


def _lists_written(contestant: Mapping[str, Any]) -> int | None:
    """The test users, whose lists the transform job wrote."""
    n: int | None = ((contestant.get("metrics") or {}).get("ndcg@10") or {}).get("n")
    return n

"""Models: an image, an archive in S3 and an environment under a name."""

from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.sagemaker.base import SageMakerBase, now
from local_cloud.sagemaker.images import has_a_program, refuse_unplayed_image
from local_cloud.sagemaker.listing import Listing
from local_cloud.sagemaker.locations import checked
from local_cloud.sagemaker.serving import CODE_FOLDER
from local_cloud.service import Record
from local_cloud.storage import StorageError

LISTING = Listing(
    name="ModelName",
    status=None,
    answer="Models",
    members=("ModelName", "ModelArn", "CreationTime"),
    order="Descending",
)


class Models(SageMakerBase):
    """The operations on models. As on AWS, a model in use can be deleted: what serves it goes on."""

    def create_model(self, request: dict[str, Any]) -> dict[str, Any]:
        for definition in definitions_of(request):
            self._check_definition(definition)
        name, arn = request["ModelName"], self.arn("model", request["ModelName"])
        record = {
            **{member: value for member, value in request.items() if member != "Tags"},
            "ModelArn": arn,
            "CreationTime": now(),
        }
        with self.records.lock:
            if name.lower() in self.records.of("Model"):
                raise ServiceError("ValidationException", f'Cannot create already existing model "{arn}".')
            self.records.of("Model")[name.lower()] = record
            self.keep_tags(arn, request)
        return {"ModelArn": arn}

    def describe_model(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.answer("DescribeModel", self.model(request["ModelName"]))

    def list_models(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            return LISTING.answered(list(self.records.of("Model").values()), request)

    def delete_model(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            record = self.model(request["ModelName"])
            del self.records.of("Model")[request["ModelName"].lower()]
            self.records.of("Tags").pop(record["ModelArn"], None)
        return {}

    def model(self, name: str) -> Record:
        return self.found(kind="Model", name=name, resource="model", words="model")

    def _check_definition(self, definition: dict[str, Any]) -> None:
        refuse_unplayed_image(definition.get("Image", ""), serving=True)
        environment = definition.get("Environment", {})
        if not has_a_program(definition["Image"]):
            _check_program(environment)
        url = definition.get("ModelDataUrl")
        if url is None:
            raise NotPlayedError("A model without ModelDataUrl")
        try:
            found = self.storage.objects(checked(url))
        except StorageError:
            found = []
        if checked(url) not in found:
            raise ServiceError("ValidationException", f"Could not find model data at {url}.")


def _check_program(environment: dict[str, str]) -> None:
    if not environment.get("SAGEMAKER_PROGRAM"):
        raise NotPlayedError("A model without SAGEMAKER_PROGRAM in its Environment")
    if environment.get("SAGEMAKER_SUBMIT_DIRECTORY") != CODE_FOLDER:
        given = environment.get("SAGEMAKER_SUBMIT_DIRECTORY")
        raise NotPlayedError(f"SAGEMAKER_SUBMIT_DIRECTORY={given!r} (played is {CODE_FOLDER})")


def definitions_of(model: Record) -> list[dict[str, Any]]:
    """The container definitions of a model; of an inference pipeline several, in the order in which they are asked.

    Raises:
        ServiceError: ``ValidationException`` where there is none, or both forms are given.
    """
    if "PrimaryContainer" in model and "Containers" in model:
        raise ServiceError("ValidationException", "A model takes either a PrimaryContainer or Containers")
    definitions = [model["PrimaryContainer"]] if "PrimaryContainer" in model else model.get("Containers", [])
    if not definitions:
        raise ServiceError("ValidationException", "A model needs a PrimaryContainer")
    return list(definitions)

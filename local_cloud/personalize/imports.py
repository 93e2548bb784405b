"""Dataset import jobs: CSV files from S3, checked row by row, replacing or extending a dataset's bulk rows."""

from collections.abc import Mapping
from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.personalize.csv_import import files_at, write_rows
from local_cloud.personalize.kinds import DATASET, IMPORT_JOB, SCHEMA
from local_cloud.personalize.resources import RISING, Resources, picked
from local_cloud.personalize.schema_rules import parse_schema
from local_cloud.service import Record
from local_cloud.storage import StorageError, split_location

MOST_UNDER_WAY = 5


class ImportOperations(Resources):
    def create_dataset_import_job(self, request: dict[str, Any]) -> dict[str, Any]:
        dataset = self.get_active(DATASET, request["datasetArn"])
        if request.get("publishAttributionMetricsToS3"):
            raise NotPlayedError("CreateDatasetImportJob publishAttributionMetricsToS3")
        location = request["dataSource"].get("dataLocation", "")
        check_location(location, f"Invalid Data location. {location}")
        mode = request.get("importMode", "FULL")
        if mode == "INCREMENTAL" and not self.rows.has_rows(dataset["datasetArn"]):
            raise ServiceError(
                "InvalidInputException",
                f"{dataset['datasetArn']} has no bulk records yet: the first import must have the import mode FULL.",
            )
        jobs = self.records.of(IMPORT_JOB.name).values()
        if sum(job["status"] in RISING for job in jobs) >= MOST_UNDER_WAY:
            raise ServiceError(
                "LimitExceededException", f"More than {MOST_UNDER_WAY} resources with PENDING or IN_PROGRESS status."
            )
        record = picked(request, "jobName", "datasetArn", "dataSource", "roleArn")
        record |= {"importMode": mode, "publishAttributionMetricsToS3": False}
        return self.create(IMPORT_JOB, self.arn_of(IMPORT_JOB, request["jobName"]), record, request.get("tags"))

    def describe_dataset_import_job(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.describe(IMPORT_JOB, request)

    def list_dataset_import_jobs(self, request: dict[str, Any]) -> dict[str, Any]:
        dataset = request.get("datasetArn")
        return self.listed(IMPORT_JOB, request, only=lambda record: dataset in (None, record["datasetArn"]))

    def import_rows(self, job: Record) -> Mapping[str, Any]:
        """The work of an import job; runs on a worker."""
        with self.records.lock:
            schema = parse_schema(self.get(SCHEMA, self.get(DATASET, job["datasetArn"])["schemaArn"])["schema"])
        files = files_at(self.storage, job["dataSource"]["dataLocation"])
        self.rows.add_import(
            job["datasetArn"],
            job["jobName"],
            keep=job["importMode"] == "INCREMENTAL",
            write=lambda folder: write_rows(
                folder, storage=self.storage, files=files, schema=schema, check=self.scheduler.check
            ),
        )
        return {}


def check_location(location: str, message: str) -> None:
    """Refuse a location that cannot be one in S3 before a job begins."""
    try:
        bucket, _ = split_location(location)
    except StorageError as error:
        raise ServiceError("InvalidInputException", f"{message} ({error})") from error
    if not bucket:
        raise ServiceError("InvalidInputException", message)

"""Endpoints: one model server a child process each, made, replaced beside the old one, and deleted."""

import shutil
from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.base import now
from local_cloud.sagemaker.endpoint_configs import EndpointConfigs
from local_cloud.sagemaker.hosting import Hosting
from local_cloud.sagemaker.listing import Listing
from local_cloud.sagemaker.models import definitions_of
from local_cloud.service import Record

LISTING = Listing(
    name="EndpointName",
    status="EndpointStatus",
    answer="Endpoints",
    members=("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus"),
    order="Descending",
)
IN_PROGRESS = ("Creating", "Updating", "Deleting")


class Endpoints(EndpointConfigs, Hosting):
    """The operations on endpoints.

    A record's ``Serving`` is the deployment that answers, its ``Wanted`` the one on its way; neither is in an answer.
    """

    def create_endpoint(self, request: dict[str, Any]) -> dict[str, Any]:
        name, arn = request["EndpointName"], self.arn("endpoint", request["EndpointName"])
        created = now()
        with self.records.lock:
            deployment = self._deployment(request)
            if name.lower() in self.records.of("Endpoint"):
                raise ServiceError("ValidationException", f'Cannot create already existing endpoint "{arn}".')
            record: Record = {
                "EndpointName": name,
                "EndpointArn": arn,
                "EndpointConfigName": request["EndpointConfigName"],
                "EndpointStatus": "Creating",
                "CreationTime": created,
                "LastModifiedTime": created,
                "Wanted": deployment,
            }
            self.records.of("Endpoint")[name.lower()] = record
            self.keep_tags(arn, request)
        self.background(self.deploy, record)
        return {"EndpointArn": arn}

    def describe_endpoint(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.answer("DescribeEndpoint", self._endpoint(request["EndpointName"]))

    def list_endpoints(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            return LISTING.answered(list(self.records.of("Endpoint").values()), request)

    def update_endpoint(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            record = self._endpoint(request["EndpointName"])
            deployment = self._deployment(request)
            if record["EndpointStatus"] != "InService":
                raise _in_progress(record)
            record.update(EndpointStatus="Updating", LastModifiedTime=now(), Wanted=deployment)
        self.background(self.deploy, record)
        return {"EndpointArn": record["EndpointArn"]}

    def delete_endpoint(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            record = self._endpoint(request["EndpointName"])
            if record["EndpointStatus"] in IN_PROGRESS:
                raise _in_progress(record)
            record.update(EndpointStatus="Deleting", LastModifiedTime=now())
        self.background(self._delete, record)
        return {}

    def resume_endpoints(self) -> None:
        """After a restart: bring back the processes, and finish what was under way."""
        for record in list(self.records.of("Endpoint").values()):
            if record["EndpointStatus"] == "Deleting":
                self.background(self._delete, record)
            elif "Serving" in record or "Wanted" in record:
                self.background(self._resume, record)

    def _resume(self, record: Record) -> None:
        if "Serving" in record:
            self.revive(record)
        if "Wanted" in record:
            self.deploy(record)

    def _delete(self, record: Record) -> None:
        name = record["EndpointName"].lower()
        with self.lock_of(name):
            self.stop_serving(name)
            shutil.rmtree(self.folder / "endpoints" / name, ignore_errors=True)
            with self.records.lock:
                self.records.of("Endpoint").pop(name, None)
                self.records.of("Tags").pop(record["EndpointArn"], None)

    def _endpoint(self, name: str) -> Record:
        return self.found(kind="Endpoint", name=name, resource="endpoint", words="endpoint")

    def _deployment(self, request: dict[str, Any]) -> Record:
        """What an endpoint needs to serve a configuration, kept with it: both model and configuration may go."""
        config = self.endpoint_config(request["EndpointConfigName"])
        variant = config["ProductionVariants"][0]
        return {
            "config": config["EndpointConfigName"],
            "variant": variant,
            "definitions": definitions_of(self.model(variant["ModelName"])),
            "folder": f"endpoints/{request['EndpointName'].lower()}/{int(now() * 1000)}",
        }


def _in_progress(record: Record) -> ServiceError:
    return ServiceError("ValidationException", f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')

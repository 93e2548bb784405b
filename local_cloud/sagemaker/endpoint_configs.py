"""Endpoint configurations: which model an endpoint serves, and how."""

from typing import Any

from local_cloud.errors import NotPlayedError, ServiceError
from local_cloud.sagemaker.base import now
from local_cloud.sagemaker.listing import Listing
from local_cloud.sagemaker.models import Models, definitions_of
from local_cloud.service import Record

LISTING = Listing(
    name="EndpointConfigName",
    status=None,
    answer="EndpointConfigs",
    members=("EndpointConfigName", "EndpointConfigArn", "CreationTime"),
    order="Descending",
)


class EndpointConfigs(Models):
    """The operations on endpoint configurations. As on AWS, one in use can be deleted."""

    def create_endpoint_config(self, request: dict[str, Any]) -> dict[str, Any]:
        variants = request["ProductionVariants"]
        if len(variants) != 1:
            raise NotPlayedError(f"An endpoint configuration of {len(variants)} ProductionVariants")
        if "ModelName" not in variants[0]:
            raise NotPlayedError("A production variant without ModelName (inference components)")
        name, arn = request["EndpointConfigName"], self.arn("endpoint-config", request["EndpointConfigName"])
        record = {
            **{member: value for member, value in request.items() if member != "Tags"},
            "EndpointConfigArn": arn,
            "CreationTime": now(),
        }
        with self.records.lock:
            model = self.model(variants[0]["ModelName"])
            if "ServerlessConfig" in variants[0] and len(definitions_of(model)) > 1:
                raise ServiceError(
                    "ValidationException", "Inference pipelines are not supported for serverless variants"
                )
            if name.lower() in self.records.of("EndpointConfig"):
                exists = f'Cannot create already existing endpoint configuration "{arn}".'
                raise ServiceError("ValidationException", exists)
            self.records.of("EndpointConfig")[name.lower()] = record
            self.keep_tags(arn, request)
        return {"EndpointConfigArn": arn}

    def describe_endpoint_config(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.answer("DescribeEndpointConfig", self.endpoint_config(request["EndpointConfigName"]))

    def list_endpoint_configs(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            return LISTING.answered(list(self.records.of("EndpointConfig").values()), request)

    def delete_endpoint_config(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            record = self.endpoint_config(request["EndpointConfigName"])
            del self.records.of("EndpointConfig")[request["EndpointConfigName"].lower()]
            self.records.of("Tags").pop(record["EndpointConfigArn"], None)
        return {}

    def endpoint_config(self, name: str) -> Record:
        return self.found(kind="EndpointConfig", name=name, resource="endpoint-config", words="endpoint configuration")

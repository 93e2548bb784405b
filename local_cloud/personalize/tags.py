"""Tags of every resource that AWS lets be tagged (all but schemas)."""

from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.personalize.kinds import KINDS, SCHEMA
from local_cloud.personalize.resources import Resources


class TagOperations(Resources):
    def list_tags_for_resource(self, request: dict[str, Any]) -> dict[str, Any]:
        self._check(request["resourceArn"])
        tags = self.records.of("tags").get(request["resourceArn"], {})
        return {"tags": [{"tagKey": key, "tagValue": value} for key, value in tags.items()]}

    def tag_resource(self, request: dict[str, Any]) -> dict[str, Any]:
        self._check(request["resourceArn"])
        self.put_tags(request["resourceArn"], request["tags"])
        return {}

    def untag_resource(self, request: dict[str, Any]) -> dict[str, Any]:
        self._check(request["resourceArn"])
        tags = self.records.of("tags").get(request["resourceArn"], {})
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    def _check(self, arn: str) -> None:
        if not any(arn in self.records.of(kind.name) for kind in KINDS if kind is not SCHEMA):
            raise ServiceError("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")

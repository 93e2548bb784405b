"""Tags of everything that SageMaker has an ARN for."""

from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.base import SageMakerBase
from local_cloud.service import page

PAGE = 50


class Tags(SageMakerBase):
    """The operations on tags."""

    def add_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            self._check(request["ResourceArn"])
            self.keep_tags(request["ResourceArn"], request)
            return {"Tags": self._tags(request["ResourceArn"])}

    def list_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            self._check(request["ResourceArn"])
            rows, token = page(
                self._tags(request["ResourceArn"]),
                size=request.get("MaxResults", PAGE),
                token=request.get("NextToken"),
                invalid="ValidationException",
            )
        return {"Tags": rows, **({"NextToken": token} if token else {})}

    def delete_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.records.lock:
            self._check(request["ResourceArn"])
            tags = self.records.of("Tags").get(request["ResourceArn"], {})
            for key in request["TagKeys"]:
                tags.pop(key, None)
        return {}

    def _tags(self, arn: str) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self.records.of("Tags").get(arn, {}).items()]

    def _check(self, arn: str) -> None:
        known = {
            record.get(f"{kind}Arn")
            for kind, records in self.records.by_kind.items()
            if kind != "Tags"
            for record in records.values()
        }
        if arn not in known:
            raise ServiceError("ValidationException", f'Could not find resource "{arn}".')

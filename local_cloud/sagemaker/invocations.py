"""InvokeEndpoint: a request to an endpoint's process, and its answer or its error in AWS's words."""

from typing import Any

from local_cloud.errors import ServiceError
from local_cloud.sagemaker.hosting import GROUP, Hosting
from local_cloud.sagemaker.pipelines import ModelServer
from local_cloud.sagemaker.serving import ModelAnswer, NoAnswerError, SlowAnswerError
from local_cloud.service import Record

LARGEST_BODY = 6 * 1024 * 1024  # bytes, in and out
LARGEST_SERVERLESS_BODY = 4 * 1024 * 1024
LONGEST_SECONDS = 60.0
UNREACHABLE = (
    "Amazon SageMaker could not get a response from the {name} endpoint. This can occur when CPU or memory utilization "
    "is high. To check your utilization, see Amazon CloudWatch. To fix this problem, use an instance type with more "
    "CPU capacity or memory."
)
SLOW = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)


class Invocations(Hosting):
    """The runtime.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
    """

    def invoke_endpoint(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request["EndpointName"]
        record = self._serving(name, request.get("TargetVariant"))
        variant = record["Serving"]["variant"]
        largest = LARGEST_SERVERLESS_BODY if "ServerlessConfig" in variant else LARGEST_BODY
        body = _bytes(request["Body"])
        if len(body) > largest:
            raise ServiceError("413", "Request Entity Too Large", status=413)
        answer = self._asked(name, body, request)
        if len(answer.body) > largest:
            raise self._model_error(name, 500, f"The response is larger than {largest} bytes")
        result = {
            "Body": answer.body,
            "ContentType": answer.content_type,
            "InvokedProductionVariant": variant["VariantName"],
        }
        if answer.custom_attributes is not None:
            result["CustomAttributes"] = answer.custom_attributes
        return result

    def _serving(self, name: str, variant: str | None) -> Record:
        """The record of an endpoint that answers; its name's case must be matched."""
        with self.records.lock:
            record = self.records.of("Endpoint").get(name.lower())
            answers = record is not None and record["EndpointStatus"] in ("InService", "Updating")
            if record is None or not answers or record["EndpointName"] != name or "Serving" not in record:
                unknown = f"Endpoint {name} of account {self.place.account} not found."
                raise ServiceError("ValidationError", unknown)
            if variant not in (None, record["Serving"]["variant"]["VariantName"]):
                raise ServiceError("ValidationError", f"Variant {variant} not found for endpoint {name}.")
            return dict(record)

    def _asked(self, name: str, body: bytes, request: dict[str, Any]) -> ModelAnswer:
        process = self.process_of(name.lower())
        try:
            try:
                answer = _ask(process, body, request)
            except NoAnswerError:
                current = self.process_of(name.lower())  # notices a process that died, which is then replaced
                if current is process:
                    raise
                answer = _ask(current, body, request)  # an update has switched in between
        except SlowAnswerError as error:
            raise self._model_error(name, 0, SLOW) from error
        except NoAnswerError as error:
            raise self._model_error(name, 0, UNREACHABLE.format(name=name)) from error
        if answer.status != 200:
            raise self._model_error(name, answer.status, answer.body.decode(errors="replace"))
        return answer

    def _model_error(self, name: str, status: int, message: str) -> ServiceError:
        region, group = self.place.region, f"{GROUP}/{name}"
        whose = "client" if 400 <= status < 500 else "server"
        return ServiceError(
            "ModelError",
            f'Received {whose} error ({status}) from primary with message "{message}". See '
            f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:group={group} "
            f"in account {self.place.account} for more information.",
            status=424,
            members={
                "OriginalStatusCode": status,
                "OriginalMessage": message,
                "LogStreamArn": self.place.arn("logs", f"log-group:{group}"),
            },
        )


def _ask(process: ModelServer | None, body: bytes, request: dict[str, Any]) -> ModelAnswer:
    if process is None:
        raise NoAnswerError("no process serves")
    return process.invoke(
        body,
        content_type=request.get("ContentType"),
        accept=request.get("Accept"),
        attributes=request.get("CustomAttributes"),
        timeout=LONGEST_SECONDS,
    )


def _bytes(body: Any) -> bytes:
    if hasattr(body, "read"):
        body = body.read()
    return body.encode() if isinstance(body, str) else bytes(body)

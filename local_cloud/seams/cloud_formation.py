"""The CloudFormation seam: stacks create, update and delete resources of the played services.

Each step waits until the resource stands or is gone. `Ref` gives the ARN and `Fn::GetAtt` the attributes that the
resource's page in the AWS CloudFormation Template Reference names; the properties that replace a resource are those
that its page marks "Update requires: Replacement".
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.services.cloudformation import provisioners, stacks

from local_cloud.errors import ServiceError
from local_cloud.seams.resource_properties import as_parameters
from local_cloud.service import PlayedService

POLL_SECONDS = 0.05
LONGEST_NAME = 63  # SageMaker's limit; Personalize's names are always given
Created = tuple[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One resource type.

    Args:
        kind: its name in the service's operations, such as ``DatasetGroup``.
        replacing: the properties whose change makes a new resource.
        attributes: what `Fn::GetAtt` gives, beside the ARN.
        updating: the properties that the service's Update operation takes.
    """

    kind: str
    replacing: frozenset[str]
    attributes: tuple[str, ...] = ()
    updating: frozenset[str] = frozenset()


PERSONALIZE = (
    ResourceType(kind="Schema", replacing=frozenset({"Name", "Schema", "Domain"})),
    ResourceType(kind="DatasetGroup", replacing=frozenset({"Name", "Domain", "KmsKeyArn", "RoleArn"})),
    ResourceType(kind="Dataset", replacing=frozenset({"Name", "DatasetGroupArn", "DatasetType", "SchemaArn"})),
    ResourceType(kind="EventTracker", replacing=frozenset({"Name", "DatasetGroupArn"}), attributes=("TrackingId",)),
    ResourceType(kind="Filter", replacing=frozenset({"Name", "DatasetGroupArn", "FilterExpression"})),
)
SAGEMAKER = (
    ResourceType(
        kind="Model",
        replacing=frozenset(
            {"ModelName", "PrimaryContainer", "Containers", "ExecutionRoleArn", "EnableNetworkIsolation"}
            | {"InferenceExecutionConfig", "VpcConfig"}
        ),
        attributes=("ModelName",),
    ),
    ResourceType(
        kind="EndpointConfig",
        replacing=frozenset(
            {"EndpointConfigName", "ProductionVariants", "ShadowProductionVariants", "DataCaptureConfig", "KmsKeyId"}
            | {"AsyncInferenceConfig", "ExplainerConfig", "ExecutionRoleArn", "EnableNetworkIsolation", "VpcConfig"}
        ),
        attributes=("EndpointConfigName",),
    ),
    ResourceType(
        kind="Endpoint",
        replacing=frozenset({"EndpointName"}),
        attributes=("EndpointName",),
        updating=frozenset(
            {"EndpointConfigName", "DeploymentConfig", "RetainAllVariantProperties", "RetainDeploymentConfig"}
            | {"ExcludeRetainedVariantProperties"}
        ),
    ),
)
# What only an update of an endpoint reads.
_UPDATE_ONLY = {"RetainAllVariantProperties", "RetainDeploymentConfig", "ExcludeRetainedVariantProperties"}


def mount(
    service: PlayedService, types: tuple[ResourceType, ...], *, prefix: str, lifecycle: type["Lifecycle"]
) -> None:
    """Let stacks hold the `types` of `service`; `prefix` is such as ``AWS::Personalize``."""
    for resource_type in types:
        name = f"{prefix}::{resource_type.kind}"
        provisioners._RESOURCE_HANDLERS[name] = lifecycle(service, resource_type).handlers()
        provisioners._REPLACING_PROPERTIES[name] = resource_type.replacing
        if lifecycle.tagged:
            provisioners._STACK_TAG_PROPERTY[name] = ("Tags", "list")
    _off_the_loop(prefix)


def _off_the_loop(prefix: str) -> None:
    """Provision the types of `prefix` on a thread: they wait, and what they wait for asks the gateway."""
    before: Callable[[str], bool] = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda name: name.startswith(f"{prefix}::") or before(name)


def _tags(properties: dict[str, Any]) -> dict[str, str]:
    """The `Tags` of a resource, which CloudFormation spells the same for every type here."""
    return {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags") or []}


class Lifecycle(ABC):
    """Creates, updates and deletes the resources of one type; the services differ in what a subclass says."""

    tagged = False

    def __init__(self, service: PlayedService, resource_type: ResourceType) -> None:
        self.service = service
        self.type = resource_type

    def handlers(self) -> dict[str, Callable[..., Any]]:
        return {"create": self.create, "update": self.update, "delete": self.delete}

    def create(self, logical_id: str, properties: dict[str, Any], stack: str) -> Created:
        parameters = self.parameters(f"Create{self.type.kind}", self.named(logical_id, properties, stack))
        answer = self.call(f"Create{self.type.kind}", parameters)
        arn: str = answer[self.member(f"{self.type.kind}Arn")]
        try:
            described = self.standing(self.identified(arn, parameters))
        except ValueError:
            self.delete(arn, properties)
            raise
        return arn, self.attributes(arn, described)

    def delete(self, arn: str, properties: dict[str, Any]) -> None:
        """Delete the resource and wait until it is gone; one that is gone already is deleted."""
        identity = self.identified(arn, {self.member(name): value for name, value in properties.items()})
        try:
            self.service.call(f"Delete{self.type.kind}", identity)
            while True:
                self.service.call(f"Describe{self.type.kind}", identity)
                time.sleep(POLL_SECONDS)
        except ServiceError as error:
            if not self.is_absence(error):
                raise ValueError(self.reason(error)) from error

    def update(self, arn: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> Created:
        """Update in place what the service can update in place; MiniStack replaces the resource for anything else."""
        identity = self.identified(arn, {self.member(name): value for name, value in new.items()})
        changed = {name: value for name, value in new.items() if name in self.type.updating}
        if changed != {name: value for name, value in old.items() if name in self.type.updating}:
            operation = f"Update{self.type.kind}"
            self.call(operation, {**identity, **self.parameters(operation, changed)})
        self.retag(arn, old=_tags(old), new=_tags(new))
        return arn, self.attributes(arn, self.standing(identity))

    def attributes(self, arn: str, described: dict[str, Any]) -> dict[str, str]:
        """What `Fn::GetAtt` gives."""
        named = {name: str(described[self.member(name)]) for name in self.type.attributes}
        return {f"{self.type.kind}Arn": arn, **named}

    def standing(self, identity: dict[str, Any]) -> dict[str, Any]:
        """Wait until the resource is ready to be used; its description.

        Raises:
            ValueError: it failed, with the service's reason.
        """
        while True:
            described = self.described(identity)
            status = described.get(self.status_member, "ACTIVE")
            if "FAILED" in status.upper():
                raise ValueError(f"{self.type.kind} is {status}: {described.get(self.member('FailureReason'), '')}")
            if status in ("ACTIVE", "InService"):
                return described
            time.sleep(POLL_SECONDS)

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.service.call(operation, parameters)
        except ServiceError as error:
            raise ValueError(self.reason(error)) from error

    def reason(self, error: ServiceError) -> str:
        return f"{error.message} (Service: {self.service.model_names[0]}, Code: {error.code})"

    def parameters(self, operation: str, properties: dict[str, Any]) -> dict[str, Any]:
        """`properties` as the operation takes them."""
        parameters: dict[str, Any] = as_parameters(properties, self.service.operation_model(operation).input_shape)
        return parameters

    status_member: str

    @abstractmethod
    def retag(self, arn: str, *, old: dict[str, str], new: dict[str, str]) -> None:
        """Give the resource its `new` tags and take the others away."""

    @abstractmethod
    def member(self, name: str) -> str:
        """How the service spells the property `name`."""

    @abstractmethod
    def named(self, logical_id: str, properties: dict[str, Any], stack: str) -> dict[str, Any]:
        """`properties` with the name that CloudFormation gives where the template gives none."""

    @abstractmethod
    def identified(self, arn: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """What the Describe and Delete operations take."""

    @abstractmethod
    def described(self, identity: dict[str, Any]) -> dict[str, Any]:
        """The description with its members at the top."""

    @abstractmethod
    def is_absence(self, error: ServiceError) -> bool:
        """Whether `error` says that the resource does not exist."""


class PersonalizeLifecycle(Lifecycle):
    """Personalize: lower-camel members, ARNs as identity, an answer of Describe wrapped in the kind's name."""

    status_member = "status"

    def member(self, name: str) -> str:
        return name[0].lower() + name[1:]

    def named(self, logical_id: str, properties: dict[str, Any], stack: str) -> dict[str, Any]:
        return properties  # Personalize's names are required

    def parameters(self, operation: str, properties: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in properties.items() if name != "Tags"}
        tags = {"tags": self.tags(_tags(properties))} if "Tags" in properties else {}
        return {**super().parameters(operation, given), **tags}

    @staticmethod
    def tags(tags: dict[str, str]) -> list[dict[str, str]]:
        return [{"tagKey": key, "tagValue": value} for key, value in tags.items()]

    def retag(self, arn: str, *, old: dict[str, str], new: dict[str, str]) -> None:
        if added := dict(new.items() - old.items()):
            self.call("TagResource", {"resourceArn": arn, "tags": self.tags(added)})
        if removed := sorted(old.keys() - new.keys()):
            self.call("UntagResource", {"resourceArn": arn, "tagKeys": removed})

    def identified(self, arn: str, parameters: dict[str, Any]) -> dict[str, Any]:
        return {self.member(f"{self.type.kind}Arn"): arn}

    def described(self, identity: dict[str, Any]) -> dict[str, Any]:
        described: dict[str, Any] = self.call(f"Describe{self.type.kind}", identity)[self.member(self.type.kind)]
        return described

    def is_absence(self, error: ServiceError) -> bool:
        return error.code == "ResourceNotFoundException"


class SageMakerLifecycle(Lifecycle):
    """SageMaker: names as identity, tags of the stack on every resource, endpoints updated in place."""

    tagged = True
    status_member = "EndpointStatus"

    def member(self, name: str) -> str:
        return name

    def named(self, logical_id: str, properties: dict[str, Any], stack: str) -> dict[str, Any]:
        # Lower-case, because an ARN of SageMaker is, and `identified` reads a generated name from it.
        name = provisioners._physical_name(stack, logical_id, lowercase=True, max_len=LONGEST_NAME)
        given = {key: value for key, value in properties.items() if key not in _UPDATE_ONLY}
        return {f"{self.type.kind}Name": name, **given}

    def identified(self, arn: str, parameters: dict[str, Any]) -> dict[str, Any]:
        member = f"{self.type.kind}Name"
        return {member: parameters.get(member) or arn.rsplit("/", 1)[-1]}

    def retag(self, arn: str, *, old: dict[str, str], new: dict[str, str]) -> None:
        if added := dict(new.items() - old.items()):
            tags = [{"Key": key, "Value": value} for key, value in added.items()]
            self.call("AddTags", {"ResourceArn": arn, "Tags": tags})
        if removed := sorted(old.keys() - new.keys()):
            self.call("DeleteTags", {"ResourceArn": arn, "TagKeys": removed})

    def described(self, identity: dict[str, Any]) -> dict[str, Any]:
        described = self.call(f"Describe{self.type.kind}", identity)
        return described if self.type.kind == "Endpoint" else {**described, self.status_member: "InService"}

    def is_absence(self, error: ServiceError) -> bool:
        return error.code in ("ValidationException", "ResourceNotFound") and "Could not find" in error.message

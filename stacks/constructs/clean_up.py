"""Removes what the runs made when the stack is deleted, so that `cdk destroy` leaves nothing that bills."""

from aws_cdk import CustomResource, Duration
from constructs import Construct, IConstruct

from stacks.constructs.python_function import PythonFunction
from stacks.grants import MADE_BY_RUNS, NO_RESOURCE, allow
from stacks.names import Names

_SAGEMAKER = {"Endpoint": "endpoint", "EndpointConfig": "endpoint-config", "Model": "model"}
_PERSONALIZE = {"Campaign": "campaign", "Solution": "solution"}


class CleanUp(Construct):
    """A custom resource that does nothing but on deletion: then endpoints, models, campaigns and solutions whose
    names begin with the environment's prefix go, before the dataset group that would refuse to go with them."""

    def __init__(self, scope: Construct, name: str, *, names: Names) -> None:
        super().__init__(scope, name)
        prefix = names.config.prefix
        remove = PythonFunction(
            self,
            "RemoveRemains",
            folder="remove_remains",
            prefix=prefix,
            description="Bakeoff: removes what runs made, when the stack is deleted",
            environment={"PREFIX": prefix},
            timeout=Duration.minutes(15),
            memory_mb=256,
        )
        for service, kinds in (("sagemaker", _SAGEMAKER), ("personalize", _PERSONALIZE)):
            allow(remove.role, [f"{service}:List{kind}s" for kind in kinds], ["*"], why=NO_RESOURCE)
            for kind, resource in kinds.items():
                made = names.made_by_runs(service, resource)
                allow(remove.role, [f"{service}:Delete{kind}"], [made], why=MADE_BY_RUNS)
        self._resource = CustomResource(
            self, "Resource", service_token=remove.arn, resource_type="Custom::BakeoffCleanUp"
        )
        self._resource.node.add_dependency(remove.role)

    def before_deleting(self, *others: IConstruct) -> None:
        """Run before `others` are deleted: CloudFormation deletes in the reverse order of its making."""
        for other in others:
            self._resource.node.add_dependency(other)

"""Custom resources that do their work when a stack is deleted, so that `cdk destroy` leaves nothing that bills."""

from collections.abc import Mapping

from aws_cdk import CustomResource, Duration
from constructs import Construct, IConstruct

from stacks.constructs.python_function import PythonFunction
from stacks.grants import FOLDER, MADE_BY_RUNS, NO_RESOURCE, allow
from stacks.names import Names

_SAGEMAKER = {"Endpoint": "endpoint", "EndpointConfig": "endpoint-config", "Model": "model"}
_PERSONALIZE = {"Campaign": "campaign", "Solution": "solution", "Schema": "schema", "Dataset": "dataset"}


class CleanUp(Construct):
    """A function that CloudFormation calls when the stack is deleted, before what it `needs` or cleans up is."""

    def __init__(
        self, scope: Construct, name: str, *, names: Names, folder: str, environment: Mapping[str, str]
    ) -> None:
        super().__init__(scope, name)
        self.function = PythonFunction(
            self,
            "Function",
            folder=folder,
            prefix=names.config.prefix,
            description=f"Bakeoff: {folder.replace('_', ' ')}, when the stack is deleted",
            environment=environment,
            timeout=Duration.minutes(15),
            memory_mb=256,
        )
        self._resource = CustomResource(
            self, "Resource", service_token=self.function.arn, resource_type="Custom::BakeoffCleanUp"
        )
        self._resource.node.add_dependency(self.function.role)

    def before_deleting(self, *others: IConstruct) -> None:
        """Run before `others` are deleted: CloudFormation deletes in the reverse order of its making."""
        for other in others:
            self._resource.node.add_dependency(other)


class RemoveRemains(CleanUp):
    """Deletes endpoints, models, campaigns, solutions and the datasets of items and users whose names begin with the
    environment's prefix, and stops searches: runs made them, and a dataset group would refuse to go before what it
    holds."""

    def __init__(self, scope: Construct, name: str, *, names: Names) -> None:
        environment = {"PREFIX": names.config.prefix}
        super().__init__(scope, name, names=names, folder="remove_remains", environment=environment)
        role = self.function.role
        for service, kinds in (("sagemaker", _SAGEMAKER), ("personalize", _PERSONALIZE)):
            allow(role, [f"{service}:List{kind}s" for kind in kinds], ["*"], why=NO_RESOURCE)
            for kind, resource in kinds.items():
                made = names.made_by_runs(service, resource)
                allow(role, [f"{service}:Delete{kind}"], [made], why=MADE_BY_RUNS)
        # Searches of Autopilot cannot be deleted; those that go on are stopped.
        allow(role, ["sagemaker:ListAutoMLJobs"], ["*"], why=NO_RESOURCE)
        allow(role, ["sagemaker:StopAutoMLJob"], [names.made_by_runs("sagemaker", "automl-job")], why=MADE_BY_RUNS)


class EmptyBuckets(CleanUp):
    """Deletes every object of the data bucket and of its access logs. The CDK's own way does the same in Node."""

    def __init__(self, scope: Construct, name: str, *, names: Names) -> None:
        buckets = [names.bucket, names.logs_bucket]
        environment = {"BUCKETS": ",".join(buckets)}
        super().__init__(scope, name, names=names, folder="empty_buckets", environment=environment)
        arns = [f"arn:aws:s3:::{bucket}" for bucket in buckets]
        allow(self.function.role, ["s3:DeleteBucketPolicy", "s3:ListBucket"], arns)
        allow(self.function.role, ["s3:DeleteObject"], [f"{arn}/*" for arn in arns], why=FOLDER)

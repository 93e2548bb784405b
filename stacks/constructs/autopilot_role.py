"""The role that SageMaker Autopilot works under: it starts the jobs of a search itself, and hands this role to them."""

from constructs import Construct

from stacks.constructs.job_roles import AUTOPILOT_IMAGES, JobRole
from stacks.grants import MADE_BY_RUNS, allow
from stacks.names import Names


class AutopilotRole(JobRole):
    """Reads the Autopilot table, writes what the search leaves, makes the models that its candidates are tried as.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, "CreateAutoMLJobV2 API: execution role
    permissions". What Autopilot names after a search begins with the search's name. The endpoint that an explainability
    report would be made with has a name of its own: without rights to it there is no such report, and a search without
    one is a search all the same.
    """

    def __init__(self, scope: Construct, name: str, *, names: Names) -> None:
        super().__init__(
            scope,
            name,
            names=names,
            reads=("prepared/*", "autopilot/*"),
            writes=("autopilot/*",),
            log_group="/aws/sagemaker/*",
            images=AUTOPILOT_IMAGES,
        )
        # Autopilot starts its jobs under the very role that it was given.
        to_service = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
        allow(self.role, ["iam:PassRole"], [self.role.role_arn], conditions=to_service)
        models = [names.made_by_runs("sagemaker", "model")]
        calls = ["sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:DeleteModel"]
        allow(self.role, calls, models, why=MADE_BY_RUNS)
        tagged = [names.made_by_runs("sagemaker", f"{kind}-job") for kind in ("training", "processing", "transform")]
        allow(self.role, ["sagemaker:AddTags", "sagemaker:ListTags"], [*models, *tagged], why=MADE_BY_RUNS)

"""A Lambda function of a folder in ``lambdas/``, with a role and a log group of its own."""

from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.acknowledge import acknowledge
from stacks.artefacts import lambda_folder


class PythonFunction(Construct):
    """The function, named after its folder; its role may write its own log, and what is granted to it."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        folder: str,
        prefix: str,
        description: str,
        environment: Mapping[str, str],
        timeout: Duration,
        memory_mb: int,
    ) -> None:
        super().__init__(scope, name)
        function_name = f"{prefix}-{folder.replace('_', '-')}"
        log = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{function_name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=function_name,
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler="handler.lambda_handler",
            code=lambda_.Code.from_asset(str(lambda_folder(folder))),
            role=self.role,
            log_group=log,
            environment=dict(environment),
            timeout=timeout,
            memory_size=memory_mb,
        )

        acknowledge(
            self.function,
            {"AwsSolutions-L1": "Bakeoff supports Python 3.11 to 3.13; 3.13 is the newest of them."},
        )

    @property
    def arn(self) -> str:
        return self.function.function_arn

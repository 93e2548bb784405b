"""A state machine written in Amazon States Language, with its log, its tracing and its role."""

from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.acknowledge import acknowledge
from stacks.grants import NO_RESOURCE, allow
from stacks.names import Names

# A log group that takes vended logs may begin like this only, or its resource policy outgrows its limit.
_VENDED = "/aws/vendedlogs/states"


class Machine(Construct):
    """A Standard state machine; its role is granted what its definition calls."""

    def __init__(
        self, scope: Construct, name: str, *, names: Names, machine_name: str, definition: dict[str, Any]
    ) -> None:
        super().__init__(scope, name)
        self._names = names
        log = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"{_VENDED}/{machine_name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=machine_name,
            role=self.role,
            definition_body=sfn.DefinitionBody.from_string(Stack.of(self).to_json_string(definition)),
            logs=sfn.LogOptions(destination=log, level=sfn.LogLevel.ALL, include_execution_data=True),
            tracing_enabled=True,
        )
        # Log delivery and tracing, which the construct grants by itself.
        acknowledge(self.role, {"AwsSolutions-IAM5[Resource::*]": NO_RESOURCE})

    @property
    def arn(self) -> str:
        return self.machine.state_machine_arn

    def allow_passing(self, role_arn: str, service: str) -> None:
        """Let the machine hand `role_arn` to `service`, and to nobody else."""
        to_service = {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
        allow(self.role, ["iam:PassRole"], [role_arn], conditions=to_service)

    def allow_waiting(self, what: str) -> None:
        """Let ``.sync`` hear of the end of a job: Step Functions manages an EventBridge rule for it.

        https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
        """
        rule = self._names.arn("events", f"rule/StepFunctionsGetEventsFor{what}Rule")
        allow(self.role, ["events:PutTargets", "events:PutRule", "events:DescribeRule"], [rule])

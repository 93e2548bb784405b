"""Gives a role what it needs; every wildcard in a resource comes with its reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from stacks.acknowledge import acknowledge

FOLDER = "Files below one prefix of one bucket, whose names are not known beforehand."
MADE_BY_RUNS = "What a run makes is known by the beginning of its name only."
NO_RESOURCE = "The action takes no resource: docs.aws.amazon.com/service-authorization/latest/reference."


def allow(
    role: iam.Role,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    why: str | None = None,
    conditions: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Let `role` call `actions` on `resources`.

    Args:
        why: the reason for the wildcards among `resources`; cdk-nag refuses those without one.
    """
    rights: dict[str, Any] = {"conditions": conditions} if conditions else {}
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources), **rights))
    wild = [resource.replace(Aws.ACCOUNT_ID, "<AWS::AccountId>") for resource in resources if "*" in resource]
    if why is not None:
        acknowledge(role, {f"AwsSolutions-IAM5[Resource::{resource}]": why for resource in wild})

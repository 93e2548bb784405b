"""Acknowledges a finding of cdk-nag where it stands, with its reason."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accept findings on `construct` and below.

    Args:
        reasons: by the rule's id, such as ``AwsSolutions-IAM5[Resource::*]``, why the finding is right as it is.
    """
    for rule, reason in reasons.items():
        Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))

"""cfn-lint has nothing to say about any template, nor about a definition with its references filled in."""

import json
import re
from typing import Any

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]

from tests.support.synthesized import STACKS, Synthesized

# By rule, why it is not followed.
IGNORED = {
    "W3005": "The CDK writes down every dependency, also one that a reference in the same resource implies.",
}


def faults(template: str, region: str) -> list[str]:
    """What is found, by rule and place; without what is ignored."""
    found = lint(template, config=ManualArgs(regions=[region]))
    return [f"{one.rule.id} {one.message} ({one.path})" for one in found if one.rule.id not in IGNORED]


@pytest.mark.parametrize("stack", STACKS)
def test_a_template_is_sound(synthesized: Synthesized, stack: str) -> None:
    assert faults(synthesized.path(stack).read_text(), synthesized.region) == []


def machine_template(definition: dict[str, Any]) -> str:
    """A template with nothing but a machine: cfn-lint reads a definition only where it holds no reference."""
    filled_in = re.sub(r"\$\{[\w.:]+\}", "arn:aws:iam::123456789012:role/x", json.dumps(definition))
    properties = {"DefinitionString": filled_in, "RoleArn": "arn:aws:iam::123456789012:role/machine"}
    return json.dumps(
        {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}
    )


@pytest.mark.parametrize("name", ["personalize-contestant", "run", "sagemaker-contestant"])
def test_a_definition_is_amazon_states_language(prod: Synthesized, name: str) -> None:
    assert faults(machine_template(prod.machines()[name].definition), prod.region) == []


def test_the_run_that_prepares_on_spark_is_amazon_states_language(on_spark: Synthesized) -> None:
    assert faults(machine_template(on_spark.machines()["run"].definition), on_spark.region) == []


def test_a_fault_in_a_definition_would_be_found(prod: Synthesized) -> None:
    definition = prod.machines()["run"].definition
    del definition["States"]["Gate"]["Resource"]
    [fault] = faults(machine_template(definition), prod.region)
    assert "'Resource' is a required property" in fault

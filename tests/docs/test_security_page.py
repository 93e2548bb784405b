"""docs/security.md has every finding of cdk-nag that the stacks accept, with its reason, and no other."""

import re
from pathlib import Path

from tests.docs.conftest import Built

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text()


def test_the_accepted_findings_on_the_page_are_those_of_the_stacks(built: Built) -> None:
    table = PAGE.partition("## Accepted findings")[2]
    rows = re.findall(r"^\| (`AwsSolutions.+?`) \| .+? \| (.+) \|$", table, re.MULTILINE)
    assert built.accepted
    assert {(rule, reason) for rules, reason in rows for rule in re.findall(r"`([^`]+)`", rules)} == built.accepted

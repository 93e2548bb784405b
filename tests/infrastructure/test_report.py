"""The state that writes the page: what its job is given, and that a run without a page goes on."""

import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
from jsonata import Jsonata  # type: ignore[import-untyped]

from bakeoff import wheels
from bakeoff.config import load_config
from tests.support.synthesized import Synthesized, text, ways_on


def states(synthesized: Synthesized) -> dict[str, Any]:
    found: dict[str, Any] = synthesized.machines()["run"].definition["States"]
    return found


@pytest.fixture
def state(prod: Synthesized) -> dict[str, Any]:
    found: dict[str, Any] = states(prod)["Write report"]
    return found


def test_the_page_is_written_when_the_report_is_published_and_of_no_failed_run(prod: Synthesized) -> None:
    before = [name for name, one in states(prod).items() if "Write report" in ways_on(one)]
    assert before == ["Page to write?"]
    assert states(prod)["Publish report"]["Next"] == "Page to write?"
    assert states(prod)["Publish failure"]["Next"] == "Release after failure"


@pytest.mark.parametrize(
    ("restore", "only_compare", "page"),
    [(None, False, True), ("run-0", False, False), (None, True, False)],
)
def test_what_only_compares_or_serves_again_has_no_page_of_its_own(
    prod: Synthesized, restore: str | None, only_compare: bool, page: bool
) -> None:
    way = states(prod)["Page to write?"]
    [other] = way["Choices"]
    assert evaluated(other["Condition"], restore=restore, onlyCompare=only_compare) is not page
    assert (way["Default"], other["Next"]) == ("Write report", "Was there a switch?")
    assert states(prod)["Begin"]["Assign"]["page"] == "{% null %}"


def test_the_job_reads_what_the_run_published_and_writes_beside_it(state: dict[str, Any], prod: Synthesized) -> None:
    request = state["Arguments"]
    inputs = {one["InputName"]: one["S3Input"] for one in request["ProcessingInputs"]}
    assert list(inputs) == ["code", "wheels", "report", "evaluation", "curves"]
    told = {name: (one["S3Uri"], one["S3DataType"]) for name, one in inputs.items() if name not in ("code", "wheels")}
    bucket = re.search(r"'s3://(.+?)/runs/'", told["report"][0])
    assert bucket is not None
    folder = f"'s3://{bucket[1]}/runs/' & $states.context.Execution.Name & '/'"
    assert told == {
        "report": (f"{{% {folder} & 'report.json' %}}", "S3Prefix"),
        "evaluation": ("{% $lists.evaluationUri & 'metrics.json' %}", "S3Prefix"),
        "curves": ("{% $lists.curvesUri %}", "ManifestFile"),
    }
    [output] = request["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"] == f"{{% {folder} %}}"
    config = load_config("prod")
    assert request["AppSpecification"]["ImageUri"] == config.images["scikit-learn"]
    assert request["ProcessingResources"]["ClusterConfig"]["InstanceType"] == config.jobs.write_report.instance_type
    folders = {name: request["Environment"][f"{name.upper()}_DIR"] for name in ("report", "evaluation", "curves")}
    assert folders == {name: inputs[name]["LocalPath"] for name in folders}


def test_the_job_installs_the_wheels_that_travel_with_it_and_ships_the_templates(
    state: dict[str, Any], prod: Synthesized
) -> None:
    inputs = {one["InputName"]: one["S3Input"]["S3Uri"] for one in state["Arguments"]["ProcessingInputs"]}
    assert "pip install -q --no-index --no-deps" in state["Arguments"]["AppSpecification"]["ContainerEntrypoint"][2]
    with tarfile.open(asset(prod, inputs["wheels"])) as archive:
        assert archive.getnames() == [path.name for path in wheels.fetched("write_report")]
    with tarfile.open(asset(prod, inputs["code"])) as archive:
        names = set(archive.getnames())
    assert {"write_report.py", "wheels.txt", "bakeoff/report/templates/page.html.j2"} <= names
    assert "bakeoff/report/templates/page.css" in names
    assert not any(name.startswith("bakeoff/evaluation/") for name in names)


def asset(synthesized: Synthesized, uri: Any) -> Path:
    name = text(uri).rpartition("/")[2].partition(".")[0]
    return next(synthesized.folder.glob(f"asset.{name}.*"))


def evaluated(expression: str, **variables: Any) -> Any:
    """A state's expression, worked out with what Step Functions would give it."""
    jsonata = Jsonata(expression.removeprefix("{%").removesuffix("%}"))
    jsonata.register_lambda("parse", json.loads)
    for name, value in variables.items():
        jsonata.assign(name, value)
    return jsonata.evaluate(None)


def test_a_page_that_cannot_be_written_does_not_fail_the_run_which_says_why(
    state: dict[str, Any], prod: Synthesized
) -> None:
    [caught] = state["Catch"]
    assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "Was there a switch?")
    assert state["Next"] == "Was there a switch?"
    cause = json.dumps({"ProcessingJobStatus": "Failed", "ExitMessage": "report.json is no JSON."})
    unwritten = evaluated(
        caught["Assign"]["page"], states={"errorOutput": {"Error": "States.TaskFailed", "Cause": cause}}
    )
    assert unwritten == {"written": False, "reason": "report.json is no JSON."}
    written = evaluated(state["Assign"]["page"])
    assert written == {"written": True, "reason": None}
    output = states(prod)["Done"]["Output"]
    assert evaluated(output, report={"runId": "r"}, page=unwritten) == {"runId": "r", "page": unwritten}

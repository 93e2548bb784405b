"""The report: JSON for programs and Markdown for people, also of a run that failed half way."""

import json
from typing import Any

import pytest

from bakeoff.config import load_config
from bakeoff.workflow.costs import costs_of
from bakeoff.workflow.report import publish_report
from bakeoff.workflow.report_markdown import markdown
from tests.support.run_figures import RunFigures, figure
from tests.support.schemas import faults
from tests.unit.workflow.conftest import COUNTS

LATENCY = {
    "p50": 1.5,
    "p95": 2.5,
    "p99": 3.0,
    "mean": 1.6,
    "n": 40,
    "errors": {},
    "concurrency": 4,
    "requestsPerSecond": 90.0,
}


def contestant(name: str, **changes: Any) -> dict[str, Any]:
    """As the gate leaves it."""
    return {
        "name": name,
        "title": name,
        "kind": "sagemaker",
        "recipe": None,
        "recommender": name,
        "status": "ok",
        "reason": None,
        "split": "s1",
        "lists": f"{name}/f1ng3r",
        "answers": ["recommend"],
        "learnsFrom": "liked",
        "longestList": 500,
        "needsHistory": True,
        "reactsToEvents": True,
        "twin": False,
        "modelVersion": f"job-{name}",
        "validation": {"ndcg@10": figure(0.2)},
        "backend": {"type": "sagemaker-endpoint", "name": name},
        "latency": {**LATENCY, "name": name},
        "place": "ml.m5.large",
        "weight": 0.2,
        "costPerMonth": None,
        "artefactBytes": 10**6,
        "billableSeconds": 60,
        "listsSeconds": 30,
        "trainingSeconds": 60,
        **changes,
    }


CONTESTANTS: list[dict[str, Any]] = [
    contestant("weak", twin=True, kind="personalize", recipe="aws-popularity-count", trainingSeconds=None),
    contestant("broken", status="failed", reason="TrainingJob x: a | b\n  at line 3"),
    contestant(
        "strong",
        latency={**LATENCY, "name": "strong", "p50": None, "p95": None, "p99": None, "mean": None, "n": 0},
        trainingSeconds=12.4,
    ),
]
FIGURES = {
    "weak": {"ndcg@10": figure(0.1), "coverage@10": figure(0.25), "hit_rate@10": figure(0.5)},
    "strong": {"ndcg@10": figure(0.3), "hit_rate@10": figure(0.8)},
}
GATE = {
    "promote": True,
    "reason": "It is better.",
    "byPerson": False,
    "incumbent": None,
    "checks": [{"name": "accuracy", "verdict": "passed", "says": "Better beyond noise."}],
}


@pytest.fixture
def given(aws: Any, money: dict[str, Any]) -> dict[str, Any]:
    """A run that came to its end."""
    run = RunFigures()
    for name, figures in FIGURES.items():
        run.enter(name, figures)
    aws.put_file("evaluations/e1/metrics.json", run.metrics)
    return {
        "runId": "run-1",
        "startedAt": "2026-11-23T22:00:00Z",
        "decision": {
            "promote": True,
            "reason": "It is better.",
            "default": "strong",
            "contestants": CONTESTANTS,
            "gate": GATE,
        },
        "plan": {"dataset": "small"},
        "order": {"dataVersion": "v1", "split": "s1", "counts": COUNTS},
        "outcomes": [],
        "lists": {"evaluationKey": "evaluations/e1/", "contestants": []},
        "staging": [],
        "latencies": [],
        "otherSplits": None,
        "grades": load_config("local").grades.to_json(),
        **money,
    }


def test_the_report_is_written_for_programs_and_for_people(aws: Any, given: dict[str, Any]) -> None:
    head = publish_report(aws.cloud, given)
    report = aws.file("runs/run-1/report.json")
    assert head == {
        "format": 2,
        "runId": "run-1",
        "startedAt": "2026-11-23T22:00:00Z",
        "dataset": "small",
        "dataVersion": "v1",
        "split": "s1",
        "evaluationKey": "evaluations/e1/",
        "promoted": True,
        "failed": False,
        "reason": "It is better.",
        "default": "strong",
        "reportKey": "runs/run-1/report.json",
    }
    assert all(report[key] == value for key, value in head.items() if key != "reportKey")
    assert report["protocol"]["split"]["hash"] == "5p1it"
    assert report["gate"] == GATE
    assert report["measuredOn"] == given["measuredOn"]
    assert [one["name"] for one in report["contestants"]] == ["strong", "weak", "broken"], "the best first"
    assert aws.file("runs/run-1/report.md") == markdown(report)
    types = {call["Key"]: call["ContentType"] for _, call in aws.called("PutObject")}
    assert types == {
        "runs/run-1/report.json": "application/json",
        "runs/run-1/report.md": "text/markdown; charset=utf-8",
    }


def test_the_report_is_as_its_schema_says(aws: Any, given: dict[str, Any]) -> None:
    given["otherSplits"] = [
        {"strategy": "global_time", "runId": "r2", "status": "ok", "evaluationKey": "evaluations/e1/", "reason": None},
        {"strategy": "new_users", "runId": "r3", "status": "failed", "evaluationKey": None, "reason": "Too few."},
    ]
    publish_report(aws.cloud, given)
    report = aws.file("runs/run-1/report.json")
    assert faults(report, "report") == []
    assert [one["strategy"] for one in report["otherSplits"]] == ["global_time", "new_users"]


def test_every_contestant_has_its_figures_costs_and_grades_and_a_failed_one_none(
    aws: Any, given: dict[str, Any]
) -> None:
    publish_report(aws.cloud, given)
    report = aws.file("runs/run-1/report.json")
    strong, weak, broken = report["contestants"]
    assert (strong["metrics"], weak["metrics"], broken["metrics"]) == (FIGURES["strong"], FIGURES["weak"], None)
    assert strong["costs"] == json.loads(json.dumps(costs_of({**strong, "costs": None}, given)))
    assert (broken["costs"], broken["grades"]) == (None, {})
    assert strong["grades"]["accuracy"]["grade"] == 1
    assert [one["name"] for one in report["grades"]["criteria"]] == list(strong["grades"])
    assert {one["name"] for one in report["grades"]["overall"]} == {"strong", "weak"}
    assert report["prices"]["region"] == "us-east-1"
    used = {part["key"] for part in strong["costs"]["training"]["parts"]}
    assert used <= {row["key"] for row in report["prices"]["rows"]}
    assert {one["verdict"] for one in report["claims"]} == {"cannot be told"}
    assert report["otherSplits"] == []


def test_what_a_contestant_costs_is_an_estimate_of_a_laptop_where_it_was_measured_on_one(
    aws: Any, given: dict[str, Any]
) -> None:
    publish_report(aws.cloud, given)
    training = aws.file("runs/run-1/report.json")["contestants"][0]["costs"]["training"]
    assert (training["estimate"], training["measuredOnLaptop"]) == (True, True)


def test_the_markdown_has_a_row_for_each_contestant_with_what_was_measured(aws: Any, given: dict[str, Any]) -> None:
    publish_report(aws.cloud, given)
    written = aws.file("runs/run-1/report.md")
    assert written.startswith(
        "# Run run-1\n\nThe run serves now. It is better.\n\nData set small, split s1.\n\n"
        "- accuracy: passed. Better beyond noise.\n"
    )
    rows = [line for line in written.partition("\n## ")[0].splitlines() if line.startswith("|")]
    assert rows == [
        "| contestant | ndcg@10 | ndcg@100 | recall@10 | coverage@10 | training s | latency p50 / p95 ms | status |",
        "|---|---|---|---|---|---|---|---|",
        "| strong | 0.3000 (0.2900 to 0.3100, n = 500) |  |  |  | 12 |  | ok, the default |",
        "| weak (local twin) | 0.1000 (0.0900 to 0.1100, n = 500) |  |  | 0.2500 (0.2400 to 0.2600, n = 500) |  "
        "| 1.5 / 2.5 (n = 40) | ok |",
        r"| broken |  |  |  |  | 60 | 1.5 / 2.5 (n = 40) | failed: TrainingJob x: a \| b at line 3 |",
    ]
    assert "its figures are the twin's, not the service's.\n" in written
    assert "measured on a laptop's local cloud" in written
    assert [line for line in written.splitlines() if line.startswith("## ")] == [
        "## Grades",
        "## What the article said, what we find",
    ]


def test_a_rollback_reports_the_contestants_as_they_are_on_record(aws: Any, given: dict[str, Any]) -> None:
    on_record = [contestant("strong", metrics=FIGURES["strong"])]
    restored = {
        "decision": {"promote": True, "reason": "The run r0 serves again.", "default": "strong", "restored": "r0"},
        "outcomes": None,
        "lists": {"contestants": on_record, "toStage": []},
    }
    publish_report(aws.cloud, {**given, **restored})
    report = aws.file("runs/run-1/report.json")
    assert faults(report, "report") == []
    assert (report["promoted"], report["contestants"]) == (True, on_record)
    assert (report["evaluationKey"], report["protocol"], report["grades"]) == (None, None, None)


def test_no_twin_no_word_of_twins(aws: Any, given: dict[str, Any]) -> None:
    given["decision"]["contestants"] = CONTESTANTS[1:]
    publish_report(aws.cloud, given)
    assert "A local twin stands in" not in aws.file("runs/run-1/report.md")


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({"promote": False, "reason": "It is worse."}, "The run does not serve. It is worse."),
        ({"promote": False, "failed": True, "reason": "No data."}, "The run failed. No data."),
    ],
)
def test_the_markdown_says_that_the_run_does_not_serve(
    aws: Any, given: dict[str, Any], decision: dict[str, Any], said: str
) -> None:
    publish_report(aws.cloud, {**given, "decision": decision})
    assert said in aws.file("runs/run-1/report.md")


OUTCOME = {"name": "broken", "status": "failed", "reason": "why"}
LISTED = {**OUTCOME, "twin": False, "title": "Broken"}
STOPPED: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "before the plan": ({}, []),
    "before the children": ({"plan": {"dataset": "small"}}, []),
    "after the children": ({"plan": {"dataset": "small"}, "outcomes": [OUTCOME]}, [OUTCOME]),
    "after the children, with what serves asked": (
        {
            "plan": {"dataset": "small"},
            "order": {"incumbent": {"name": "old", "spec": {"name": "incumbent old"}}},
            "outcomes": [OUTCOME, {"name": "incumbent old", "status": "ok"}],
        },
        [OUTCOME],
    ),
    "after the children of a first run": (
        {"plan": {"dataset": "small"}, "order": {"incumbent": None}, "outcomes": [OUTCOME]},
        [OUTCOME],
    ),
    "after the lists": (
        {"plan": {"dataset": "small"}, "outcomes": [OUTCOME], "lists": {"contestants": [LISTED]}},
        [LISTED],
    ),
}


@pytest.mark.parametrize(("learnt", "contestants"), STOPPED.values(), ids=STOPPED)
def test_a_failed_run_reports_as_far_as_it_came(
    aws: Any, given: dict[str, Any], learnt: dict[str, Any], contestants: list[dict[str, Any]]
) -> None:
    nothing = dict.fromkeys(("plan", "order", "outcomes", "lists", "staging", "latencies"))
    decision = {"promote": False, "failed": True, "reason": "It broke."}
    head = publish_report(aws.cloud, {**given, **nothing, **learnt, "decision": decision})
    report = aws.file("runs/run-1/report.json")
    assert (head["failed"], head["default"], head["split"]) == (True, None, None)
    assert faults(report, "report") == []
    assert report["contestants"] == contestants
    assert report["protocol"] is None
    assert f"Data set {'small' if learnt else 'unknown'}, split not made." in aws.file("runs/run-1/report.md")


def test_a_run_that_failed_after_the_switch_is_said_to_serve(aws: Any, given: dict[str, Any]) -> None:
    decision = {"promote": True, "failed": True, "reason": "It broke."}
    assert publish_report(aws.cloud, {**given, "decision": decision})["promoted"] is True
    page = aws.file("runs/run-1/report.md")
    assert "The run serves now, and failed after the switch. It broke." in page


def test_a_blend_has_figures_and_grades_and_costs_nothing_of_its_own(aws: Any, given: dict[str, Any]) -> None:
    run = RunFigures()
    for name, figures in {**FIGURES, "mixed": {"ndcg@10": figure(0.4)}}.items():
        run.enter(name, figures)
    aws.put_file("evaluations/e1/metrics.json", run.metrics)
    nothing = dict.fromkeys(
        ("recommender", "lists", "modelVersion", "validation", "latency", "artefactBytes", "billableSeconds")
    )
    mixed = contestant(
        "mixed", kind="blend", backend={"type": "blend", "weights": {"strong": 1.0}, "rankConstant": 60}, **nothing
    )
    mixed |= {"trainingSeconds": None, "listsSeconds": None}
    publish_report(aws.cloud, {**given, "decision": {**given["decision"], "contestants": [*CONTESTANTS, mixed]}})
    report = aws.file("runs/run-1/report.json")
    assert faults(report, "report") == []
    written = report["contestants"][0]
    assert (written["name"], written["costs"]) == ("mixed", None)
    assert written["grades"]["control"]["grade"] == 2
    assert written["grades"]["running_cost"]["grade"] is None
    assert "| mixed |" in aws.file("runs/run-1/report.md")


def test_the_markdown_says_what_kind_of_problem_a_search_took_the_ratings_for(aws: Any, given: dict[str, Any]) -> None:
    search = {"problemType": "MulticlassClassification", "problemTypeGiven": False}
    first, *others = given["decision"]["contestants"]
    given["decision"]["contestants"] = [{**first, "autopilot": search}, *others]
    publish_report(aws.cloud, given)
    name = first["name"]
    text = aws.file("runs/run-1/report.md")
    assert f"- {name}: MulticlassClassification, decided by AWS; RMSE not measured." in text
    assert faults(aws.file("runs/run-1/report.json"), "report") == []

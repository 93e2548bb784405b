"""The report: one JSON for programs and one page for people, also of a run that failed half way."""

from typing import Any

import pytest

from bakeoff.workflow.report import markdown, publish_report


def figure(value: float, noise: float | None = 0.01) -> dict[str, Any]:
    ends = {"low": None, "high": None} if noise is None else {"low": value - noise, "high": value + noise}
    return {"value": value, "n": 9, **ends}


CONTESTANTS: list[dict[str, Any]] = [
    {
        "name": "weak",
        "status": "ok",
        "twin": True,
        "metrics": {"ndcg@10": figure(0.1), "coverage@10": figure(0.25, None)},
        "latency": {"p50": 1.5, "p95": 2.5, "n": 40},
        "trainingSeconds": None,
    },
    {"name": "broken", "status": "failed", "reason": "TrainingJob x: a | b\n  at line 3", "twin": False},
    {
        "name": "strong",
        "status": "ok",
        "twin": False,
        "metrics": {"ndcg@10": figure(0.3)},
        "latency": {"p50": None, "p95": None, "n": 0},
        "trainingSeconds": 12.4,
    },
]


@pytest.fixture
def given(aws: Any) -> dict[str, Any]:
    """A run that came to its end."""
    aws.put_file("evaluations/e1/metrics.json", {"protocol": {"cutoff": 10}, "contestants": {}})
    return {
        "runId": "run-1",
        "startedAt": "2026-11-23T22:00:00Z",
        "decision": {"promote": True, "reason": "It is better.", "default": "strong", "contestants": CONTESTANTS},
        "plan": {"dataset": "small"},
        "order": {"dataVersion": "v1", "split": "s1"},
        "outcomes": [],
        "lists": {"evaluationKey": "evaluations/e1/", "contestants": []},
        "staging": [],
        "latencies": [],
    }


def test_the_report_is_written_for_programs_and_for_people(aws: Any, given: dict[str, Any]) -> None:
    head = publish_report(aws.cloud, given)
    report = aws.file("runs/run-1/report.json")
    assert head == {
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
    assert report["protocol"] == {"cutoff": 10}
    assert [one["name"] for one in report["contestants"]] == ["strong", "weak", "broken"], "the best first"
    assert aws.file("runs/run-1/report.md") == markdown(report)
    types = {call["Key"]: call["ContentType"] for _, call in aws.called("PutObject")}
    assert types == {
        "runs/run-1/report.json": "application/json",
        "runs/run-1/report.md": "text/markdown; charset=utf-8",
    }


def test_the_page_has_a_row_for_each_contestant_with_what_was_measured(aws: Any, given: dict[str, Any]) -> None:
    publish_report(aws.cloud, given)
    page = aws.file("runs/run-1/report.md")
    assert page.startswith("# Run run-1\n\nThe run serves now. It is better.\n\nData set small, split s1.\n")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert rows == [
        "| contestant | ndcg@10 | ndcg@100 | recall@10 | coverage@10 | training s | latency p50 / p95 ms | status |",
        "|---|---|---|---|---|---|---|---|",
        "| strong | 0.3000 (0.2900 to 0.3100) |  |  |  | 12 |  | ok, the default |",
        "| weak (local twin) | 0.1000 (0.0900 to 0.1100) |  |  | 0.2500 |  | 1.5 / 2.5 | ok |",
        "| broken |  |  |  |  |  |  | failed: TrainingJob x: a / b at line 3 |",
    ]
    assert page.endswith("its figures are the twin's, not the service's.\n")


def test_no_twin_no_word_of_twins(aws: Any, given: dict[str, Any]) -> None:
    given["decision"]["contestants"] = CONTESTANTS[1:]
    publish_report(aws.cloud, given)
    assert "twin" not in aws.file("runs/run-1/report.md")


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({"promote": False, "reason": "It is worse."}, "The run does not serve. It is worse."),
        ({"promote": False, "failed": True, "reason": "No data."}, "The run failed. No data."),
    ],
)
def test_the_page_says_that_the_run_does_not_serve(
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
    assert report["contestants"] == contestants
    assert report["protocol"] is None
    assert f"Data set {'small' if learnt else 'unknown'}, split not made." in aws.file("runs/run-1/report.md")

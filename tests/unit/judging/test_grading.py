"""A whole run graded by the repository's own settings: shapes, who is left out, and a tie planted in real lists."""

import json
from typing import Any

import pytest

from bakeoff.config import load_config
from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from bakeoff.evaluation.field import PairedTests
from bakeoff.evaluation.run import Folders, evaluate_run
from bakeoff.evaluation.statistics.bootstrap import Bootstrap
from bakeoff.judging.claims.examine import examine_claims
from bakeoff.judging.criteria import CRITERIA
from bakeoff.judging.grading import grade_run
from tests.support.recommenders import popularity_answers, transform_answer, write_answers
from tests.support.run_figures import RunFigures, costs, figure
from tests.support.small_data import small_data, write_csv

SETTINGS = load_config("local").grades.to_json()
FLOOR = SETTINGS["floor"]
NAMES = [criterion.name for criterion in CRITERIA]
LISTS = {"personalization@10": figure(0.7), "ild@10": figure(0.7)}


@pytest.fixture
def run() -> RunFigures:
    run = RunFigures()
    run.enter(
        "ease",
        {"ndcg@10": figure(0.3), "coverage@10": figure(0.3), "novelty@10": figure(3.0), **LISTS},
        trainingSeconds=20,
        latency={"p95": 120, "n": 100},
        costs=costs(100.0),
    )
    run.enter(
        FLOOR,
        {"ndcg@10": figure(0.2), "coverage@10": figure(0.1), "novelty@10": figure(2.0), **LISTS},
        twin=True,
        costs=costs(None),
    )
    run.enter("content", problems=("a list is missing",))
    run.enter("autoencoder", {"ndcg@10": figure(0.9)}, status="failed")
    run.compare("ease", FLOOR, ratio=(1.5, 1.4, 1.6), different=True, difference=0.1)
    return run


def test_every_criterion_is_graded_and_described(run: RunFigures) -> None:
    found = grade_run(run.report, run.metrics, SETTINGS)
    assert [one["name"] for one in found["criteria"]] == NAMES == list(SETTINGS["criteria"])
    assert [len(one["thresholds"]) for one in found["criteria"]] == [0 if one.judged else 4 for one in CRITERIA]
    assert [one["judged"] for one in found["criteria"]] == [one.judged for one in CRITERIA]
    ease = found["contestants"]["ease"]
    assert {name: given["grade"] for name, given in ease.items()} == {
        "accuracy": 1,
        "personalization": 2,
        "novelty_diversity": 2,
        "data_preparation_effort": 2,
        "development_effort": 4,
        "training_time": 1,
        "latency": 3,
        "running_cost": 2,
        "control": 1,
    }
    assert [name for name, given in ease.items() if given["judged"]] == [one.name for one in CRITERIA if one.judged]
    assert all(given["because"].endswith(".") for given in ease.values())
    assert "AWS, eu-west-1" in ease["training_time"]["because"]
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_what_is_unknown_has_no_grade_and_is_not_counted(run: RunFigures) -> None:
    found = grade_run(run.report, run.metrics, SETTINGS)
    floor = found["contestants"][FLOOR]
    assert [name for name, given in floor.items() if given["grade"] is None] == [
        "training_time",
        "latency",
        "running_cost",
    ]
    first, second = found["overall"]
    assert (first["name"], first["rank"], first["counted"], first["of"]) == ("ease", 1, 9, 9)
    assert (second["name"], second["counted"], second["missing"]) == (
        FLOOR,
        6,
        ["training_time", "latency", "running_cost"],
    )
    assert first["grade"] == round((3 * 1 + 2 + 2 + 2 + 4 + 1 + 3 + 2 * 2 + 1) / 12, 2)
    assert [one["criterion"] for one in found["sensitivity"]] == NAMES


def test_who_failed_or_is_unhealthy_is_not_graded(run: RunFigures) -> None:
    found = grade_run(run.report, run.metrics, SETTINGS)
    assert (found["contestants"]["content"], found["contestants"]["autoencoder"]) == ({}, {})
    assert [one["name"] for one in found["overall"]] == ["ease", FLOOR]
    assert "the best of the run" in found["contestants"]["ease"]["accuracy"]["because"]


def test_who_has_no_lists_for_users_is_not_graded_by_the_few_criteria_that_are_left(run: RunFigures) -> None:
    run.enter("alike", answers=["similar"], trainingSeconds=1)
    found = grade_run(run.report, run.metrics, SETTINGS)
    assert found["contestants"]["alike"] == {}
    assert [one["name"] for one in found["overall"]] == ["ease", FLOOR]


def test_an_unhealthy_contestant_of_the_evaluation_is_left_out_whatever_the_report_says(run: RunFigures) -> None:
    run.report["contestants"][2]["health"] = None
    assert grade_run(run.report, run.metrics, SETTINGS)["contestants"]["content"] == {}


def test_a_run_that_was_not_evaluated_is_graded_by_what_is_known() -> None:
    run = RunFigures()
    run.enter("ease", trainingSeconds=20, health=None)
    found = grade_run(run.report, {}, SETTINGS)
    assert found["contestants"]["ease"]["accuracy"]["grade"] is None
    assert found["contestants"]["ease"]["training_time"]["grade"] == 1
    assert grade_run({"measuredOn": {"words": "AWS"}, "contestants": []}, {}, SETTINGS)["overall"] == []


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """metrics.json of real lists: the floor, two contestants with the same lists, and one that knows the test."""
    folder = tmp_path_factory.mktemp("run")
    raw = write_csv(folder / "raw", small_data())
    prepare_folder(raw, folder / "prepared", PreparationSettings(dataset="small"))
    prepared = Prepared.open(folder / "prepared")
    relevant = prepared.test_holdout.relevant
    knowing = [
        transform_answer(prepared.users[user], [prepared.items[column] for column in relevant.items_of(user)])
        for user in prepared.test_users
    ]
    answers = {FLOOR: popularity_answers(prepared), "ease": knowing, "autoencoder": knowing}
    for name, lists in answers.items():
        write_answers(folder / "lists" / name / "f" / "histories.jsonl.out", lists)
    entries = [
        {"name": name, "status": "ok", "split": prepared.split_hash, "lists": f"{name}/f", "twin": False}
        | {"learnsFrom": "liked"}
        for name in answers
    ]
    (folder / "run").mkdir()
    order = {"runId": "r1", "split": prepared.split_hash, "contestants": entries}
    (folder / "run" / "run.json").write_text(json.dumps(order), encoding="utf-8")
    folders = Folders(
        prepared=folder / "prepared",
        lists=folder / "lists",
        run=folder / "run",
        incumbent=folder / "incumbent",
        curves=folder / "curves",
        output=folder / "output",
    )
    results = evaluate_run(folders, bootstrap=Bootstrap(resamples=50), tests=PairedTests(permutations=200))
    found: dict[str, Any] = results.to_json()
    return found


def test_a_tie_planted_in_real_lists_is_graded_as_a_tie(evaluated: dict[str, Any]) -> None:
    run = RunFigures()
    for name in evaluated["contestants"]:
        run.enter(name)
    found = grade_run(run.report, evaluated, SETTINGS)["contestants"]
    assert {name: of_one["accuracy"]["grade"] for name, of_one in found.items()} == {
        FLOOR: 5,
        "ease": 1,
        "autoencoder": 1,
    }
    tied = [
        of_one["accuracy"]["because"] for of_one in found.values() if "cannot be told" in of_one["accuracy"]["because"]
    ]
    assert len(tied) == 1
    assert all(of_one["personalization"]["grade"] in range(1, 6) for of_one in found.values())
    assert all(of_one["novelty_diversity"]["grade"] in range(1, 6) for of_one in found.values())


def test_claims_are_examined_on_the_evaluations_own_figures(evaluated: dict[str, Any]) -> None:
    run = RunFigures()
    for name in evaluated["contestants"]:
        run.enter(name, twin=name == FLOOR)
    verdicts = {one["claim"]: one["verdict"] for one in examine_claims(run.report, evaluated)}
    assert verdicts["Self-coded models may give better results than managed services."] == "holds"
    assert verdicts["Popularity-Count is not personal."] == "holds"

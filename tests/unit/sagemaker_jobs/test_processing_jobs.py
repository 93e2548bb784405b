"""The processing jobs as the container runs them: a fresh interpreter that sees the staged code only."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bakeoff.data.layout import FORMAT
from bakeoff.data.prepared import Prepared
from tests.support.recommenders import popularity_answers, write_answers
from tests.support.small_data import small_data, write_csv

CHECKOUT = Path(__file__).parents[3]
# What the scikit-learn image or these rooms must do without. None in sys.modules makes an import fail.
ABSENT = ("torch", "boto3", "botocore", "pydantic", "aws_cdk")
WITHOUT = (
    f"import sys, runpy; sys.modules.update(dict.fromkeys({ABSENT}))\nrunpy.run_path(sys.argv[1], run_name='__main__')"
)


def run_job(folder: Path, script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Stage the script beside the library, as the job's archive does, and run it there."""
    code = folder / "code"
    if not code.exists():
        shutil.copytree(CHECKOUT / "bakeoff", code / "bakeoff", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "sagemaker_jobs" / script, code)
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT, Path(script).name],
        cwd=code,
        env={"PATH": os.environ["PATH"], "MESSAGE_FILE": str(folder / "message"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def prepare(folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "RAW_DIR": str(folder / "raw"),
        "OUTPUT_DIR": str(folder / "prepared"),
        "SETTINGS": json.dumps({"dataset": "small"}),
        "SPLIT": json.dumps({"seed": 42}),
    }
    return run_job(folder, "prepare_data/prepare.py", environment | changes)


def evaluate(folder: Path, contestant: dict[str, Any], *, split: str) -> subprocess.CompletedProcess[str]:
    (folder / "run").mkdir()
    run = {"runId": "r1", "split": split, "contestants": [contestant]}
    (folder / "run" / "run.json").write_text(json.dumps(run), encoding="utf-8")
    environment = {
        "PREPARED_DIR": str(folder / "prepared"),
        "LISTS_DIR": str(folder / "lists"),
        "RUN_DIR": str(folder / "run"),
        "OUTPUT_DIR": str(folder / "metrics"),
    }
    return run_job(folder, "evaluate_lists/evaluate.py", environment)


def test_prepared_data_and_lists_become_metrics(tmp_path: Path) -> None:
    write_csv(tmp_path / "raw", small_data())
    # SageMaker makes the output folder before the job starts.
    (tmp_path / "prepared").mkdir()
    done = prepare(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    prepared = Prepared.open(tmp_path / "prepared")
    steps, _, told = done.stdout.partition("{")
    assert steps.splitlines()[0] == "reading the items"
    assert json.loads("{" + told)["split"]["hash"] == prepared.split_hash

    write_answers(tmp_path / "lists" / "popularity" / "f1" / "histories.jsonl.out", popularity_answers(prepared))
    contestant = {"name": "popularity", "status": "ok", "split": prepared.split_hash, "lists": "popularity/f1"}
    done = evaluate(tmp_path, contestant, split=prepared.split_hash)
    assert (done.returncode, done.stderr) == (0, "")
    assert "popularity: ndcg@10 0." in done.stdout
    metrics = json.loads((tmp_path / "metrics" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["contestants"]["popularity"]["health"]["healthy"] is True
    assert not (tmp_path / "message").exists()


def test_failed_preparation_says_why_in_the_message_and_exits_with_one(tmp_path: Path) -> None:
    write_csv(tmp_path / "raw", small_data())
    (tmp_path / "raw" / "links.csv").unlink()
    done = prepare(tmp_path)
    assert done.returncode == 1
    message = (tmp_path / "message").read_text(encoding="utf-8")
    assert message.endswith("links.csv is missing; put it there.")
    assert done.stderr.strip() == message
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"SETTINGS": "{"}, "SETTINGS is no JSON"),
        ({"SETTINGS": '{"maxHistory": 0}'}, "SETTINGS has 2 faults"),
        ({"SETTINGS": "[]"}, "must be a JSON object"),
        ({"SPLIT": "{"}, "SPLIT is no JSON"),
        ({"SPLIT": '{"seed": -1}'}, "split.seed is -1"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, wrong: dict[str, str], told: str) -> None:
    assert prepare(tmp_path, **wrong).returncode == 1
    assert told in (tmp_path / "message").read_text(encoding="utf-8")


def test_failed_evaluation_says_why(tmp_path: Path) -> None:
    (tmp_path / "prepared").mkdir()
    done = evaluate(tmp_path, {"name": "a", "status": "failed"}, split="5")
    assert done.returncode == 1
    assert "manifest.json does not exist" in (tmp_path / "message").read_text(encoding="utf-8")


def test_a_fault_of_ours_is_told_too_and_its_traceback_logged(tmp_path: Path) -> None:
    (tmp_path / "prepared").mkdir()
    (tmp_path / "prepared" / "manifest.json").write_text(json.dumps({"format": FORMAT}), encoding="utf-8")
    done = evaluate(tmp_path, {"name": "a", "status": "failed"}, split="5")
    assert done.returncode == 1
    assert (tmp_path / "message").read_text(encoding="utf-8") == "The evaluation broke off by KeyError: 'files'"
    assert "Traceback" in done.stderr


def test_candidates_are_written_and_ranked_by_what_a_model_said(tmp_path: Path) -> None:
    write_csv(tmp_path / "raw", small_data())
    assert prepare(tmp_path).returncode == 0
    shared = {"PREPARED_DIR": str(tmp_path / "prepared")}
    written = {"OUTPUT_DIR": str(tmp_path / "candidates"), "SPECIFICATIONS": "all,selected", "LIVE": "selected"}
    done = run_job(tmp_path, "write_candidates/write_candidates.py", {**shared, **written})
    assert (done.returncode, done.stderr) == (0, "")
    assert "try_reg=" in done.stdout

    rows = tmp_path / "candidates" / "rows" / "selected"
    (tmp_path / "scores").mkdir()
    for path in rows.glob("*.csv"):
        n = len(path.read_text(encoding="utf-8").splitlines())
        (tmp_path / "scores" / f"{path.name}.out").write_text("3.5\n" * n, encoding="utf-8")
    given = {"ORDER_DIR": str(tmp_path / "candidates" / "order"), "SCORES_DIR": str(tmp_path / "scores")}
    ranked = {**shared, **given, "OUTPUT_DIR": str(tmp_path / "ranked")}
    done = run_job(tmp_path, "rank_candidates/rank_candidates.py", ranked)
    assert (done.returncode, done.stderr) == (0, "")

    split = Prepared.open(tmp_path / "prepared").split_hash
    for name in ("ranked", "predictions"):
        shutil.copytree(tmp_path / "ranked" / name, tmp_path / "lists" / "a" / name)
    shutil.copytree(tmp_path / "candidates" / "order", tmp_path / "lists" / "candidates" / "order")
    entry = {"name": "a", "status": "ok", "split": split, "lists": "a/ranked", "predictions": "a/predictions"}
    done = evaluate(tmp_path, {**entry, "given": "candidates/order"}, split=split)
    assert (done.returncode, done.stderr) == (0, "")
    metrics = json.loads((tmp_path / "metrics" / "metrics.json").read_text(encoding="utf-8"))["contestants"]["a"]
    assert 0.5 < metrics["metrics"]["rmse"]["value"] < 2
    assert metrics["given"]["comparisons"][0]["difference"]["value"] == 0, "equal predictions change no order"


def test_scores_that_do_not_fit_the_candidates_are_told(tmp_path: Path) -> None:
    write_csv(tmp_path / "raw", small_data())
    assert prepare(tmp_path).returncode == 0
    (tmp_path / "order").mkdir()
    (tmp_path / "order" / "lists.jsonl.out").write_text('{"userId": "1", "items": [{"itemId": "2"}]}\n', "utf-8")
    (tmp_path / "scores").mkdir()
    names = {"PREPARED_DIR": "prepared", "ORDER_DIR": "order", "SCORES_DIR": "scores", "OUTPUT_DIR": "ranked"}
    done = run_job(
        tmp_path, "rank_candidates/rank_candidates.py", {key: str(tmp_path / one) for key, one in names.items()}
    )
    assert done.returncode == 1
    assert "holds 0 predictions in 0 files" in (tmp_path / "message").read_text(encoding="utf-8")

"""`report --compare`: what is read from the bucket, and what a person and a program are shown."""

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from bakeoff.command_line import comparing
from bakeoff.command_line.deployed import Deployed
from bakeoff.errors import RunError
from bakeoff.evaluation.lists_table import SCHEMA

PROTOCOL = {"split": {"hash": "s1", "strategy": "leave_last_out"}, "liked": "value >= 4"}


class S3:
    """Files by key; which were read, in order."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.read: list[str] = []

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "the-bucket"
        self.read.append(Key)
        if Key not in self.files:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no"}}, "GetObject")
        return {"Body": io.BytesIO(self.files[Key])}

    def put_run(self, run: str, value: float, *, items: str = "i", split: str = "s1", **report: Any) -> None:
        """A run with one contestant, `a`, and its evaluation."""
        one = {"name": "a", "status": "ok", "trainingSeconds": 60.0, "latency": {"p95": 12.25}}
        head = {"runId": run, "evaluationKey": f"evaluations/{run}/", "contestants": [one], **report}
        protocol = {**PROTOCOL, "split": {**PROTOCOL["split"], "hash": split}}
        metrics = {"ndcg@10": {"value": value}, "recall@10": {"value": value}}
        self.files |= {
            f"runs/{run}/report.json": json.dumps(head).encode(),
            f"evaluations/{run}/metrics.json": json.dumps(
                {"protocol": protocol, "contestants": {"a": {"metrics": metrics}}}
            ).encode(),
            f"evaluations/{run}/lists.parquet": lists(items, hit=value > 0.5),
        }


def lists(items: str, *, hit: bool) -> bytes:
    rows = [
        {"contestant": "a", "userId": f"u{user}", "items": [f"{items}{user}"], "hits": [hit], "relevant": 1}
        for user in range(40)
    ]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), file)
    return file.getvalue()


@pytest.fixture
def s3() -> S3:
    return S3()


def shown(s3: S3, deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> str:
    comparing.show(comparing.compare(s3, deployed, before="r1", after="r2"))
    return capsys.readouterr().out


def test_runs_on_one_split_are_tested_on_their_lists(
    s3: S3, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.put_run("r1", 0.0, items="i")
    s3.put_run("r2", 1.0, items="j")
    out = shown(s3, deployed, capsys)
    assert out.startswith("From run r1 to run r2: before → after (difference)\n")
    [row] = [line for line in out.splitlines() if line.startswith("a ")]
    assert "0.000 → 1.000 (+1.000)" in row
    assert "– → –" in row, "coverage, which nobody measured"
    assert "12.2 → 12.2 (+0.0)" in row
    assert "60.0 → 60.0 (+0.0)" in row
    assert row.rstrip().endswith("better beyond noise [+1.0000 to +1.0000], n = 40")
    assert "Beyond noise: a paired permutation test on ndcg@10 with p < 0.05" in out
    assert out.endswith("Nothing else changed.\n")
    assert [key for key in s3.read if key.endswith(".parquet")] == [
        "evaluations/r1/lists.parquet",
        "evaluations/r2/lists.parquet",
    ]


def test_the_same_lists_are_called_so(s3: S3, deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    s3.put_run("r1", 1.0)
    s3.put_run("r2", 1.0)
    assert "the same lists, n = 40" in shown(s3, deployed, capsys)


def test_runs_on_different_splits_are_shown_without_a_test_and_their_lists_are_not_read(
    s3: S3, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.put_run("r1", 0.0, split="s1")
    s3.put_run("r2", 1.0, split="s2" * 40, default="a")
    out = shown(s3, deployed, capsys)
    assert "not tested" in out
    assert "No test: The two runs were measured on different splits" in out
    assert "0.000 → 1.000 (+1.000)" in out
    assert not [key for key in s3.read if key.endswith(".parquet")]
    [default] = [line.split() for line in out.splitlines() if line.startswith("default")]
    assert default == ["default", "–", "a"]


def test_who_is_in_one_run_only_is_named_with_the_run(
    s3: S3, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.put_run("r1", 0.0, contestants=[{"name": "gone", "status": "ok"}])
    s3.put_run("r2", 0.0)
    out = shown(s3, deployed, capsys)
    assert "Only in run r1: gone\n" in out
    assert "Only in run r2: a\n" in out


@pytest.mark.parametrize("change", ["no evaluation named", "evaluation never written"])
def test_a_run_that_failed_before_its_evaluation_is_compared_without_one(
    s3: S3, deployed: Deployed, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    s3.put_run("r1", 1.0)
    s3.put_run("r2", 1.0, **({"evaluationKey": None} if change == "no evaluation named" else {}))
    s3.files.pop("evaluations/r2/metrics.json")
    out = shown(s3, deployed, capsys)
    assert "No test: The run r2 was not evaluated" in out
    assert "1.000 → –" in out


def test_what_the_bucket_refuses_otherwise_is_an_error(s3: S3, deployed: Deployed) -> None:
    s3.put_run("r1", 1.0)
    s3.put_run("r2", 1.0)

    class Refusing:
        def get_object(self, **asked: str) -> dict[str, Any]:
            if asked["Key"].endswith("metrics.json"):
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")
            return s3.get_object(**asked)

    with pytest.raises(ClientError, match="AccessDenied"):
        comparing.compare(Refusing(), deployed, before="r1", after="r2")


def test_a_run_without_a_report_is_said_to_have_none(s3: S3, deployed: Deployed) -> None:
    s3.put_run("r1", 1.0)
    with pytest.raises(RunError, match="no report of a run 'r2'"):
        comparing.compare(s3, deployed, before="r1", after="r2")


def test_json_is_the_whole_comparison(s3: S3, deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    s3.put_run("r1", 1.0)
    s3.put_run("r2", 1.0)
    found = comparing.compare(s3, deployed, before="r1", after="r2")
    comparing.show_json(found)
    assert json.loads(capsys.readouterr().out) == found
    assert found["contestants"][0]["test"]["n"] == 40


def test_a_long_value_is_cut_for_a_person(s3: S3, deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    s3.put_run("r1", 0.0, split="s1")
    s3.put_run("r2", 0.0, split="s1", default="d" * 80)
    assert f"{'d' * 59}…" in shown(s3, deployed, capsys)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "a laptop",
            "AWS, eu-west-1",
            "were measured on a laptop before, AWS, eu-west-1 after; no test compares them.",
        ),
        ("a laptop", "a laptop", "were measured on a laptop; no test compares them."),
    ],
)
def test_seconds_say_where_they_were_measured(
    before: str, after: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {"before": "r1", "after": "r2", "untested": "No.", "contestants": [], "changes": []}
    comparing.show(found | {"measuredOn": {"before": before, "after": after}, "onlyBefore": [], "onlyAfter": []})
    assert said in " ".join(capsys.readouterr().out.split())

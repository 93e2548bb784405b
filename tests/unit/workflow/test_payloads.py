"""A run of every contestant fits into what Step Functions hands on, with as many test users as are asked at most."""

import json
from typing import Any

from bakeoff.config import load_config
from bakeoff.workflow.collect import collect_lists
from bakeoff.workflow.plan import plan_contestants
from tests.unit.workflow.conftest import CAMPAIGNS, GROUPS

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: 256 KB, for the gate all of these together.
MOST_BYTES = 256 * 1024
SOLUTION = "arn:aws:personalize:eu-central-1:123456789012:solution/bakeoff-dev-a-contestant-0123456789ab/0123abcd"


def test_the_gate_is_handed_less_than_a_payload_may_hold(aws: Any, manifest: dict[str, Any]) -> None:
    config = load_config("dev")
    manifest["testUsers"] = config.prepare.max_test_users
    aws.put_file("prepared/v1/manifest.json", manifest)
    image = "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.5.1-cpu-py311-ubuntu22.04-sagemaker"
    planned = plan_contestants(
        aws.cloud,
        {
            "runId": "run-20260101-120000-abcdef",
            "executionArn": "arn",
            "campaignArnPrefix": CAMPAIGNS,
            "datasetGroups": GROUPS,
            "dataset": "all",
            "preparation": {"dataVersion": "v1", "key": "prepared/v1/", "uri": "s3://bakeoff-test/prepared/v1/"},
            "contestants": [
                {**one.to_json(), "image_uri": image, "source_hash": "a" * 64} for one in config.contestants
            ],
            "reranking": {"candidatesHash": "c", "rankHash": "r", "caps": config.autopilot.model_dump()},
        },
    )
    figure = {"value": 0.123456, "low": 0.123456, "high": 0.123456, "n": 50_000}
    outcomes = [
        {
            "name": one["name"],
            "status": "ok",
            "twin": False,
            "modelVersion": SOLUTION,
            "trainingSeconds": 1234.5,
            "billableSeconds": 1234,
            "listsSeconds": 1234.5,
            "validation": {"ndcg@10": figure},
            "solutionMetrics": {f"normalized_discounted_gain_{n}": 0.1234 for n in range(9)},
            "autopilot": {"best": [{"name": "c" * 64, "value": 0.8765, "metric": "RMSE"}] * 10},
        }
        for one in planned["contestants"]
    ]
    given = {"runId": "run-1", "order": planned, "outcomes": outcomes, "evaluationSourceHash": "e"}
    lists = collect_lists(aws.cloud, given)
    assert len(lists["toStage"]) == len(config.contestants) - 1, "everybody but the blend"
    taken = len(json.dumps([planned, lists]).encode())
    # Half of it is for what is added: stagings, latencies, prices, the reasons of failures.
    assert taken < MOST_BYTES / 2

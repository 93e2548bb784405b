"""The first states of a run: what it will make, the prepared data, and what a former run needs to serve again."""

import json

from stacks.workflow.asl import State, expression, function
from stacks.workflow.context import EXECUTION_ARN, RUN_ID
from stacks.workflow.jobs import processing_job, spark_job_run
from stacks.workflow.resources import Functions, Resources, SparkJob


def plan_run(resources: Resources, functions: Functions) -> State:
    """Names the data version and takes the entries of the contestants from the catalogue."""
    config = resources.config
    catalogue = [
        {
            **contestant.to_json(),
            "image_uri": config.training_image(contestant),
            "source_hash": resources.recommender_hashes.get(contestant.recommender or ""),
        }
        for contestant in config.contestants
    ]
    payload = {
        "runId": expression(RUN_ID),
        "dataset": expression("$states.input.dataset"),
        "contestants": expression(
            "$exists($states.input.contestants) ? $states.input.contestants : " + json.dumps(list(config.demo))
        ),
        "catalogue": catalogue,
        "preparation": {
            "settings": config.prepare.job_settings(),
            "split": config.prepare.job_split(),
            "otherSplits": config.other_splits(),
            "sourceHash": resources.prepare.hash,
        },
        "input": expression("$states.input"),
    }
    return function(functions.plan_run, payload, Assign={"plan": expression("$states.result.Payload")})


def plan_restoration(functions: Functions) -> State:
    """A former run goes straight on to staging: all that training and comparing made of it is there."""
    payload = {"restore": expression("$restore"), "executionArn": expression(EXECUTION_ARN)}
    planned = {name: expression(f"$states.result.Payload.{name}") for name in ("plan", "order", "lists")}
    return function(functions.plan_restoration, payload, Assign=planned)


def prepare(resources: Resources) -> State:
    """The same preparation, on one machine or distributed, whichever engine is configured."""
    told = {
        "SETTINGS": expression("$plan.preparation.settings"),
        "SPLIT": expression("$plan.preparation.split"),
    }
    if isinstance(resources.prepare, SparkJob):
        where = {
            "RAW_URI": expression("$plan.preparation.rawUri"),
            "OUTPUT_URI": expression("$plan.preparation.uri"),
        }
        return spark_job_run(resources.prepare, {f"--{name}": value for name, value in {**where, **told}.items()})
    return processing_job(
        name=expression("$plan.preparation.jobName"),
        source=resources.prepare,
        image=resources.config.images["scikit-learn"],
        script="prepare.py",
        job=resources.config.jobs.prepare,
        inputs={"raw": {"S3Uri": expression("$plan.preparation.rawUri"), "S3DataType": "S3Prefix"}},
        output_uri=expression("$plan.preparation.uri"),
        environment=told,
        tags=resources.tags(RUN_ID),
    )


def plan_contestants(resources: Resources, functions: Functions) -> State:
    """Names everything that each contestant will make, and how what serves is asked again."""
    payload = {
        "runId": expression(RUN_ID),
        "executionArn": expression(EXECUTION_ARN),
        "campaignArnPrefix": resources.personalize_arn("campaign/"),
        "datasetGroups": {name: group.to_json() for name, group in resources.dataset_groups.items()},
        "dataset": expression("$plan.dataset"),
        "preparation": expression("$plan.preparation"),
        "contestants": expression("$plan.contestants"),
        "reranking": {
            "candidatesHash": resources.write_candidates.hash,
            "rankHash": resources.rank_candidates.hash,
            "caps": resources.config.autopilot.model_dump(),
        },
        "onlyCompare": expression("$onlyCompare"),
    }
    return function(functions.plan_contestants, payload, Assign={"order": expression("$states.result.Payload")})

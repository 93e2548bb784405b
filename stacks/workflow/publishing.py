"""The states that tell what a run found, and release what does not serve."""

from typing import Any

from stacks.workflow.asl import State, expression, function, reason_of
from stacks.workflow.context import LEARNT, RUN_ID
from stacks.workflow.jobs import processing_job
from stacks.workflow.resources import Functions, Resources


def publish(resources: Resources, functions: Functions, decision: str) -> State:
    """report.json and report.md; `decision` is JSONata of what was decided, or of why the run failed."""
    payload = {
        "runId": expression(RUN_ID),
        "startedAt": expression("$states.context.Execution.StartTime"),
        "decision": expression(decision),
        **{name: expression(f"${name}") for name in LEARNT},
        **money(resources),
        "grades": resources.config.grades.to_json(),
    }
    return function(functions.publish_report, payload, Assign={"report": expression("$states.result.Payload")})


def write_report(resources: Resources) -> State:
    """The page of the run. The run has been promoted or not by now: one without a page goes on and says why."""
    job = processing_job(
        name=expression("$lists.reportJobName"),
        source=resources.write_report,
        image=resources.config.images["scikit-learn"],
        script="write_report.py",
        job=resources.config.jobs.write_report,
        inputs={
            "report": {"S3Uri": expression(f"{_run_uri(resources)} & 'report.json'"), "S3DataType": "S3Prefix"},
            "evaluation": {"S3Uri": expression("$lists.evaluationUri & 'metrics.json'"), "S3DataType": "S3Prefix"},
            "curves": {"S3Uri": expression("$lists.curvesUri"), "S3DataType": "ManifestFile"},
        },
        output_uri=expression(_run_uri(resources)),
        environment={},
        tags=resources.tags(RUN_ID),
    )
    unwritten = f"{{'written': false, 'reason': {reason_of('$states.errorOutput')}}}"
    return {
        **job,
        "Assign": {"page": expression("{'written': true, 'reason': null}")},
        "Catch": [
            {
                "ErrorEquals": ["States.ALL"],
                "Next": "Was there a switch?",
                "Assign": {"page": expression(unwritten)},
            }
        ],
    }


def _run_uri(resources: Resources) -> str:
    """JSONata of the run's own folder in the bucket."""
    return f"'s3://{resources.bucket}/runs/' & {RUN_ID} & '/'"


def release(functions: Functions) -> State:
    """Endpoints and campaigns of every run that is over and not promoted."""
    payload = {"runId": expression(RUN_ID), "onlyCompare": expression("$onlyCompare")}
    return function(functions.release_backends, payload, Assign={"released": expression("$states.result.Payload")})


def money(resources: Resources) -> dict[str, Any]:
    """What costs are computed from, beside the run's own figures."""
    config = resources.config
    return {"measuredOn": config.measured_on, "deployment": config.deployment(), "prices": config.price_table()}

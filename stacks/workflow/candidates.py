"""The states that write the one candidate file that all contestants of Autopilot re-rank."""

from stacks.workflow.asl import State, expression
from stacks.workflow.context import RUN_ID
from stacks.workflow.jobs import processing_job
from stacks.workflow.resources import Resources

# Without a contestant of Autopilot there are no candidates to write; and those of a split are written once.
WANTED = "$order.candidates != null ? $not($order.candidates.there) : false"


def write_candidates(resources: Resources) -> State:
    """The job; where it fails, the contestants that wait for its file fail, and the others go on."""
    job = processing_job(
        name=expression("$order.candidates.jobName"),
        source=resources.write_candidates,
        image=resources.config.images["scikit-learn"],
        script="write_candidates.py",
        job=resources.config.jobs.write_candidates,
        inputs={"prepared": {"S3Uri": expression("$plan.preparation.uri"), "S3DataType": "S3Prefix"}},
        output_uri=expression("$order.candidates.uri"),
        environment={
            "SPECIFICATIONS": expression("$order.candidates.specifications"),
            "LIVE": expression("$order.candidates.live"),
        },
        tags=resources.tags(RUN_ID),
    )
    return {**job, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Contestants"}]}
